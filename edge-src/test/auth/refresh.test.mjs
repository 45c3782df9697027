/** Renewing a session: silently in `start`, by a page and by a script (checklist R3, R16, R17, R18, R19, T17, T18). */
import assert from 'node:assert/strict';
import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { before, test } from 'node:test';
import { cookiesAfter, HOST, locationOf, rdOf, setCookies } from './support/application.mjs';
import { makeRsaKey, makeToken } from './support/plain_provider.mjs';
import { readCookie } from './support/session_reader.mjs';
import { withCookies, World } from './support/world.mjs';

const SESSION = '__Host-zt-session';
const REFRESH = '__Secure-zt-members-refresh';
const OWN = { origin: `https://${HOST}`, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', accept: '*/*' };

const withRefresh = ({ issuer }) => ({ refresh: true, revocation_endpoint: `${issuer}/revoke`, scopes: ['openid', 'offline_access'] });

let world;
before(async () => (world = await worldOf()));

async function worldOf(changes = {}, more = {}) {
  const made = await World.start({ before: (config) => Object.assign(config, withRefresh(config), changes), ...more });
  // As most providers do: a token of its own for each login, the same one after a refresh.
  let logins = 0;
  made.provider.refreshToken = (form) => (form.get('grant_type') === 'authorization_code' ? `refresh-token-${(logins += 1)}` : undefined);
  return made;
}

/** A browser that has logged in and may renew. */
async function loggedIn(where = world, claims = {}) {
  const { jar, response } = await where.login('/a', claims);
  assert.equal(response.status, '303', response.body);
  return jar;
}

const sessionIn = (jar, where = world) => readCookie(jar[where.config.cookie], where.config, where.secrets);

/** What the provider's token endpoint says next: a new ID token of these claims. */
async function nextIdToken(where, claims = {}, key = where.provider.key) {
  const attempt = { asked: { nonce: undefined } };
  where.provider.idToken = makeToken(key, await where.claims(attempt, claims));
}

const startWith = (jar, where = world, query = '') => where.get(`/oauth2/start?rd=${rdOf('/deep?x=1')}${query}`, withCookies(jar));
const scriptWith = (jar, where = world, headers = {}) => where.get('/oauth2/refresh', { method: 'POST', headers: { ...withCookies(jar).headers, ...OWN, ...headers } });
const isLogin = (response) => response.status === '302' && new URL(locationOf(response)).pathname === '/authorize';
const grantsOf = (where) => where.provider.tokenRequests.map(({ form }) => form.get('grant_type'));

test('[R19] the refresh token is nowhere in the browser in clear, and its cookie is for this function alone', async () => {
  const { response } = await world.login('/a');
  const line = setCookies(response).find((each) => each.startsWith(`${REFRESH}=`));
  assert.match(line, /; Path=\/oauth2\/; Secure; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
  const value = line.slice(REFRESH.length + 1).split(';')[0];
  const parts = value.split('.');
  assert.equal(parts.length, 5, 'a JWE');
  const header = JSON.parse(Buffer.from(parts[0], 'base64url'));
  assert.deepEqual(header, { alg: 'dir', enc: 'A256GCM', typ: 'zt-refresh', kid: 'k7q2', aud: 'members' });
  const everything = JSON.stringify(response) + parts.map((part) => Buffer.from(part, 'base64url').toString('latin1')).join('');
  for (const secret of ['refresh-token-', 'the-access-token']) assert.ok(!everything.includes(secret), secret);
});

test('[R19] with a cookie domain every host of it can renew, under the same path', async () => {
  const wide = await worldOf({ cookie: '__Secure-zt-members', cookie_domain: 'example.com' });
  const { response } = await wide.login('/a');
  assert.match(setCookies(response).find((each) => each.startsWith(`${REFRESH}=`)), /; Path=\/oauth2\/; .*; Domain=example\.com$/);
});

test('[R16] start renews in silence: claims and grants are those of the new ID token, and who and since when stay', async () => {
  const jar = await loggedIn(world, { groups: ['staff', 'admins'], roles: [], name: 'Old', sid: 'provider-session', email: 'a@example.com', email_verified: true });
  const before = sessionIn(jar);
  assert.deepEqual(before.policies, ['staff', 'admins', 'example']);
  await world.lambda.advance(1_800);
  await nextIdToken(world, { groups: ['staff'], name: 'New', sid: 'another-provider-session', auth_time: undefined });
  const response = await startWith(jar);
  assert.deepEqual([response.status, locationOf(response)], ['303', '/deep?x=1']);
  const after = sessionIn(cookiesAfter(response, jar));
  assert.deepEqual(after.policies, ['staff'], 'a right that was taken away is gone');
  assert.deepEqual(after.claims, { name: 'New' });
  for (const kept of ['sid', 'usr', 'loginTime', 'providerSession', 'handle']) assert.deepEqual(after[kept], before[kept], kept);
  assert.equal(after.expires, after.issued + 3_600);
  assert.ok(after.issued >= before.issued + 1_800);
  assert.match(world.provider.tokenRequests.at(-1).form.get('refresh_token'), /^refresh-token-\d+$/);
  assert.equal((await world.lambda.audited((line) => line.decision === 'refresh')).handle, before.handle);
});

test('[R16] a page asks by GET and comes back to where it was; a script asks by POST and gets no page', async () => {
  const jar = await loggedIn();
  await nextIdToken(world);
  const page = await world.get(`/oauth2/refresh?rd=${rdOf('/deep')}`, withCookies(jar));
  assert.deepEqual([page.status, locationOf(page)], ['303', '/deep']);
  assert.equal(sessionIn(cookiesAfter(page, jar)).sid, sessionIn(jar).sid);
  const script = await scriptWith(await loggedIn());
  assert.deepEqual([script.status, script.body, locationOf(script)], ['204', undefined, undefined]);
  assert.ok(setCookies(script).some((line) => line.startsWith(`${SESSION}=s1.`)));
});

test('[C8] a refresh leads to a path of this origin only', async () => {
  const jar = await loggedIn();
  await nextIdToken(world);
  for (const rd of ['//evil.example', '/\\evil.example', 'https://evil.example/', '/oauth2/start', 'javascript:alert(1)']) {
    assert.equal(locationOf(await world.get(`/oauth2/refresh?rd=${rdOf(rd)}`, withCookies(jar))), '/', rd);
  }
});

test('[R8] another site cannot make a script refresh, and a script is never redirected', async () => {
  const jar = await loggedIn();
  const asked = world.provider.tokenRequests.length;
  for (const headers of [{ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, { origin: 'null', 'sec-fetch-site': null }, { origin: null, 'sec-fetch-site': null }, { 'sec-fetch-site': 'same-site' }]) {
    const response = await scriptWith(jar, world, headers);
    assert.deepEqual([response.status, JSON.parse(response.body).code], ['403', 'origin']);
  }
  const fetched = await world.get('/oauth2/refresh', { headers: { ...withCookies(jar).headers, 'sec-fetch-mode': 'cors' } });
  assert.equal(fetched.status, '401');
  assert.equal(world.provider.tokenRequests.length, asked);
  assert.equal((await world.get('/oauth2/refresh', { method: 'PUT' })).status, '405');
});

test('where refresh is off the address does not exist and no token is kept', async () => {
  const plain = await World.start();
  plain.provider.refreshToken = 'refresh-token-1';
  const { response } = await plain.login('/a');
  assert.ok(!setCookies(response).some((line) => line.startsWith(REFRESH)));
  for (const method of ['GET', 'POST']) assert.equal((await plain.get('/oauth2/refresh', { method })).status, '404');
});

const clockOf = async (where) => where.lambda.now();

test('[T18] a refresh never reaches past the absolute deadline, however often it is done', async () => {
  const own = await worldOf({ lifetime: 3_600, absolute_lifetime: 7_200 });
  let jar = await loggedIn(own);
  const { loginTime } = sessionIn(jar, own);
  const deadline = loginTime + 7_200;
  for (let step = 0; step < 3; step += 1) {
    await own.lambda.advance(2_000);
    await nextIdToken(own, { auth_time: await clockOf(own) });
    const response = await startWith(jar, own);
    assert.equal(response.status, '303');
    jar = cookiesAfter(response, jar);
    const session = sessionIn(jar, own);
    assert.equal(session.loginTime, loginTime, 'a login time in the new ID token is not a new login');
    assert.ok(session.expires <= deadline);
    const seconds = Number(/Max-Age=(\d+)/.exec(setCookies(response).find((line) => line.startsWith(`${REFRESH}=`)))[1]);
    assert.ok(Math.abs((await clockOf(own)) + seconds - deadline) <= 1, 'the cookie ends there, too');
  }
  await own.lambda.advance(1_300);
  assert.ok(isLogin(await startWith(jar, own)), 'past the deadline only a login helps');
  assert.equal((await scriptWith(jar, own)).status, '401');
});

test('[T18] an operator who shortens the absolute lifetime shortens it for sessions that exist', async () => {
  const long = await worldOf({ absolute_lifetime: 43_200 });
  const jar = await loggedIn(long);
  const keys = JSON.parse(long.manager.values.get(long.config.secrets.keys));
  const { issuer, endpoints } = long.provider;
  const short = await worldOf({ issuer, ...endpoints, absolute_lifetime: 3_600, lifetime: 3_600 });
  short.manager.values.set(short.config.secrets.keys, JSON.stringify(keys));
  short.manager.values.set(short.config.secrets.pepper, long.manager.values.get(long.config.secrets.pepper));
  await short.lambda.advance(3_700);
  assert.ok(isLogin(await startWith(jar, short)));
});

const FOREIGN = [
  ['another subject', { sub: 'user-2' }],
  ['another subject in other letters', { sub: 'USER-1' }],
];

test('[R16] an answer for somebody else ends the session and takes every cookie', async () => {
  for (const [name, claims] of FOREIGN) {
    for (const ask of [startWith, scriptWith]) {
      const jar = await loggedIn();
      await nextIdToken(world, claims);
      const response = await ask(jar);
      assert.equal(response.status, '403', name);
      assert.deepEqual(cookiesAfter(response, jar), {}, 'nothing of ours is left');
      assert.match(response.body, /refresh_identity/);
    }
  }
});

const NOT_OURS = [
  ['another issuer', { iss: 'https://evil.example' }],
  ['another audience', { aud: 'client-2' }],
  ['another party', { azp: 'client-2' }],
  ['expired', { exp: 1 }],
  ['an access token', { token_use: 'access' }],
];

test('[R16] a new ID token is verified like the first one, and a bad one is not asked for twice', async () => {
  for (const [name, claims] of NOT_OURS) {
    const jar = await loggedIn();
    await nextIdToken(world, claims);
    const response = await startWith(jar);
    assert.match(response.status, /^(403|503)$/, name);
    const after = cookiesAfter(response, jar);
    assert.equal(after[SESSION], jar[SESSION], 'no new session');
    assert.equal(after[REFRESH], undefined, 'the page after this one is a login, not a loop');
  }
  const jar = await loggedIn();
  await nextIdToken(world, {}, makeRsaKey('rsa-1'));
  assert.equal((await startWith(jar)).status, '403', 'signed by another');
});

test('[R16] without a new ID token nothing can be evaluated afresh, so it is a login', async () => {
  const jar = await loggedIn();
  world.provider.idToken = undefined;
  assert.ok(isLogin(await startWith(jar)));
  const other = await loggedIn();
  world.provider.idToken = undefined;
  const script = await scriptWith(other);
  assert.deepEqual([script.status, JSON.parse(script.body).code], ['401', 'refresh_refused']);
});

test('[R16] what the provider refuses becomes an ordinary login in start, and 401 elsewhere', async () => {
  for (const error of ['invalid_grant', 'invalid_scope', 'interaction_required']) {
    const jar = await loggedIn();
    world.provider.tokenFault = (response) => response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
    const started = await startWith(jar);
    const script = await scriptWith(jar);
    const page = await world.get('/oauth2/refresh', withCookies(jar));
    world.provider.tokenFault = undefined;
    assert.ok(isLogin(started), error);
    assert.equal(cookiesAfter(started, jar)[REFRESH], undefined, 'the token that is dead goes');
    assert.deepEqual([script.status, JSON.parse(script.body).code, setCookies(script)], ['401', 'refresh_refused', []], 'another tab may just have renewed');
    assert.equal(page.status, '401');
    assert.match(page.headers['www-authenticate'][0].value, /^Bearer realm="members"/);
  }
});

test('[R18] two tabs at once: one redemption, two good answers, one session', async () => {
  const own = await worldOf();
  const jar = await loggedIn(own);
  await nextIdToken(own);
  let count = 1;
  // As a provider that rotates does: each token works once.
  const alive = new Set(['refresh-token-1']);
  own.provider.tokenFault = (response) => {
    const used = own.provider.tokenRequests.at(-1).form.get('refresh_token');
    response.setHeader('content-type', 'application/json');
    if (!alive.delete(used)) return response.writeHead(400).end('{"error":"invalid_grant"}');
    alive.add(`refresh-token-${(count += 1)}`);
    return response.end(JSON.stringify({ access_token: 'a', token_type: 'Bearer', id_token: own.provider.idToken, refresh_token: `refresh-token-${count}` }));
  };
  const asked = own.provider.tokenRequests.length;
  const answers = await Promise.all([startWith(jar, own), scriptWith(jar, own), startWith(jar, own)]);
  assert.deepEqual(answers.map(({ status }) => status), ['303', '204', '303']);
  assert.equal(own.provider.tokenRequests.length, asked + 1);
  const late = await startWith(jar, own);
  assert.equal(late.status, '303', 'a tab that comes a moment later with the old token');
  assert.equal(own.provider.tokenRequests.length, asked + 1);
  for (const answer of [...answers, late]) {
    const next = cookiesAfter(answer, jar);
    assert.equal(sessionIn(next, own).sid, sessionIn(jar, own).sid);
    await own.lambda.advance(11);
    const again = await startWith(next, own);
    assert.equal(again.status, answer === answers[0] ? '303' : '302', 'all hold the one new token');
  }
});

test('[R17] a rotated token that comes back gives nothing, leaves a line to alarm on, and no cookie is lost to others', async () => {
  const own = await worldOf();
  const jar = await loggedIn(own);
  await nextIdToken(own);
  own.provider.refreshToken = 'refresh-token-2';
  const renewed = cookiesAfter(await startWith(jar, own), jar);
  await own.lambda.advance(11);
  own.provider.tokenFault = (response) => response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_grant"}');
  const thief = await scriptWith(jar, own);
  assert.equal(thief.status, '401');
  assert.deepEqual(setCookies(thief), []);
  const line = await own.lambda.audited((each) => each.code === 'refresh_refused');
  assert.deepEqual([line.decision, line.detail, line.handle], ['deny', 'reused', sessionIn(jar, own).handle]);
  // The provider has ended the family (RFC 9700, 4.14), so the honest browser logs in again.
  assert.ok(isLogin(await startWith(renewed, own)));
  assert.equal((await own.lambda.audited((each) => each.endpoint === 'start' && each.code === 'refresh_refused')).detail, 'invalid_grant');
});

test('[R19] a refresh cookie counts only with the session it belongs to', async () => {
  const mine = await loggedIn();
  const other = await loggedIn();
  const theirs = await loggedIn(world, { sub: 'user-2' });
  const asked = world.provider.tokenRequests.length;
  const forged = `${mine[SESSION].slice(0, -44)}.${'A'.repeat(43)}`;
  const jars = [
    ['without a session', { [REFRESH]: mine[REFRESH] }],
    ['with another session of the same user', { ...mine, [SESSION]: other[SESSION] }],
    ['with the session of another user', { ...mine, [SESSION]: theirs[SESSION] }],
    ['with a forged session', { ...mine, [SESSION]: forged }],
    ['with a session cookie as refresh cookie', { ...mine, [REFRESH]: mine[SESSION] }],
    ['with a transaction as refresh cookie', { ...mine, [REFRESH]: Object.values((await world.begin()).jar)[0] }],
    ['cut', { ...mine, [REFRESH]: mine[REFRESH].slice(0, -1) }],
    ['empty', { ...mine, [REFRESH]: '' }],
  ];
  for (const [name, jar] of jars) {
    assert.ok(isLogin(await startWith(jar)), name);
    assert.equal((await scriptWith(jar)).status, '401', name);
  }
  const twice = { cookie: `${SESSION}=${mine[SESSION]}; ${REFRESH}=${mine[REFRESH]}; ${REFRESH}=${theirs[REFRESH]}` };
  assert.ok(isLogin(await world.get('/oauth2/start', { headers: twice })), 'there twice');
  assert.equal(world.provider.tokenRequests.length, asked, 'the provider is not even asked');
});

test('[T5] a refresh cookie of another application, though under the same key, is not taken', async () => {
  const other = await worldOf({ application: 'guests' });
  const jar = await loggedIn(other);
  const mine = await loggedIn();
  assert.ok(isLogin(await startWith({ ...mine, [REFRESH]: jar['__Secure-zt-guests-refresh'] })));
});

/** A refresh cookie made from the contract alone, with node:crypto: JWE compact, `dir`, AES-256-GCM. */
function sealedBy(where, payload, header = {}, purpose = 'zt refresh v1') {
  const lp = (text) => Buffer.concat([Buffer.from(Uint32Array.of(Buffer.byteLength(text)).buffer).reverse(), Buffer.from(text)]);
  const secret = Buffer.from(where.secrets.keys[0].secret, 'base64url');
  const key = Buffer.from(hkdfSync('sha256', secret, '', Buffer.concat([lp(purpose), lp(where.config.application)]), 32));
  const head = Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid: 'k7q2', typ: 'zt-refresh', aud: 'members', ...header })).toString('base64url');
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(head));
  const text = Buffer.concat([cipher.update(JSON.stringify(payload)), cipher.final()]);
  return [head, '', iv.toString('base64url'), text.toString('base64url'), cipher.getAuthTag().toString('base64url')].join('.');
}

