/** `callback`: which answers of a provider are believed, and what becomes of those that are not (checklist L3, L7, C1 to C12). */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ARN, cookiesAfter, HOST, locationOf, rdOf, setCookies } from './support/application.mjs';
import { makeToken } from './support/plain_provider.mjs';
import { readCookie } from './support/session_reader.mjs';
import { withCookies, World } from './support/world.mjs';

let world;
before(async () => (world = await World.start()));

const gives = (response) => cookiesAfter(response)['__Host-zt-session'];

/** Asserts a refusal that starts no session and asks the provider nothing. */
function checkRefused(response, status, code) {
  assert.equal(response.status, String(status), response.body);
  assert.match(response.body, new RegExp(`Reason: ${code}\\.`));
  assert.equal(gives(response), undefined);
  assert.equal(locationOf(response), undefined, 'never a redirect, so never a loop');
}

async function withoutTokenRequest(action) {
  const before = world.provider.tokenRequests.length;
  const response = await action();
  assert.equal(world.provider.tokenRequests.length, before, 'the provider was not asked');
  return response;
}

test('[C9] [C10] a good answer leads back by 303, with a session and without the transaction', async () => {
  const { response, jar, attempt } = await world.login('/members/page?x=1');
  assert.equal(response.status, '303');
  assert.equal(locationOf(response), '/members/page?x=1');
  assert.deepEqual(Object.keys(jar), ['__Host-zt-session']);
  assert.equal(response.body, undefined);
  const { form, headers, method } = world.provider.tokenRequests.at(-1);
  const { code_verifier: verifier, ...rest } = Object.fromEntries(form);
  assert.deepEqual(rest, { grant_type: 'authorization_code', code: 'the-code', client_id: 'client-1', redirect_uri: `https://${HOST}/oauth2/callback` });
  assert.match(verifier, /^[\w-]{43}$/);
  assert.equal(method, 'POST');
  assert.equal(headers['content-type'].split(';')[0], 'application/x-www-form-urlencoded');
  assert.equal(headers.authorization, undefined);
  assert.ok(!JSON.stringify(response).includes(attempt.asked.state));
});

test('[C1] an answer without its cookie is refused and no token is asked for', async () => {
  const attempt = await world.begin();
  checkRefused(await withoutTokenRequest(() => world.finish(attempt, {}, { jar: {} })), 400, 'transaction_missing');
});

test('[C2] [L7] a transaction made up by an attacker is refused, even when the state fits it', async () => {
  const state = 'A'.repeat(48);
  const plain = Buffer.from(JSON.stringify({ id: state.slice(0, 16), state, nonce: 'n'.repeat(43), verifier: 'v'.repeat(43), rd: '/', host: HOST, exp: 4e9, fresh: false })).toString('base64url');
  const header = (parts) => Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid: 'k7q2', typ: 'zt-tx', aud: 'members', ...parts })).toString('base64url');
  const values = [
    plain, `${header({})}..AAAAAAAAAAAAAAAA.${plain}.AAAAAAAAAAAAAAAAAAAAAA`, `${header({ alg: 'none' })}.${plain}.`, `${header({ kid: undefined })}..AAAAAAAAAAAAAAAA.${plain}.AAAAAAAAAAAAAAAAAAAAAA`,
    `${header({ alg: 'PBES2-HS256+A128KW', p2c: 1e9, p2s: 'AA' })}.AAAA.AAAAAAAAAAAAAAAA.${plain}.AAAAAAAAAAAAAAAAAAAAAA`, '', 'x', '....', 'null',
  ];
  for (const value of values) {
    const jar = { [`__Host-zt-tx-${state.slice(0, 16)}`]: value };
    checkRefused(await withoutTokenRequest(() => world.callback({ code: 'c', state, iss: world.config.issuer }, jar)), 400, 'transaction_invalid');
  }
});

