// Which cases there are, from what a flow was seen to call; and the share of them that every run tries.

/** Every call with every kind. */
export const everything = (recorded) => recorded.flatMap(({ flow, dependency, calls, kinds }) => kinds.flatMap((kind) => Array.from({ length: calls }, (_, at) => ({ flow, dependency, kind, nth: at + 1 }))));

const chosen = (calls) => [...new Set([1, Math.ceil(calls / 2), calls])];

/**
 * First, middle and last call of each flow and dependency, the kinds taking turns; then what kinds of a family had no turn, at its dependencies in turn.
 */
export function share(recorded) {
  const turns = new Map();
  const cases = [];
  for (const { flow, dependency, family, calls, kinds } of recorded) {
    for (const nth of chosen(calls)) {
      const turn = turns.get(family) ?? 0;
      turns.set(family, turn + 1);
      cases.push({ flow, dependency, kind: kinds[turn % kinds.length], nth });
    }
  }
  const all = [...cases, ...leftOut(recorded, cases)];
  return [...new Set(recorded.map(({ flow }) => flow))].flatMap((flow) => all.filter((each) => each.flow === flow));
}

function leftOut(recorded, cases) {
  const had = new Set(cases.map(({ dependency, kind }) => `${familyOf(recorded, dependency)} ${kind}`));
  const more = [];
  for (const family of new Set(recorded.map((each) => each.family))) {
    const places = recorded.filter((each) => each.family === family);
    const kinds = [...new Set(places.flatMap((each) => each.kinds))].filter((kind) => !had.has(`${family} ${kind}`));
    kinds.forEach((kind, at) => {
      const able = places.filter((each) => each.kinds.includes(kind));
      const { flow, dependency } = able[at % able.length];
      more.push({ flow, dependency, kind, nth: 1 });
    });
  }
  return more;
}

const familyOf = (recorded, dependency) => recorded.find((each) => each.dependency === dependency).family;