test('[R19] [T5] a refresh cookie is one by kind, application, key and content, or it is nothing', async () => {
  const own = await worldOf();
  const jar = await loggedIn(own);
  const { sid, usr } = sessionIn(jar, own);
  const now = await own.lambda.now();
  const payload = { sid, usr, iss: own.config.issuer, sub: 'user-1', rt: 'a-token-of-the-test', exp: now + 1_000 };
  await nextIdToken(own);
  const cases = [
    ['as the contract has it', sealedBy(own, payload), true],
    ['of another kind', sealedBy(own, payload, { typ: 'zt-hint' }), false],
    ['a transaction by its word', sealedBy(own, payload, { typ: 'zt-tx' }), false],
    ['of no kind', sealedBy(own, payload, { typ: undefined }), false],
    ['of another application', sealedBy(own, payload, { aud: 'guests' }), false],
    ['of no application', sealedBy(own, payload, { aud: undefined }), false],
    ['of an unknown key', sealedBy(own, payload, { kid: 'none' }), false],
    ['of no key', sealedBy(own, payload, { kid: undefined }), false],
    ['under the transaction key', sealedBy(own, payload, {}, 'zt transaction v1'), false],
    ['with another cipher by its word', sealedBy(own, payload, { enc: 'A128GCM' }), false],
    ['past the deadline', sealedBy(own, { ...payload, exp: now - 1 }), false],
    ...['sid', 'usr', 'iss', 'sub', 'rt', 'exp'].map((name) => [`without ${name}`, sealedBy(own, { ...payload, [name]: undefined }), false]),
    ...['sid', 'usr', 'rt', 'exp'].map((name) => [`${name} of another type`, sealedBy(own, { ...payload, [name]: [payload[name]] }), false]),
    ['of another session', sealedBy(own, { ...payload, sid: 'A'.repeat(22) }), false],
    ['of another user', sealedBy(own, { ...payload, usr: 'A'.repeat(12) }), false],
    ['no object', sealedBy(own, 'text'), false],
  ];
  for (const [name, value, counts] of cases) {
    const asked = own.provider.tokenRequests.length;
    const response = await scriptWith({ ...jar, [REFRESH]: value }, own);
    assert.deepEqual([response.status, own.provider.tokenRequests.length - asked], counts ? ['204', 1] : ['401', 0], name);
  }
});

