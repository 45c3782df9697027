/** Logging out: the revocation first, then the provider, then the browser (checklist R8, R9, R10). */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ARN, cookiesAfter, HOST, locationOf, rdOf, setCookies } from './support/application.mjs';
import { makeEcKey } from './support/foreign_jwt.mjs';
import { OUTAGES } from './support/queue.mjs';
import { readCookie } from './support/session_reader.mjs';
import { withCookies, World } from './support/world.mjs';

const APP = `https://${HOST}`;
const OWN = { origin: APP, 'sec-fetch-site': 'same-origin' };

async function worldOf(changes = {}, more = {}) {
  const members = ({ issuer }) => ({ refresh: true, revocation_endpoint: `${issuer}/revoke`, end_session_endpoint: `${issuer}/end`, ...changes });
  const made = await World.start({ queue: true, before: (config) => Object.assign(config, members(config)), ...more });
  let logins = 0;
  made.provider.refreshToken = (form) => (form.get('grant_type') === 'authorization_code' ? `refresh-token-${(logins += 1)}` : undefined);
  return made;
}

let world;
before(async () => (world = await worldOf()));

async function loggedIn(where = world, claims) {
  const { jar, response } = await where.login('/a', claims);
  assert.equal(response.status, '303', response.body);
  return { jar, session: readCookie(jar[where.config.cookie], where.config, where.secrets), idToken: where.provider.idToken };
}

const leave = (jar, where = world, headers = OWN) => where.get('/oauth2/logout', { method: 'POST', headers: { ...withCookies(jar).headers, 'sec-fetch-site': null, ...headers } });

test('[R9] a logout revokes the session in the store’s queue, the refresh token at the provider, and the provider’s own session', async () => {
  const own = await worldOf();
  const { jar, session, idToken } = await loggedIn(own);
  const response = await leave(jar, own);
  assert.equal(response.status, '303');
  const now = await own.lambda.now();
  const [message] = own.queue.messages;
  assert.ok(Math.abs(message.at - now) <= 2);
  assert.deepEqual(message, { v: 1, kind: 'session', key: session.handle, user: session.usr, at: message.at, application: 'members', source: 'logout' });
  assert.deepEqual(Object.keys(message), ['v', 'kind', 'key', 'user', 'at', 'application', 'source']);
  assert.deepEqual(own.queue.complaints, [], 'signed as another implementation signs it');
  assert.deepEqual(own.provider.revocations.map(({ form }) => form.get('token')), ['refresh-token-1']);
  const url = new URL(locationOf(response));
  assert.equal(url.origin + url.pathname, `${own.provider.issuer}/end`);
  const { state, ...asked } = Object.fromEntries(url.searchParams);
  assert.match(state, /^[\w-]{22}$/);
  assert.equal(asked.id_token_hint, idToken);
  assert.equal(asked.post_logout_redirect_uri, `${APP}/oauth2/signed-out`);
  assert.deepEqual(cookiesAfter(response, jar), {}, 'and the browser is empty');
  const line = await own.lambda.audited((each) => each.endpoint === 'logout');
  assert.deepEqual([line.decision, line.handle, line.revoked], ['logout', session.handle, [`session:${session.handle}`]]);
});

test('[R9] an expired session is ended all the same: a copy of its cookies could be renewed', async () => {
  const own = await worldOf();
  const { jar, session } = await loggedIn(own);
  await own.lambda.advance(5_000);
  assert.equal((await leave(jar, own)).status, '303');
  assert.deepEqual(own.queue.messages.map(({ key }) => key), [session.handle]);
  assert.equal(own.provider.revocations.length, 1);
  await own.lambda.advance(5);
  assert.equal((await leave({ '__Host-zt-session': jar['__Host-zt-session'] }, own)).status, '303');
  assert.deepEqual(own.queue.messages.map(({ key }) => key), [session.handle, session.handle], 'without its refresh cookie, too');
});

test('[R9] a refresh cookie that outlived its session cookie ends that session, too', async () => {
  const own = await worldOf();
  const { jar, session } = await loggedIn(own);
  const rest = { '__Secure-zt-members-refresh': jar['__Secure-zt-members-refresh'] };
  const response = await leave(rest, own);
  assert.deepEqual(own.queue.messages.map(({ key, user }) => [key, user]), [[session.handle, session.usr]]);
  assert.equal(own.provider.revocations.length, 1);
  assert.deepEqual(cookiesAfter(response, rest), {});
});

test('[R9] only the session of this browser is ended, whatever its cookies claim', async () => {
  const own = await worldOf();
  const { jar } = await loggedIn(own);
  const forged = `${jar['__Host-zt-session'].slice(0, -44)}.${'A'.repeat(43)}`;
  for (const session of [forged, 'x', jar['__Host-zt-session'].replace('s1.k7q2', 's1.none')]) {
    const response = await leave({ '__Host-zt-session': session }, own);
    assert.equal(response.status, '303', 'the browser is emptied');
    assert.equal(cookiesAfter(response, { '__Host-zt-session': session })['__Host-zt-session'], undefined);
  }
  assert.equal((await leave({}, own)).status, '303');
  assert.deepEqual([own.queue.messages, own.queue.calls], [[], 0]);
});

