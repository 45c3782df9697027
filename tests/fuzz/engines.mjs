/**
 * Who answers the cases: Debian's njs and the QuickJS host of the local cloud run the shipped session function, the model's example
 * `judge` says what the Rust side decides. A case is `{table, event, now, store}`; an answer `[status, audit line, location, reads]`,
 * status 0 for a request that passes and -1 for a function that threw.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { render } from '../../edge-src/session/build.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const ROOT = at('../../');
const SHIPPED = readFileSync(at('../../edge-src/dist/session.js'), 'utf8');
const TARGET = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');
const LARGEST = 512 * 1024 * 1024;

const dir = mkdtempSync(join(tmpdir(), 'zt-fuzz-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
mkdirSync(join(dir, 'modules'));
copyFileSync(at('cloudfront-shim.js'), join(dir, 'modules/cloudfront'));
writeFileSync(join(dir, 'function.js'), `${SHIPPED}\n${readFileSync(at('njs-driver.js'), 'utf8')}`);

/** Tables are many cases' own: each goes over once. */
function share(cases) {
  const tables = [...new Set(cases.map((one) => one.table))];
  const numbers = new Map(tables.map((table, index) => [table, index]));
  return { tables, cases: cases.map(({ table, event, now, store }) => ({ table: numbers.get(table), event, now, store })) };
}

export function njs(cases) {
  const [from, to] = [join(dir, 'cases.json'), join(dir, 'answers.json')];
  writeFileSync(from, JSON.stringify(share(cases)));
  rmSync(to, { force: true });
  const said = execFileSync('njs', ['-p', join(dir, 'modules'), join(dir, 'function.js'), from, to], { encoding: 'utf8' });
  if (said.trim()) throw new Error(`njs: ${said}`);
  return JSON.parse(readFileSync(to, 'utf8'));
}

let built;
function program(name, build) {
  built ??= new Set();
  // Whoever has just built everything need not wait for cargo's lock.
  if (!built.has(name) && process.env.ZT_FUZZ_BUILT !== '1') execFileSync('cargo', ['build', '--quiet', ...build], { cwd: ROOT, stdio: 'inherit' });
  built.add(name);
  const path = join(TARGET, 'debug', name);
  if (!existsSync(path)) throw new Error(`cargo built no ${name}`);
  return path;
}

const codes = new Map();
function codeOf(table) {
  if (codes.size > 5_000) codes.clear();
  const key = JSON.stringify(table);
  if (!codes.has(key)) codes.set(key, render(SHIPPED, table));
  return codes.get(key);
}

/** Whether CloudFront would take the function of this table; of another the plan says so, and nobody meets it. */
export const fits = ({ table }) => Buffer.byteLength(codeOf(table)) <= 10_240;

export function quickjs(cases) {
  const [from, to] = [join(dir, 'quick.json'), join(dir, 'quick-answers.json')];
  writeFileSync(from, JSON.stringify(cases.map(({ table, event, now, store }) => ({ code: codeOf(table), event, now: now * 1000, raw: null, store, fault: null }))));
  execFileSync(program('zt-session-cases', ['--package', 'zt-session-cases']), [from, to], { stdio: ['ignore', 'inherit', 'inherit'] });
  return JSON.parse(readFileSync(to, 'utf8')).map(({ out, log, reads, error }) =>
    error === undefined ? [out.statusCode ?? 0, log ?? null, out.headers?.location?.value !== undefined && out.statusCode ? out.headers.location.value : '', reads] : [-1, null, error, reads ?? 0],
  );
}

/** One answer of the model for each question. */
export function model(questions) {
  const input = questions.map((question) => JSON.stringify(question)).join('\n');
  const { stdout, stderr, status } = spawnSync(program('examples/judge', ['--package', 'zt-model', '--example', 'judge']), [], { input: `${input}\n`, encoding: 'utf8', maxBuffer: LARGEST });
  if (status !== 0) throw new Error(`judge: ${stderr}`);
  return stdout.trim().split('\n').map((line) => JSON.parse(line));
}