test('[R19] the hint cookie is no refresh cookie', async () => {
  const own = await worldOf({ end_session_endpoint: 'https://login.example.com/logout' });
  const jar = await loggedIn(own);
  assert.ok(jar['__Secure-zt-members-hint'] !== undefined);
  const asked = own.provider.tokenRequests.length;
  assert.ok(isLogin(await startWith({ ...jar, [REFRESH]: jar['__Secure-zt-members-hint'] }, own)));
  assert.equal(own.provider.tokenRequests.length, asked);
});

test('an expired session is renewed, because that is what the refresh cookie is for', async () => {
  const own = await worldOf();
  const jar = await loggedIn(own);
  await own.lambda.advance(3_700);
  await nextIdToken(own);
  const response = await startWith(jar, own);
  assert.equal(response.status, '303');
  assert.ok(sessionIn(cookiesAfter(response, jar), own).expires > (await own.lambda.now()));
});

test('[R3] after a sign-out revocation the refresh token is withdrawn and does not log in', async () => {
  const own = await worldOf();
  const jar = await loggedIn(own);
  const response = await startWith(jar, own, '&fresh=1');
  assert.ok(isLogin(response));
  assert.equal(new URL(locationOf(response)).searchParams.get('prompt'), 'login');
  assert.equal(cookiesAfter(response, jar)[REFRESH], undefined);
  assert.deepEqual(own.provider.revocations.map(({ form }) => Object.fromEntries(form)), [{ token: 'refresh-token-1', token_type_hint: 'refresh_token', client_id: 'client-1' }]);
  assert.deepEqual(grantsOf(own), ['authorization_code']);
});

