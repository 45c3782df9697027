/** `start`: who is sent to the provider, with what, and where a login may lead back to (checklist L1, L2, L4 to L6, L8, L10, L11, C8). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, test } from 'node:test';
import { cookiesAfter, HOST, locationOf, rdOf, setCookies, viewerRequest } from './support/application.mjs';
import { withCookies, World } from './support/world.mjs';

let world;
before(async () => (world = await World.start()));

test('[L2] [L3] [L4] the authorization request is complete and proves possession by S256', async () => {
  const attempt = await world.begin('/x');
  const { state, nonce, code_challenge: challenge, ...rest } = attempt.asked;
  assert.deepEqual(rest, {
    response_type: 'code', client_id: 'client-1', redirect_uri: `https://${HOST}/oauth2/callback`, scope: 'openid email profile', code_challenge_method: 'S256', max_age: '43200',
  });
  assert.ok(attempt.location.href.startsWith(`${world.provider.issuer}/authorize?`));
  await world.finish(attempt);
  const { form } = world.provider.tokenRequests.at(-1);
  assert.ok(form.get('code_verifier').length >= 43);
  assert.equal(createHash('sha256').update(form.get('code_verifier')).digest('base64url'), challenge);
  assert.equal(new Set([state, nonce, challenge, form.get('code_verifier')]).size, 4);
});

test('[L1] state, nonce and challenge are never the same twice, although Math.random is a constant', async () => {
  const attempts = [];
  for (let count = 0; count < 20; count += 1) attempts.push(await world.begin('/x'));
  for (const name of ['state', 'nonce', 'code_challenge']) assert.equal(new Set(attempts.map((each) => each.asked[name])).size, 20, name);
  assert.ok(attempts.every(({ asked }) => asked.state.length >= 43 && asked.nonce.length >= 43));
});

test('[L6] the transaction cookie is host-bound, short-lived and unreadable', async () => {
  const { response, asked } = await world.begin('/secret-path');
  const [line, ...others] = setCookies(response);
  assert.deepEqual(others, []);
  const [pair, ...attributes] = line.split('; ');
  assert.equal(pair.split('=')[0], `__Host-zt-tx-${asked.state.slice(0, 16)}`);
  assert.deepEqual(attributes.toSorted(), ['HttpOnly', 'Max-Age=600', 'Path=/', 'SameSite=Lax', 'Secure']);
  const [header, key, , body] = pair.slice(pair.indexOf('=') + 1).split('.');
  const { kid, ...rest } = JSON.parse(Buffer.from(header, 'base64url'));
  assert.deepEqual(rest, { alg: 'dir', enc: 'A256GCM', typ: 'zt-tx', aud: 'members' });
  assert.equal(kid, 'k7q2');
  assert.equal(key, '');
  assert.doesNotMatch(Buffer.from(body, 'base64url').toString('latin1'), /secret-path|verifier/);
});

test('[L5] at most five attempts and 8 kB live side by side, and the oldest go', async () => {
  let jar = {};
  const ids = [];
  for (let count = 0; count < 7; count += 1) {
    const attempt = await world.begin(`/tab-${count}`, { jar });
    ids.push(attempt.asked.state.slice(0, 16));
    jar = attempt.jar;
    await world.lambda.advance(1);
  }
  assert.deepEqual(Object.keys(jar), ids.slice(2).map((id) => `__Host-zt-tx-${id}`));
  jar = {};
  for (let count = 0; count < 4; count += 1) {
    jar = (await world.begin(`/long?${'x'.repeat(1_900)}`, { jar })).jar;
    await world.lambda.advance(1);
  }
  const bytes = Object.entries(jar).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  assert.ok(bytes <= 8_192, `${bytes}`);
  assert.ok(Object.keys(jar).length >= 2);
});

test('[L5] transaction cookies that are not ours are cleared away, others are left alone', async () => {
  const junk = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`__Host-zt-tx-${String(index).padStart(16, '0')}`, 'junk']));
  const { response } = await world.begin('/x', { jar: { ...junk, '__Host-zt-tx-short': '1', theirs: '1' } });
  const gone = setCookies(response).filter((line) => line.includes('Max-Age=0'));
  assert.ok(gone.length >= 20);
  assert.ok(gone.every((line) => /^__Host-zt-tx-\d{16}=;/.test(line)));
});

const NAVIGATIONS = [
  ['a navigation', {}],
  ['a browser without fetch metadata', { 'sec-fetch-mode': null, accept: 'text/html' }],
];
const OTHERS = [
  ['fetch', { 'sec-fetch-mode': 'cors', accept: '*/*' }],
  ['a script that accepts html', { 'sec-fetch-mode': 'same-origin' }],
  ['an old script', { 'sec-fetch-mode': null, 'x-requested-with': 'XMLHttpRequest' }],
  ['an old cross-origin script', { 'sec-fetch-mode': null, origin: 'https://app.example.com' }],
  ['a WebSocket', { 'sec-fetch-mode': null, 'sec-websocket-key': 'x' }],
  ['a client that wants JSON', { 'sec-fetch-mode': null, accept: 'application/json' }],
  ['a client that says nothing', { 'sec-fetch-mode': null, accept: null }],
  ['a prefetch', { 'sec-purpose': 'prefetch' }],
  ['a prerender', { 'sec-purpose': 'prefetch;prerender' }],
  ['two modes at once', { 'sec-fetch-mode': ['navigate', 'cors'] }],
];

