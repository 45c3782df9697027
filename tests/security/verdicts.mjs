// What a run of tests says about a mutant. A run that ended without a word says nothing: it is neither a proof nor a survivor, is
// made once more, alone, when all others are done, and fails as a class of its own if it is silent again.

export const KILLED = 'killed';
export const SURVIVED = 'SURVIVED';
export const UNJUDGED = 'NO VERDICT';

/** Of the mutant's tests: how many finished, how many of them were red, and whether the runner itself ended well. */
export function verdictOf({ ran, red, code }) {
  if (red > 0) return KILLED;
  // Tests that crashed, were stopped or never began leave no line of their own, only a runner that failed.
  return ran > 0 && code === 0 ? SURVIVED : UNJUDGED;
}

/** The lines of Node's TAP output whose names `mine` takes. */
export function countTap(output, mine) {
  const lines = [...output.matchAll(/^\s*(not )?ok \d+ - (.*)$/gm)];
  const found = lines.filter(([, , name]) => mine(name) && !/# SKIP/.test(name));
  return { ran: found.length, red: found.filter(([, not]) => not !== undefined).length };
}

/** `judge` answers `{ verdict, note }` for a mutant; `say` gets each answer that is final. */
export async function judgeAll(mutants, judge, say) {
  const counts = { killed: 0, survived: 0, unjudged: 0 };
  const settle = (mutant, answer) => {
    counts[{ [KILLED]: 'killed', [SURVIVED]: 'survived' }[answer.verdict] ?? 'unjudged'] += 1;
    say(mutant, answer);
  };
  const silent = [];
  for (const mutant of mutants) {
    const answer = await judge(mutant);
    if (answer.verdict === UNJUDGED) silent.push(mutant);
    else settle(mutant, answer);
  }
  for (const mutant of silent) settle(mutant, await judge(mutant));
  return counts;
}

/** The line that `run.mjs` reads, and whether all is well. */
export const closing = ({ killed, survived, unjudged }) => `mutants: ${killed} killed, ${survived} survived, ${unjudged} without verdict`;
export const isProof = ({ killed, survived, unjudged }) => killed > 0 && survived === 0 && unjudged === 0;

/** The counts of a suite's last line; a suite that failed or said nothing has failed even if it counts none. */
export function readClosing(stdout, status) {
  const counts = /(\d+) (?:passed|killed), (\d+) (?:failed|survived)(?:, (\d+) without verdict)?/.exec(stdout.trim().split('\n').at(-1) ?? '');
  const [passed, failed, unjudged] = [1, 2, 3].map((at) => Number(counts?.[at] ?? 0));
  return { passed, failed: failed || Number(counts === null || (status !== 0 && unjudged === 0)), unjudged };
}