test('[R3] a revoked session that goes to refresh by itself stays revoked: sid, user and login time are the same', async () => {
  const own = await worldOf();
  const jar = await loggedIn(own, { sid: 'provider-session' });
  await nextIdToken(own, { sid: 'other-session', auth_time: await own.lambda.now() });
  const after = sessionIn(cookiesAfter(await scriptWith(jar, own), jar), own);
  const before = sessionIn(jar, own);
  for (const judged of ['sid', 'usr', 'providerSession', 'loginTime']) assert.equal(after[judged], before[judged], judged);
});

test('[R3] the withdrawal may fail, the login goes on, and the line says so', async () => {
  const own = await worldOf();
  const jar = await loggedIn(own);
  own.provider.revocationFault = (response) => response.writeHead(500).end();
  assert.ok(isLogin(await startWith(jar, own, '&fresh=1')));
  assert.match((await own.lambda.audited((line) => line.detail.startsWith('not_withdrawn'))).detail, /provider_unavailable/);
});

test('[P19] a login of another kind is not answered from the refresh token', async () => {
  const own = await worldOf();
  const jar = await loggedIn(own);
  await nextIdToken(own);
  for (const query of ['&switch=1', '&age=60', '&fresh=1']) assert.ok(isLogin(await startWith(jar, own, query)), query);
  assert.deepEqual(grantsOf(own), ['authorization_code']);
});

