/**
 * Random cases for the evaluators of the session function (the model, njs and QuickJS must agree), for the shim of its store, and for
 * the auth function's parsers. `node tests/fuzz/run.mjs --cases N [--seed S] [--only cookie|path|policy|auth|store] [--quickjs PERCENT]`
 * The seed is printed; a failure prints the arguments that repeat exactly its batch, and the case.
 */
import { randomInt } from 'node:crypto';
import { randomOf } from './random.mjs';
import * as auth from './auth.mjs';
import * as cookie from './cookie.mjs';
import * as path from './path.mjs';
import * as policy from './policy.mjs';
import * as store from './store.mjs';
import { fits, njs, model, quickjs } from './engines.mjs';
import { told } from './sessions.mjs';

const BATCH = 1_000;
const SHOWN = 8;
const SUITES = { cookie, path, policy, store, auth };
/** Shares of the whole, in percent. */
const SHARES = { cookie: 32, path: 32, policy: 24, store: 6, auth: 6 };

function options() {
  const given = {};
  for (let i = 2; i < process.argv.length; i += 2) given[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
  const number = (name, usual) => (given[name] === undefined ? usual : Number(given[name]));
  const read = { cases: number('cases', 20_000), seed: number('seed', randomInt(2 ** 31)), quickjs: number('quickjs', 10), only: given.only, batch: given.batch };
  if (!(read.cases > 0) || !Number.isInteger(read.seed) || (read.only !== undefined && !(read.only in SUITES))) throw new Error('usage: --cases N [--seed S] [--only cookie|path|policy|auth|store] [--quickjs PERCENT]');
  return read;
}

class Report {
  passed = 0;
  failed = 0;
  engines = {};

  fail(line) {
    this.failed += 1;
    if (this.failed <= SHOWN) process.stdout.write(`FAILED ${line}\n`);
  }
}

/** What an engine's answer has against the expectation. */
function against(want, [status, log, location]) {
  const [decision, reason, route, name] = told(log);
  if (status === -1 || decision === '?') return `threw or wrote no audit line: ${location} ${log}`;
  if (want.among) return want.among.some(([code, word]) => code === status && word === reason) ? undefined : `${status} ${reason}`;
  const same = status === want.status && reason === want.reason && (want.route === undefined || want.route === route) && (want.policy === undefined || want.policy === name) && (want.location === undefined || want.location === location);
  return same ? undefined : `${status} ${reason} r${route} p${name} ${location}`;
}

/** One batch is one function of its seed and its number alone. */
function batch(suite, number, count, { seed, quickjs: percent }, report) {
  const random = randomOf((seed ^ Math.imul(number + 1, 0x9e3779b1)) >>> 0);
  const cases = suite.generate(random, count);
  const asked = suite.questions(cases);
  const given = asked.length === 0 ? [] : model(asked);
  const words = suite.answers ? suite.answers(cases, given) : given;
  const judged = cases.map((one, i) => ({ one, word: words[i] })).filter(({ word }) => word !== null);
  const share = (suite.engines ?? ['njs', 'quickjs']).includes('quickjs') ? judged.filter(({ one }, i) => i * percent % 100 < percent && fits(one)) : [];
  const runs = { njs: [judged, njs(judged.map(({ one }) => one))], ...(share.length === 0 ? {} : { QuickJS: [share, quickjs(share.map(({ one }) => one))] }) };
  const faulty = new Set();
  for (const [engine, [list, answers]] of Object.entries(runs)) {
    report.engines[engine] = (report.engines[engine] ?? 0) + list.length;
    list.forEach(({ one, word }, i) => {
      const want = suite.expected(one, word);
      const fault = against(want, answers[i]);
      if (fault === undefined || faulty.has(one)) return;
      faulty.add(one);
      report.fail(`${suite.name}: ${engine} ${fault}, wanted ${JSON.stringify(want)}; repeat: --only ${suite.name} --seed ${seed} --batch ${number} --quickjs 100; case ${JSON.stringify(suite.described(one))}`);
    });
  }
  report.passed += judged.length - faulty.size;
}

async function main() {
  const read = options();
  const report = new Report();
  const names = read.only === undefined ? Object.keys(SUITES) : [read.only];
  process.stdout.write(`fuzz: seed ${read.seed}\n`);
  for (const name of names) {
    const began = performance.now();
    const before = report.passed + report.failed;
    const wanted = read.only === undefined ? Math.ceil((read.cases * SHARES[name]) / 100) : read.cases;
    if (name === 'auth') await auth.run({ cases: wanted, seed: read.seed, report });
    else if (read.batch !== undefined) batch(SUITES[name], Number(read.batch), BATCH, read, report);
    // Tables that make no sense are made up for, so that as many are judged as were asked for.
    else for (let number = 0; report.passed + report.failed - before < wanted; number += 1) batch(SUITES[name], number, BATCH, read, report);
    process.stdout.write(`${name}: ${report.passed + report.failed - before} cases in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  }
  process.stdout.write(`engines: ${Object.entries(report.engines).map(([engine, count]) => `${engine} ${count}`).join(', ')}\n`);
  process.stdout.write(`fuzz: ${report.passed} passed, ${report.failed} failed\n`);
  process.exit(report.failed || !report.passed ? 1 : 0);
}

await main();
