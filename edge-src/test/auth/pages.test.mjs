/** What a person sees besides the login: the denied and signed-out pages, unknown addresses, logging out (checklist P21, P24, R8, R9). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, test } from 'node:test';
import { cookiesAfter, HOST, locationOf, rdOf, setCookies } from './support/application.mjs';
import { Lambda } from './support/lambda.mjs';
import { readCookie } from './support/session_reader.mjs';
import { withCookies, World } from './support/world.mjs';

let world;
before(async () => (world = await World.start({ changes: { title: 'Members <&> "Friends"' } })));

/** A page has no script, nothing foreign, and a style that its own policy allows. */
function checkPage({ headers, body }) {
  assert.equal(headers['content-type'][0].value, 'text/html; charset=utf-8');
  assert.doesNotMatch(body, /<script|<img|<link|<iframe|\son\w+=|javascript:|<form/i);
  const style = /<style>(.*?)<\/style>/s.exec(body)[1];
  const hash = createHash('sha256').update(style).digest('base64');
  assert.ok(headers['content-security-policy'][0].value.includes(`style-src 'sha256-${hash}'`));
  assert.doesNotMatch(headers['content-security-policy'][0].value, /unsafe|\*/);
  for (const [, href] of body.matchAll(/href="([^"]*)"/g)) assert.match(href, /^\/(?!\/)|^https:\/\/support\.example\.com\/$/);
  assert.ok(body.includes('Members &lt;&amp;&gt; &quot;Friends&quot;'));
  assert.ok(body.length < 4_000);
}

test('[P21] the denied page has a reason, the request, help and another account, and is a 403', async () => {
  const response = await world.get('/oauth2/denied?code=policy');
  assert.equal(response.status, '403');
  checkPage(response);
  assert.match(response.body, /Reason: policy\. Request: request-id-of-the-test==/);
  assert.match(response.body, /href="\/oauth2\/start\?switch=1"/);
  assert.match(response.body, /href="https:\/\/support\.example\.com\/"/);
  assert.equal(response.headers['set-cookie'], undefined);
});

test('[P21] another account comes to the page that the refused one asked for', async () => {
  const attempt = await world.begin('/deep?x=1');
  const response = await world.finish(attempt, { aud: 'another-application' });
  assert.equal(response.status, '403');
  checkPage(response);
  assert.ok(response.body.includes(`href="/oauth2/start?rd=${rdOf('/deep?x=1')}&amp;switch=1"`), response.body);
});

test('[P21] a code that is not ours is not shown', async () => {
  const codes = ['', '<script>', 'Call+555-0100', 'policy&code=blocked', 'constructor', '__proto__', 'a'.repeat(2_000), '%00', '%'];
  for (const code of codes) {
    const response = await world.get(`/oauth2/denied?code=${code}`);
    assert.equal(response.status, '403');
    checkPage(response);
    assert.match(response.body, /Reason: denied\./);
    assert.doesNotMatch(response.body, /555|constructor/);
  }
  for (const code of ['blocked', 'revoked', 'notbefore']) assert.match((await world.get(`/oauth2/denied?code=${code}`)).body, new RegExp(`Reason: ${code}\\.`));
});

test('[P24] no page of ours can be framed, made to load anything, or told apart by its referrer', async () => {
  for (const path of ['denied?code=policy', 'signed-out', 'nothing', 'callback?state=x', 'start?rd=Lw', 'start?step=x']) {
    const { headers, status } = await world.get(`/oauth2/${path}`);
    const policy = headers['content-security-policy'].map(({ value }) => value);
    assert.equal(policy.length, 1);
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]) assert.ok(policy[0].split('; ').includes(part), `${part} on ${path} ${status}`);
    assert.match(headers['strict-transport-security'][0].value, /^max-age=31536000/);
    assert.equal(headers['referrer-policy'][0].value, 'no-referrer');
    assert.equal(headers['x-content-type-options'][0].value, 'nosniff');
  }
});

test('signed-out is public, needs no secret and does not log in again', async () => {
  const calls = world.manager.calls.length;
  const response = await world.get('/oauth2/signed-out');
  assert.equal(response.status, '200');
  checkPage(response);
  assert.equal(locationOf(response), undefined);
  assert.equal(world.manager.calls.length, calls);
});