test('fixation: a login makes a new session whatever the browser brings, and its cookies replace the old ones', async () => {
  const jar = await loggedIn();
  const attempt = await world.begin('/a', { jar, query: '&switch=1' });
  const response = await world.finish(attempt);
  const after = cookiesAfter(response, attempt.jar);
  assert.notEqual(sessionIn(after).sid, sessionIn(jar).sid);
  assert.notEqual(after[REFRESH], jar[REFRESH]);
  const tokens = world.provider.refreshToken;
  world.provider.refreshToken = undefined;
  const second = await world.finish(await world.begin('/a', { jar: after, query: '&switch=1' }));
  world.provider.refreshToken = tokens;
  assert.equal(cookiesAfter(second, after)[REFRESH], undefined, 'a refresh token of another session is not left behind');
});

test('[T17] a refresh token too large for a cookie ends on a page, not in a loop', async () => {
  const own = await worldOf();
  own.provider.refreshToken = 'r'.repeat(3_500);
  const { response } = await own.login('/a');
  assert.equal(response.status, '403');
  assert.match(response.body, /cookie_size/);
  assert.ok(!setCookies(response).some((line) => /^__Host-zt-session=s1/.test(line)));
  own.provider.refreshToken = 'r'.repeat(2_000);
  const { response: fits } = await own.login('/a');
  assert.equal(fits.status, '303');
  for (const line of setCookies(fits)) assert.ok(line.length <= 4_000, line.slice(0, 40));
});

