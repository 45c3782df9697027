// Every case of the session function on Debian's njs and on QuickJS, with identical answers; then a sample of the mutants.
// `node run.mjs` prints the failures and `N passed, N failed`. `--engine=njs` leaves QuickJS out and says so; `--mutants=n` takes about n
// mutants, 0 none; `node mutants.mjs` runs them all.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { all } from './cases.mjs';
import { runOnNjs } from './engines/njs.mjs';
import { runOnQuickJs } from './engines/quickjs.mjs';
import { buildFaults } from './build-cases.mjs';
import { survivors } from './mutants.mjs';
import { judge, same } from './support/judge.mjs';
import { prepare } from './support/prepare.mjs';

const SHIPPED = readFileSync(fileURLToPath(new URL('../../dist/session.js', import.meta.url)), 'utf8');
const sample = process.argv.find((text) => text.startsWith('--mutants='))?.slice(10) ?? '30';

function main() {
  const failures = [];
  const prepared = prepare(all, SHIPPED);
  const engines = { njs: runOnNjs(prepared) };
  if (process.argv.includes('--engine=njs')) process.stdout.write('QuickJS left out on request\n');
  else engines.quickjs = runOnQuickJs(prepared);
  let passed = 0;
  const note = (name, faults) => (faults.length ? failures.push(`${name}: ${faults.join('; ')}`) : passed++);
  for (const [engine, answers] of Object.entries(engines)) all.forEach((one, i) => note(`${engine}: ${one.name}`, judge(one, answers[i])));
  if (engines.quickjs) all.forEach((one, i) => note(`both: ${one.name}`, same(engines.njs[i], engines.quickjs[i]) ? [] : [`${JSON.stringify(engines.njs[i])} and ${JSON.stringify(engines.quickjs[i])}`]));
  const mutants = sample === '0' ? [] : survivors({ sample: Number(sample) });
  for (const [name, faults] of [...mutants, ...buildFaults()]) note(name, faults);
  for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`);
  process.stdout.write(`${all.length} cases, ${mutants.length} mutants, engines: ${Object.keys(engines).join(' and ')}\n`);
  process.stdout.write(`session: ${passed} passed, ${failures.length} failed\n`);
  process.exit(failures.length ? 1 : 0);
}

main();
