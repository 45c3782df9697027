// Keeps docs/guides/parity.md true to tests/documents/parity.txt, and that to what is here: every home must exist.
//
//     node tests/documents/parity.mjs [--check] [--against <the survey>]
//
// With the survey (a Markdown table per section) it also says which of its rows the table lacks.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const GUIDE = 'docs/guides/parity.md';
const PAGES = {
  app: ['resources/edge_app', 'zt_edge_app'],
  attached: ['resources/edge_auth', 'zt_edge_auth'],
  guard: ['resources/distribution_guard', 'zt_distribution_guard'],
  revocation: ['resources/session_revocation', 'zt_session_revocation'],
  store: ['resources/session_store', 'zt_session_store'],
  token: ['resources/service_token', 'zt_service_token'],
  webacl: ['resources/web_acl', 'zt_web_acl'],
};
const STATES = ['served', 'otherwise', 'not yet'];
const complaints = [];
const files = new Map();

function text(path) {
  if (!files.has(path)) files.set(path, existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  return files.get(path);
}

/** Whether a page of the registry has the attribute, nested ones below the heading of the attribute that holds them. */
function documents(page, attribute) {
  const at = attribute.lastIndexOf('.');
  const heading = at < 0 ? '## Schema' : `### Nested \`${attribute.slice(0, at)}\``;
  const below = page.split(`\n${heading}\n`)[1]?.split(/\n### Nested /)[0] ?? '';
  return below.includes(`\n- \`${attribute.slice(at + 1)}\``);
}

function attributeLink([page, object], attribute) {
  const path = `docs/${page}.md`;
  if (!text(path) || !documents(text(path), attribute)) return undefined;
  return `[${object}](../${page}.md) \`${attribute}\``;
}

function link(home) {
  const at = home.indexOf(':');
  const [kind, name] = [home.slice(0, at), home.slice(at + 1)];
  const found = (path, shown, target) => (existsSync(path) ? `[${shown}](${target})` : undefined);
  if (PAGES[kind]) return attributeLink(PAGES[kind], name);
  switch (kind) {
    case 'data': return found(`docs/data-sources/${name}.md`, `zt_${name}`, `../data-sources/${name}.md`);
    case 'function': return found(`docs/functions/${name}.md`, name, `../functions/${name}.md`);
    case 'module': return found(`modules/${name}/README.md`, `module ${name}`, `../../modules/${name}`);
    case 'example': return found(`examples/${name}`, `example ${name}`, `../../examples/${name}`);
    case 'guide': return found(`docs/guides/${name}.md`, text(`docs/guides/${name}.md`)?.match(/^# (.+)$/m)?.[1], `${name}.md`);
    case 'decision': return found(`docs-dev/decisions/${name}.md`, `decision ${name.slice(0, 4)}`, `../../docs-dev/decisions/${name}.md`);
    case 'contract': return new RegExp(`^## ${name}\\. `, 'm').test(text('docs-dev/edge-contract.md')) ? `[contract ${name}](../../docs-dev/edge-contract.md)` : undefined;
    case 'file': return found(name, `\`${name}\``, `../../${name}`);
    default: return undefined;
  }
}

function row(line, number) {
  const cells = line.split('|').map((cell) => cell.trim());
  const [feature, state, homes, note] = cells;
  const complain = (what) => complaints.push(`tests/documents/parity.txt:${number}: ${what}`);
  if (cells.length !== 4 || !STATES.includes(state)) complain('is not `feature | served, otherwise or not yet | homes | note`');
  const links = (homes ?? '').split(' ').filter(Boolean).map((home) => link(home) ?? complain(`there is no ${home}`));
  if (state !== 'not yet' && links.length === 0) complain('has no home');
  if (state === 'not yet' && !note) complain('does not say what is missing');
  return { feature, state, row: `| ${feature} | ${state === 'not yet' ? '**not yet**' : state} | ${[links.join(', '), note].filter(Boolean).join(': ')} |` };
}

function read() {
  const sections = [];
  text('tests/documents/parity.txt').split('\n').forEach((line, index) => {
    if (line.startsWith('## ')) sections.push({ title: line.slice(3), rows: [] });
    else if (line && !line.startsWith('#')) sections.at(-1).rows.push(row(line, index + 1));
  });
  return sections;
}

function guide(sections) {
  const rows = sections.flatMap((section) => section.rows);
  const count = (state) => rows.filter((each) => each.state === state).length;
  return [
    '<!-- Written by tests/documents/parity.mjs from tests/documents/parity.txt. -->', '# What raindancers-cloudfront offers, and where it is here', '',
    `Every row of a survey of raindancers-cloudfront 0.0.22: ${rows.length} rows, of which ${count('served')} are served, ${count('otherwise')} are deliberately`,
    `otherwise, and ${count('not yet')} are not there yet. [Coming from other gateways](coming-from.md) is the short way.`, '',
    ...sections.flatMap(({ title, rows: own }) => [`## ${title}`, '', '| there | here | where, and what to know |', '|---|---|---|', ...own.map((each) => each.row), '']),
  ].join('\n');
}

function compare(sections, survey) {
  const have = new Set(sections.flatMap((section) => section.rows.map((each) => each.feature)));
  const wanted = readFileSync(survey, 'utf8').split('\n').filter((line) => line.startsWith('| ') && !/^\| (---|feature )/.test(line)).map((line) => line.slice(2).split(' | ')[0]);
  for (const feature of wanted) if (!have.has(feature)) complaints.push(`the survey's row ${feature} is missing`);
  for (const feature of have) if (!wanted.includes(feature)) complaints.push(`the survey has no row ${feature}`);
  console.log(`rows of the survey: ${wanted.length}`);
}

const sections = read();
const made = guide(sections);
const survey = process.argv.indexOf('--against');
if (survey > 0) compare(sections, process.argv[survey + 1]);
if (!process.argv.includes('--check')) writeFileSync(GUIDE, made);
else if (text(GUIDE) !== made) complaints.push(`${GUIDE} is not what the table says; run node tests/documents/parity.mjs`);
for (const complaint of complaints) console.log(complaint);
const checked = sections.flatMap((section) => section.rows).length + 1;
console.log(`parity: ${checked - Math.min(complaints.length, checked)} passed, ${complaints.length} failed`);
process.exitCode = complaints.length === 0 ? 0 : 1;
