/**
 * What becomes of the session a browser had before (checklist R21; OWASP ASVS 5, 7.2.4): who logs in anew, steps up or becomes
 * somebody else leaves no session behind that a copy of its cookie could go on using, and no ordinary use of several tabs ends one.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHash } from 'node:crypto';
import { cookieHeader, cookiesAfter, HOST, locationOf, MEMBERSHIP } from './support/application.mjs';
import { makeToken } from './support/plain_provider.mjs';
import { OUTAGES } from './support/queue.mjs';
import { readCookie } from './support/session_reader.mjs';
import { World } from './support/world.mjs';

const MFA = createHash('sha256').update('{"acr":"mfa"}').digest('base64url').slice(0, 6);
const membership = { ...MEMBERSHIP, contexts: { [MFA]: { acr: 'mfa' } } };
const REFRESH = '__Secure-zt-members-refresh';
const SCRIPT = { origin: `https://${HOST}`, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors', accept: '*/*' };

async function worldOf(changes = {}, { queue = true } = {}) {
  const members = ({ issuer }) => ({ refresh: true, revocation_endpoint: `${issuer}/revoke`, ...changes });
  const made = await World.start({ queue, secrets: { membership }, before: (config) => Object.assign(config, members(config)) });
  let logins = 0;
  made.provider.refreshToken = (form) => (form.get('grant_type') === 'authorization_code' ? `refresh-token-${(logins += 1)}` : undefined);
  return made;
}

const sessionIn = (jar, where) => readCookie(jar[where.config.cookie], where.config, where.secrets);
const ended = (where) => where.queue.messages.map(({ key }) => key);
const withdrawn = (where) => where.provider.revocations.map(({ form }) => form.get('token'));
const lineOf = (where, handle) => where.lambda.audited((line) => line.endpoint === 'callback' && line.handle === handle);

/** A browser with a session; then, so much later, another login in it. */
async function twice(where, { later = 120, query = '&switch=1', claims = {}, first = {}, between = (jar) => jar } = {}) {
  const one = await where.login('/a', first);
  assert.equal(one.response.status, '303', one.response.body);
  await where.lambda.advance(later);
  const kept = between(one.jar);
  const attempt = await where.begin('/b', { query, jar: kept });
  const response = await where.finish(attempt, claims);
  assert.equal(response.status, '303', response.body);
  assert.equal(locationOf(response), '/b');
  const jar = cookiesAfter(response, attempt.jar);
  return { former: sessionIn(one.jar, where), session: sessionIn(jar, where), jar, response };
}

test('[R21] who logs in again leaves no former session: it goes into the store’s queue, named by handle and user', async () => {
  const own = await worldOf();
  const { former, session } = await twice(own);
  assert.notEqual(session.sid, former.sid);
  const [message, ...more] = own.queue.messages;
  assert.deepEqual(more, []);
  assert.deepEqual(message, { v: 1, kind: 'session', key: former.handle, user: former.usr, at: message.at, application: 'members', source: 'logout' });
  assert.deepEqual(own.queue.complaints, []);
  const line = await lineOf(own, session.handle);
  assert.deepEqual([line.decision, line.status, line.detail, line.revoked], ['allow', 303, '', [`session:${former.handle}`]]);
});

test('[R21] somebody else in the same browser ends the former user’s session and withdraws the refresh token of it', async () => {
  const own = await worldOf();
  const now = await own.lambda.now();
  const { former, session, jar } = await twice(own, { later: 5, claims: { sub: 'user-2', auth_time: now - 3_000 } });
  assert.deepEqual([former.user, session.user], ['user-1', 'user-2']);
  assert.deepEqual([ended(own), withdrawn(own)], [[former.handle], ['refresh-token-1']]);
  assert.ok(jar[REFRESH], 'and the new one may renew');
});

for (const [name, query, claims] of [['context', `&step=${MFA}`, { acr: 'mfa' }], ['age', '&age=0', {}]]) {
  test(`[R21] [P19] a step-up by ${name} ends the session it came from`, async () => {
    const own = await worldOf();
    const { former, session } = await twice(own, { query, claims });
    assert.notEqual(session.sid, former.sid);
    assert.deepEqual(ended(own), [former.handle]);
  });
}

test('[R21] after a sign-out the store has ended the former session: who comes back puts nothing more into the queue, unless as somebody else', async () => {
  const own = await worldOf();
  await twice(own, { query: '&fresh=1' });
  assert.equal(own.queue.calls, 0);
  const { former } = await twice(own, { query: '&fresh=1', claims: { sub: 'user-2' } });
  assert.deepEqual(ended(own), [former.handle]);
  const { former: stepped } = await twice(own, { query: `&fresh=1&step=${MFA}`, claims: { acr: 'mfa' } });
  assert.deepEqual(ended(own), [former.handle, stepped.handle]);
});

test('[R21] a step-up a moment after the login ends that session, too, although the provider did not ask anew', async () => {
  const own = await worldOf();
  const auth = (await own.lambda.now()) - 5;
  const { former } = await twice(own, { later: 3, query: `&step=${MFA}`, first: { auth_time: auth }, claims: { acr: 'mfa', auth_time: auth } });
  assert.deepEqual(ended(own), [former.handle]);
});

