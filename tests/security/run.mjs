// The security checklist against its tests and mutants, and the record of what is too long for CI.
//
//     node run.mjs            the lane: the page is fresh and complete, a sample of mutants dies, no recorded whole run is stale
//     node run.mjs --write    writes tests/SECURITY.md
//     node run.mjs --long     all suites whole (or those named after it); writes report.json
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SUITES } from './long.mjs';
import { faults, write } from './page.mjs';
import { ROOT } from './table.mjs';
import { readClosing } from './verdicts.mjs';

const REPORT = join(ROOT, 'tests/security/report.json');

function* files(path) {
  if (!statSync(path).isDirectory()) return yield path;
  for (const name of readdirSync(path).sort()) if (name !== 'node_modules') yield* files(join(path, name));
}

/** One number for all that a suite's verdict depends on. */
function digest({ covers }) {
  const hash = createHash('sha256');
  for (const place of covers) for (const path of files(join(ROOT, place))) hash.update(path.slice(ROOT.length)).update('\0').update(readFileSync(path)).update('\0');
  return hash.digest('hex').slice(0, 16);
}

function run(name, more) {
  process.stdout.write(`${name}\n`);
  const { program = 'node', all } = SUITES[name];
  const { status, stdout } = spawnSync(program, [...all, ...more], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
  for (const line of stdout.split('\n').filter((each) => /SURVIVED|NO VERDICT|^FAILED/.test(each))) process.stdout.write(`  ${line}\n`);
  return readClosing(stdout, status);
}

/** What is wrong with a run: survivors, and apart from them what no run had a verdict on. */
const wrongIn = (name, { failed, unjudged = 0 }) => [...(failed ? [`${failed} of ${name} failed`] : []), ...(unjudged ? [`${unjudged} of ${name} without verdict`] : [])];

const report = () => (existsSync(REPORT) ? JSON.parse(readFileSync(REPORT, 'utf8')) : { suites: {} });

function stale() {
  const { suites } = report();
  return Object.entries(SUITES).flatMap(([name, suite]) => {
    if (suites[name] === undefined) return [];
    if (suites[name].digest !== digest(suite)) return [`the recorded run of ${name} is older than what it covers: make test-long`];
    return wrongIn(name, suites[name]).map((wrong) => `the recorded run: ${wrong}`);
  });
}

/** Suites that never ran whole: said by name, and counted as skipped until `make test-long` has run and its report is committed. */
const unrecorded = () => Object.keys(SUITES).filter((name) => report().suites[name] === undefined);

function close(passed, wrong, skipped = []) {
  for (const fault of wrong) process.stdout.write(`  ${fault}\n`);
  for (const name of skipped) process.stdout.write(`  skipped: no whole run of ${name} is recorded (make test-long)\n`);
  process.stdout.write(`security: ${passed} passed, ${wrong.length} failed, ${skipped.length} skipped\n`);
  process.exit(wrong.length ? 1 : 0);
}

function lane() {
  const wrong = [...faults(), ...stale()];
  let passed = wrong.length ? 0 : 1;
  for (const [name, { sample }] of Object.entries(SUITES)) {
    if (sample === undefined) continue;
    const counts = run(name, sample);
    passed += counts.passed;
    wrong.push(...wrongIn(name, counts));
  }
  close(passed, wrong, unrecorded());
}

function long(names) {
  let [passed, wrong] = [0, []];
  for (const name of names.length ? names : Object.keys(SUITES)) {
    const before = digest(SUITES[name]);
    const counts = run(name, []);
    const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).stdout.trim();
    // Each suite is recorded as it ends: what was seen is not lost with what comes after it, or beside it.
    const { suites } = report();
    suites[name] = { commit, ...counts, digest: before };
    writeFileSync(REPORT, `${JSON.stringify({ suites }, null, 2)}\n`);
    passed += counts.passed;
    wrong.push(...wrongIn(name, counts));
  }
  close(passed, wrong);
}

if (process.argv.includes('--write')) write();
else if (process.argv.includes('--long')) long(process.argv.slice(process.argv.indexOf('--long') + 1));
else lane();
