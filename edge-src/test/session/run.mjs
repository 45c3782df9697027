// Every case of the session function on Debian's njs and on QuickJS, with identical answers; then the mutants.
// `node run.mjs` prints the failures and `N passed, N failed`. `--engine=njs` leaves QuickJS out and says so.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cases as clients } from './cases/clients.mjs';
import { cases as entrance } from './cases/entrance.mjs';
import { cases as headers } from './cases/headers.mjs';
import { cases as policy } from './cases/policy.mjs';
import { cases as session } from './cases/session.mjs';
import { cases as vectors } from './cases/vectors.mjs';
import { runOnNjs } from './engines/njs.mjs';
import { runOnQuickJs } from './engines/quickjs.mjs';
import { buildFaults } from './build-cases.mjs';
import { survivors } from './mutants.mjs';
import { judge, same } from './support/judge.mjs';
import { prepare } from './support/prepare.mjs';

const SHIPPED = readFileSync(fileURLToPath(new URL('../../dist/session.js', import.meta.url)), 'utf8');
const table = Object.entries({ entrance, clients, headers, session, policy, vectors }).flatMap(([area, list]) => list.map((one) => ({ ...one, name: `${area}: ${one.name}` })));

function main() {
  const failures = [];
  const prepared = prepare(table, SHIPPED);
  const engines = { njs: runOnNjs(prepared) };
  if (process.argv.includes('--engine=njs')) process.stdout.write('QuickJS left out on request\n');
  else engines.quickjs = runOnQuickJs(prepared);
  let passed = 0;
  const note = (name, faults) => (faults.length ? failures.push(`${name}: ${faults.join('; ')}`) : passed++);
  for (const [engine, answers] of Object.entries(engines)) table.forEach((one, i) => note(`${engine}: ${one.name}`, judge(one, answers[i])));
  if (engines.quickjs) table.forEach((one, i) => note(`both: ${one.name}`, same(engines.njs[i], engines.quickjs[i]) ? [] : [`${JSON.stringify(engines.njs[i])} and ${JSON.stringify(engines.quickjs[i])}`]));
  const written = table.filter((one) => !one.name.startsWith('vectors'));
  for (const [name, faults] of [...survivors(written), ...buildFaults()]) note(name, faults);
  for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`);
  process.stdout.write(`${table.length} cases, engines: ${Object.keys(engines).join(' and ')}\n`);
  process.stdout.write(`session: ${passed} passed, ${failures.length} failed\n`);
  process.exit(failures.length ? 1 : 0);
}

main();
