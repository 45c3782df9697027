// The security checklist against its tests and mutants, and the record of what is too long for CI.
//
//     node run.mjs            the lane: the page is fresh and complete, a sample of mutants dies, no recorded whole run is stale
//     node run.mjs --write    writes tests/SECURITY.md
//     node run.mjs --long     all suites whole (or those named after it); writes report.json
//     node run.mjs --again    of the named suites (or all) only what is older than what it covers
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
function digest({ covers, reads = () => true }, part) {
  const hash = createHash('sha256');
  for (const place of covers) for (const path of files(join(ROOT, place))) if (part === undefined || reads(part, path)) hash.update(path.slice(ROOT.length)).update('\0').update(readFileSync(path)).update('\0');
  return hash.digest('hex').slice(0, 16);
}

function run(name, more) {
  process.stdout.write(`${name}\n`);
  const { program = 'node', all } = SUITES[name];
  const { status, stdout } = spawnSync(program, [...all, ...more], { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
  for (const line of stdout.split('\n').filter((each) => /SURVIVED|NO VERDICT|^FAILED/.test(each))) process.stdout.write(`  ${line}\n`);
  return readClosing(stdout, status);
}

/** The parts of a suite that are recorded apart: a suite without parts is one. */
const partsOf = ({ parts }) => parts ?? [undefined];
const recordOf = (recorded, part) => (part === undefined ? recorded : recorded?.parts?.[part]);

/** What is wrong with a run: survivors, and apart from them what no run had a verdict on. */
const wrongIn = (name, { failed, unjudged = 0 }) => [...(failed ? [`${failed} of ${name} failed`] : []), ...(unjudged ? [`${unjudged} of ${name} without verdict`] : [])];

const report = () => (existsSync(REPORT) ? JSON.parse(readFileSync(REPORT, 'utf8')) : { suites: {} });

/** The parts of a suite whose recorded run is not of what lies here. */
const oldParts = (name, recorded) => partsOf(SUITES[name]).filter((part) => recordOf(recorded, part)?.digest !== digest(SUITES[name], part));

function stale() {
  const { suites } = report();
  return Object.keys(SUITES).flatMap((name) => {
    if (suites[name] === undefined) return [];
    const old = oldParts(name, suites[name]);
    const which = old.some((part) => part !== undefined) ? ` (${old.join(', ')})` : '';
    if (old.length) return [`the recorded run of ${name}${which} is older than what it covers: make test-long`];
    return partsOf(SUITES[name]).flatMap((part) => wrongIn(name, recordOf(suites[name], part))).map((wrong) => `the recorded run: ${wrong}`);
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

function record(name, part, entry) {
  const { suites } = report();
  if (part === undefined) suites[name] = entry;
  else suites[name] = { parts: { ...suites[name]?.parts, [part]: entry } };
  writeFileSync(REPORT, `${JSON.stringify({ suites }, null, 2)}\n`);
}

function long(names, onlyOld) {
  let [passed, wrong] = [0, []];
  for (const name of names.length ? names : Object.keys(SUITES)) {
    const parts = onlyOld ? oldParts(name, report().suites[name]) : partsOf(SUITES[name]);
    for (const part of parts) {
      const before = digest(SUITES[name], part);
      const counts = run(name, part === undefined ? [] : ['--id', part]);
      const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).stdout.trim();
      // Each part is recorded as it ends: what was seen is not lost with what comes after it, or beside it.
      record(name, part, { commit, ...counts, digest: before });
      passed += counts.passed;
      wrong.push(...wrongIn(name, counts));
    }
  }
  close(passed, wrong);
}

const after = (flag) => process.argv.slice(process.argv.indexOf(flag) + 1);
if (process.argv.includes('--write')) write();
else if (process.argv.includes('--long')) long(after('--long'), false);
else if (process.argv.includes('--again')) long(after('--again'), true);
else lane();
