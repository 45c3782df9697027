/**
 * Random messages of machines, properly signed, and random cookies of browsers: nothing that is not plainly a logout token, an
 * event, a bearer token or a session of ours is taken for one, and nothing fails us. `ZT_FUZZ_CASES` and `ZT_FUZZ_SEED` as in `fuzz.test.mjs`.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { cookieHeader, HOST, setCookies } from './support/application.mjs';
import { generator, PIECES } from './support/hostile.mjs';
import { makeToken } from './support/plain_provider.mjs';
import { World } from './support/world.mjs';

const CASES = Number(process.env.ZT_FUZZ_CASES ?? 1_500);
const SEED = Number(process.env.ZT_FUZZ_SEED ?? 20_260_101);
const LOGOUT = 'http://schemas.openid.net/event/backchannel-logout';
const REVOKED = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
const MACHINES = 'https://machines.example.com/';

let world;
let jar;
before(async () => {
  world = await World.start({
    queue: true,
    before: (config) => {
      const trusted = { issuer: MACHINES, jwks_uri: config.jwks_uri, audience: 'api', algorithms: ['RS256'] };
      Object.assign(config, { backchannel: true, refresh: true, revocation_endpoint: `${config.issuer}/revoke`, end_session_endpoint: `${config.issuer}/end`, events: trusted, bearer: [{ ...trusted, type: null, lifetime: 900 }] });
    },
  });
  world.provider.refreshToken = 'refresh-token-1';
  jar = (await world.login('/a')).jar;
});

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value) => typeof value === 'string' && value !== '' && value.length <= 255;
const isFor = (aud, audience) => aud === audience || (Array.isArray(aud) && aud.includes(audience));
const isTime = (value) => typeof value === 'number' && Number.isFinite(value);

/** What the specifications ask for, written apart from the function. */
const MAY_PASS = {
  'backchannel-logout': ({ claims, header }, now) =>
    claims.iss === world.config.issuer && isFor(claims.aud, 'client-1') && isTime(claims.iat) && Math.abs(now - claims.iat) < 400 && isTime(claims.exp) && claims.exp > now - 65 &&
    isObject(claims.events) && Object.hasOwn(claims.events, LOGOUT) && isObject(claims.events[LOGOUT]) && !('nonce' in claims) && isText(claims.jti) && isText(claims.sub) &&
    (claims.sid === undefined || isText(claims.sid)) && (header.typ === undefined || typeof header.typ !== 'string' || /^(?:(?:application\/)?(?:logout\+jwt|jwt)|)$/i.test(header.typ)),
  events: ({ claims, header }, now) =>
    claims.iss === MACHINES && isFor(claims.aud, 'api') && isTime(claims.iat) && claims.iat < now + 65 && isText(claims.jti) && isObject(claims.events) &&
    Object.values(claims.events).length > 0 && Object.values(claims.events).every(isObject) && /^(?:application\/)?secevent\+jwt$/i.test(header.typ),
  token: ({ claims }, now) =>
    claims.iss === MACHINES && isFor(claims.aud, 'api') && isTime(claims.iat) && isTime(claims.exp) && claims.exp > now && isText(claims.sub) && !('events' in claims) && !('cnf' in claims),
};

function shapes(random) {
  const one = (list) => list[random(list.length)];
  const text = () => Array.from({ length: random(4) }, () => one(PIECES)).join('');
  const value = (depth = 0) =>
    one([text, () => null, () => true, () => random(3) - 1, () => 1.5, () => 1e300, () => -1, () => [], () => ({}), () => [text()], () => (depth < 2 ? { [text() || 'x']: value(depth + 1) } : 7), () => (depth < 2 ? { format: one(['opaque', 'iss_sub', 'complex', 'email', text()]), id: value(depth + 1), user: value(depth + 1) } : '')])();
  const honest = (now, kind) => ({
    iss: kind === 'backchannel-logout' ? world.config.issuer : MACHINES,
    aud: kind === 'backchannel-logout' ? 'client-1' : 'api',
    iat: now, exp: now + 100, jti: 'j', sub: 'user-1',
    ...(kind === 'token' ? {} : { events: { [kind === 'events' ? REVOKED : LOGOUT]: {} } }),
    ...(kind === 'events' ? { sub_id: { format: 'opaque', id: 'user-1' } } : {}),
  });
  const types = { 'backchannel-logout': 'logout+jwt', events: 'secevent+jwt', token: 'at+jwt' };
  /** A few members changed, added or taken away, in claims and header. */
  const changed = (record, names) => {
    const result = { ...record };
    for (let count = random(3); count > 0; count -= 1) {
      const name = one(names);
      if (random(4) === 0) delete result[name];
      else Object.defineProperty(result, name, { value: value(), enumerable: true, configurable: true, writable: true });
    }
    return result;
  };
  return {
    random, one, text,
    message: (now) => {
      const kind = one(Object.keys(types));
      const claims = changed(honest(now, kind), ['iss', 'aud', 'iat', 'exp', 'nbf', 'jti', 'sub', 'sid', 'nonce', 'events', 'sub_id', 'cnf', 'auth_time', 'groups', 'email', '__proto__', 'constructor', text() || 'x']);
      const header = changed({ typ: types[kind] }, ['typ', 'typ', 'cty', 'x', text() || 'y']);
      return { kind, claims, header };
    },
  };
}

