// Keeps the modules true to the provider's schema.
//
//     bash tests/support/schema.sh | node tests/modules/generate.mjs [--check]
//
// Writes `variables.application.tf` of every module that makes a `zt_edge_app`, with the types and words of the schema, and the
// tables of inputs and outputs in every module's README. Refuses a module that takes a variable and does not hand it on, and a
// validation without a case that makes it fail.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extra } from './application.mjs';

const check = process.argv.includes('--check');
const schema = JSON.parse(readFileSync(0, 'utf8'));
const application = Object.values(schema.provider_schemas)[0].resource_schemas.zt_edge_app.block.attributes;
const GENERATED = 'variables.application.tf';
const NOTE = '# Written by tests/modules/generate.mjs from the schema of zt_edge_app.';
const complaints = [];
let judged = 0;

const quoted = (text) => JSON.stringify(text).replaceAll('${', '$${').replaceAll('%{', '%%{');

function plainType(type) {
  if (type === 'dynamic') throw new Error('a dynamic attribute has no precise type');
  return typeof type === 'string' ? type : `${type[0]}(${plainType(type[1])})`;
}

function typeOf(attribute) {
  if (!attribute.nested_type) return plainType(attribute.type);
  const members = Object.entries(attribute.nested_type.attributes).filter(([, member]) => member.required || member.optional);
  const line = ([name, member]) => `${name} = ${member.required ? typeOf(member) : `optional(${typeOf(member)})`}`;
  const sorted = [...members.filter(([, member]) => member.required), ...members.filter(([, member]) => !member.required)];
  const object = `object({\n${sorted.map(line).join('\n')}\n})`;
  return attribute.nested_type.nesting_mode === 'single' ? object : `${attribute.nested_type.nesting_mode}(${object})`;
}

function variable(name, attribute) {
  const more = extra[name] ?? {};
  const description = quoted(more.description ?? attribute.description);
  const lines = [`variable ${quoted(name)} {`, `description = ${description}`, `type = ${typeOf(attribute)}`];
  if (!attribute.required) lines.push(`default = ${more.default ?? 'null'}`);
  if (attribute.required || more.default) lines.push('nullable = false');
  for (const [condition, message] of more.validations ?? []) {
    lines.push('', 'validation {', `condition = ${condition}`, `error_message = ${quoted(message)}`, '}');
  }
  return [...lines, '}'].join('\n');
}

function formatted(text) {
  return execFileSync('tests/support/terraform.sh', ['fmt', '-'], { input: text, encoding: 'utf8' });
}

function inputsOfTheApplication() {
  const inputs = Object.entries(application)
    .filter(([name, attribute]) => (attribute.required || attribute.optional) && name !== 'identity_provider')
    .sort(([left, a], [right, b]) => Number(b.required ?? false) - Number(a.required ?? false) || (left < right ? -1 : 1));
  return formatted([NOTE, ...inputs.map(([name, attribute]) => variable(name, attribute))].join('\n\n') + '\n');
}

/** The top-level blocks of one kind in a module, by name, as text. */
function blocks(folder, kind) {
  const found = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.tf')).sort()) {
    const pattern = new RegExp(`^${kind} "([^"]+)" \\{\\n([\\s\\S]*?)^\\}`, 'gm');
    for (const [, name, body] of readFileSync(`${folder}/${file}`, 'utf8').matchAll(pattern)) found.set(name, { file, body });
  }
  return found;
}

const member = (body, name) => body.match(new RegExp(`^  ${name} += (.+)$`, 'm'))?.[1];

function words(body) {
  return (member(body, 'description') ?? '""').slice(1, -1).replaceAll('\\"', '"').replaceAll('|', '\\|').replaceAll('$${', '${');
}

function tables(folder) {
  const rows = [...blocks(folder, 'variable')].map(([name, { body }]) => {
    const type = (member(body, 'type') ?? '').replace(/\(?object\(\{$/, (text) => (text.startsWith('(') ? '(object)' : 'object'));
    const fallback = member(body, 'default');
    const shown = fallback === undefined ? 'required' : /[[{(]$/.test(fallback) ? 'see variables' : `\`${fallback}\``;
    return { name, row: `| \`${name}\` | \`${type}\` | ${shown} | ${words(body)} |`, required: fallback === undefined };
  });
  rows.sort((a, b) => Number(b.required) - Number(a.required) || (a.name < b.name ? -1 : 1));
  const outputs = [...blocks(folder, 'output')].map(([name, { body }]) => `| \`${name}\` | ${words(body)} |`);
  return ['## Inputs', '', '| name | type | default | meaning |', '|---|---|---|---|', ...rows.map(({ row }) => row), '',
    '## Outputs', '', '| name | meaning |', '|---|---|', ...outputs, ''].join('\n');
}

function put(path, text) {
  judged += 1;
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  if (check) complaints.push(`${path} is not what the schema says; run bash tests/support/schema.sh | node tests/modules/generate.mjs`);
  else writeFileSync(path, text);
}

function judge(folder) {
  const sources = readdirSync(folder).filter((name) => name.endsWith('.tf') && !name.startsWith('variables')).map((name) => readFileSync(`${folder}/${name}`, 'utf8')).join('\n');
  const casesOf = (place) => (existsSync(place) ? readdirSync(place).map((name) => readFileSync(`${place}/${name}`, 'utf8')).join('\n') : '');
  // What is the same in every module is tried in one.
  const [own, shared] = [casesOf(`${folder}/tests`), casesOf('modules/oidc/tests')];
  for (const [name, { file, body }] of blocks(folder, 'variable')) {
    const cases = file === GENERATED ? shared : own;
    judged += 1;
    if (!new RegExp(`\\bvar\\.${name}\\b`).test(sources)) complaints.push(`${folder}: the variable ${name} has no effect`);
    const rules = body.match(/^  validation \{$/gm)?.length ?? 0;
    const failures = cases.match(new RegExp(`expect_failures *= *\\[var\\.${name}\\]`, 'g'))?.length ?? 0;
    if (failures < rules) complaints.push(`${folder}: ${name} has ${rules} validations and ${failures} cases that fail`);
  }
}

const inputs = inputsOfTheApplication();
const modules = readdirSync('modules').filter((name) => existsSync(`modules/${name}/main.tf`)).map((name) => `modules/${name}`);
for (const folder of modules) {
  if (readFileSync(`${folder}/main.tf`, 'utf8').includes('resource "zt_edge_app"')) put(`${folder}/${GENERATED}`, inputs);
  const readme = readFileSync(`${folder}/README.md`, 'utf8').split('\n## Inputs\n')[0].trimEnd();
  put(`${folder}/README.md`, `${readme}\n\n${tables(folder)}`);
  judge(folder);
}
for (const complaint of complaints) console.log(complaint);
console.log(`generated parts: ${judged - complaints.length} passed, ${complaints.length} failed`);
process.exitCode = complaints.length === 0 ? 0 : 1;
