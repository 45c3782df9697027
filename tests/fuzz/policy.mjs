/**
 * Whole policies: what is written, decided by the model's explanation, against the compiled table on the shipped function with the
 * session that the login would have minted. Every policy the language can write, sensible or not.
 */
import { b36, b64u, documentOf, event, fields, NOW, sign, TABLE, TOKEN, TOKEN_ID, tokenDocument } from './sessions.mjs';

const ADDRESSES = [
  '198.51.100.7', '198.51.100.127', '198.51.100.128', '198.51.100.007', '198.51.100', '198.51.100.256', '0.0.0.0', '255.255.255.255', '::', '::1', '1::', '2001:db8::1', '2001:DB8:0:0::1', '2001:db8:8000::', '2001:db8:7fff:ffff:ffff:ffff:ffff:ffff',
  '::ffff:198.51.100.9', '::FFFF:c633:6409', '0:0:0:0:0:ffff:198.51.100.200', '::198.51.100.7', '64:ff9b::198.51.100.7', '1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', 'fe80::1%eth0', '[::1]', ':', ':::', '', ' ', 'localhost', '1.2.3.4.5',
  '198.51.100.7 ', '٣.1.1.1', '0x7f.0.0.1', '2001:db8::1\n', '::ffff:198.51.100.07', '::ffff:1:198.51.100.7', '12345::', '::g',
];
const RANGES = ['198.51.100.0/25', '198.51.100.7/32', '0.0.0.0/0', '::/0', '2001:db8::/33', '2001:db8::1/128', '64:ff9b::/96', '128.0.0.0/1'];
const COUNTRIES = ['DE', 'FR', 'KP', 'de', 'D', 'DEU', '', 'DE\n', 'ＤＥ'];
const METHODS = ['GET', 'GET', 'POST', 'HEAD', 'PUT', 'get', 'GETX', 'DELETE'];
const AGES = [100, 101, 599, 600, 601, 3600, 5000];

function selector(random) {
  const made = {};
  const put = (percent, member, value) => random.chance(percent) && (made[member] = value());
  const list = (from) => () => [random.one(from), ...random.some(from)].filter((one, index, all) => all.indexOf(one) === index).sort();
  put(35, 'groups', list(['a', 'b', 'c']));
  put(12, 'roles', list(['r', 's']));
  put(10, 'emails', list(['ada@example.com', 'bob@example.org']));
  put(10, 'email_domains', list(['example.com', 'example.org']));
  put(10, 'users', list(['ada', 'bob']));
  put(10, 'claims', () => ({ [random.one(['dept', 'level', '__proto', 'toString'])]: list(['x', '7', 'true'])() }));
  put(12, 'authenticated', () => true);
  put(25, 'countries', list(['DE', 'FR']));
  put(30, 'ips', list(RANGES));
  put(18, 'methods', list(['GET', 'POST']));
  put(18, 'acr', () => random.one(['gold', 'mfa é']));
  put(12, 'amr', list(['otp', 'hwk']));
  put(18, 'max_age', () => random.one([100, 600, 3600]));
  put(12, 'service_tokens', list(['ci', 'cd']));
  return made;
}

const policy = (random) => ({ require: random.many(2, () => selector(random)), any: random.many(3, () => selector(random)), none: random.many(1, () => selector(random)) });

function claims(random) {
  const pieces = {
    groups: [[], ['a'], ['b'], ['a', 'c'], 'a', null, ['a', 1]], roles: [['r'], ['s', 'r'], 'r'], email: ['ada@example.com', 'ADA@Example.com', 'bob@example.org', 'a@b@example.com', 'ada', 7], email_verified: [true, true, true, 'true', false],
    sub: ['ada', 'bob', ''], dept: ['x', ['x', 'y'], 7, true, null, 7.5, {}], level: [7, '7', -0, 1e21, false], acr: ['gold', 'mfa é', 'tin', 1], amr: [['otp'], ['pwd', 'hwk'], 'otp', []], _claim_names: [{ groups: 'src1' }, { roles: 1 }],
  };
  const percent = { sub: 95, email_verified: 80, _claim_names: 4 };
  return Object.fromEntries(Object.entries(pieces).filter(([name]) => random.chance(percent[name] ?? 60)).map(([name, from]) => [name, random.one(from)]));
}

