// Builds edge-src/dist/session.js from src/*.js in the order of their names, session-sizes.json beside it (what each part costs), and their
// lines in SHA256SUMS.
// `--check` compares with what is committed. The same sources give the same bytes. Files from 80 on are parts: each stands behind a
// line `//@<its name>`, and `render` leaves out those that a table does not ask for, as the provider does.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { lint } from './lint.mjs';
import { alias, shorten } from './shorten.mjs';
import { largeTable } from './large-table.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const LIMIT = 10240; // bytes CloudFront takes for a function
const MARK = 'var T = {};';

function refuse(why) {
  process.stderr.write(`session function: ${why}\n`);
  process.exit(1);
}

function gate(code, which) {
  const faults = lint(code);
  if (faults.length) refuse(`${which}: the runtime has no ${faults.join(', ')}`);
}

// Only white space and syntax: esbuild would rename `handler` and, for a younger target, drop the binding of `catch`.
function minify(code) {
  return transformSync(code, { minifyWhitespace: true, minifySyntax: true, target: 'es2017', legalComments: 'none' }).code.trim();
}

export function sources() {
  const files = readdirSync(at('src')).filter((name) => name.endsWith('.js')).sort();
  return files.map((name) => (name < '80' ? '' : `//@${name.slice(3, -3)}\n`) + readFileSync(at('src/' + name), 'utf8')).join('\n');
}

// The text before the first part, then name and text of each part.
const split = (code) => code.split(/^\/\/@(\w+)\n/m);

export function build(source = sources()) {
  gate(source, 'sources');
  const [core, ...parts] = split(source);
  const [head, tail, more] = core.split(MARK);
  if (tail === undefined || more !== undefined) refuse(`the line ${MARK} must stand once`);
  const imports = head.trim().replace(/\/\/.*\n/g, ''); // two lines; esbuild would drop bindings it sees no use of
  // Each part by itself: together their declarations would become one.
  const rest = parts.map((text, i) => (i % 2 ? `${minify(text)}\n` : `//@${text}\n`)).join('');
  const small = `${imports}\n${MARK}\n${minify(tail)}\n${rest}`;
  gate(small, 'minified');
  const out = alias(shorten(small), MARK); // last of all: esbuild itself renames a short name that shadows another
  gate(out, 'built');
  return out;
}

// The parts that a table asks for (contract, section 5).
export function partsOf(table) {
  const routes = table.r ?? [];
  const asked = {
    cors: routes.some((route) => route[4]),
    identity: Object.keys(table.i ?? {}).length > 0,
    context: table.q !== undefined,
    machine: Boolean(table.m),
    assertion: Boolean(table.s),
    rewrite: routes.some((route) => route[5]),
    tls: routes.some((route) => route[1] & 32),
    address: (table.x ?? []).some((condition) => condition.i),
    step: (table.x ?? []).some((condition) => condition.a || 'g' in condition)
  };
  return Object.keys(asked).filter((name) => asked[name]);
}

export function render(code, table, kept = partsOf(table)) {
  const [core, ...parts] = split(code);
  const json = JSON.stringify(table).replace(/[<\u007f-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
  const needed = parts.filter((_, i) => i % 2 && kept.includes(parts[i - 1]));
  return core.replace(MARK, () => `var T = ${json};`) + needed.join('');
}

function sums(files) {
  const own = Object.keys(files);
  const name = (l) => l.slice(66);
  let lines = [];
  try {
    lines = readFileSync(at('../dist/SHA256SUMS'), 'utf8').split('\n').filter((l) => l && !own.includes(name(l)));
  } catch (missing) {
    if (missing.code !== 'ENOENT') throw missing;
  }
  const mine = own.map((file) => `${createHash('sha256').update(files[file]).digest('hex')}  ${file}`);
  return [...lines, ...mine].sort((a, b) => (name(a) < name(b) ? -1 : 1)).join('\n') + '\n';
}

// What a function of any table is made of: `core`, the bytes of the table as JSON, and each part that the table asks for.
export function manifest(code) {
  const [core, ...rest] = split(code);
  const names = rest.filter((_, i) => i % 2 === 0);
  const bytes = Buffer.byteLength(core) - '{}'.length;
  return `${JSON.stringify({ limit: LIMIT, core: bytes, parts: Object.fromEntries(names.map((name, i) => [name, Buffer.byteLength(rest[2 * i + 1])])) }, null, 1)}\n`;
}

// What the core takes with a table of 100 routes and 30 policies, and what each part adds.
function sizes(code) {
  const bytes = (kept) => Buffer.byteLength(render(code, largeTable(), kept));
  const names = split(code).filter((_, i) => i % 2);
  return { core: bytes([]), parts: names.map((name) => [name, bytes([name]) - bytes([])]) };
}

function main() {
  const code = build();
  const { core, parts } = sizes(code);
  if (core > LIMIT) refuse(`${core} bytes with a table of 100 routes and 30 policies, ${LIMIT} are allowed`);
  const built = { 'session.js': code, 'session-sizes.json': manifest(code) };
  for (const [file, text] of Object.entries({ ...built, SHA256SUMS: sums(built) })) {
    const path = `../dist/${file}`;
    if (!process.argv.includes('--check')) writeFileSync(at(path), text);
    else if (readFileSync(at(path), 'utf8') !== text) refuse(`${path} is stale; run node build.mjs`);
  }
  const added = parts.map(([name, size]) => `${name} ${size}`).join(', ');
  process.stdout.write(`session.js: ${Buffer.byteLength(code)} bytes; core with 100 routes and 30 policies ${core}; parts: ${added}\n`);
}

if (process.argv[1] === at('build.mjs')) main();