test('[L11] only navigations are redirected', async () => {
  for (const [name, headers] of NAVIGATIONS) assert.equal((await world.get('/oauth2/start', { headers })).status, '302', name);
  for (const [name, headers, method = 'GET'] of [...OTHERS, ['a form', {}, 'POST'], ['a preflight', {}, 'OPTIONS']]) {
    const response = await world.get('/oauth2/start', { headers, method });
    assert.equal(response.status, '401', name);
    assert.equal(response.headers['content-type'][0].value, 'application/problem+json');
    assert.match(response.headers['www-authenticate'][0].value, /^Bearer realm="members"/);
    const { type, status, code, login } = JSON.parse(response.body);
    assert.deepEqual({ type, status, code, login }, { type: 'about:blank', status: 401, code: 'none', login: '/oauth2/start' });
    assert.equal(response.headers['set-cookie'], undefined);
    assert.equal(response.headers.location, undefined);
  }
});

test('[L8] a host that is not configured gets 421 and is never written anywhere', async () => {
  const hosts = ['evil.example', 'app.example.com.evil.example', 'evil.app.example.com', 'app.example.com:8443', 'app.example.com:443:443', 'app.example.com@evil', '', null, [HOST, HOST], [HOST, 'evil.example'], 'd111111abcdef8.cloudfront.net'];
  for (const host of hosts) {
    for (const path of ['/oauth2/start', '/oauth2/callback?state=x', '/oauth2/signed-out', '/oauth2/denied']) {
      const response = await world.get(path, { headers: { host } });
      assert.equal(response.status, '421', `${host} ${path}`);
      assert.doesNotMatch(JSON.stringify(response), /evil/);
    }
  }
  for (const host of [HOST, 'APP.example.com', `${HOST}:443`]) assert.equal((await world.get('/oauth2/start', { headers: { host } })).status, '302', host);
});

test('[L8] without configured hosts only the distribution’s own name is served', async () => {
  const own = await World.start({ changes: { hosts: [] } });
  const name = 'd111111abcdef8.cloudfront.net';
  const response = await own.get('/oauth2/start', { headers: { host: name } });
  assert.equal(new URL(locationOf(response)).searchParams.get('redirect_uri'), `https://${name}/oauth2/callback`);
  assert.equal((await own.get('/oauth2/start', { headers: { host: HOST } })).status, '421');
});