test('[R9] a cookie that a neighbour laid beside ours hides no session from its end: every one that verifies goes', async () => {
  const wide = await worldOf({ cookie: '__Secure-zt-members', cookie_domain: 'example.com' });
  const name = wide.config.cookie;
  const [mine, other] = [await loggedIn(wide), await loggedIn(wide, { sub: 'user-2' })];
  const rest = Object.entries(mine.jar).filter(([each]) => each !== name).map(([each, value]) => `${each}=${value}`);
  const leaveWith = (...values) => {
    const cookie = [...rest, ...values.map((value) => `${name}=${value}`)].join('; ');
    return wide.get('/oauth2/logout', { method: 'POST', headers: { cookie, ...OWN } });
  };
  const handles = () => wide.queue.messages.splice(0).map(({ key }) => key).toSorted();
  const [own, foreign] = [mine, other].map(({ jar }) => jar[name]);
  for (const planted of [[own, 'x'], ['', own], [`${own.slice(0, -44)}.${'A'.repeat(43)}`, own], [own, own]]) {
    assert.equal((await leaveWith(...planted)).status, '303');
    assert.deepEqual(handles(), [mine.session.handle], planted.join(' '));
    await wide.lambda.advance(1);
  }
  assert.equal((await leaveWith(foreign, own)).status, '303');
  assert.deepEqual(handles(), [mine.session.handle, other.session.handle].toSorted());
  const line = await wide.lambda.audited((each) => each.endpoint === 'logout' && each.revoked.length === 2);
  assert.deepEqual(line.revoked.toSorted(), [mine, other].map(({ session }) => `session:${session.handle}`).toSorted());
});

test('[R9] a refresh cookie of another session than the one beside it ends that one, too', async () => {
  const own = await worldOf();
  const [mine, other] = [await loggedIn(own), await loggedIn(own, { sub: 'user-2' })];
  const mixed = { ...mine.jar, '__Secure-zt-members-refresh': other.jar['__Secure-zt-members-refresh'] };
  assert.equal((await leave(mixed, own)).status, '303');
  // Both go at once, and either may arrive first.
  assert.deepEqual(own.queue.messages.map(({ key, user }) => `${key} ${user}`).toSorted(), [mine, other].map(({ session }) => `${session.handle} ${session.usr}`).toSorted());
  assert.deepEqual(own.provider.revocations.map(({ form }) => form.get('token')), ['refresh-token-2']);
});

const FOREIGN = [
  { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { origin: 'null', 'sec-fetch-site': 'cross-site' },
  { origin: `https://${HOST}.evil.example` },
  { origin: `http://${HOST}` },
  { origin: APP, 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'none' },
  {},
];

test('[R8] no other site logs anybody out: nothing is revoked, no cookie goes, whatever the request looks like', async () => {
  const own = await worldOf();
  const { jar } = await loggedIn(own);
  for (const headers of FOREIGN) {
    const response = await leave(jar, own, headers);
    assert.equal(response.status, '403');
    assert.deepEqual(setCookies(response), []);
  }
  for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS']) {
    const response = await own.get('/oauth2/logout', { method, headers: { ...withCookies(jar).headers, ...OWN } });
    assert.deepEqual([response.status, setCookies(response)], ['405', []]);
  }
  assert.deepEqual([own.queue.calls, own.provider.revocations], [0, []]);
});

test('[R8] [R9] while the queue cannot take the revocation the answer is 503, and the browser keeps what it needs to try again', async () => {
  const own = await worldOf();
  const { jar, session } = await loggedIn(own);
  for (const [name, fault] of OUTAGES) {
    own.queue.fault = fault;
    const response = await leave(jar, own);
    assert.equal(response.status, '503', name);
    assert.deepEqual(setCookies(response), [], name);
    assert.match(response.body, /queue_unavailable/);
    assert.equal(response.headers['retry-after'][0].value, '10');
  }
  assert.deepEqual([own.queue.messages, own.provider.revocations], [[], []], 'nothing else was done meanwhile');
  own.queue.fault = undefined;
  assert.equal((await leave(jar, own)).status, '303');
  assert.deepEqual(own.queue.messages.map(({ key }) => key), [session.handle]);
});

test('[R9] one failure of the queue is bridged by a second attempt, which is the same message', async () => {
  const own = await worldOf();
  const { jar } = await loggedIn(own);
  own.queue.fault = (response, call) => {
    own.queue.fault = undefined;
    assert.equal(call, 1);
    response.destroy();
  };
  assert.equal((await leave(jar, own)).status, '303');
  assert.equal(own.queue.messages.length, 1);
});

test('[R9] without our keys nobody’s session can be named, so a logout waits for them', async () => {
  const own = await worldOf();
  const { jar } = await loggedIn(own);
  await own.lambda.advance(61);
  own.manager.fault = (response) => response.writeHead(500).end();
  const response = await leave(jar, own);
  assert.deepEqual([response.status, setCookies(response)], ['503', []]);
  own.manager.fault = undefined;
  assert.equal((await leave(jar, own)).status, '303');
  assert.equal(own.queue.messages.length, 1);
});