test('[C2] a transaction with any byte changed, under another id, or there twice is refused', async () => {
  const attempt = await world.begin();
  const [[name, value]] = Object.entries(attempt.jar);
  for (const at of [0, 5, value.indexOf('..') + 3, value.length - 30, value.length - 5]) {
    const changed = value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1);
    checkRefused(await withoutTokenRequest(() => world.finish(attempt, {}, { jar: { [name]: changed } })), 400, 'transaction_invalid');
  }
  const other = await world.begin();
  checkRefused(await withoutTokenRequest(() => world.finish(attempt, {}, { jar: { [name]: Object.values(other.jar)[0] } })), 400, 'transaction_invalid');
  const twice = { headers: { cookie: [`${name}=${value}`, `${name}=${Object.values(other.jar)[0]}`] } };
  const query = new URLSearchParams({ code: 'c', state: attempt.asked.state, iss: world.config.issuer });
  checkRefused(await withoutTokenRequest(() => world.get(`/oauth2/callback?${query}`, twice)), 400, 'transaction_invalid');
});

test('[L7] a cookie whose name is disguised by other white space than HTTP’s is nobody’s cookie', async () => {
  // RFC 6265, 5.2 and 4.2.1: space and tab surround a pair. A browser guards the prefix `__Host-` only as the name begins with it.
  const attacker = await world.begin('/attack');
  const victim = await world.begin('/victim');
  const [[name, value]] = Object.entries(attacker.jar);
  const [[own]] = Object.entries(victim.jar);
  for (const blank of ['\u00a0', '\u1680', '\u2000', '\u2028', '\u202f', '\u3000', '\ufeff', '\v', '\f', '\r', '\0', '\u200b']) {
    for (const disguised of [blank + name, name + blank, ` ${blank}${name}`]) {
      checkRefused(await withoutTokenRequest(() => world.finish(attacker, { sub: 'attacker' }, { jar: { [disguised]: value } })), 400, 'transaction_missing');
    }
    const response = await world.finish(victim, {}, { jar: { ...victim.jar, [blank + own]: 'x' } });
    assert.equal(response.status, '303', 'nor a second one of that name');
  }
  const padded = await world.begin('/padded');
  const [[padName, padValue]] = Object.entries(padded.jar);
  assert.equal((await world.finish(padded, {}, { jar: { [`\t ${padName} `]: ` ${padValue}\t` } })).status, '303', 'space and tab are no part of either');
});

test('[C2] a state that shares only its id with the transaction is refused', async () => {
  const attempt = await world.begin();
  const { state } = attempt.asked;
  for (const wrong of [state.slice(0, 16) + 'A'.repeat(32), state.slice(0, 47) + (state[47] === 'A' ? 'B' : 'A')]) {
    checkRefused(await withoutTokenRequest(() => world.finish(attempt, {}, { query: { state: wrong } })), 400, 'state');
  }
  for (const wrong of [undefined, '', state.slice(0, 47), `${state}A`, `${state.slice(0, 47)}!`]) {
    checkRefused(await withoutTokenRequest(() => world.finish(attempt, {}, { query: { state: wrong } })), 400, 'response');
  }
});

test('a transaction of one host is not valid on another', async () => {
  const both = await World.start({ changes: { hosts: [HOST, 'www.example.com'] } });
  const attempt = await both.begin();
  const query = new URLSearchParams({ code: 'c', state: attempt.asked.state, iss: both.config.issuer });
  const response = await both.get(`/oauth2/callback?${query}`, { headers: { ...withCookies(attempt.jar).headers, host: 'www.example.com' } });
  checkRefused(response, 400, 'transaction_invalid');
  assert.equal(both.provider.tokenRequests.length, 0);
});

test('[T5] a transaction sealed for another application is refused', async () => {
  const other = await World.start({ changes: { application: 'other' } });
  other.manager.values.set(other.config.secrets.keys, JSON.stringify({ v: 1, keys: world.secrets.keys.map((key) => ({ ...key, binding: other.secrets.keys[0].binding })) }));
  const attempt = await other.begin();
  checkRefused(await withoutTokenRequest(() => world.callback({ code: 'c', state: attempt.asked.state, iss: world.config.issuer }, attempt.jar)), 400, 'transaction_invalid');
});

test('[C3] an attempt is used once; the same answer again goes nowhere without a session, and home with one', async () => {
  const { attempt, jar } = await world.login('/a');
  const query = { code: 'the-code', state: attempt.asked.state, iss: world.config.issuer };
  checkRefused(await withoutTokenRequest(() => world.callback(query, {})), 400, 'transaction_missing');
  const again = await withoutTokenRequest(() => world.callback(query, jar));
  assert.deepEqual([again.status, locationOf(again)], ['303', '/']);
  assert.equal(gives(again), undefined);
});

