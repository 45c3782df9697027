// The provider as a relying party meets it: discovery, sign-in by form, PKCE, claims, prompt and max_age, logout.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const directory = mkdtempSync(join(tmpdir(), 'idp-'));
const [certificate, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
const EDGE = 'https://d111111abcdef8.cloudfront.net:8443';
const CALLBACK = `${EDGE}/oauth2/callback`;
let child;
let issuer;

before(async () => {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const configuration = {
    certificate, key, port: 0, edge_port: 8443,
    users: [
      { sub: 'u-1', user: 'demo', password: 'pw', email: 'demo@example.com', name: 'Demo', groups: ['staff'] },
      { sub: 'u-2', user: 'alone', password: 'pw', email: 'alone@example.com', name: 'Alone' },
    ],
    clients: [{ client_id: 'public' }, { client_id: 'confidential', client_secret: 'a secret of the test' }],
    redirect_uris: ['https://app.example.com/oauth2/callback'],
  };
  writeFileSync(join(directory, 'c.json'), JSON.stringify(configuration));
  child = spawn(process.execPath, [new URL('../src/main.mjs', import.meta.url).pathname, join(directory, 'c.json')], { stdio: ['pipe', 'pipe', 'ignore'] });
  for await (const line of createInterface({ input: child.stdout })) {
    ({ issuer } = JSON.parse(line));
    break;
  }
});

after(async () => {
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  child.stdin.end();
  assert.equal(await ended, 0);
  rmSync(directory, { recursive: true });
});

/** One request; cookies are kept in the jar. */
function ask(url, { method = 'GET', headers = {}, body, jar = new Map() } = {}) {
  return new Promise((resolve, reject) => {
    const cookie = [...jar].map(([n, v]) => `${n}=${v}`).join('; ');
    const sent = httpsRequest(new URL(url, issuer), { method, ca: readFileSync(certificate), headers: { ...headers, ...(cookie && { cookie }) } }, (response) => {
      let text = '';
      for (const line of response.headers['set-cookie'] ?? []) {
        const [name, value] = line.split(';')[0].split(/=(.*)/s);
        if (value === '') jar.delete(name); else jar.set(name, value);
      }
      response.on('data', (chunk) => { text += chunk; }).on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    sent.on('error', reject).end(body);
  });
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

function authorize(verifier, more = {}) {
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return `/auth?${new URLSearchParams({ client_id: 'public', response_type: 'code', scope: 'openid profile email groups', redirect_uri: CALLBACK,
    state: 's', nonce: 'n', code_challenge: challenge, code_challenge_method: 'S256', ...more })}`;
}

/** Follows redirects within the provider; signs in where it is asked to. */
async function signIn(jar, url, user = 'demo') {
  let asked = false;
  let answer = await ask(url, { jar });
  for (let i = 0; i < 8; i += 1) {
    const to = answer.headers.location;
    if (to?.startsWith('https://') && !to.startsWith(issuer)) return { asked, url: new URL(to) };
    if (to?.includes('/interaction/')) {
      asked = true;
      assert.match((await ask(to, { jar })).text, /<form method="post" action="\/interaction\//);
      answer = await ask(to, { jar, method: 'POST', headers: FORM, body: new URLSearchParams({ user, password: 'pw' }).toString() });
    } else if (to) {
      answer = await ask(to, { jar });
    } else {
      return { asked, answer };
    }
  }
  throw new Error('too many redirects');
}

function redeem(code, verifier, more = {}, headers = {}) {
  const body = new URLSearchParams({ grant_type: 'authorization_code', client_id: 'public', redirect_uri: CALLBACK, code, code_verifier: verifier, ...more });
  return ask('/token', { method: 'POST', headers: { ...FORM, ...headers }, body: body.toString() });
}

const verifierOf = () => randomBytes(32).toString('base64url');

test('discovery names what the edge needs', async () => {
  const found = JSON.parse((await ask('/.well-known/openid-configuration')).text);
  assert.equal(found.issuer, issuer);
  assert.equal(found.authorization_response_iss_parameter_supported, true);
  assert.ok(found.code_challenge_methods_supported.includes('S256'));
  for (const member of ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'end_session_endpoint', 'userinfo_endpoint']) assert.ok(found[member], member);
});

test('a sign-in gives a signed token with the claims of the directory', async () => {
  const [jar, verifier] = [new Map(), verifierOf()];
  const { url } = await signIn(jar, authorize(verifier));
  assert.equal(url.origin + url.pathname, CALLBACK);
  assert.equal(url.searchParams.get('iss'), issuer);
  assert.equal(url.searchParams.get('state'), 's');
  const answer = await redeem(url.searchParams.get('code'), verifier);
  assert.equal(answer.status, 200);
  const token = JSON.parse(answer.text).id_token;
  const claims = claimsOf(token);
  assert.deepEqual([claims.sub, claims.email, claims.email_verified, claims.name, claims.groups, claims.nonce, claims.aud, claims.iss],
    ['u-1', 'demo@example.com', true, 'Demo', ['staff'], 'n', 'public', issuer]);
  assert.ok(claims.sid && Number.isInteger(claims.auth_time));
  const { keys } = JSON.parse((await ask('/jwks')).text);
  const [head, payload, signature] = token.split('.');
  assert.ok(verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), createPublicKey({ key: keys[0], format: 'jwk' }), Buffer.from(signature, 'base64url')));
  assert.equal((await redeem(url.searchParams.get('code'), verifier)).status, 400, 'a code is good for once');
});

test('a user without groups has no groups claim', async () => {
  const verifier = verifierOf();
  const { url } = await signIn(new Map(), authorize(verifier), 'alone');
  const claims = claimsOf(JSON.parse((await redeem(url.searchParams.get('code'), verifier)).text).id_token);
  assert.deepEqual([claims.sub, 'groups' in claims], ['u-2', false]);
});

test('a living session is not asked again, unless prompt or max_age say so', async () => {
  const jar = new Map();
  assert.equal((await signIn(jar, authorize(verifierOf()))).asked, true);
  assert.equal((await signIn(jar, authorize(verifierOf()))).asked, false);
  assert.equal((await signIn(jar, authorize(verifierOf(), { prompt: 'login' }))).asked, true);
  assert.equal((await signIn(jar, authorize(verifierOf(), { max_age: '1000' }))).asked, false);
  child.stdin.write('{"offset": 2000000}\n');
  // The clock moves when the provider reads the line: ask until it has.
  let again;
  do again = await signIn(jar, authorize(verifierOf(), { max_age: '1000' })); while (!again.asked);
  assert.equal(again.asked, true);
});

test('what must be refused is refused', async () => {
  const verifier = verifierOf();
  const without = authorize(verifier).replace(/&code_challenge=[^&]*/, '').replace(/&code_challenge_method=[^&]*/, '');
  const { url } = await signIn(new Map(), without);
  assert.equal(url.searchParams.get('error'), 'invalid_request', 'PKCE is required');
  for (const uri of ['https://evil.example/oauth2/callback', `${EDGE}/oauth2/callback/x`, `${EDGE}/oauth2/callback?x=1`,
    'https://d1.cloudfront.net.evil.example:8443/oauth2/callback', 'https://d1.cloudfront.net/oauth2/callback', 'http://d1.cloudfront.net:8443/oauth2/callback']) {
    assert.equal((await ask(authorize(verifier, { redirect_uri: uri }))).status, 400, uri);
  }
  assert.notEqual((await ask(authorize(verifier, { redirect_uri: 'https://app.example.com/oauth2/callback' }))).status, 400);
  const good = await signIn(new Map(), authorize(verifier));
  assert.equal((await redeem(good.url.searchParams.get('code'), verifierOf())).status, 400, 'another verifier');
  const jar = new Map();
  const { headers } = await ask(authorize(verifier), { jar });
  const wrong = await ask(headers.location, { jar, method: 'POST', headers: FORM, body: 'user=demo&password=no' });
  assert.deepEqual([wrong.status, /role="alert"/.test(wrong.text)], [401, true]);
});

test('a confidential client must show its secret', async () => {
  const verifier = verifierOf();
  const { url } = await signIn(new Map(), authorize(verifier, { client_id: 'confidential' }));
  const code = url.searchParams.get('code');
  const basic = (secret) => ({ authorization: `Basic ${Buffer.from(`confidential:${encodeURIComponent(secret)}`).toString('base64')}` });
  assert.equal((await redeem(code, verifier, { client_id: 'confidential' }, basic('wrong'))).status, 401);
  assert.equal((await redeem(code, verifier, { client_id: 'confidential' }, basic('a secret of the test'))).status, 200);
});

test('a relying party can end the session', async () => {
  const [jar, verifier] = [new Map(), verifierOf()];
  const { url } = await signIn(jar, authorize(verifier));
  const { id_token: hint } = JSON.parse((await redeem(url.searchParams.get('code'), verifier)).text);
  const page = await ask(`/session/end?${new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: `${EDGE}/oauth2/signed-out` })}`, { jar });
  const [, xsrf] = page.text.match(/name="xsrf" value="([^"]+)"/);
  const done = await ask('/session/end/confirm', { jar, method: 'POST', headers: FORM, body: new URLSearchParams({ xsrf, logout: 'yes' }).toString() });
  assert.equal(done.headers.location, `${EDGE}/oauth2/signed-out`);
  assert.equal((await signIn(jar, authorize(verifierOf()))).asked, true);
});