test('[R9] a provider that does not withdraw the refresh token holds nobody: the session is revoked already', async () => {
  const own = await worldOf();
  const answers = [...OUTAGES.filter(([name]) => !['nothing', 'another document', 'garbage', 'a cut answer', 'far too much'].includes(name)), ['an unsupported type', (response) => response.writeHead(400).end('{"error":"unsupported_token_type"}')]];
  for (const [name, fault] of answers) {
    const { jar } = await loggedIn(own);
    own.provider.revocationFault = fault;
    const response = await leave(jar, own);
    assert.equal(response.status, '303', name);
    assert.deepEqual(cookiesAfter(response, jar), {}, name);
  }
  assert.equal(own.queue.messages.length, answers.length);
  assert.match((await own.lambda.audited((line) => line.endpoint === 'logout')).detail, /^not_withdrawn_/);
});

test('[R9] where no end of session is configured the browser lands here, and Cognito is asked in its own words', async () => {
  const plain = await worldOf({ end_session_endpoint: null });
  const { jar } = await loggedIn(plain);
  assert.equal(jar['__Secure-zt-members-hint'], undefined);
  assert.equal(locationOf(await leave(jar, plain)), '/oauth2/signed-out');
  const cognito = await World.start({
    changes: { issuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Abc', end_session_endpoint: 'https://login.auth.eu-central-1.amazoncognito.com/logout' },
  });
  const url = new URL(locationOf(await leave({}, cognito)));
  assert.deepEqual(Object.fromEntries(url.searchParams), { client_id: 'client-1', logout_uri: `${APP}/oauth2/signed-out` });
});

test('[R9] an ID token too large for a cookie is left out, and the provider is told the client', async () => {
  const own = await worldOf();
  const { jar } = await loggedIn(own, { filling: 'x'.repeat(4_000) });
  assert.equal(jar['__Secure-zt-members-hint'], undefined);
  const asked = new URL(locationOf(await leave(jar, own))).searchParams;
  assert.equal(asked.get('id_token_hint'), null);
  assert.equal(asked.get('client_id'), 'client-1');
});

test('[T17] the hint is spared where all cookies together could be more than CloudFront takes in one request', async () => {
  const secret = ARN('members/assertion');
  const key = makeEcKey('a1b2').privateKey.export({ type: 'pkcs8', format: 'pem' });
  for (const [assertion, spared] of [[null, false], [{ secret, audience: 'members' }, true]]) {
    const own = await worldOf({ session_claims: ['name'], assertion });
    own.manager.values.set(secret, JSON.stringify({ v: 1, keys: [{ kid: 'a1b2', private_key: key, sign_after: 0, verify_until: 0 }] }));
    own.provider.refreshToken = () => 'r'.repeat(2_600);
    const { jar } = await loggedIn(own, { name: 'n'.repeat(700), filling: 'x'.repeat(300) });
    assert.equal(jar['__Secure-zt-members-hint'] === undefined, spared);
    const together = Object.entries(jar).reduce((sum, [name, value]) => sum + name.length + value.length + 3, 0);
    assert.ok(together <= 9_000, `${together}`);
  }
});

test('[R9] the hint of another session is not told to the provider', async () => {
  const [mine, other] = [await loggedIn(), await loggedIn(world, { sub: 'user-2' })];
  const url = new URL(locationOf(await leave({ ...mine.jar, '__Secure-zt-members-hint': other.jar['__Secure-zt-members-hint'] })));
  assert.equal(url.searchParams.get('id_token_hint'), null);
});

test('[R10] what the browser has cached goes with the session', async () => {
  const { jar } = await loggedIn();
  const response = await leave(jar);
  assert.equal(response.headers['clear-site-data'][0].value, '"cache"');
});

test('[R9] with a cookie domain every cookie is removed where it was set', async () => {
  const wide = await worldOf({ cookie: '__Secure-zt-members', cookie_domain: 'example.com' });
  const { jar } = await loggedIn(wide);
  const lines = setCookies(await leave(jar, wide));
  for (const [name, path] of [['__Secure-zt-members', '/'], ['__Secure-zt-members-refresh', '/oauth2/'], ['__Secure-zt-members-hint', '/oauth2/']]) {
    assert.ok(lines.includes(`${name}=; Path=${path}; Secure; HttpOnly; SameSite=Lax; Max-Age=0; Domain=example.com`), name);
  }
});

test('[R9] without a queue only the browser forgets, and the line tells operators so', async () => {
  const plain = await World.start();
  const { jar } = await plain.login('/a');
  assert.equal((await leave(jar, plain)).status, '303');
  assert.equal((await plain.lambda.audited((line) => line.endpoint === 'logout')).detail, 'no_queue');
});

test('after a logout nothing logs in by itself', async () => {
  const response = await world.get(`/oauth2/signed-out?state=x&rd=${rdOf('/a')}`);
  assert.deepEqual([response.status, locationOf(response)], ['200', undefined]);
});
