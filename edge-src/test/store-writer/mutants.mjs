/**
 * Takes one guard after the other out of a copy of the store writer: the tests that prove it must turn red. A mutant that survives,
 * a guard that is not where it is looked for, or a run that says nothing twice, fails. `node mutants.mjs [words of a name]`
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { closing, countTap, isProof, judgeAll, verdictOf } from '../../../tests/security/verdicts.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** name, file, guard, what stands there instead, test file, words of the test that turns red */
const MUTANTS = [
  ['R6 a write without the version that was read', 'batch.ts', 'store.update(base.etag, puts)', 'store.update((await store.describe()).etag, puts)', 'faults', 'between our read'],
  ['R6 a page written from the messages alone', 'apply.ts', 'const page = readPage(present);', "const page = readPage(present) && readPage('1000000');", 'faults', 'faster every time'],
  ['R6 a conflict taken for a success', 'batch.ts', "if (!(error instanceof Fault) || error.kind === 'refused'", "if (error instanceof Fault && error.kind === 'conflict') return [];\n      if (!(error instanceof Fault) || error.kind === 'refused'", 'faults', 'each fault of each call'],
  ['R6 a run that failed answers that all is done', 'handler.ts', 'throw new Error(`the store', 'return { batchItemFailures: [] };\n      throw new Error(`the store', 'faults', 'does not pass'],
  ['R6 nobody goes first', 'pace.ts', 'return Math.min(MOST', 'return 0 * Math.min(MOST', 'writers', 'lone message'],
  ['R2 an absent page taken for an empty one', 'page.ts', "if (typeof text !== 'string'", "if (text === undefined) text = '1000000';\n  if (typeof text !== 'string'", 'batch', 'absent'],
  ['R3 poison dropped', 'batch.ts', 'failed.push(...(await bury(poisoned, tools)));', '', 'batch', 'poison goes'],
  ['R7 a batch of any size', 'batch.ts', 'const LARGEST = 10;', 'const LARGEST = 1_000;', 'batch', 'does not grow'],
  ['R7 blocks go with a collapse', 'settle.ts', 'page.notBefore = Math.max(page.notBefore, now);', 'page.notBefore = Math.max(page.notBefore, now);\n  page.blocks.clear();', 'batch', 'blocks stay'],
  ['R7 pruned without knowing the lifetime', 'settle.ts', 'if (life === undefined) return;', 'life ??= 43_200;', 'vectors', 'a batch makes'],
  ['R7 a full store gives up', 'batch.ts', "full ||= error.kind === 'full';", "if (error.kind === 'full') throw error;", 'batch', 'full store still'],
  ['R4 a revocation from the future', 'message.ts', 'const when = Math.min(at, sent);', 'const when = at;', 'vectors', 'a batch makes'],
  ['R4 many sessions of one user fill the page', 'apply.ts', 'slotsOf(page) >= CROWDED', 'false', 'batch', 'again and again'],
  ['R4 many sessions of one user at the provider fill the page', 'message.ts', ', owner: key.slice(2, 10) };', ' };', 'batch', 'signed out by the provider again'],
  ['R4 a late signal lowers the end of a user', 'apply.ts', 'const latest = Math.max(at, page[kind].get(name) ?? 0);', 'const latest = at;', 'batch', 'signal that comes late'],
  ['R14 a message of an unknown source', 'message.ts', "if (typeof source !== 'string' || !SOURCES.has(source)) return undefined;", '', 'vectors', 'a body is'],
  ['K8 a key in the log line', 'report.ts', "store: this.#store,\n      ...values,", "store: this.#store,\n      key: 'p:pp',\n      ...values,", 'batch', 'names nobody'],
];

// Node's test runner starts nothing within itself.
const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
const words = process.argv.slice(2).join(' ');
const folder = mkdtempSync(join(tmpdir(), 'store-writer-mutant-'));

async function judge([name, file, guard, instead, tests, red]) {
  cpSync(here('../../store-writer'), join(folder, 'store-writer'), { recursive: true });
  const source = readFileSync(join(folder, 'store-writer', file), 'utf8');
  if (source.split(guard).length !== 2) throw new Error(`${name}: the guard is not in ${file} exactly once`);
  writeFileSync(join(folder, 'store-writer', file), source.replace(guard, () => instead));
  const bundle = join(folder, 'index.mjs');
  await build({ entryPoints: [join(folder, 'store-writer/handler.ts')], bundle: true, format: 'esm', platform: 'node', mainFields: ['module', 'main'], outfile: bundle, logLevel: 'error' });
  const flags = ['--test', '--test-reporter=tap', `--test-name-pattern=${red}`, here(`${tests}.test.mjs`)];
  const { status, stdout } = spawnSync(process.execPath, flags, { env: { ...environment, ZT_STORE_WRITER: bundle }, encoding: 'utf8' });
  return { verdict: verdictOf({ ...countTap(stdout, (test) => new RegExp(red).test(test)), code: status }) };
}

let counts;
try {
  symlinkSync(here('../../node_modules'), join(folder, 'node_modules'));
  const chosen = MUTANTS.filter(([name]) => name.includes(words));
  counts = await judgeAll(chosen, judge, ([name], { verdict }) => console.log(`mutant ${name}: ${verdict}`));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(closing(counts));
process.exit(isProof(counts) ? 0 : 1);
