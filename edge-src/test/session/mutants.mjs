// Each guard taken out of a copy of the sources, one at a time: the cases of that guard, and only they, must turn red.
// `node mutants.mjs [--sample n] [--id X]` prints `mutant <id> <killed|SURVIVED> <case names>` for each id of each mutant (`-` for a guard
// that answers no row of the checklist), then `N passed, N failed`.
import { fileURLToPath } from 'node:url';
import { build, sources } from '../../session/build.mjs';
import { written } from './cases.mjs';
import { runOnNjs } from './engines/njs.mjs';
import { GUARDS } from './guards.mjs';
import { judge } from './support/judge.mjs';
import { prepare } from './support/prepare.mjs';

function built(from, to) {
  const source = sources();
  if (source.split(from).length !== 2) return null;
  return build(source.replace(from, () => to));
}

// What became of one mutant: names of the cases that turned red, and what is wrong with that.
function verdict([ids, what, from, to, red]) {
  const code = built(from, to);
  if (!code) return { turned: [], faults: [`the text ${from} must stand once in the sources`] };
  const answers = runOnNjs(prepare(written, code));
  const turned = written.filter((one, i) => judge(one, answers[i]).length).map((one) => one.name);
  if (red.source === '^$') return { turned, faults: turned.length ? [`kept for depth, yet red: ${turned.slice(0, 5)}`] : [], spare: true };
  const strange = red === '*' ? [] : turned.filter((name) => !red.test(name) && !ids.some((id) => name.includes(`[${id}]`)));
  const faults = ids.filter((id) => !turned.some((name) => name.includes(`[${id}]`))).map((id) => `no case of ${id} turned red`);
  if (!turned.length) faults.push('survived');
  if (strange.length) faults.push(`also red: ${strange.slice(0, 5).join(', ')} (${strange.length})`);
  return { turned, faults };
}

// Mutants by id, and every n-th of the rest when a sample is asked for.
function chosen(sample, id) {
  const asked = id ? GUARDS.filter(([ids]) => ids.includes(id)) : GUARDS;
  const step = sample ? Math.max(1, Math.floor(asked.length / sample)) : 1;
  return asked.filter((_, i) => i % step === 0);
}

// For each mutant its name and what is wrong with it; `say` gets the machine-readable lines.
export function survivors({ sample, id, say = () => {} } = {}) {
  return chosen(sample, id).map((mutant) => {
    const { turned, faults, spare } = verdict(mutant);
    for (const row of mutant[0].length ? mutant[0] : ['-']) {
      const mine = turned.filter((name) => row === '-' || name.includes(`[${row}]`));
      if (!spare) say(`mutant ${row} ${mine.length ? 'killed' : 'SURVIVED'} ${mine.slice(0, 3).join('; ') || mutant[1]}`);
    }
    return [`mutant without ${mutant[1]}`, faults];
  });
}

function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = survivors({ sample: Number(option('--sample')) || 0, id: option('--id'), say: (line) => process.stdout.write(`${line}\n`) });
  const failed = results.filter(([, faults]) => faults.length);
  for (const [name, faults] of failed) process.stdout.write(`FAILED ${name}: ${faults.join('; ')}\n`);
  process.stdout.write(`mutants: ${results.length - failed.length} passed, ${failed.length} failed\n`);
  process.exitCode = failed.length ? 1 : 0;
}
