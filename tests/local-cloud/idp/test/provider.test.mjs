// The provider as a relying party meets it: discovery, sign-in by form, PKCE, claims, prompt and max_age, logout.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { authorize, CALLBACK, claimsOf, EDGE, FORM, start, verifierOf } from '../testing/harness.mjs';

let running;
let issuer;
let child;
const ask = (...arguments_) => running.ask(...arguments_);
const signIn = (...arguments_) => running.signIn(...arguments_);
const redeem = (...arguments_) => running.redeem(...arguments_);

before(async () => {
  running = await start();
  ({ issuer, child } = running);
});

after(() => running.stop());

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