test('[T17] two hundred groups leave every cookie small, after a refresh, too', async () => {
  const groups = Array.from({ length: 200 }, (_, index) => `group-${index}-4f9f9a6a-53a5-4c6c-9a5e-1f2b3c4d5e6f`);
  const jar = await loggedIn(world, { groups: [...groups, 'staff'] });
  await nextIdToken(world, { groups: [...groups, 'staff'] });
  const after = cookiesAfter(await startWith(jar), jar);
  assert.deepEqual(sessionIn(after).policies, ['staff']);
  assert.ok(after[SESSION].length < 250);
  assert.ok(after[REFRESH].length < 600);
});

test('a newer generation named by the session function is in the renewed session', async () => {
  const own = await worldOf();
  const jar = await loggedIn(own);
  await nextIdToken(own);
  const membership = JSON.parse(own.manager.values.get(own.config.secrets.membership));
  own.manager.values.set(own.config.secrets.membership, JSON.stringify({ ...membership, gen: 40 }));
  const response = await startWith(jar, own, `&gen=${(40).toString(36)}`);
  assert.equal(sessionIn(cookiesAfter(response, jar), own).generation, 40);
});

test('[K1] a rotation of keys neither ends nor renews anything by itself: cookies of the old key are renewed under the new one', async () => {
  const own = await worldOf();
  const jar = await loggedIn(own);
  const now = await own.lambda.now();
  const old = own.secrets.keys[0];
  own.secrets.keys = [{ ...old, verify_until: now + 43_200 }, { ...old, kid: 'next', secret: Buffer.alloc(32, 7).toString('base64url'), sign_after: now + 60 }];
  own.manager.values.set(own.config.secrets.keys, JSON.stringify({ v: 1, keys: own.secrets.keys }));
  await own.lambda.advance(120);
  await nextIdToken(own);
  const after = cookiesAfter(await startWith(jar, own), jar);
  assert.equal(sessionIn(after, own).kid, 'next');
  await own.lambda.advance(20);
  assert.equal((await startWith({ ...after, [REFRESH]: after[REFRESH] }, own)).status, '303');
  assert.ok(isLogin(await startWith({ ...after, [SESSION]: jar[SESSION].replace('.k7q2.', '.gone.') }, own)));
});

test('the token that came with an outage is kept: the next attempt uses the new one', async () => {
  const own = await worldOf();
  const jar = await loggedIn(own);
  await nextIdToken(own);
  own.provider.refreshToken = 'refresh-token-2';
  own.provider.jwksFault = (response) => response.writeHead(500).end();
  await own.lambda.advance(3_601);
  await nextIdToken(own);
  const failed = await startWith(jar, own);
  assert.equal(failed.status, '503');
  own.provider.jwksFault = undefined;
  const kept = cookiesAfter(failed, jar);
  await own.lambda.advance(31);
  await nextIdToken(own);
  assert.equal((await startWith(kept, own)).status, '303');
  assert.equal(own.provider.tokenRequests.at(-1).form.get('refresh_token'), 'refresh-token-2');
});
