// Builds edge-src/dist/session.js from src/*.js in the order of their names, and its line in SHA256SUMS.
// `--check` compares with what is committed. The same sources give the same bytes.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { lint } from './lint.mjs';
import { shorten } from './shorten.mjs';
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
  return files.map((name) => readFileSync(at('src/' + name), 'utf8')).join('\n');
}

export function build(source = sources()) {
  gate(source, 'sources');
  const [head, tail, more] = source.split(MARK);
  if (tail === undefined || more !== undefined) refuse(`the line ${MARK} must stand once`);
  const imports = head.trim().replace(/\/\/.*\n/g, ''); // two lines; esbuild would drop bindings it sees no use of
  const small = `${imports}\n${MARK}\n${minify(tail)}\n`;
  gate(small, 'minified');
  const out = shorten(small); // last of all: esbuild itself renames a short name that shadows another
  gate(out, 'built');
  return out;
}

export function render(code, table) {
  const json = JSON.stringify(table).replace(/[<\u007f-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
  return code.replace(MARK, () => `var T = ${json};`);
}

function sums(code) {
  const line = `${createHash('sha256').update(code).digest('hex')}  session.js`;
  let lines = [];
  try {
    lines = readFileSync(at('../dist/SHA256SUMS'), 'utf8').split('\n').filter((l) => l && !l.endsWith('  session.js'));
  } catch (missing) {
    if (missing.code !== 'ENOENT') throw missing;
  }
  const name = (l) => l.slice(66);
  return [...lines, line].sort((a, b) => (name(a) < name(b) ? -1 : 1)).join('\n') + '\n';
}

function main() {
  const code = build();
  const full = Buffer.byteLength(render(code, largeTable()));
  if (full > LIMIT) refuse(`${full} bytes with a table of 100 routes and 30 policies, ${LIMIT} are allowed`);
  const files = { '../dist/session.js': code, '../dist/SHA256SUMS': sums(code) };
  for (const [path, text] of Object.entries(files)) {
    if (!process.argv.includes('--check')) writeFileSync(at(path), text);
    else if (readFileSync(at(path), 'utf8') !== text) refuse(`${path} is stale; run node build.mjs`);
  }
  process.stdout.write(`session.js: ${Buffer.byteLength(code)} bytes, ${full} with 100 routes and 30 policies\n`);
}

if (process.argv[1] === at('build.mjs')) main();