test('[C3] a doubled submit that lost the race goes to the page if its session is there, else says what happened', async () => {
  const attempt = await world.begin('/a');
  const first = await world.finish(attempt);
  world.provider.tokenFault = (response) => response.writeHead(400).end('{"error":"invalid_grant"}');
  try {
    const second = await world.finish(attempt, {}, { jar: { ...attempt.jar, '__Host-zt-session': gives(first) } });
    assert.deepEqual([second.status, locationOf(second)], ['303', '/a']);
    assert.equal(gives(second), undefined);
    const alone = await world.finish(attempt);
    checkRefused(alone, 400, 'code_refused');
    assert.match(alone.body, /href="\/a">Continue/);
    const forged = `${gives(first).slice(0, -44)}.${'A'.repeat(43)}`;
    checkRefused(await world.finish(attempt, {}, { jar: { ...attempt.jar, '__Host-zt-session': forged } }), 400, 'code_refused');
    await world.lambda.advance(120);
    const another = await world.begin('/b');
    checkRefused(await world.finish(another, {}, { jar: { ...another.jar, '__Host-zt-session': gives(first) } }), 400, 'code_refused');
    await world.lambda.advance(3_601);
    const later = await world.begin('/b');
    checkRefused(await world.finish(later, {}, { jar: { ...later.jar, '__Host-zt-session': gives(first) } }), 400, 'code_refused');
  } finally {
    world.provider.tokenFault = undefined;
  }
});

test('[C4] an attempt older than ten minutes is refused, with a link that starts again', async () => {
  const attempt = await world.begin('/deep/page');
  await world.lambda.advance(599);
  assert.equal((await world.finish(attempt)).status, '303');
  const late = await world.begin('/deep/page');
  await world.lambda.advance(600);
  const response = await withoutTokenRequest(() => world.finish(late));
  checkRefused(response, 400, 'transaction_expired');
  assert.ok(response.body.includes(`href="/oauth2/start?rd=${rdOf('/deep/page')}"`));
});

