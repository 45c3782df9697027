/** The exchange of a bearer token of a further, pinned issuer for a short session in a header (checklist P16, T1, T2, T4, T5, T7, T8). */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { HOST, setCookies } from './support/application.mjs';
import { foreignToken, makeEcKey } from './support/foreign_jwt.mjs';
import { hs256With, makeRsaKey, makeToken, PlainProvider } from './support/plain_provider.mjs';
import { OUTAGES } from './support/queue.mjs';
import { readCookie } from './support/session_reader.mjs';
import { certificate, World } from './support/world.mjs';

let machines;
let world;
before(async () => {
  machines = await PlainProvider.start(certificate);
  world = await worldOf();
});
after(() => machines.stop());

const bearerOf = (changes = {}) => ({ issuer: machines.issuer, jwks_uri: `${machines.issuer}/jwks`, audience: 'api', algorithms: ['RS256'], type: null, lifetime: 900, ...changes });
const worldOf = (changes = {}, bearer = [bearerOf()]) => World.start({ before: (config) => Object.assign(config, { bearer }, changes) });

async function claimsOf(changes = {}, where = world) {
  const now = await where.lambda.now();
  const honest = { iss: machines.issuer, aud: 'api', sub: 'robot-1', iat: now - 10, exp: now + 3_600, groups: ['staff'], name: 'Robot' };
  return Object.fromEntries(Object.entries({ ...honest, ...changes }).filter(([, value]) => value !== undefined));
}

const tokenOf = async (changes, header, where = world) => foreignToken(machines.key, await claimsOf(changes, where), header);

const machine = { accept: 'application/json', 'sec-fetch-mode': null, 'sec-fetch-dest': null, 'sec-fetch-site': null };
const exchange = (token, where = world, headers = {}) =>
  where.get('/oauth2/token', { method: 'POST', headers: { ...machine, authorization: `Bearer ${token}`, ...headers } });

/** The session of an answer, read by a reader that knows the formula only. */
function sessionOf(response, where = world) {
  assert.equal(response.status, '200', response.body);
  const answer = JSON.parse(response.body);
  return { ...readCookie(answer.session, where.config, where.secrets), answer };
}

test('a token of a pinned issuer becomes a short session for a header, and never a cookie', async () => {
  const token = await tokenOf();
  const response = await exchange(token);
  const session = sessionOf(response);
  assert.deepEqual(Object.keys(session.answer), ['session', 'header', 'expires_in']);
  assert.deepEqual([session.answer.header, session.answer.expires_in], ['x-zt-session', 900]);
  assert.equal(session.expires - session.issued, 900);
  assert.equal(session.loginTime, JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).iat, 'since when the issuer said who it is');
  assert.deepEqual([session.policies, session.claims], [[], { name: 'Robot' }], 'a further issuer does not say who is in which group');
  const print = createHmac('sha256', Buffer.from(world.secrets.pepper, 'base64url')).update(lp(machines.issuer, 'robot-1')).digest().subarray(0, 9).toString('base64url');
  assert.equal(session.usr, print, 'known by its issuer and subject');
  assert.deepEqual(setCookies(response), []);
  assert.equal(response.headers['content-type'][0].value, 'application/json');
  const line = await world.lambda.audited((each) => each.endpoint === 'token');
  assert.deepEqual([line.decision, line.handle], ['exchange', session.handle]);
});

const lp = (...texts) => Buffer.concat(texts.flatMap((text) => [Buffer.from(Uint32Array.of(Buffer.byteLength(text)).buffer).reverse(), Buffer.from(text)]));

test('[T18] it ends with the token, the issuer’s lifetime, the application’s, or the absolute deadline, whichever is first', async () => {
  const now = await world.lambda.now();
  const lasts = async (changes, where = world) => {
    const { expires, issued } = sessionOf(await exchange(await tokenOf(changes, {}, where), where), where);
    return expires - issued;
  };
  assert.equal(await lasts({}), 900);
  assert.ok((await lasts({ exp: now + 300 })) <= 300);
  assert.ok((await lasts({ auth_time: now - 43_000 })) <= 200, 'of a login twelve hours ago');
  const short = await worldOf({ lifetime: 60 });
  assert.equal(await lasts({}, short), 60);
  assert.equal((await exchange(await tokenOf({ auth_time: now - 50_000 }))).status, '401', 'past the absolute deadline');
  assert.equal((await exchange(await tokenOf({ exp: now - 30 }))).status, '401', 'within the skew, but over');
});

