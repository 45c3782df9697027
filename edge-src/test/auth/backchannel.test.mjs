/** OpenID Connect Back-Channel Logout 1.0: what ends a session, and everything that does not (checklist R11, R12). */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, test } from 'node:test';
import { fingerprintInput, setCookies } from './support/application.mjs';
import { foreignToken, makeEcKey } from './support/foreign_jwt.mjs';
import { hs256With, makeRsaKey, makeToken } from './support/plain_provider.mjs';
import { OUTAGES } from './support/queue.mjs';
import { World } from './support/world.mjs';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const FORM = 'application/x-www-form-urlencoded';

const worldOf = (changes = {}) => World.start({ queue: true, before: (config) => Object.assign(config, { backchannel: true }, changes) });

let world;
before(async () => (world = await worldOf()));

async function claimsOf(changes = {}, where = world) {
  const now = await where.lambda.now();
  const honest = { iss: where.config.issuer, aud: where.config.client_id, iat: now, exp: now + 120, jti: 'bWJq', sub: 'user-1', events: { [EVENT]: {} } };
  return Object.fromEntries(Object.entries({ ...honest, ...changes }).filter(([, value]) => value !== undefined));
}

const tokenOf = async (changes, header, where = world) => foreignToken(where.provider.key, await claimsOf(changes, where), { typ: 'logout+jwt', ...header });

/** As a provider calls: no cookie, no Origin, no browser. */
const machine = { accept: '*/*', 'sec-fetch-mode': null, 'sec-fetch-dest': null, 'sec-fetch-site': null, 'content-type': FORM };
const post = (body, where = world, headers = {}, more = {}) =>
  where.get('/oauth2/backchannel-logout', { method: 'POST', headers: { ...machine, ...headers }, body, ...more });
const say = (token, where = world) => post(new URLSearchParams({ logout_token: token }).toString(), where);

const printOf = (where, id) =>
  createHmac('sha256', Buffer.from(where.secrets.pepper, 'base64url')).update(fingerprintInput(where.config.issuer, id)).digest().subarray(0, 9).toString('base64url');

test('[R11] a valid logout token ends the user’s sessions: 200, not cached, once the queue has it', async () => {
  const own = await worldOf();
  const token = await tokenOf({}, {}, own);
  const response = await say(token, own);
  assert.deepEqual([response.status, response.body, setCookies(response)], ['200', undefined, []]);
  assert.equal(response.headers['cache-control'][0].value, 'no-store');
  const { iat } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  assert.deepEqual(own.queue.messages, [{ v: 1, kind: 'user', key: printOf(own, 'user-1'), at: iat, application: 'members', source: 'backchannel' }]);
  const line = await own.lambda.audited((each) => each.endpoint === 'backchannel-logout');
  assert.deepEqual([line.decision, line.status, line.revoked], ['revoke', 200, [`user:${printOf(own, 'user-1')}`]]);
});

test('[R11] with a sid only the provider’s session of that user ends', async () => {
  const own = await worldOf();
  assert.equal((await say(await tokenOf({ sid: 'their-session' }, {}, own), own)).status, '200');
  const { jar } = await own.login('/a', { sid: 'their-session' });
  const [, , , usr, ses] = jar['__Host-zt-session'].split('.');
  const [{ kind, key }] = own.queue.messages;
  assert.deepEqual([kind, key], ['provider_session', usr + ses.slice(0, 8)], 'the fingerprints that a session of this login carries');
});

test('[R11] the user is the one that a login knows: an address in lower case, and never a session that no login carries', async () => {
  const names = { user: 'email', email: 'email', groups: 'groups', roles: 'roles', session: 'sid' };
  const byMail = await worldOf({ claims: names });
  assert.equal((await say(await tokenOf({ email: 'Ada@Example.com' }, {}, byMail), byMail)).status, '200');
  const { jar } = await byMail.login('/a', { email: 'Ada@Example.com', email_verified: true });
  assert.deepEqual([byMail.queue.messages[0].kind, byMail.queue.messages[0].key], ['user', jar['__Host-zt-session'].split('.')[3]]);

  const otherSession = await worldOf({ claims: { ...names, user: 'sub', session: 'session_state' } });
  assert.equal((await say(await tokenOf({ sid: 'their-session' }, {}, otherSession), otherSession)).status, '200');
  assert.equal(otherSession.queue.messages[0].kind, 'user', 'rather all of the user’s than none');
});

