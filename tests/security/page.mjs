// tests/SECURITY.md: each row of the checklist with the tests that show it and the mutants that prove those tests.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, checklist, testsById } from './table.mjs';
import { mutants } from './mutants.mjs';

const PAGE = join(ROOT, 'tests/SECURITY.md');
const SHOWN = 6;

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/\s+/g, ' ');

function tests(found) {
  const names = found.slice(0, SHOWN).map(({ file, name }) => `[${cell(name)}](../${file})`);
  if (found.length > SHOWN) names.push(`and ${found.length - SHOWN} more`);
  return names.join('; ');
}

export function render() {
  const byId = testsById();
  const lines = checklist().map(({ id, condition, response, reference }) => {
    const guards = mutants().filter((mutant) => mutant.id === id).map((mutant) => cell(mutant.what));
    return `| ${id} | ${cell(condition)} | ${cell(response)} | ${cell(reference)} | ${tests(byId.get(id) ?? [])} | ${guards.join('; ')} |`;
  });
  return `# The security checklist and its tests

Each row: an attack or condition, the answer it must get, the tests that show it on the shipped bytes, and the guards that the
mutation run takes out to see exactly those tests turn red (\`make test-long\`; its last report is \`tests/security/report.json\`).
Written by \`node tests/security/run.mjs --write\` from the names of the tests; the lane \`security\` fails when it is stale, when a row has no test, or no mutant.

| id | attack or condition | expected response | reference | tests | guards taken out |
|---|---|---|---|---|---|
${lines.join('\n')}
`;
}

/** What is wrong with the committed page; nothing when it is fresh and complete. */
export function faults() {
  const byId = testsById();
  const rows = checklist().map((row) => row.id);
  const proved = new Set(mutants().map((mutant) => mutant.id));
  const found = rows.filter((id) => !byId.has(id)).map((id) => `${id} has no test`);
  found.push(...rows.filter((id) => !proved.has(id)).map((id) => `${id} has no mutant`));
  found.push(...[...byId.keys()].filter((id) => !rows.includes(id)).map((id) => `${id} is no row of the checklist`));
  const committed = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';
  if (committed !== render()) found.push('tests/SECURITY.md is stale: run node tests/security/run.mjs --write');
  return found;
}

export function write() {
  writeFileSync(PAGE, render());
}
