/**
 * The store's shim with faults of every shape: reads that reject, throw oddities, come late, or bring another type, a cut, huge or
 * null document. A request that needs what is broken is refused; a whole store that is only slow lets it pass.
 */
import { documentOf, event, fields, KEYS, NOW, sign, TABLE, TOKEN, TOKEN_ID, tokenDocument } from './sessions.mjs';

const MACHINES = { ...TABLE, m: 1, g: 3, k: [[0, 1]], n: ['staff', 'robots'], q: [0, [[[-1, 0]]]], x: [{ s: ['ci'] }], r: [['/a', 0, [0]], ['/robots', 0, [1]]] };
const HUGE = 1_000_000;

export const name = 'store';
/** QuickJS's host is the local cloud's own store, which brings only texts: these shapes are njs's. */
export const engines = ['njs'];

const WHOLE = { 'a:members': JSON.stringify(documentOf()), 'p:AB': '1000000', [`t:members:${TOKEN_ID}`]: tokenDocument('ci') };

/** A broken answer to `get`: never what the document says. */
function broken(random, key) {
  const page = key.startsWith('p:');
  const text = WHOLE[key];
  const json = page ? undefined : JSON.parse(text);
  const shapes = [
    () => undefined,
    () => ({ f: 'reject' }),
    // A rejection without an error in it: a number, a text, an object of no kind.
    () => ({ f: 'odd', v: random.one([0, 1, '', 'text', [0], [], {}, true, [-1, 'policy']]) }),
    () => ({ f: 'as', v: random.one([null, 0, 1, -1, true, false, [], {}, [text], { value: text }, [[]], 'x'.repeat(HUGE), '', '\n', '1', '1zzzzzz', 'null']) }),
    () => ({ f: 'late', v: page ? text.slice(0, random.below(text.length)) : text.slice(0, random.below(text.length)) }),
    () => (page ? random.one(['', '1', '100000', '10000000', '0000000', '1000000\n', '1zzzzzz', `1000000${'u'.repeat(14)}`, `1000000${'useruser0000000'.slice(1)}`, `1000000${`uXXXXXXXX000001`.repeat(68)}`, '1000000buseruser000001', ' 1000000', '{"v":1}']) : text.slice(0, random.below(text.length))),
    () => (page ? { f: 'as', v: { length: 7, search: 1 } } : wrong(random, key, json)),
  ];
  return random.one(shapes)();
}

/** A JSON document in which one member is of another type or gone. */
function wrong(random, key, json) {
  const value = random.one([null, 'x', -1, 1.5, [], {}, true, [[]], { a: 1 }, Number.MAX_SAFE_INTEGER]);
  // No key at all is a document like any other, and machines need none.
  const table = Object.keys(value ?? 0).length === 0 && value?.constructor === Object ? { a: 1 } : value;
  const of = {
    a: () => ({ ...json, ...random.one([{ v: value }, { k: table }]) }), t: () => ({ ...json, [random.one(['v', 's'])]: value }),
    key: () => ({ ...json, k: { k7q2: random.one([null, [], [KEYS.k7q2[0]], [1, 2, 3], ['', 0, 0], [KEYS.k7q2[0], 0, null], [KEYS.k7q2[0], 0, '0'], [KEYS.k7q2[0], 0, 0, 0], { 0: KEYS.k7q2[0], 1: 0, 2: 0 }, [KEYS.k7q2[0], -1, 0]]) } }),
    gone: () => Object.fromEntries(Object.entries(json).filter(([member]) => member !== random.one(['v']))),
  };
  const kinds = key.startsWith('a:') ? ['a', 'key', 'gone'] : ['t', 'gone'];
  return JSON.stringify(of[random.one(kinds)]());
}

export function generate(random, count) {
  return Array.from({ length: count }, () => {
    const machine = random.chance(30);
    const needed = ['a:members', machine ? `t:members:${TOKEN_ID}` : 'p:AB'];
    const store = { ...WHOLE };
    const faulty = random.chance(92) ? [random.one(needed), ...random.some(needed)] : [];
    for (const key of new Set(faulty)) {
      const shape = broken(random, key);
      if (shape === undefined) delete store[key];
      else store[key] = shape;
    }
    // What is only late is whole, and what fails to be looked up says nothing.
    for (const key of needed) if (!faulty.includes(key) && random.chance(30)) store[key] = { f: 'late', v: WHOLE[key] };
    if (machine && faulty.includes(needed[1]) && random.chance(30)) store[needed[1]] = { f: 'exists', v: random.one([true, null, 0, 'false', {}]) };
    const shown = machine ? { uri: '/robots', headers: { 'x-zt-service-token': TOKEN } } : { cookies: { '__Host-zt-session': sign(fields()) } };
    return { table: MACHINES, event: event(shown), now: NOW, store, machine, broken: faulty.length > 0 };
  });
}

export const questions = () => [];
export const answers = (cases) => cases.map(({ broken: faulty }) => (faulty ? 'refuse' : 'pass'));

/** 503; or a refusal, where what came back can be read as one: a token that is not there, a page or key that says no. */
export function expected(one, verdict) {
  return verdict === 'pass' ? { status: 0, reason: '-' } : { among: [[503, 'store'], ...(one.machine ? [[401, 'token']] : [[302, 'kid'], [302, 'notbefore']])] };
}

export const described = ({ store, machine }) => ({ machine, store: JSON.parse(JSON.stringify(store, (_, value) => (typeof value === 'string' && value.length > 2_000 ? `${value.length} characters` : value))) });