test('what is not exactly an endpoint is 404', async () => {
  const paths = ['/oauth2', '/oauth2/', '/oauth2/start/', '/oauth2//start', '/oauth2/Start', '/oauth2/start%20', '/oauth2/%73tart', '/oauth2/start;x', '/oauth2/../start', '/oauth2/callback/x', '/oauth2/refresh', '/oauth2/token', '/oauth2/constructor', '/', '/start', '/oauth2start'];
  for (const path of paths) {
    const response = await world.get(path);
    assert.equal(response.status, '404', path);
    checkPage(response);
    assert.equal(response.headers['set-cookie'], undefined);
  }
});

test('other methods get 405 with what is allowed', async () => {
  for (const [path, method, allow] of [['logout', 'GET', 'POST'], ['logout', 'HEAD', 'POST'], ['signed-out', 'POST', 'GET, HEAD'], ['denied', 'DELETE', 'GET, HEAD'], ['callback', 'POST', 'GET']]) {
    const response = await world.get(`/oauth2/${path}`, { method });
    assert.deepEqual([response.status, response.headers.allow[0].value], ['405', allow], `${method} ${path}`);
  }
});

const OWN = `https://${HOST}`;
const LOGOUTS = [
  ['its own origin', { origin: OWN }, true],
  ['its own origin, confirmed by the browser', { origin: OWN, 'sec-fetch-site': 'same-origin' }, true],
  ['the browser’s word alone', { origin: null, 'sec-fetch-site': 'same-origin' }, true],
  ['a page without referrer', { origin: 'null', 'sec-fetch-site': 'same-origin' }, true],
  ['a sandboxed frame', { origin: 'null' }, false],
  ['a sandboxed frame elsewhere', { origin: 'null', 'sec-fetch-site': 'cross-site' }, false],
  ['another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, false],
  ['another site without metadata', { origin: 'https://evil.example' }, false],
  ['a sibling', { origin: 'https://evil.example.com', 'sec-fetch-site': 'same-site' }, false],
  ['the same host in clear', { origin: `http://${HOST}` }, false],
  ['the same host on another port', { origin: `${OWN}:8443` }, false],
  ['a host that begins alike', { origin: `${OWN}.evil.example` }, false],
  ['a claim against the browser’s word', { origin: OWN, 'sec-fetch-site': 'cross-site' }, false],
  ['a person’s bookmark', { 'sec-fetch-site': 'none' }, false],
  ['nothing at all', {}, false],
  ['two origins', { origin: [OWN, 'https://evil.example'] }, false],
];

test('[R8] only a page of this application can log out', async () => {
  for (const [name, headers, allowed] of LOGOUTS) {
    const response = await world.get('/oauth2/logout', { method: 'POST', headers: { 'sec-fetch-site': null, ...headers } });
    assert.equal(response.status, allowed ? '303' : '403', name);
    if (!allowed) assert.equal(response.headers['set-cookie'], undefined, name);
  }
});

test('[R9] logging out removes every cookie of ours, works without a session, and lands on signed-out', async () => {
  const attempt = await world.begin();
  const headers = (jar) => ({ ...withCookies(jar).headers, origin: OWN, 'sec-fetch-site': 'same-origin' });
  const jar = { ...attempt.jar, '__Host-zt-session': 'expired', '__Secure-zt-members': 'old', theirs: '1' };
  const response = await world.get('/oauth2/logout', { method: 'POST', headers: headers(jar) });
  assert.equal(locationOf(response), '/oauth2/signed-out');
  assert.deepEqual(cookiesAfter(response, jar), { theirs: '1' });
  for (const line of setCookies(response)) assert.match(line, /; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=0/);
  assert.equal((await world.get('/oauth2/logout', { method: 'POST', headers: headers({}) })).status, '303');
});

test('[R9] where the provider can end its session, it is asked to, and told where to come back to', async () => {
  const wide = await World.start({ changes: { end_session_endpoint: 'https://login.example.com/logout?tenant=1', cookie: '__Secure-zt-members', cookie_domain: 'example.com' } });
  const response = await wide.get('/oauth2/logout', { method: 'POST', headers: { origin: OWN, 'sec-fetch-site': 'same-origin' } });
  const url = new URL(locationOf(response));
  assert.equal(url.origin + url.pathname, 'https://login.example.com/logout');
  const { state, ...asked } = Object.fromEntries(url.searchParams);
  assert.match(state, /^[\w-]{22}$/);
  assert.deepEqual(asked, { tenant: '1', client_id: 'client-1', post_logout_redirect_uri: `${OWN}/oauth2/signed-out` });
  assert.ok(setCookies(response).some((line) => line.startsWith('__Secure-zt-members=;') && line.endsWith('Domain=example.com')));
});

test('[R9] the audit line of a logout has the handle of a session that verifies, and of no other', async () => {
  const own = await World.start();
  const { jar } = await own.login('/a');
  const session = readCookie(jar['__Host-zt-session'], own.config, own.secrets);
  const leave = (cookie) => own.get('/oauth2/logout', { method: 'POST', headers: { ...withCookies(cookie).headers, origin: OWN, 'sec-fetch-site': 'same-origin' } });
  const handles = () => own.lambda.audit.filter((line) => line.endpoint === 'logout').map((line) => line.handle);
  const forged = `${jar['__Host-zt-session'].slice(0, -44)}.${'A'.repeat(43)}`;
  for (const cookie of [jar, { '__Host-zt-session': forged }, {}]) assert.equal((await leave(cookie)).status, '303');
  await own.lambda.advance(61);
  own.manager.values.delete(own.config.secrets.keys);
  assert.equal((await leave(jar)).status, '303', 'a logout needs no secret');
  await own.lambda.audited(() => handles().length === 4);
  assert.deepEqual(handles(), [session.handle, '', '', '']);
});

test('settings that are missing or not understood leave a function that refuses everything', async () => {
  const { config } = world;
  const broken = [
    undefined, '', '{', '[]', 'null', { ...config, v: 2 }, { ...config, prefix: 'oauth2' }, { ...config, issuer: 'http://localhost' }, { ...config, token_endpoint: undefined },
    { ...config, algorithms: ['HS256'] }, { ...config, algorithms: ['none'] }, { ...config, algorithms: [] }, { ...config, scopes: ['email'] }, { ...config, cookie: 'session' }, { ...config, cookie: '__Secure-zt-other', cookie_domain: 'example.com' },
    { ...config, cookie_domain: 'example.com' }, ...['other.example', 'ample.com', 'www.app.example.com', 'example.com.', '.com'].map((domain) => ({ ...config, cookie: '__Secure-zt-members', cookie_domain: domain })),
    { ...config, hosts: [HOST, 'app.example.org'], cookie: '__Secure-zt-members', cookie_domain: 'example.com' }, { ...config, hosts: [], cookie: '__Secure-zt-members', cookie_domain: 'cloudfront.net' }, { ...config, auth_time_optional: 'yes' }, { ...config, client_authentication: 'client_secret_basic' }, { ...config, lifetime: 0 }, { ...config, lifetime: 90_000 }, { ...config, lifetime: '3600' },
    { ...config, secrets: { ...config.secrets, endpoint: 'http://secrets.example.com' } }, { ...config, authorization_endpoint: 'https://user:pass@login.example.com/' }, { ...config, support_url: 'javascript:alert(1)' },
  ];
  for (const settings of broken) {
    const lambda = await Lambda.start({ config: settings });
    for (const path of ['start', 'callback', 'signed-out', 'denied', 'nothing']) {
      const response = await lambda.invoke({ Records: [{ cf: { config: { requestId: 'r' }, request: { method: 'GET', uri: `/oauth2/${path}`, querystring: '', headers: { host: [{ value: HOST }] } } } }] });
      assert.equal(response.status, '503', JSON.stringify(settings));
      assert.equal(response.headers['retry-after'][0].value, '30');
    }
    lambda.stop();
  }
});

const NAMES = ['shop-assertion', 'shop-refresh', 'shop-hint', 'a-b-hint'];

test('[T15] under a cookie domain no application is called like a companion cookie of another one', async () => {
  const { config } = world;
  const wide = (application) => ({ application, cookie: `__Secure-zt-${application}`, cookie_domain: 'example.com' });
  const cases = [
    ...NAMES.map((name) => [wide(name), '503']), ...NAMES.map((application) => [{ application }, '404']),
    ...['shop-refreshed', 'refresh', 'hint', 'refresh-shop', 'shop-assertion-2', 'shoprefresh'].map((name) => [wide(name), '404']),
  ];
  for (const [changes, status] of cases) {
    const lambda = await Lambda.start({ config: { ...config, ...changes } });
    const response = await lambda.invoke({ Records: [{ cf: { config: { requestId: 'r' }, request: { method: 'GET', uri: '/oauth2/nothing', querystring: '', headers: { host: [{ value: HOST }] } } } }] });
    lambda.stop();
    assert.equal(response.status, status, JSON.stringify(changes));
  }
});

const TRUSTED = { issuer: 'https://signals.example.com', jwks_uri: 'https://signals.example.com/jwks', audience: 'members', algorithms: ['RS256'] };
const QUEUE = { url: 'https://sqs.eu-central-1.amazonaws.com/1/x.fifo', region: 'eu-central-1' };
const FEDERATION = { audience: 'api://AzureADTokenExchange', algorithm: 'RS256', region: 'eu-central-1' };
const HOOK = { url: 'https://hook.example.com/', secret: 'arn:of:the:hook', timeout_ms: 1_500 };
const FEATURES = [
  ['all of them', { refresh: true, revocation_endpoint: 'https://login.example.com/revoke', queue: QUEUE, backchannel: true, events: TRUSTED, bearer: [{ ...TRUSTED, type: null, lifetime: 900 }], assertion: { secret: 'arn', audience: 'members' }, overage: { endpoint: 'https://graph.microsoft.com/v1.0/me/getMemberObjects' }, hook: HOOK }, true],
  ['all of them null', { refresh: null, revocation_endpoint: null, queue: null, backchannel: null, events: null, bearer: null, assertion: null, tenants: null, overage: null, federation: null, hook: null }, true],
  ['refresh as text', { refresh: 'yes' }, false],
  ['a revocation endpoint in clear', { revocation_endpoint: 'http://login.example.com/revoke' }, false],
  ['a queue without an address', { queue: { region: 'eu-central-1' } }, false],
  ['a queue in clear', { queue: { ...QUEUE, url: 'http://sqs.example.com/1/x.fifo' } }, false],
  ['a queue elsewhere in clear', { queue: { ...QUEUE, endpoint: 'http://sqs.example.com/' } }, false],
  ['signals under a MAC', { events: { ...TRUSTED, algorithms: ['HS256'] } }, false],
  ['signals without an algorithm', { events: { ...TRUSTED, algorithms: [] } }, false],
  ['bearers that are no list', { bearer: {} }, false],
  ['a bearer without a lifetime', { bearer: [{ ...TRUSTED, lifetime: 0 }] }, false],
  ['a bearer that is nothing', { bearer: [null] }, false],
  ['an assertion without an audience', { assertion: { secret: 'arn' } }, false],
  ['groups asked for in clear', { overage: { endpoint: 'http://graph.example.com/' } }, false],
  ['a federated client without a federation', { client_authentication: 'federated' }, false],
  ['a federation without a federated client', { federation: FEDERATION }, false],
  ['a federated client', { client_authentication: 'federated', federation: FEDERATION }, true],
  ['a federation under an algorithm that STS does not have', { client_authentication: 'federated', federation: { ...FEDERATION, algorithm: 'ES256' } }, false],
  ['a federation elsewhere in clear', { client_authentication: 'federated', federation: { ...FEDERATION, endpoint: 'http://sts.example.com/' } }, false],
  ['a client with a key that is nowhere', { client_authentication: 'private_key_jwt' }, false],
  ['a client authentication nobody knows', { client_authentication: 'tls_client_auth' }, false],
  ['a hook in clear', { hook: { ...HOOK, url: 'http://hook.example.com/' } }, false],
  ['a hook with a password in its address', { hook: { ...HOOK, url: 'https://user:word@hook.example.com/' } }, false],
  ['a hook that may take all the time', { hook: { ...HOOK, timeout_ms: 60_000 } }, false],
  ['a hook without a secret', { hook: { ...HOOK, secret: null } }, false],
];

test('a feature is on when its settings are whole, off when they are absent, and everything is off when they are half', async () => {
  for (const [name, changes, whole] of FEATURES) {
    const own = await World.start({ changes });
    assert.equal((await own.get('/oauth2/signed-out')).status, whole ? '200' : '503', name);
    assert.doesNotMatch(own.lambda.output, /arn:of:the:hook|user:word/);
    own.stop();
  }
});
