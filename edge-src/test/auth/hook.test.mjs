/** The claims hook (edge contract, section 8): signed, bounded, and closed when it is not plainly open (checklist T8, C11, C12). */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:https';
import { after, before, test } from 'node:test';
import { ARN, cookiesAfter, locationOf, setCookies } from './support/application.mjs';
import { listen } from './support/listen.mjs';
import { readCookie } from './support/session_reader.mjs';
import { certificate, World } from './support/world.mjs';

const SECRET = 'a secret of the hook, long enough';
const hook = { requests: [], answer: { claims: {} }, fault: undefined };
let world;

before(async () => {
  hook.server = createServer(certificate, async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    hook.requests.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
    if (hook.fault !== undefined) return hook.fault(response);
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.end(JSON.stringify(hook.answer));
  });
  hook.url = `https://localhost:${await listen(hook.server)}/hook?of=members`;
  world = await start(SECRET);
});
after(() => {
  hook.server.closeAllConnections();
  hook.server.close();
});

async function start(secret) {
  const own = await World.start({ changes: { hook: { url: hook.url, secret: ARN('hook'), timeout_ms: 700 }, session_claims: ['email', 'name', 'department', '__proto__', 'sub', 'acr'] } });
  if (secret !== undefined) own.manager.values.set(ARN('hook'), secret);
  return own;
}

const login = async (claims = {}, where = world) => where.finish(await where.begin('/a'), claims);
const sessionOf = (response) => readCookie(cookiesAfter(response)['__Host-zt-session'], world.config, world.secrets);

async function withAnswer(answer, action) {
  hook.answer = answer;
  try {
    return await action();
  } finally {
    hook.answer = { claims: {} };
  }
}

test('[C11] the hook gets who and for which application, signed as the contract says', async () => {
  assert.equal((await login({ groups: ['staff'], department: 'x' })).status, '303');
  const { method, url, headers, body } = hook.requests.at(-1);
  assert.deepEqual([method, url, headers['content-type']], ['POST', '/hook?of=members', 'application/json']);
  const { claims, ...rest } = JSON.parse(body);
  assert.deepEqual(rest, { v: 1, application: 'members', issuer: world.config.issuer, subject: 'user-1' });
  assert.deepEqual([claims.sub, claims.groups], ['user-1', ['staff']]);
  const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['x-zt-signature']);
  assert.ok(Math.abs(Number(time) - (await world.lambda.now())) <= 2);
  assert.equal(signature, createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex'));
  assert.ok(!body.includes('the-access-token') && !body.includes(world.provider.idToken), 'no token is handed on');
});

test('[T9] what the hook says of groups and other claims counts as the provider’s word would', async () => {
  const response = await withAnswer({ claims: { groups: ['staff'], department: 'ships' } }, () => login({ groups: ['admins'] }));
  assert.deepEqual([sessionOf(response).policies, sessionOf(response).claims.department], [['staff'], 'ships']);
  const odd = await withAnswer({ claims: { groups: 'staff', __proto__: { groups: ['staff'] } } }, () => login());
  assert.deepEqual(sessionOf(odd).policies, []);
});