test('[T2] only pinned issuers and their audience, looked up before anything is fetched', async () => {
  const own = await worldOf();
  const asked = machines.jwksRequests;
  for (const [name, changes] of [
    ['another issuer', { iss: 'https://evil.example' }],
    ['with a slash', { iss: `${machines.issuer}/` }],
    ['the login provider', { iss: own.config.issuer }],
    ['none', { iss: undefined }],
    ['a list', { iss: [machines.issuer] }],
  ]) {
    await refuses(await tokenOf(changes, {}, own), name, own);
  }
  assert.deepEqual([machines.jwksRequests, own.provider.jwksRequests], [asked, 0]);
  for (const [name, changes] of [
    ['another audience', { aud: 'other' }],
    ['one that begins alike', { aud: 'api2' }],
    ['the client', { aud: 'client-1' }],
    ['none', { aud: undefined }],
    ['an empty list', { aud: [] }],
  ]) {
    await refuses(await tokenOf(changes, {}, own), name, own);
  }
  assert.equal((await exchange(await tokenOf({ aud: ['other', 'api'] }, {}, own), own)).status, '200');
});

async function refuses(token, name, where = world) {
  const response = await exchange(token, where);
  assert.equal(response.status, '401', name);
  assert.deepEqual(JSON.parse(response.body), { type: 'about:blank', title: 'Token refused', status: 401, code: 'token' }, name);
  assert.equal(response.headers['www-authenticate'][0].value, 'Bearer realm="members", error="invalid_token"');
  assert.deepEqual(setCookies(response), []);
}

test('[T4] times are required and checked', async () => {
  const now = await world.lambda.now();
  for (const [name, changes] of [
    ['no exp', { exp: undefined }],
    ['expired', { exp: now - 120 }],
    ['no iat', { iat: undefined }],
    ['issued ahead', { iat: now + 600 }],
    ['not yet valid', { nbf: now + 600 }],
  ]) {
    await refuses(await tokenOf(changes), name);
  }
  for (const changes of [{ exp: 'never' }, { exp: null }, { iat: 'x' }, { auth_time: 'x' }, { auth_time: -1 }]) await refuses(makeToken(machines.key, await claimsOf(changes)), JSON.stringify(changes));
  const { loginTime, issued } = sessionOf(await exchange(await tokenOf({ auth_time: now + 10 ** 6 })));
  assert.ok(loginTime <= issued, 'a login time in the future would outlive every not-before');
});

test('[T1] the algorithm is pinned for each issuer, and no token brings its own key', async () => {
  const claims = await claimsOf();
  const { key } = machines;
  const pem = key.publicKey.export({ type: 'spki', format: 'pem' });
  for (const [name, token] of [
    ['none', makeToken(key, claims, { header: { alg: 'none' }, how: () => Buffer.alloc(0) })],
    ['HS256 with the public key', makeToken(key, claims, { header: { alg: 'HS256' }, how: hs256With(pem) })],
    ['ES256', foreignToken(makeEcKey('rsa-1'), claims, { alg: 'ES256' })],
    ['another key of the same id', foreignToken(makeRsaKey('rsa-1'), claims)],
    ['a key of the login provider', foreignToken(world.provider.key, claims)],
    ['its own key', makeToken(key, claims, { header: { jwk: key.jwk } })],
    ['an address of keys', makeToken(key, claims, { header: { jku: `${machines.issuer}/jwks` } })],
  ]) {
    await refuses(token, name);
  }
});