test('a port other than 443 is part of the redirect URI', async () => {
  const local = await World.start({ changes: { port: 8443 } });
  const response = await local.get('/oauth2/start', { headers: { host: `${HOST}:8443` } });
  assert.equal(new URL(locationOf(response)).searchParams.get('redirect_uri'), `https://${HOST}:8443/oauth2/callback`);
});

/** What browsers, and people who attack them, write instead of a path. */
const BAD_TARGETS = [
  '//evil.example', '/\\evil.example', '\\\\evil.example', 'https:evil.example', 'https://evil.example/', '%2f%2fevil.example', '/%2f%2fevil.example', '/%2fevil.example', '/%5cevil.example',
  '/%09/evil.example', '/\t/evil.example', '/%0d%0aSet-Cookie:%20a=b', '/\r\nSet-Cookie: a=b', '@evil.example', 'javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x',
  '', ' /x', '/ x', '/x#fragment', '/./x', '/../x', '/a/..', '/%2e%2e/x', '/a/%2e/x', '/a//b', '/a%2f%2fb', '/a%2f../b', '/a%252fb', '/%', '/%zz', '/%c0%af', '/%ed%a0%80', '/%c2%85',
  '/x%7f', '/%41', '/%5C/evil.example', '/a%2f%2e%2e%2f%2e%2e', '/oauth2%2Flogout', '.evil.example', ':443/', ';x', '?x', '/oauth2', '/oauth2/', '/oauth2/logout', '/oauth2/start?rd=Lw', '/oauth2%2fstart', '///', '/\u3002\u3002/', '/é', '/x\u2028',
];
/** Variants of our own: what the list of others leaves out. */
BAD_TARGETS.push(
  '/\u2215\u2215evil.example', '/a/%2F..%2f', '/.%2e/', '/a%3b/../b', '/a;/..', '/;/..//evil.example', '/oauth2;x/logout', '/oauth2%3bx/logout', '/x?y#z', '/a%0', '/a%u002f',
  '/%f5%80%80%80', '/%c0%ae%c0%ae/', '\u0000/x', '/x\u0000', '/\u00a0/x', '//app.example.com@evil.example/', 'https://app.example.com.evil.example', 'https://app.example.com/', '/\u200b/', 'blob:https://app.example.com/x',
);
const GOOD_TARGETS = ['/', '/a', '/a/b/', '/a?b=c', '/a?b=//evil.example', '/a?x=%0d%0a', '/a?q=\\x"\'<>', '/a;b=1', '/a%2fb', '/%c3%a4/', '/oauth2x', '/a/oauth2/start', '/OAuth2', '/a?', '/a?b?c', '/~u/(x)!', "/it's", '/%ef%bc%8f%ef%bc%8fevil.example', '/x?u=https://evil.example/'];

async function landing(rd) {
  const attempt = await world.begin('/unused', { query: '' });
  const response = await world.get(`/oauth2/start?rd=${rd}`);
  const location = new URL(locationOf(response));
  const opened = { ...attempt, asked: Object.fromEntries(location.searchParams), jar: cookiesAfter(response) };
  return locationOf(await world.finish(opened));
}

test('[C8] a login leads back to a path of this origin, or to its first page', async () => {
  for (const target of GOOD_TARGETS) {
    assert.equal(await landing(rdOf(target)), target, target);
    assert.equal(new URL(target, `https://${HOST}`).host, HOST);
  }
  for (const target of BAD_TARGETS) {
    assert.equal(await landing(Buffer.from(target).toString('base64url')), '/', JSON.stringify(target));
    if (!/[^\0-\xff]/.test(target)) assert.equal(await landing(rdOf(target)), '/', JSON.stringify(target));
  }
  for (const rd of ['!!', 'Lw==', 'Lx', 'L3g%3D', '', `${rdOf('/a')}&rd=${rdOf('/b')}`, '/x', encodeURIComponent('https://evil.example')]) assert.equal(await landing(rd), '/', rd);
});

test('an address too long to come back to ends on a page that says so', async () => {
  const response = await world.get(`/oauth2/start?rd=${rdOf(`/x?${'y'.repeat(3_500)}`)}`);
  assert.equal(response.status, '414');
  assert.match(response.body, /return_too_long/);
  assert.equal(response.headers['set-cookie'], undefined);
});

