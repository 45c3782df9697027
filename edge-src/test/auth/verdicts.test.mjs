/** Runs of tests on a mutant, as the runners of mutants read them: a run that says nothing proves nothing, either way. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { KILLED, SURVIVED, UNJUDGED, closing, countTap, isProof, judgeAll, readClosing, verdictOf } from '../../../tests/security/verdicts.mjs';

/** What Node's own runner says of a file. */
function runOf(source) {
  const folder = mkdtempSync(join(tmpdir(), 'zt-verdict-'));
  try {
    const path = join(folder, 'one.test.mjs');
    writeFileSync(path, `import { test } from 'node:test';\n${source}\n`);
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const flags = ['--test', '--test-reporter=tap', '--test-name-pattern=\\[X1\\]', path];
    const { stdout, status } = spawnSync(process.execPath, flags, { env, encoding: 'utf8' });
    return verdictOf({ ...countTap(stdout, (name) => name.includes('[X1]')), code: status });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const GREEN = "test('[X1] holds', () => {});";
const CASES = [
  ['a red test', "test('[X1] holds', () => { throw new Error(); });", KILLED],
  ['a green test', GREEN, SURVIVED],
  ['no test at all', '', UNJUDGED],
  ['tests of another row alone', "test('[X2] holds', () => {});", UNJUDGED],
  ['a test that is skipped', "test('[X1] holds', { skip: true }, () => {});", UNJUDGED],
  ['a file that cannot be loaded', "import './absent.mjs';\n" + GREEN, UNJUDGED],
  ['a process that dies in its first test', "test('[X1] holds', () => process.kill(process.pid, 'SIGKILL'));", UNJUDGED],
  ['a process that dies after a green test', `${GREEN}\ntest('[X1] too', () => process.kill(process.pid, 'SIGKILL'));`, UNJUDGED],
];
for (const [name, source, verdict] of CASES) test(`${name}: ${verdict}`, () => assert.equal(runOf(source), verdict));

/** Mutants whose answers are given in turn. */
async function judged(answers) {
  const [asked, said] = [[], []];
  const judge = (name) => {
    asked.push(name);
    return { verdict: answers[name].shift() };
  };
  const counts = await judgeAll(Object.keys(answers), judge, (name, { verdict }) => said.push(`${name} ${verdict}`));
  return { asked, said, counts, line: closing(counts), proof: isProof(counts) };
}

test('a mutant without a verdict is judged once more when all others are, and that counts', async () => {
  const { asked, said, proof } = await judged({ a: [UNJUDGED, KILLED], b: [KILLED], c: [KILLED] });
  assert.deepEqual([asked, said, proof], [['a', 'b', 'c', 'a'], ['b killed', 'c killed', 'a killed'], true]);
  assert.equal((await judged({ a: [UNJUDGED, SURVIVED], b: [KILLED] })).line, 'mutants: 1 killed, 1 survived, 0 without verdict');
});

test('a mutant that stays without a verdict fails, and not as a survivor', async () => {
  const { asked, line, proof } = await judged({ a: [UNJUDGED, UNJUDGED], b: [KILLED] });
  assert.deepEqual([asked, line, proof], [['a', 'b', 'a'], 'mutants: 1 killed, 0 survived, 1 without verdict', false]);
});

test('a survivor is not asked again; no mutant at all is no proof', async () => {
  const { asked, proof } = await judged({ a: [SURVIVED], b: [KILLED] });
  assert.deepEqual([asked, proof], [['a', 'b'], false]);
  assert.equal((await judged({})).proof, false);
});

test('the record keeps survivors and what has no verdict apart; a suite that says nothing, or fails without a count, has failed', () => {
  const read = (line, status) => Object.values(readClosing(`x\n${line}\n`, status));
  assert.deepEqual(read('mutants: 3 killed, 0 survived, 0 without verdict', 0), [3, 0, 0]);
  assert.deepEqual(read('mutants: 3 killed, 2 survived, 1 without verdict', 1), [3, 2, 1]);
  assert.deepEqual(read('mutants: 3 killed, 0 survived, 1 without verdict', 1), [3, 0, 1]);
  assert.deepEqual(read('mutants: 3 passed, 0 failed', 0), [3, 0, 0]);
  assert.deepEqual(read('mutants: 3 passed, 0 failed', 1), [3, 1, 0]);
  assert.deepEqual(read('Error: no', 1), [0, 1, 0]);
  assert.deepEqual(read('', 0), [0, 1, 0]);
});