for (const [what, later] of [['as late as', 0], ['later than', 4]]) {
  test(`[R21] where the former login is ${what} the new one, the message names no user: no not-before could end the one and spare the other`, async () => {
    const own = await worldOf();
    const auth = (await own.lambda.now()) - 5;
    const { former, session } = await twice(own, { later: 3, query: `&step=${MFA}`, first: { auth_time: auth + later }, claims: { acr: 'mfa', auth_time: auth } });
    assert.equal(former.loginTime - session.loginTime, later);
    const [message] = own.queue.messages;
    assert.deepEqual(message, { v: 1, kind: 'session', key: former.handle, at: message.at, application: 'members', source: 'logout' });
    assert.ok(message.at >= session.issued, 'and it is not forgotten before the session ends by itself');
    assert.deepEqual(own.queue.complaints, []);
  });
}

test('[R21] one user’s own refresh tokens may hang on one grant of the provider: the former is withdrawn only where its session could not be ended', async () => {
  const own = await worldOf();
  await twice(own);
  assert.deepEqual(withdrawn(own), [], 'its session is ended, so it renews nothing');
  const plain = await worldOf({}, { queue: false });
  const { session } = await twice(plain);
  assert.deepEqual(withdrawn(plain), ['refresh-token-1']);
  assert.equal((await lineOf(plain, session.handle)).detail, 'former_no_queue');
});

test('[R21] whoever gets no new refresh token keeps no former one', async () => {
  const own = await worldOf();
  const { former } = await twice(own, { between: (jar) => {
    own.provider.refreshToken = undefined;
    return jar;
  } });
  assert.deepEqual([ended(own), withdrawn(own)], [[former.handle], ['refresh-token-1']]);
});

test('[R21] tabs that log in at once end nobody: each has a session of the same login, and the last cookie stays', async () => {
  const own = await worldOf();
  let jar = {};
  const attempts = [];
  for (const path of ['/a', '/b', '/c']) {
    const attempt = await own.begin(path, { jar });
    jar = attempt.jar;
    attempts.push(attempt);
  }
  const auth = (await own.lambda.now()) - 5;
  for (const attempt of attempts) {
    const response = await own.finish(attempt, { auth_time: auth }, { jar });
    assert.equal(response.status, '303');
    jar = cookiesAfter(response, jar);
    await own.lambda.advance(8);
  }
  assert.deepEqual([own.queue.calls, withdrawn(own)], [0, []]);
});

test('[R21] a silent round to the provider, as new rights ask for it, is the same login and ends nothing', async () => {
  const own = await worldOf({ refresh: false });
  const auth = (await own.lambda.now()) - 5;
  for (const query of ['&gen=3', '']) await twice(own, { later: 600, query, first: { auth_time: auth }, claims: { auth_time: auth } });
  const lax = await worldOf({ refresh: false, auth_time_optional: true });
  await twice(lax, { later: 600, query: '&gen=3', first: { auth_time: undefined }, claims: { auth_time: undefined } });
  assert.deepEqual([own.queue.calls, lax.queue.calls], [0, 0]);
  const { former } = await twice(lax, { later: 600, query: '', first: { auth_time: undefined }, claims: { auth_time: undefined } });
  assert.deepEqual(ended(lax), [former.handle], 'where nobody says when, a login that nothing asked for counts');
});

test('[R21] a session that is over by itself costs the store nothing, one that could still be renewed is ended', async () => {
  const own = await worldOf();
  const without = ({ [REFRESH]: _, ...rest }) => rest;
  await twice(own, { later: 4_000, between: without });
  assert.equal(own.queue.calls, 0);
  const { former } = await twice(own, { later: 4_000 });
  assert.deepEqual(ended(own), [former.handle]);
});

test('[R21] only sessions whose MAC holds are ended, whatever cookies lie there; with two, both', async () => {
  const own = await worldOf({ cookie: '__Secure-zt-members', cookie_domain: 'example.com', refresh: false });
  const [one, two] = [await own.login('/a'), await own.login('/a', { sub: 'user-2' })];
  const values = [one, two].map(({ jar }) => jar[own.config.cookie]);
  await own.lambda.advance(120);
  const login = async (planted) => {
    const attempt = await own.begin('/b');
    const cookie = [cookieHeader(attempt.jar), ...planted.map((value) => `${own.config.cookie}=${value}`)].join('; ');
    own.provider.idToken = makeToken(own.provider.key, await own.claims(attempt));
    const query = new URLSearchParams({ code: 'the-code', state: attempt.asked.state, iss: own.config.issuer });
    return own.get(`/oauth2/callback?${query}`, { headers: { cookie } });
  };
  for (const planted of [[`${values[0].slice(0, -44)}.${'A'.repeat(43)}`], ['x'], ['']]) assert.equal((await login(planted)).status, '303');
  assert.equal(own.queue.calls, 0);
  assert.equal((await login(['planted', ...values])).status, '303');
  assert.deepEqual(ended(own).toSorted(), [one, two].map(({ jar }) => sessionIn(jar, own).handle).toSorted());
});