test('fresh and switch change what the provider is asked', async () => {
  const asked = async (query) => (await world.begin('/x', { query })).asked;
  assert.deepEqual([(await asked('&fresh=1')).prompt, (await asked('&fresh=1')).max_age], ['login', '0']);
  assert.deepEqual([(await asked('&switch=1')).prompt, (await asked('&switch=1')).max_age], ['select_account', '43200']);
  assert.equal((await asked('&fresh=1&switch=1')).prompt, 'login', 'the stronger wish holds');
  for (const query of ['&fresh=0', '&fresh=', '&fresh=true', '&fresh=0&fresh=1']) assert.equal((await asked(query)).prompt, undefined, query);
});

test('the provider is always told how old its session may be, which obliges it to say when the user logged in', async () => {
  const short = await World.start({ changes: { absolute_lifetime: 7_200, fresh_on_expiry: true } });
  const { asked } = await short.begin('/x');
  assert.deepEqual([asked.max_age, asked.prompt], ['7200', undefined]);
});

test('parameters of the configured authorization endpoint are kept, and never twice', async () => {
  const odd = await World.start({ changes: { authorization_endpoint: 'https://login.example.com/a?tenant=1&state=fixed' } });
  const { location } = await odd.begin('/x');
  assert.equal(location.searchParams.get('tenant'), '1');
  assert.equal(location.searchParams.getAll('state').length, 1);
  assert.notEqual(location.searchParams.get('state'), 'fixed');
});

test('a viewer cannot add to the authorization request', async () => {
  const response = await world.get('/oauth2/start?rd=Lw&redirect_uri=https://evil.example&client_id=x&scope=admin&prompt=none&state=fixed', withCookies({}));
  const { searchParams } = new URL(locationOf(response));
  for (const name of ['redirect_uri', 'client_id', 'scope', 'state']) assert.equal(searchParams.getAll(name).length, 1);
  assert.doesNotMatch(locationOf(response), /evil|admin|fixed|prompt/);
});

test('an event that is no event at all is answered, not thrown', async () => {
  for (const event of [{}, { Records: [] }, { Records: [{ cf: {} }] }, { ...viewerRequest('/oauth2/start'), Records: [{ cf: { config: {}, request: { headers: {} } } }] }]) {
    assert.match((await world.lambda.invoke(event)).status, /^(421|503)$/);
  }
});

test('[L10] no answer of this function may be kept by anybody, whatever was asked', async () => {
  const attempt = await world.begin('/x');
  const answers = [
    attempt.response, await world.finish(attempt), await world.get('/oauth2/start', { headers: { 'sec-fetch-mode': 'cors' } }), await world.get('/oauth2/callback'), await world.get('/oauth2/nothing'),
    await world.get('/oauth2/start', { headers: { host: 'evil.example' } }), await world.get('/oauth2/denied'), await world.get('/oauth2/signed-out'), await world.get('/oauth2/logout', { method: 'POST' }),
  ];
  for (const { headers, status } of answers) {
    assert.deepEqual(headers['cache-control'].map(({ value }) => value), ['no-store'], status);
    assert.deepEqual(['etag', 'last-modified', 'expires', 'age', 'vary'].filter((name) => name in headers), []);
  }
});

test('[L12] a preflight of another site is neither a login nor a permission', async () => {
  for (const path of ['start', 'callback', 'logout', 'signed-out', 'denied']) {
    const response = await world.get(`/oauth2/${path}?rd=${rdOf('/x')}`, {
      method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST', 'sec-fetch-mode': 'cors', accept: '*/*' },
    });
    assert.match(response.status, /^40[135]$/, path);
    assert.equal(response.headers.location, undefined);
    assert.deepEqual(Object.keys(response.headers).filter((name) => name.startsWith('access-control-')), []);
    assert.equal(response.headers['set-cookie'], undefined);
  }
});