test('[R12] a replay is the same message and changes no byte', async () => {
  const own = await worldOf();
  const token = await tokenOf({}, {}, own);
  for (let count = 0; count < 3; count += 1) {
    assert.equal((await say(token, own)).status, '200');
    await own.lambda.advance(20);
  }
  assert.equal(own.queue.accepted.length, 3);
  assert.equal(new Set(own.queue.accepted).size, 1);
  assert.equal(own.queue.messages.length, 1);
});

/** Sends a token that must be refused, and sees that nothing was revoked. */
async function refuses(token, name, where = world) {
  const calls = where.queue.calls;
  const response = await say(token, where);
  assert.equal(response.status, '400', name);
  assert.deepEqual(JSON.parse(response.body), { error: 'invalid_request' }, name);
  assert.equal(response.headers['cache-control'][0].value, 'no-store');
  assert.equal(where.queue.calls, calls, `${name}: nothing was queued`);
}

async function refusesClaims(cases) {
  for (const [name, changes, header] of cases) await refuses(await tokenOf(changes, header), name);
  assert.equal((await say(await tokenOf())).status, '200', 'the same token without the fault');
}

test('[R12] the issuer must be exactly the configured one', async () => {
  await refusesClaims([
    ['another', { iss: 'https://evil.example' }],
    ['with a slash', { iss: `${world.config.issuer}/` }],
    ['none', { iss: undefined }],
    ['empty', { iss: '' }],
    ['a list', { iss: [world.config.issuer] }],
  ]);
});

test('[R12] the audience must be this client', async () => {
  await refusesClaims([
    ['another client', { aud: 'client-2' }],
    ['one that begins alike', { aud: 'client-1x' }],
    ['a list without us', { aud: ['client-2', 'client-3'] }],
    ['an empty list', { aud: [] }],
    ['none', { aud: undefined }],
  ]);
  assert.equal((await say(await tokenOf({ aud: ['client-2', 'client-1'] }))).status, '200', 'a list that holds us');
});

test('[R12] iat is required and of the last minutes', async () => {
  const now = await world.lambda.now();
  await refusesClaims([
    ['none', { iat: undefined }],
    ['ten minutes old', { iat: now - 600 }],
    ['two minutes ahead', { iat: now + 120, exp: now + 300 }],
    ['far ahead', { iat: now + 10 ** 9, exp: now + 2 * 10 ** 9 }],
    ['negative', { iat: -5 }],
  ]);
  for (const iat of [0, 'now', `${now}`, null, [now]]) {
    await refuses(makeToken(world.provider.key, await claimsOf({ iat }), { header: { typ: 'logout+jwt' } }), `iat ${JSON.stringify(iat)}`);
  }
  for (const age of [0, 290, 350, -50]) assert.equal((await say(await tokenOf({ iat: now - age }))).status, '200', `${age} seconds old`);
});

test('[R12] exp is required and in the future', async () => {
  const now = await world.lambda.now();
  await refusesClaims([
    ['none', { exp: undefined }],
    ['two minutes past', { exp: now - 120 }],
    ['zero', { exp: 0 }],
  ]);
  for (const exp of ['never', null, {}]) await refuses(makeToken(world.provider.key, await claimsOf({ exp }), { header: { typ: 'logout+jwt' } }), `exp ${JSON.stringify(exp)}`);
});

test('[R12] nbf is obeyed where it is given', async () => {
  const now = await world.lambda.now();
  await refusesClaims([['in two minutes', { nbf: now + 120 }]]);
});