function request(random) {
  const caller = random.chance(75) ? { claims: claims(random), age: random.one(AGES) } : random.chance(75) ? { token: random.one(['ci', 'cd', 'other']) } : {};
  const country = random.chance(20) ? null : random.one(COUNTRIES);
  return { path: random.one(['/p0', '/p1', '/both', '/some', '/tls', '/none']), method: random.one(METHODS), country, doubled: random.chance(4), ip: random.chance(10) ? '198.51.100.7' : random.one(ADDRESSES), tls: random.one([null, 'TLSv1.3:x:y', 'TLSv1.2:x:y', 'TLSv1.3']), caller, now: NOW };
}

const ROUTES = [['/p0', 0, ['p0']], ['/p1', 1, ['p1']], ['/both', 0, ['p0', 'p1']], ['/some', 0, ['p0'], ['GET', 'POST']], ['/tls', 32, ['p1']], ['/none', 0, []]];
const PER_POLICY = 40;

export const name = 'policy';

export function generate(random, count) {
  const cases = [];
  while (cases.length < count) {
    const own = { policies: { p0: policy(random), p1: policy(random) }, requests: [] };
    for (let i = 0; i < PER_POLICY && cases.length < count; i += 1) {
      const one = request(random);
      own.requests.push(one);
      cases.push({ own, request: one });
    }
  }
  return cases;
}

const asked = (one) => ({ ...one, country: one.doubled ? null : one.country });

export const questions = (cases) => [...new Set(cases.map((one) => one.own))].map(({ policies, requests }) => ({ policy: { r: ROUTES, policies, requests: requests.map(asked) } }));

/** Fills in table, event and store, which depend on what the model compiled and minted. */
export function answers(cases, given) {
  const caseOf = new Map(cases.map((one) => [one.request, one]));
  return [...new Set(cases.map((one) => one.own))].flatMap((own, index) => {
    const { error, table, answers: list } = given[index];
    const made = error === undefined ? { ...JSON.parse(table), h: TABLE.h } : undefined;
    return own.requests.map((one, i) => {
      const answer = error === undefined ? list[i] : null;
      if (answer) Object.assign(caseOf.get(one), concrete(one, answer, made));
      return answer;
    });
  });
}

function concrete(one, answer, table) {
  const { caller } = one;
  const store = { 'a:members': JSON.stringify(documentOf()), 'p:AB': '1000000' };
  const headers = {};
  const cookies = {};
  if (caller.token !== undefined) {
    headers['x-zt-service-token'] = TOKEN;
    store[`t:members:${TOKEN_ID}`] = tokenDocument(caller.token);
  } else if (caller.claims) {
    const [grants, ctx, gen] = answer.minted;
    cookies['__Host-zt-session'] = sign(fields({ grants, ctx, gen: b36(gen), lt: b36(NOW - caller.age), iat: b36(NOW - 100) }));
  }
  if (one.country !== null) headers['cloudfront-viewer-country'] = one.doubled ? [one.country, one.country] : one.country;
  if (one.tls !== null) headers['cloudfront-viewer-tls'] = one.tls.includes(':') ? one.tls : `${one.tls}:`;
  return { table, now: NOW, store, event: event({ method: one.method, uri: one.path, headers, cookies, ip: one.ip }) };
}

export function expected({ request: one }, answer) {
  const navigation = ['GET', 'HEAD'].includes(one.method) && one.path !== '/p1' && one.caller.token === undefined;
  const again = navigation ? 302 : 401;
  const asks = `${answer.step ? `&step=${answer.step}` : ''}${answer.age === null ? '' : `&age=${answer.age}`}`;
  return {
    allow: { status: 0, reason: '-', policy: answer.policy }, login: { status: again, reason: 'none' }, denied: { status: 403, reason: 'policy' }, method: { status: 405, reason: 'method' }, tls: { status: 403, reason: 'tls' },
    step_up: { status: again, reason: 'context', ...(navigation ? { location: `/oauth2/start?rd=${b64u(one.path)}${asks}` } : {}) },
  }[answer.word] ?? { status: -2, reason: answer.word };
}

export const described = ({ own, request: one }) => ({ policies: own.policies, request: one });