test('[T8] the hook cannot change who somebody is, since when, how proved, or whose address it is', async () => {
  const now = await world.lambda.now();
  const honest = { acr: 'pwd', amr: ['pwd'], sid: 'provider-session', email: 'ada@example.org', email_verified: true };
  const plain = sessionOf(await login(honest));
  const claims = {
    iss: 'https://evil.example', sub: 'user-2', aud: 'x', exp: 9e9, iat: 1, nbf: 1, nonce: 'x', azp: 'x', tid: 'x', oid: 'x', acr: 'mfa', amr: ['otp'], auth_time: now - 40_000,
    sid: 'another', email: 'boss@example.com', email_verified: true,
  };
  const session = sessionOf(await withAnswer({ claims }, () => login(honest)));
  assert.deepEqual([session.user, session.usr, session.providerSession, session.policies], ['user-1', plain.usr, plain.providerSession, plain.policies]);
  assert.ok(session.loginTime >= now - 10);
  assert.deepEqual(session.claims, plain.claims);
  const mapped = await World.start({ changes: { hook: { url: hook.url, secret: ARN('hook'), timeout_ms: 700 }, claims: { user: 'uid', email: 'mail', groups: 'groups', roles: 'roles', session: 'psid' }, session_claims: ['mail'] } });
  mapped.manager.values.set(ARN('hook'), SECRET);
  const own = { uid: 'user-1', psid: 'one', mail: 'ada@example.org', email_verified: true };
  const given = await withAnswer({ claims: { uid: 'user-2', psid: 'two', mail: 'boss@example.com' } }, () => login(own, mapped));
  const read = readCookie(cookiesAfter(given)['__Host-zt-session'], mapped.config, mapped.secrets);
  assert.deepEqual([read.user, read.providerSession, read.claims], ['user-1', read.printOf('one'), { mail: 'ada@example.org' }]);
});

test('[C12] a hook that says no ends the login with a page', async () => {
  hook.fault = (response) => response.writeHead(403, { 'content-type': 'application/json' }).end('{"reason":"<script>why</script>"}');
  const response = await login().finally(() => (hook.fault = undefined));
  assert.equal(response.status, '403');
  assert.match(response.body, /Reason: hook_refused\./);
  assert.doesNotMatch(response.body, /why/);
  assert.deepEqual(setCookies(response).filter((line) => !line.includes('Max-Age=0')), []);
});

const JSON_TYPE = { 'content-type': 'application/json' };
const json = (response, body) => response.setHeader('content-type', 'application/json').end(body);
const FAULTS = [
  ['an error', (response) => response.writeHead(500, JSON_TYPE).end('{"claims":{}}')],
  ['no content', (response) => response.writeHead(204).end()],
  ['another refusal', (response) => response.writeHead(401, JSON_TYPE).end('{"claims":{}}')],
  ['a redirect to a yes', (response) => response.writeHead(307, { ...JSON_TYPE, location: hook.url }).end('{"claims":{}}')],
  ['a page', (response) => response.setHeader('content-type', 'text/html').end('{"claims":{}}')],
  ['half an answer', (response) => json(response, '{"claims":{')],
  ['no claims', (response) => json(response, '{}')],
  ['claims that are a list', (response) => json(response, '{"claims":[]}')],
  ['claims that are null', (response) => json(response, '{"claims":null}')],
  ['a list', (response) => json(response, '[{"claims":{}}]')],
  ['more than 64 kB', (response) => json(response, JSON.stringify({ claims: { x: 'y'.repeat(66_000) } }))],
  ['an endless answer', (response) => { response.setHeader('content-type', 'application/json'); const fill = () => { while (!response.destroyed && response.write(' '.repeat(65_536))); }; response.on('drain', fill).on('error', () => {}); fill(); }],
  ['a closed connection', (response) => response.destroy()],
  ['silence', () => {}],
];

for (const [name, fault] of FAULTS) {
  test(`[C12] ${name} of the hook is never a yes`, async () => {
    const asked = hook.requests.length;
    hook.fault = fault;
    const response = await login().finally(() => (hook.fault = undefined));
    assert.equal(response.status, '503');
    assert.match(response.body, /Reason: hook_unavailable\./);
    assert.match(response.headers['retry-after'][0].value, /^\d+$/);
    assert.equal(locationOf(response), undefined);
    assert.equal(cookiesAfter(response)['__Host-zt-session'], undefined);
    assert.equal(hook.requests.length, asked + 1, 'asked once, followed nowhere');
  });
}

test('[C12] a hook whose secret cannot be read spends no code', async () => {
  for (const secret of [undefined, '', '{}', 'short', '{"secret":7}']) {
    const own = await start(secret);
    assert.equal((await login({}, own)).status, '503', secret);
    assert.equal(own.provider.tokenRequests.length, 0);
    own.stop();
  }
  const own = await start(JSON.stringify({ secret: SECRET }));
  assert.equal((await login({}, own)).status, '303');
});