test('[R12] events must hold the back-channel event with an object', async () => {
  await refusesClaims([
    ['none', { events: undefined }],
    ['empty', { events: {} }],
    ['another event', { events: { 'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {} } }],
    ['the event with a slash', { events: { [`${EVENT}/`]: {} } }],
    ['a list', { events: [EVENT] }],
    ['text', { events: EVENT }],
    ['null inside', { events: { [EVENT]: null } }],
    ['true inside', { events: { [EVENT]: true } }],
    ['a list inside', { events: { [EVENT]: [] } }],
    ['text inside', { events: { [EVENT]: '{}' } }],
  ]);
});

test('[R12] a nonce makes it something else', async () => {
  await refusesClaims([
    ['with a nonce', { nonce: 'n-0S6_WzA2Mj' }],
    ['with an empty one', { nonce: '' }],
    ['with null', { nonce: null }],
  ]);
});

test('[R12] jti is required', async () => {
  await refusesClaims([['none', { jti: undefined }], ['empty', { jti: '' }]]);
  await refuses(makeToken(world.provider.key, await claimsOf({ jti: 7 }), { header: { typ: 'logout+jwt' } }), 'a number');
});

test('[R12] typ may be logout+jwt, JWT or absent, and nothing else', async () => {
  await refusesClaims([
    ['an access token', {}, { typ: 'at+jwt' }],
    ['a security event', {}, { typ: 'secevent+jwt' }],
    ['an assertion of ours', {}, { typ: 'zt-assertion+jwt' }],
  ]);
  for (const typ of ['logout+jwt', 'LOGOUT+JWT', 'application/logout+jwt', 'JWT', undefined]) assert.equal((await say(await tokenOf({}, { typ }))).status, '200', `${typ}`);
});

test('[R12] a token that names no user cannot be mapped, and is refused rather than accepted for nothing', async () => {
  await refusesClaims([
    ['neither sub nor sid', { sub: undefined }],
    ['sid only', { sub: undefined, sid: 'their-session' }],
    ['an empty sub', { sub: '' }],
    ['an empty sid beside a sub', { sid: '' }],
  ]);
  for (const changes of [{ sub: 7 }, { sub: ['user-1'] }, { sid: 7 }, { sid: null }, { sid: ['x'] }]) {
    await refuses(makeToken(world.provider.key, await claimsOf(changes), { header: { typ: 'logout+jwt' } }), JSON.stringify(changes));
  }
  assert.equal((await world.lambda.audited((line) => line.code === 'subject')).endpoint, 'backchannel-logout');
});

test('[R12] where users are known by another claim, the token must have that claim', async () => {
  const entra = await worldOf({ claims: { user: 'oid', email: 'email', groups: 'groups', roles: 'roles', session: 'sid' } });
  await refuses(await tokenOf({}, {}, entra), 'without it', entra);
  await refuses(await tokenOf({ sub: undefined, oid: 'object-1' }, {}, entra), 'with it alone', entra);
  assert.equal((await say(await tokenOf({ oid: 'object-1' }, {}, entra), entra)).status, '200');
  assert.equal(entra.queue.messages[0].key, printOf(entra, 'object-1'));
});

test('[R12] an ID token sent as logout token is refused', async () => {
  const own = await worldOf();
  await own.login('/a', { jti: 'x', sid: 'their-session' });
  await refuses(own.provider.idToken, 'the ID token of a login', own);
  const idToken = await own.claims({ asked: { nonce: undefined } }, { jti: 'x' });
  await refuses(makeToken(own.provider.key, idToken), 'one without a nonce', own);
});

test('[R12] the signature must be of a published key, with the pinned algorithm', async () => {
  const own = await worldOf();
  const { key } = own.provider;
  const ec = makeEcKey('ec-1');
  own.provider.published.push(ec.jwk, { kty: 'oct', kid: 'oct-1', k: Buffer.from('published-secret-published-secret').toString('base64url') });
  delete own.provider.published[0].alg;
  const claims = await claimsOf({}, own);
  const pem = key.publicKey.export({ type: 'spki', format: 'pem' });
  const raw = (how, header) => makeToken(key, claims, { header: { typ: 'logout+jwt', ...header }, how });
  const honest = foreignToken(key, claims, { typ: 'logout+jwt' });
  const [head, , signature] = honest.split('.');
  const cases = [
    ['none', raw(() => Buffer.alloc(0), { alg: 'none' })],
    ['none in capitals', raw(() => Buffer.alloc(0), { alg: 'NONE' })],
    ['no signature', raw(() => Buffer.alloc(0), {})],
    ['HS256 with the public key', raw(hs256With(pem), { alg: 'HS256' })],
    ['HS256 with the client id', raw(hs256With('client-1'), { alg: 'HS256' })],
    ['HS256 with a published secret', raw(hs256With('published-secret-published-secret'), { alg: 'HS256', kid: 'oct-1' })],
    ['ES256, which is not configured', foreignToken(ec, claims, { alg: 'ES256', typ: 'logout+jwt' })],
    ['another key of the same id', foreignToken({ ...makeRsaKey('rsa-1') }, claims, { typ: 'logout+jwt' })],
    ['an unknown key', foreignToken(makeRsaKey('stranger'), claims, { typ: 'logout+jwt' })],
    ['its own key', makeToken(key, claims, { header: { jwk: key.jwk } })],
    ['an address of keys', makeToken(key, claims, { header: { jku: `${own.provider.issuer}/jwks` } })],
    ['a critical extension', makeToken(key, claims, { header: { crit: ['zt'], zt: 1 } })],
    ['changed claims', `${head}.${Buffer.from(JSON.stringify({ ...claims, sub: 'user-2' })).toString('base64url')}.${signature}`],
    ['half a token', honest.slice(0, -20)],
    ['two parts', honest.split('.').slice(0, 2).join('.')],
    ['a JWE', 'a.b.c.d.e'],
    ['not a token', 'x'],
    ['nothing', ''],
  ];
  for (const [name, token] of cases) await refuses(token, name, own);
  assert.equal((await say(honest, own)).status, '200');
});

test('[R12] the request must be one form with one token', async () => {
  const token = await tokenOf();
  const body = new URLSearchParams({ logout_token: token }).toString();
  const cases = [
    ['no body', undefined, {}],
    ['JSON', JSON.stringify({ logout_token: token }), { 'content-type': 'application/json' }],
    ['a form said to be text', body, { 'content-type': 'text/plain' }],
    ['two content types', body, { 'content-type': [FORM, 'application/json'] }],
    ['without a content type', body, { 'content-type': null }],
    ['the token twice', `${body}&${body}`, {}],
    ['another name', new URLSearchParams({ id_token: token }).toString(), {}],
  ];
  const calls = world.queue.calls;
  for (const [name, text, headers] of cases) assert.equal((await post(text, world, headers)).status, '400', name);
  assert.equal((await post(body, world, {}, { truncated: true })).status, '400', 'a body that CloudFront has cut');
  assert.equal(world.queue.calls, calls);
  assert.equal((await post(body, world, { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8' })).status, '200');
  const asked = await world.get(`/oauth2/backchannel-logout?${body}`, { headers: machine });
  assert.deepEqual([asked.status, asked.headers.allow[0].value], ['405', 'POST']);
});

test('[R12] a query or a cookie cannot stand for the body', async () => {
  const token = await tokenOf();
  const response = await world.get(`/oauth2/backchannel-logout?logout_token=${token}`, { method: 'POST', headers: { ...machine, cookie: `logout_token=${token}` }, body: '' });
  assert.equal(response.status, '400');
});

test('where it is off, or no queue takes revocations, the address does not exist', async () => {
  for (const more of [{ queue: true }, { changes: { backchannel: true } }]) {
    const off = await World.start(more);
    assert.equal((await say(await tokenOf({}, {}, off), off)).status, '404');
  }
});

test('[R11] what cannot be queued, or verified for want of keys, is 503: the provider will try again', async () => {
  const own = await worldOf();
  const token = await tokenOf({}, {}, own);
  for (const [name, fault] of OUTAGES) {
    own.queue.fault = fault;
    const response = await say(token, own);
    assert.deepEqual([response.status, response.headers['retry-after'][0].value], ['503', '10'], name);
  }
  own.queue.fault = undefined;
  assert.equal((await say(token, own)).status, '200');
  const cold = await worldOf();
  const other = await tokenOf({}, {}, cold);
  cold.provider.jwksFault = (response) => response.writeHead(500).end();
  assert.equal((await say(other, cold)).status, '503');
  cold.manager.fault = (response) => response.writeHead(500).end();
  cold.provider.jwksFault = undefined;
  await cold.lambda.advance(31);
  assert.equal((await say(await tokenOf({}, {}, cold), cold)).status, '503', 'the pepper');
  assert.deepEqual(cold.queue.messages, []);
});

test('[T7] a flood of unknown key ids does not become a flood of requests to the provider', async () => {
  const own = await worldOf();
  for (let count = 0; count < 10; count += 1) assert.equal((await say(foreignToken(makeRsaKeyOnce(count), await claimsOf({}, own)), own)).status, '400');
  assert.equal(own.provider.jwksRequests, 1);
});

const flood = makeRsaKey('flood');
const makeRsaKeyOnce = (count) => ({ ...flood, kid: `flood-${count}` });
