/**
 * The session cookie and the two documents that judge it: near-valid cookies against the model. The expected status follows from the
 * model's reason by the contract alone (section 5, answers).
 */
import { STRANGE, wound } from './random.mjs';
import { b36, documentOf, event, fields, KEYS, NAMES, NOW, OTHER_KEY, KEY, sign, six, TABLE } from './sessions.mjs';

const POLICIES = [[0, 1], [1, 2], [5, 3], [64, 3], [255, 4]];
const TABLES = [3, 4, 100].map((g) => ({ ...TABLE, g, k: POLICIES.map(([bit, birth]) => [bit, Math.min(birth, g)]), n: ['a', 'b', 'c', 'd', 'e'], r: [['/a', 0, [0, 1, 2, 3, 4]]] }));
const TIMES = [0, 1, NOW - 43_200, NOW - 900, NOW - 61, NOW - 60, NOW - 59, NOW - 1, NOW, NOW + 1, NOW + 59, NOW + 60, NOW + 61, NOW + 3000, 2_176_782_335, 4_294_967_295];
const WAITS = new Set(['kid', 'mac', 'notbefore', 'grant']);

function values(random) {
  const time = () => b36(random.one(TIMES)).padStart(6, '0');
  const choices = {
    kid: () => random.one(['old1', 'none', 'k7q2k7q2', '__proto', 'constru', 'tostring', 'a']), sid: () => random.one(['sidsidsiXXXXXXXXXXXXXX', '-_-_-_-_-_-_-_-_-_-_-_']),
    usr: () => random.one(['ABuseruserXX', 'ABuseruseXXX', 'A-useruser12']), ses: () => random.one(['AAAAAAAAAAAA', 'SEproviderXX', 'AAAAAAAAAAAB']),
    lt: time, iat: time, exp: time, gen: () => random.one(['0', '1', '2', '3', '4', '5', '1u', '1v', '2r', 'zzzzzzz', '0000003']),
    grants: () => random.one(['', '0', '1', '2', '4', '8', 'f', '02', '00000000000000001', `${'0'.repeat(63)}8`, 'f'.repeat(64), 'f'.repeat(65)]), ctx: () => random.one(['x1Y2z3', 'x1Y2z3x1Y2z', 'aaaaaabbbbbbccccccdddddd', 'aaaaaabbbbbbccccccddddddeeeeee']),
    claims: () => random.one(['', 'e30', 'eyJhIjoxfQ']), ah: () => random.one(['a'.repeat(22), 'a'.repeat(21)]), version: () => random.one(['s0', 's2', 'S1', 's1 ']),
  };
  const changed = {};
  for (const name of random.many(3, () => random.one(NAMES))) changed[name] = choices[name]();
  return fields(changed);
}

function cookieOf(random) {
  const made = values(random);
  if (random.chance(8)) {
    const name = random.one(NAMES.filter((one) => one !== 'claims'));
    made[name] = wound(random, made[name]);
  }
  const text = sign(made, random.chance(made.kid === 'old1' ? 80 : 6) ? OTHER_KEY : KEY);
  const mangle = {
    whole: () => wound(random, text),
    field: () => {
      const parts = text.split('.');
      const [a, b] = [random.below(parts.length), random.below(parts.length)];
      if (random.chance(50)) [parts[a], parts[b]] = [parts[b], parts[a]];
      else parts[a] = random.chance(50) ? wound(random, parts[a]) : random.one(STRANGE);
      return parts.join('.');
    },
    last: () => text.slice(0, -1) + random.one([...'AEIMQUYcgkosw048BCDz_-=']),
    line: () => text + random.one(['\n', '\r\n', ' ', '\0', '.', ';']),
    long: () => text.replace('.e30.', `.${'A'.repeat(random.one([1023, 1024, 1025, 2048, 9000]))}.`),
    random: () => random.many(20, () => random.one(STRANGE)).join('.'),
  };
  return random.chance(35) ? mangle[random.one(Object.keys(mangle))]() : text;
}

function applicationText(random) {
  const doc = documentOf();
  if (random.chance(25)) doc.nb = random.one(TIMES);
  if (random.chance(20)) doc.e = Object.fromEntries(random.many(2, () => [random.one(['resource', 'abcdefgh']), random.one(TIMES)]));
  if (random.chance(15)) doc.k = { ...KEYS, k7q2: [KEYS.k7q2[0], random.one(TIMES), random.one(TIMES)] };
  if (random.chance(6)) doc[random.one(['v', 'nb', 'k', 'e'])] = random.one([null, -1, 1.5, '1', [], {}, true, 2, { k7q2: [1, 2, 3] }, { k7q2: [KEYS.k7q2[0], 0] }, { k7q2: ['short', 0, 0] }, { k7q2: [KEYS.k7q2[0], -1, 0] }]);
  if (random.chance(3)) delete doc[random.one(['v', 'nb', 'k'])];
  const text = JSON.stringify(doc);
  return random.chance(3) ? text.slice(0, random.below(text.length)) : text;
}

function pageText(random) {
  const time = () => six(random.one(TIMES.filter((one) => one < 2_176_782_336)));
  const id = () => `i${random.one(['resource', 'iiiiiiii', 'uuseruse'])}${six(NOW - 50)}`;
  const slots = random.many(4, () => random.one([() => `u${random.one(['useruser', 'XXXXXXXX', '00000000'])}${time()}`, () => `s${random.one(['sidsidsi', 'YYYYYYYY', 'uuseruse'])}${time()}`, () => `o${random.one(['SEprovid', 'AAAAAAAA', 'ZZZZZZZZ'])}${time()}`, () => `b${random.one(['useruser', 'XXXXXXXX'])}${time()}${id()}`])());
  const text = `1${random.chance(20) ? time() : '000000'}${slots.join('')}`;
  return random.chance(5) ? wound(random, text) : text;
}

export const name = 'cookie';

export function generate(random, count) {
  return Array.from({ length: count }, () => {
    const token = cookieOf(random).toWellFormed();
    const table = random.one(TABLES);
    const doc = random.chance(50) ? JSON.stringify(documentOf()) : applicationText(random);
    const page = random.chance(50) ? '1000000' : random.chance(3) ? undefined : pageText(random).toWellFormed();
    const cell = token.split('.')[3]?.slice(0, 2) ?? '';
    const store = { 'a:members': doc, ...(page === undefined ? {} : { [`p:${cell}`]: page }) };
    return { table, event: event({ cookies: { '__Host-zt-session': token } }), now: NOW, store, token, doc, page: page ?? null };
  });
}

export const questions = (cases) => cases.map(({ token, doc, page, table }) => ({ cookie: { token, doc, page, now: NOW, g: table.g, k: table.k } }));

export function expected({ token }, code) {
  const iat = parseInt(token.split('.')[6], 36);
  if (code === '-') return { status: 0, reason: '-' };
  if (code === 'store') return { status: 503, reason: 'store' };
  if (code === 'blocked' || code === 'policy') return { status: 403, reason: code };
  return { status: WAITS.has(code) && Math.abs(NOW - iat) < 60 ? 503 : 302, reason: code };
}

export const described = ({ token, doc, page, table }) => ({ token, doc, page, g: table.g });