test('[T5] a token of another kind is not a bearer token', async () => {
  const typed = await worldOf({}, [bearerOf({ type: 'at+jwt' })]);
  for (const typ of ['at+jwt', 'application/at+jwt', 'AT+JWT']) assert.equal((await exchange(await tokenOf({}, { typ }, typed), typed)).status, '200', typ);
  for (const typ of ['JWT', 'logout+jwt', 'secevent+jwt', undefined]) await refuses(await tokenOf({}, { typ }, typed), `${typ}`, typed);
  await refuses(await tokenOf({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }, { typ: 'logout+jwt' }), 'a logout token');
  await refuses(await tokenOf({ cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } }), 'a token bound to a key that was not shown');
});

test('[T5] an ID token of the login is refused unless its audience is pinned', async () => {
  const own = await worldOf();
  const alike = (audience) => [{ issuer: own.config.issuer, jwks_uri: own.config.jwks_uri, audience, algorithms: ['RS256'], type: null, lifetime: 900 }];
  for (const [audience, status] of [['api', '401'], ['client-1', '200']]) {
    const other = await worldOf({}, []);
    const { issuer, jwks_uri } = other.config;
    const where = await World.start({ before: (config) => Object.assign(config, { issuer, jwks_uri, bearer: [{ ...alike(audience)[0], issuer, jwks_uri }] }) });
    await other.login('/a');
    assert.equal((await exchange(other.provider.idToken, where)).status, status, audience);
  }
});

test('[T8] who a further issuer’s subject is, is its own business: it is nobody of the login provider', async () => {
  const policies = { named: { require: [], any: [{ users: ['user-1'] }], none: [] }, others: { require: [{ authenticated: true }], any: [], none: [{ users: ['user-1'] }] } };
  const ledger = [{ bit: 0, policy: 'named', digest: 'A'.repeat(22), birth: 1 }, { bit: 1, policy: 'others', digest: 'B'.repeat(22), birth: 1 }];
  const membership = { v: 1, gen: 3, kid: 'k7q2', ledger, policies };
  const own = await World.start({ secrets: { membership }, before: (config) => Object.assign(config, { bearer: [bearerOf()] }) });
  const session = sessionOf(await exchange(await tokenOf({ sub: 'user-1' }, {}, own), own), own);
  assert.deepEqual(session.policies, [], 'a listed user is one of the login, and so is one who is excluded: undecidable, not false');
  assert.notEqual(session.usr, session.printOf('user-1'), 'and revoking the one does not touch the other');
  const { jar } = await own.login('/a');
  assert.deepEqual(readCookie(jar['__Host-zt-session'], own.config, own.secrets).policies, ['named']);
});

test('the request must show one bearer token, in one header', async () => {
  const token = await tokenOf();
  const without = await world.get('/oauth2/token', { method: 'POST', headers: machine });
  assert.deepEqual([without.status, without.headers['www-authenticate'][0].value], ['401', 'Bearer realm="members"']);
  for (const authorization of ['', 'Bearer', 'Bearer ', token, `Basic ${token}`, `Bearer ${token} x`, `Bearer ${token}.x`, `Bearer a.b.c`, 'Bearer ..', [`Bearer ${token}`, `Bearer ${token}`], `Bearer ${'a'.repeat(20_000)}.b.c`]) {
    assert.equal((await exchange(token, world, { authorization })).status, '401', String(authorization).slice(0, 30));
  }
  for (const sub of ['', undefined, 7, ['robot-1'], 'x'.repeat(256)]) await refuses(makeToken(machines.key, await claimsOf({ sub })), JSON.stringify(sub) ?? 'no sub');
  const cookie = await world.get('/oauth2/token', { method: 'POST', headers: { ...machine, cookie: `authorization=Bearer ${token}; __Host-zt-session=${token}` } });
  assert.equal(cookie.status, '401');
  const asked = await world.get(`/oauth2/token?access_token=${token}`, { headers: machine });
  assert.deepEqual([asked.status, asked.headers.allow[0].value], ['405', 'POST']);
  assert.equal((await exchange(token, world, { authorization: `bearer ${token}` })).status, '200', 'the scheme in any letters');
});

test('[T7] many tokens with random key ids ask the issuer once', async () => {
  const own = await worldOf();
  const flood = makeRsaKey('flood');
  const asked = machines.jwksRequests;
  for (let count = 0; count < 10; count += 1) await refuses(foreignToken({ ...flood, kid: `flood-${count}` }, await claimsOf({}, own)), `flood ${count}`, own);
  assert.equal(machines.jwksRequests, asked + 1);
});