test('[C5] an error of the provider becomes a page, escaped, and the attempt is over', async () => {
  const cases = [
    [{ error: 'access_denied', error_description: '<script>alert(1)</script>" onload="x' }, 403, 'provider_denied'],
    [{ error: 'login_required' }, 400, 'provider_error'],
    [{ error: '<img src=x>', error_description: "'><b>" }, 400, 'provider_error'],
    [{ error: 'invalid_scope', error_description: 'x'.repeat(5_000) }, 400, 'provider_error'],
    [{ error: 'temporarily_unavailable' }, 503, 'provider_unavailable'],
  ];
  for (const [query, status, code] of cases) {
    const attempt = await world.begin('/a');
    const response = await withoutTokenRequest(() => world.finish(attempt, {}, { query: { code: undefined, ...query } }));
    checkRefused(response, status, code);
    assert.doesNotMatch(response.body, /<script|<img|<b>|onload="|x{400}/);
    assert.deepEqual(cookiesAfter(response, attempt.jar), {});
  }
});

test('[C5] an error without the state of this browser is not shown at all', async () => {
  const response = await world.callback({ error: 'access_denied', error_description: 'call 555-0100 now', state: 'A'.repeat(48), iss: world.config.issuer }, {});
  checkRefused(response, 400, 'transaction_missing');
  assert.doesNotMatch(response.body, /555/);
});

test('[C7] an answer of another issuer, or of none where it must name itself, is refused', async () => {
  const { issuer } = world.config;
  for (const iss of [undefined, '', 'https://evil.example', `${issuer}/`, issuer.toUpperCase(), `${issuer}%00`]) {
    const attempt = await world.begin();
    checkRefused(await withoutTokenRequest(() => world.finish(attempt, {}, { query: { iss } })), 400, 'issuer');
  }
  const lax = await World.start({ changes: { iss_parameter: false } });
  assert.equal((await lax.finish(await lax.begin(), {}, { query: { iss: undefined } })).status, '303');
  checkRefused(await lax.finish(await lax.begin(), {}, { query: { iss: 'https://evil.example' } }), 400, 'issuer');
  checkRefused(await lax.finish(await lax.begin(), {}, { query: { iss: 'https://evil.example', code: undefined, error: 'access_denied' } }), 400, 'issuer');
});

test('an answer with a parameter twice, without a code, or of another flow is refused', async () => {
  for (const extra of ['&code=other', '&state=other', `&iss=${encodeURIComponent(world.config.issuer)}`, '&id_token=x', '&token=x', '&response=x']) {
    const attempt = await world.begin();
    const query = new URLSearchParams({ code: 'the-code', state: attempt.asked.state, iss: world.config.issuer });
    const response = await withoutTokenRequest(() => world.get(`/oauth2/callback?${query}${extra}`, withCookies(attempt.jar)));
    assert.equal(response.status, '400', extra);
    assert.equal(gives(response), undefined);
  }
  for (const code of [undefined, '']) checkRefused(await withoutTokenRequest(async () => world.finish(await world.begin(), {}, { query: { code } })), 400, 'response');
});

test('[C9] only GET is an answer', async () => {
  const attempt = await world.begin();
  const query = new URLSearchParams({ code: 'the-code', state: attempt.asked.state, iss: world.config.issuer });
  for (const method of ['POST', 'HEAD', 'PUT', 'OPTIONS']) {
    const response = await withoutTokenRequest(() => world.get(`/oauth2/callback?${query}`, { method, ...withCookies(attempt.jar) }));
    checkRefused(response, 405, 'method');
    assert.equal(response.headers.allow[0].value, 'GET');
  }
});

const idToken = async (attempt) => makeToken(world.provider.key, await world.claims(attempt));
const json = (body) => (response) => response.end(JSON.stringify(body));
const FAULTS = [
  ['a page instead of JSON', (response) => response.setHeader('content-type', 'text/html').end('<h1>hello</h1>'), 503],
  ['JSON under another type', (response) => response.setHeader('content-type', 'text/plain').end('{}'), 503],
  ['JSON that is cut', (response) => response.end('{"access_token":"x'), 503],
  ['an answer above the size cap', (response) => response.end(JSON.stringify({ access_token: 'x'.repeat(300_000), token_type: 'bearer' })), 503],
  ['a good answer above the size cap', (response) => response.end(JSON.stringify({ access_token: 'x', token_type: 'bearer', id_token: world.provider.idToken, padding: 'x'.repeat(300_000) })), 503],
  ['an endless answer', (response) => { const fill = () => { while (!response.destroyed && response.write('x'.repeat(65_536))); }; response.on('drain', fill).on('error', () => {}); fill(); }, 503],
  ['no ID token', json({ access_token: 'x', token_type: 'bearer' }), 503],
  ['an ID token that is no text', json({ access_token: 'x', token_type: 'bearer', id_token: { a: 1 } }), 503],
  ['an array', json([]), 503],
  ['a server error', (response) => response.writeHead(500).end('{"error":"invalid_grant"}'), 503],
  ['throttling', (response) => response.writeHead(429).end('{}'), 503],
  ['a redirect', (response) => response.writeHead(307, { location: `${world.provider.issuer}/token` }).end(), 503],
  ['a closed connection', (response) => response.destroy(), 503],
  ['a refused code', (response) => response.writeHead(400).end('{"error":"invalid_grant"}'), 400],
  ['a refused client', (response) => response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end('{"error":"invalid_client"}'), 503],
  ['an error nobody knows', (response) => response.writeHead(400).end('{"error":"<script>"}'), 400],
];

for (const [name, fault, status] of FAULTS) {
  test(`[C11] [C12] ${name} from the token endpoint ends on a page`, async () => {
    const attempt = await world.begin('/a');
    const asked = world.provider.tokenRequests.length;
    world.provider.tokenFault = fault;
    const response = await world.finish(attempt).finally(() => (world.provider.tokenFault = undefined));
    assert.equal(response.status, String(status), response.body);
    assert.equal(gives(response), undefined);
    if (status === 503) assert.match(response.headers['retry-after'][0].value, /^\d+$/);
    assert.match(response.body, /Request: request-id-of-the-test==/);
    assert.doesNotMatch(response.body, /<script>|hello/);
    assert.equal(world.provider.tokenRequests.length, asked + 1, 'a code that may have arrived is not sent again');
    const line = await world.lambda.audited((each) => each.endpoint === 'callback' && each.status === status);
    assert.equal(line.decision, status === 503 ? 'error' : 'deny');
  });
}

test('[C11] a token endpoint that never answers costs five seconds, not a broken request', async () => {
  const attempt = await world.begin('/a');
  world.provider.tokenFault = () => {};
  const response = await world.finish(attempt).finally(() => (world.provider.tokenFault = undefined));
  checkRefused(response, 503, 'provider_unavailable');
});

test('[C11] all waits together end before the function’s own time is over', async () => {
  const own = await World.start({
    changes: { client_authentication: 'client_secret_post' }, before: (config) => (config.secrets.client_secret = ARN('client')), secrets: { clientSecret: 'old' },
  });
  const attempt = await own.begin('/a');
  own.provider.idToken = makeToken(own.provider.key, await own.claims(attempt));
  // Each wait alone is within its bound: the keys, the first answer, the second answer, the keys once more.
  own.provider.jwksFault = () => {};
  own.provider.tokenFault = (response) => {
    const first = own.provider.tokenRequests.length === 1;
    if (first) own.manager.values.set(own.config.secrets.client_secret, 'new');
    const body = first ? { error: 'invalid_client' } : { access_token: 'x', token_type: 'bearer', id_token: own.provider.idToken };
    setTimeout(() => response.writeHead(first ? 400 : 200).end(JSON.stringify(body)), 4_700);
  };
  const since = performance.now();
  const response = await own.callback({ code: 'c', state: attempt.asked.state, iss: own.config.issuer }, attempt.jar);
  assert.equal(response.status, '503');
  assert.equal(gives(response), undefined);
  const took = performance.now() - since;
  assert.ok(took < 14_000, `${took} ms`);
});

test('[C11] a token endpoint with a certificate of nobody is not spoken to', async () => {
  const stranger = await World.start({ environment: { NODE_EXTRA_CA_CERTS: '' } });
  checkRefused(await stranger.finish(await stranger.begin()), 503, 'provider_unavailable');
  assert.equal(stranger.provider.tokenRequests.length, 0);
});

test('[C11] a connection that cannot be made is tried once more, and then the page says so', async () => {
  const gone = await World.start();
  gone.provider.stop();
  checkRefused(await gone.finish(await gone.begin()), 503, 'provider_unavailable');
});

test('[C10] neither pages nor the log ever hold a code, a state, a token or a cookie', async () => {
  const { attempt, jar } = await world.login('/quiet?token=of-the-query');
  await world.callback({ code: 'the-secret-code', state: attempt.asked.state, iss: 'https://evil.example' }, {});
  const failed = await world.begin('/quiet?token=of-the-query');
  const { body } = await world.finish(failed, { nonce: 'wrong' }, { query: { code: 'the-secret-code' } });
  await world.lambda.audited((each) => each.detail !== '' && each.code === 'id_token');
  const secrets = [
    'the-secret-code', 'the-access-token', attempt.asked.state, failed.asked.state, attempt.asked.nonce, failed.asked.nonce, world.provider.idToken, await idToken(failed), 'user-1', 'of-the-query',
    ...Object.values(jar), ...Object.values(failed.jar), world.secrets.pepper, world.secrets.keys[0].secret, 'wJalrXUtnFEMI', 'session-token-of-the-test',
  ];
  for (const secret of secrets) {
    assert.ok(!world.lambda.output.includes(secret), `the log holds ${secret}`);
    assert.ok(!body.includes(secret), `the page holds ${secret}`);
  }
});

test('two applications on one store do not accept each other’s sessions', async () => {
  const other = await World.start({ changes: { application: 'other' } });
  const { jar } = await world.login('/a');
  assert.doesNotThrow(() => readCookie(jar['__Host-zt-session'], world.config, world.secrets));
  const stale = await other.begin();
  const response = await other.callback({ code: 'c', state: stale.asked.state, iss: other.config.issuer }, { '__Host-zt-session': jar['__Host-zt-session'] });
  checkRefused(response, 400, 'transaction_missing');
});