const jarWith = (where, value) => ({ [where.config.cookie]: value });

test('[R21] [R9] a session shown twice, before and after its renewal, lasts as long as the later one, whichever comes first', async () => {
  const own = await worldOf({ cookie: '__Secure-zt-members', cookie_domain: 'example.com' });
  for (const order of [(values) => values, (values) => values.toReversed()]) {
    const { jar } = await own.login('/a');
    await own.lambda.advance(3_000);
    own.provider.idToken = makeToken(own.provider.key, await own.claims({ asked: {} }));
    const renewal = await own.get('/oauth2/refresh', { method: 'POST', headers: { cookie: cookieHeader(jar), ...SCRIPT } });
    assert.equal(renewal.status, '204');
    const values = [jar, cookiesAfter(renewal, jar)].map((each) => each[own.config.cookie]);
    const [before, renewed] = values.map((value) => sessionIn(jarWith(own, value), own));
    assert.equal(before.sid, renewed.sid);
    await own.lambda.advance(1_000);
    const now = await own.lambda.now();
    assert.ok(before.expires < now && now < renewed.expires);
    own.queue.messages.length = 0;
    const attempt = await own.begin('/b', { query: '&switch=1' });
    const cookie = [cookieHeader(attempt.jar), ...order(values).map((value) => `${own.config.cookie}=${value}`)].join('; ');
    own.provider.idToken = makeToken(own.provider.key, await own.claims(attempt));
    const query = new URLSearchParams({ code: 'the-code', state: attempt.asked.state, iss: own.config.issuer });
    assert.equal((await own.get(`/oauth2/callback?${query}`, { headers: { cookie } })).status, '303');
    assert.deepEqual(ended(own), [renewed.handle]);
  }
});

test('[R21] the new login never fails for it: while the queue or the provider is down, the line says what is left', async () => {
  const own = await worldOf();
  for (const [name, fault] of OUTAGES) {
    own.queue.fault = fault;
    const { session } = await twice(own);
    const line = await lineOf(own, session.handle);
    assert.deepEqual([line.decision, line.detail, line.revoked], ['allow', 'former_queue_unavailable', []], name);
    await own.lambda.advance(1);
  }
  assert.equal(withdrawn(own).length, OUTAGES.length, 'then at least the refresh token goes');
  own.queue.fault = undefined;
  own.provider.revocationFault = (response) => response.writeHead(500).end();
  const { session } = await twice(own, { claims: { sub: 'user-2' } });
  assert.equal((await lineOf(own, session.handle)).detail, 'not_withdrawn_provider_unavailable');
});

test('[R21] a queue that never answers costs the login its seconds and no more', async () => {
  const own = await worldOf();
  own.queue.fault = () => {};
  const since = performance.now();
  await twice(own);
  assert.ok(performance.now() - since < 13_000);
});

test('[R21] the time in the message ends the former login and spares the new one, should the store fold one user’s sessions into a not-before', async () => {
  const own = await worldOf();
  const { former, session } = await twice(own);
  const [{ at }] = own.queue.messages;
  assert.ok(former.loginTime <= at && at < session.loginTime, `${former.loginTime} ${at} ${session.loginTime}`);
});

test('[R21] a login that fails ends nothing', async () => {
  const own = await worldOf();
  const { jar } = await own.login('/a');
  await own.lambda.advance(120);
  const attempt = await own.begin('/b', { query: '&switch=1', jar });
  assert.equal((await own.finish(attempt, { nonce: 'wrong' })).status, '403');
  const stepped = await own.begin('/b', { query: `&step=${MFA}`, jar });
  assert.equal((await own.finish(stepped, { acr: 'pwd' })).status, '403');
  assert.deepEqual([own.queue.calls, withdrawn(own)], [0, []]);
});

test('[R16] [R9] a session that the provider renews as somebody else is ended in the store, too: a copy of its cookies is no safer', async () => {
  for (const [fault, detail] of [[undefined, ''], [(response) => response.writeHead(500).end(), 'former_queue_unavailable']]) {
    const own = await worldOf();
    own.provider.refreshToken = (form) => (form.get('grant_type') === 'authorization_code' ? 'mine' : 'of-somebody-else');
    const { jar } = await own.login('/a');
    const { handle } = sessionIn(jar, own);
    own.provider.idToken = makeToken(own.provider.key, await own.claims({ asked: {} }, { sub: 'user-2' }));
    own.queue.fault = fault;
    const response = await own.get('/oauth2/refresh', { method: 'POST', headers: { cookie: cookieHeader(jar), ...SCRIPT } });
    assert.deepEqual([response.status, JSON.parse(response.body).code, cookiesAfter(response, jar)], ['403', 'refresh_identity', {}]);
    assert.deepEqual([ended(own), withdrawn(own)], [fault === undefined ? [handle] : [], ['of-somebody-else']]);
    const line = await own.lambda.audited((each) => each.code === 'refresh_identity');
    assert.deepEqual([line.decision, line.handle, line.detail, line.revoked], ['deny', handle, detail, fault === undefined ? [`session:${handle}`] : []]);
  }
});