test('an issuer whose keys cannot be read is 503, and so are our own secrets', async () => {
  const own = await worldOf();
  const token = await tokenOf({}, {}, own);
  for (const [name, fault] of OUTAGES) {
    machines.jwksFault = fault;
    await own.lambda.advance(31);
    const response = await exchange(token, own);
    machines.jwksFault = undefined;
    assert.deepEqual([response.status, response.headers['retry-after'][0].value], ['503', '10'], name);
    assert.equal(JSON.parse(response.body).session, undefined);
  }
  await own.lambda.advance(31);
  own.manager.fault = (response) => response.destroy();
  assert.equal((await exchange(token, own)).status, '503');
  own.manager.fault = undefined;
  assert.equal((await exchange(token, own)).status, '200');
});

test('several audiences of one issuer are pinned apart', async () => {
  const two = await worldOf({}, [bearerOf(), bearerOf({ audience: 'batch', lifetime: 60, type: 'at+jwt' })]);
  assert.equal(sessionOf(await exchange(await tokenOf({}, {}, two), two), two).answer.expires_in, 900);
  assert.equal(sessionOf(await exchange(await tokenOf({ aud: 'batch' }, { typ: 'at+jwt' }, two), two), two).answer.expires_in, 60);
  await refuses(await tokenOf({ aud: 'batch' }, {}, two), 'the type is that of its audience', two);
});

test('[P10] with an assertion the answer has it, and the session its hash', async () => {
  const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:zt/main/members/assertion';
  const key = makeEcKey('a1b2');
  const own = await worldOf({ assertion: { secret: arn, audience: 'members' } });
  own.manager.values.set(arn, JSON.stringify({ v: 1, keys: [{ kid: 'a1b2', private_key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }), sign_after: 0, verify_until: 0 }] }));
  const { answer, assertionHash } = sessionOf(await exchange(await tokenOf({}, {}, own), own), own);
  assert.match(assertionHash, /^[\w-]{22}$/);
  const claims = JSON.parse(Buffer.from(answer.assertion.split('.')[1], 'base64url'));
  assert.deepEqual([claims.sub, claims.iss_idp, claims.iss, claims.exp - claims.iat], ['robot-1', machines.issuer, `https://${HOST}/oauth2`, 900]);
});

test('where no issuer is pinned the address does not exist', async () => {
  const off = await World.start();
  assert.equal((await exchange('a.b.c', off)).status, '404');
});

test('[P16] [R4] a user of the login provider is the same by token as in a browser, so that what ends one ends both', async () => {
  const claims = { user: 'oid', email: 'email', groups: 'groups', roles: 'roles', session: 'sid' };
  const own = await World.start({ before: (config) => Object.assign(config, { claims, bearer: [{ issuer: config.issuer, jwks_uri: config.jwks_uri, audience: 'api', algorithms: ['RS256'], type: null, lifetime: 900 }] }) });
  const said = await claimsOf({ iss: own.config.issuer, sub: 'pairwise-7', oid: 'object-1' }, own);
  const session = sessionOf(await exchange(foreignToken(own.provider.key, said), own), own);
  const { jar } = await own.login('/a', { oid: 'object-1', groups: ['staff'] });
  assert.equal(session.usr, jar['__Host-zt-session'].split('.')[3]);
  assert.deepEqual(session.policies, ['staff'], 'the login provider says who is in which group');
});

test('[P16] a further issuer speaks for no group, address or kind of login, whatever its tokens say', async () => {
  const everything = { groups: ['staff', 'admins'], roles: ['Admin'], email: 'ada@example.com', email_verified: true, acr: 'mfa', amr: ['mfa'], '': 'user-1', '\u0000': 'user-1' };
  const session = sessionOf(await exchange(await tokenOf(everything)));
  assert.deepEqual([session.policies, session.ctx ?? ''], [[], '']);
  assert.deepEqual(session.claims, { name: 'Robot' });
});