const PLAIN = { accept: '*/*', 'sec-fetch-mode': null, 'sec-fetch-dest': null, 'sec-fetch-site': null };

function send({ kind, token }) {
  const [headers, body] = {
    'backchannel-logout': [{ 'content-type': 'application/x-www-form-urlencoded' }, new URLSearchParams({ logout_token: token }).toString()],
    events: [{ 'content-type': 'application/secevent+jwt' }, token],
    token: [{ authorization: `Bearer ${token}` }, undefined],
  }[kind];
  return world.get(`/oauth2/${kind}`, { method: 'POST', headers: { ...PLAIN, ...headers }, body });
}

test('[R12] [R14] [T5] of random messages, signed as they should be, none passes that the specifications refuse', async () => {
  const { message, random, text } = shapes(generator(SEED));
  let passed = 0;
  for (let count = 0; count < CASES; count += 1) {
    const now = await world.lambda.now();
    const { kind, claims, header } = message(now);
    const whole = makeToken(world.provider.key, claims, { header });
    const spoilt = random(5) === 0;
    const at = random(whole.length);
    const token = spoilt ? whole.slice(0, at) + text() + whole.slice(at + 1 + random(3)) : whole;
    const before = world.queue.calls;
    const response = await send({ kind, token });
    const described = `seed ${SEED}, case ${count}: ${kind} ${JSON.stringify(header)} ${JSON.stringify(claims)}`;
    assert.match(response.status, /^(?:200|202|400|401)$/, described);
    const ok = response.status === '200' || response.status === '202';
    // What a parser sees is what was sent: JSON drops undefined and NaN, and keeps `__proto__` as a member.
    const seen = { claims: JSON.parse(JSON.stringify(claims)), header: JSON.parse(JSON.stringify({ alg: 'RS256', typ: 'JWT', ...header })) };
    if (!('typ' in header)) seen.header.typ = 'JWT';
    if (ok && token === whole) assert.ok(MAY_PASS[kind](seen, now), described);
    if (ok && token !== whole) assert.fail(`spoilt, and taken: ${described}`);
    if (!ok) assert.equal(world.queue.calls, before, `refused, and queued: ${described}`);
    if (ok && kind === 'backchannel-logout') assert.equal(world.queue.calls, before + 1, described);
    passed += ok ? 1 : 0;
  }
  assert.ok(passed > CASES / 20, `${passed} of ${CASES} honest enough to pass: the cases reach beyond the first check`);
});

test('[R19] of random cookies none renews, ends or names a session that the browser does not have', async () => {
  const { random, one, text } = shapes(generator(SEED + 1));
  const calls = { queue: world.queue.calls, tokens: world.provider.tokenRequests.length, revocations: world.provider.revocations.length };
  const names = Object.keys(jar);
  const spoil = (value) => {
    const at = random(value.length);
    const made = one([
      () => value.slice(0, at) + one(['A', 'B', '.', '-', text()]) + value.slice(at + 1),
      () => value.slice(0, at),
      () => value + (text() || 'A'),
      () => value.split('.').map((part) => (random(3) === 0 ? text() : part)).join('.'),
      () => text(),
    ])().replace(/[;\s]/g, '~');
    // A semicolon would end the cookie, and leave it as it was.
    return made === value ? `${value}A` : made;
  };
  for (let count = 0; count < CASES / 2; count += 1) {
    // The session is always spoilt, and with it whatever leans on it; the rest is now and then.
    const cookies = Object.fromEntries(names.map((name) => [name, name === '__Host-zt-session' || name.endsWith('-refresh') || random(2) === 0 ? spoil(jar[name]) : jar[name]]));
    const headers = { cookie: cookieHeader(cookies), origin: `https://${HOST}`, 'sec-fetch-site': 'same-origin' };
    const path = one(['refresh', 'logout', 'start?fresh=1', 'start']);
    const method = path.startsWith('start') ? 'GET' : 'POST';
    const response = await world.get(`/oauth2/${path}`, { method, headers: method === 'POST' ? headers : { cookie: headers.cookie } });
    const described = `seed ${SEED + 1}, case ${count}: ${method} ${path} ${headers.cookie}`;
    assert.match(response.status, { refresh: /^401$/, logout: /^303$/, 'start?fresh=1': /^302$/, start: /^302$/ }[path], described);
    for (const line of setCookies(response)) assert.doesNotMatch(line, /=s1\./, described);
  }
  assert.deepEqual({ queue: world.queue.calls, tokens: world.provider.tokenRequests.length, revocations: world.provider.revocations.length }, calls);
});
