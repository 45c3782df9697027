/** Raw paths against routes: which route decides, or which refusal; every route is public, so that the audit line names it. */
import { event, NOW, TABLE } from './sessions.mjs';

const PLAIN = ['a', 'b', 'A', 'é', 'admin', 'x.txt', 'oauth2', 'start', '.zt', 'userinfo', '*', '+', '~', '-', ':', '@', '&', '=', '!', "'", '(', 'K', 'ſ'];
const RAW = [
  '/', '/', '/', '/', 'a', 'b', 'A', 'admin', 'x.txt', '.', '..', '...', ';', ';x=1', '%', '%2', '%2f', '%2F', '%5c', '%2e', '%2E%2e', '%00', '%1f', '%7f', '%25', '%252f', '%3b', '%3B', '%3f', '%23', '%20', '%c3%a9', '%C3%89', '%c3', '%c0%af', '%ed%a0%80', '%f4%90%80%80',
  '%f0%9f%98%80', '%ef%bb%bf', '%e2%80%ae', '%c2%80', '%c2%9f', '%c2%a0', '%41', '%2d', '%7e', '%21', '%e2%84%aa', '%c5%bf', '%c4%b1', '%gg', '\\', '?', '#', 'é', ' ', '\t', '\n', '\u212a', '~', '!', '*', '@', 'oauth2', 'start', '.zt', 'userinfo', '/oauth2/', '/.zt/userinfo', '%u0041', '+',
];
const ENCODED = { é: '%c3%a9', ſ: '%c5%bf' };

export const name = 'path';

function table(random) {
  const segment = () => random.many(2, () => random.one(PLAIN)).join('') || 'a';
  const pattern = () => `/${random.many(3, segment).join('/')}${random.one(['', '', '/*', '*', '/'])}`.replace(/\/{2,}/g, '/');
  const routes = Array.from({ length: 1 + random.below(6) }, () => [random.one([pattern(), pattern(), '/*', '/a/*', '/admin/*', '/A*', '/*.txt']), random.one([0, 0, 2, 4, 6, 8, 10, 14])]);
  return { ...TABLE, g: 1, k: [], n: [], r: routes };
}

function rawPath(random, routes) {
  const stem = random.one(routes)[0].replaceAll('*', () => random.one(['', 'x', 'x/y', 'a'])).replace(/[éſ]/g, (c) => ENCODED[c]);
  const escape = () => `%${random.below(256).toString(16).padStart(2, '0')}`;
  const piece = () => (random.chance(15) ? random.one([escape, () => escape().toUpperCase(), () => `%c2${escape()}`, () => String.fromCharCode(random.below(160))])() : random.one(RAW));
  const junk = () => random.many(5, piece).join('');
  const raw = random.one([() => stem, () => stem + junk(), () => `/${junk()}`, () => `/${junk()}/${junk()}`, () => stem.slice(0, 1 + random.below(stem.length)) + random.one(RAW) + stem.slice(1), () => junk(), () => stem.toUpperCase(), () => `${stem}${random.one([';', '%2f', '%3f', ''])}${'a'.repeat(random.one([1000, 1024, 1030]))}`])();
  return raw.toWellFormed();
}

const PER_TABLE = 25;

export function generate(random, count) {
  const cases = [];
  while (cases.length < count) {
    const own = table(random);
    for (let i = 0; i < PER_TABLE && cases.length < count; i += 1) {
      const raw = rawPath(random, own.r);
      cases.push({ table: own, event: event({ uri: raw }), now: NOW, store: {}, raw });
    }
  }
  return cases;
}

function byTable(cases) {
  const grouped = new Map();
  for (const one of cases) grouped.set(one.table, [...(grouped.get(one.table) ?? []), one]);
  return grouped;
}

/** One question for each table; answers come back flat, null where the table is none that the model would make. */
export function questions(cases) {
  const grouped = byTable(cases);
  return [...grouped].map(([own, list]) => ({ path: { r: own.r, paths: list.map((one) => one.raw) } }));
}

export function answers(cases, given) {
  const grouped = [...byTable(cases).values()];
  return grouped.flatMap((list, index) => list.map((_, i) => (Array.isArray(given[index]) ? given[index][i] : null)));
}

const WORDS = { ambiguous: [400, 'path'], auth: [404, 'path'], no_route: [403, 'policy'] };

export function expected(one, word) {
  if (typeof word === 'number') return { status: 0, reason: '-', route: String(word) };
  // Userinfo is always 401, never a redirect.
  const [status, reason] = word === 'userinfo' ? [401, 'none'] : (WORDS[word] ?? [-2, word]);
  return { status, reason };
}

export const described = ({ raw, table: own }) => ({ raw, r: own.r });
