// The provider dressed as Entra ID: tenants, claims, overage, federated clients. Facts: Microsoft's "ID token claims reference",
// "Configure group claims", "Workload identity federation".
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { createServer } from 'node:https';
import { authorize, claimsOf, FORM, partOf, start, verifierOf } from '../testing/harness.mjs';

const [HOME, OTHER] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const many = Array.from({ length: 201 }, (_, n) => `g-${n}`);
let running;

before(async () => {
  running = await start({
    tenants: [HOME, OTHER],
    users: [
      { sub: 'u-1', user: 'demo', password: 'pw', code: '123456', email: 'demo@example.com', name: 'Demo', groups: ['staff'], roles: ['Reader'], tenant: HOME, object_id: 'o-1' },
      { sub: 'u-2', user: 'many', password: 'pw', email: 'many@example.com', name: 'Many', groups: many, tenant: HOME, object_id: 'o-2' },
      { sub: 'u-3', user: 'guest', password: 'pw', email: 'guest@example.org', name: 'Guest', tenant: OTHER, object_id: 'o-3' },
    ],
  });
});

after(() => running.stop());

const at = (mount, path) => `/${mount}${path}`;
const AUTHORIZE = '/oauth2/v2.0/authorize';

async function login(mount, user, more = {}, jar = new Map()) {
  const verifier = verifierOf();
  const { url, answer } = await running.signIn(jar, authorize(verifier, more, at(mount, AUTHORIZE)), user);
  if (!url) return { answer };
  const redeemed = await running.redeem(url.searchParams.get('code'), verifier, {}, {}, at(mount, '/oauth2/v2.0/token'));
  assert.equal(redeemed.status, 200, redeemed.text);
  return { url, ...JSON.parse(redeemed.text) };
}

const documentOf = async (path) => JSON.parse((await running.ask(path)).text);

test('discovery is that of a tenant, or a template for all', async () => {
  const one = await documentOf(at(HOME, '/v2.0/.well-known/openid-configuration'));
  assert.equal(one.issuer, `${running.issuer}/${HOME}/v2.0`);
  assert.equal(one.authorization_endpoint, `${running.issuer}/${HOME}${AUTHORIZE}`);
  assert.equal(one.token_endpoint, `${running.issuer}/${HOME}/oauth2/v2.0/token`);
  assert.equal(one.jwks_uri, `${running.issuer}/${HOME}/discovery/v2.0/keys`);
  for (const absent of ['revocation_endpoint', 'authorization_response_iss_parameter_supported']) assert.equal(absent in one, false, absent);
  const all = await documentOf('/organizations/v2.0/.well-known/openid-configuration');
  assert.equal(all.issuer, `${running.issuer}/{tenantid}/v2.0`);
});

test('an ID token has the claims of Entra and is signed by a published key', async () => {
  const { url, id_token: token } = await login(HOME, 'demo');
  assert.equal(url.searchParams.has('iss'), false);
  const claims = claimsOf(token);
  assert.deepEqual([claims.iss, claims.tid, claims.oid, claims.ver, claims.preferred_username, claims.roles, claims.groups, claims.nonce],
    [`${running.issuer}/${HOME}/v2.0`, HOME, 'o-1', '2.0', 'demo', ['Reader'], ['staff'], 'n']);
  assert.equal('email_verified' in claims, false);
  const { keys } = await documentOf(at(HOME, '/discovery/v2.0/keys'));
  const key = keys.find((k) => k.kid === partOf(token, 0).kid);
  const [head, payload, signature] = token.split('.');
  assert.ok(verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), createPublicKey({ key, format: 'jwk' }), Buffer.from(signature, 'base64url')));
});

test('a tenant takes its own people, organizations those of every tenant under their own issuer', async () => {
  const { answer } = await login(HOME, 'guest');
  assert.deepEqual([answer.status, answer.text.includes('AADSTS50020')], [401, true]);
  for (const [user, tenant] of [['demo', HOME], ['guest', OTHER]]) {
    const { id_token: token } = await login('organizations', user);
    assert.deepEqual([claimsOf(token).iss, claimsOf(token).tid], [`${running.issuer}/${tenant}/v2.0`, tenant]);
  }
});

test('too many groups are named, and told to whom the access token belongs', async () => {
  const { id_token: token, access_token: access } = await login(HOME, 'many');
  const claims = claimsOf(token);
  assert.equal('groups' in claims, false);
  assert.equal(claims._claim_names.groups, 'src1');
  assert.ok(claims._claim_sources.src1.endpoint);
  const graph = (authorization, body = '{"securityEnabledOnly":false}') => running.ask('/graph/v1.0/me/getMemberObjects',
    { method: 'POST', headers: { 'content-type': 'application/json', ...(authorization && { authorization }) }, body });
  assert.deepEqual(JSON.parse((await graph(`Bearer ${access}`)).text).value, many);
  assert.equal((await graph('Bearer nonsense')).status, 401);
  assert.equal((await graph()).status, 401);
  assert.equal((await graph(`Bearer ${access}`, '{}')).status, 400);
});

test('logout takes the hint of the tenant at organizations too', async () => {
  const jar = new Map();
  const { id_token: hint } = await login('organizations', 'guest', {}, jar);
  const target = 'https://d111111abcdef8.cloudfront.net:8443/oauth2/signed-out';
  const page = await running.ask(`/organizations/oauth2/v2.0/logout?${new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: target })}`, { jar });
  assert.equal(page.status, 200, page.text);
  const [, xsrf] = page.text.match(/name="xsrf" value="([^"]+)"/);
  const [, action] = page.text.match(/action="([^"]+)"/);
  const done = await running.ask(action, { jar, method: 'POST', headers: FORM, body: new URLSearchParams({ xsrf, logout: 'yes' }).toString() });
  assert.equal(done.headers.location, target);
});

test('a federated client shows an assertion of a registered issuer, subject and audience', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES384' };
  let base;
  const sts = createServer(running.files, (request, response) => {
    const body = request.url.endsWith('/keys') ? { keys: [jwk] } : { issuer: base, jwks_uri: `${base}/keys` };
    response.end(JSON.stringify(body));
  });
  await new Promise((resolve) => { sts.listen(0, '127.0.0.1', resolve); });
  base = `https://localhost:${sts.address().port}`;
  const now = Math.floor(Date.now() / 1000);
  const good = { iss: base, sub: 'arn:aws:iam::111122223333:role/auth', aud: 'api://AzureADTokenExchange', iat: now, exp: now + 60 };
  const assertion = (claims, key = privateKey) => {
    const text = [{ alg: 'ES384', kid: 'k' }, { ...good, ...claims }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${text}.${sign('sha384', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const client = { client_id: running.entra.federated_client_id };
  const redeem = async (shown) => {
    const verifier = verifierOf();
    const { url } = await running.signIn(new Map(), authorize(verifier, client, at(HOME, AUTHORIZE)), 'demo');
    const more = { ...client, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: shown };
    return (await running.redeem(url.searchParams.get('code'), verifier, more, {}, at(HOME, '/oauth2/v2.0/token'))).status;
  };
  assert.equal(await redeem(assertion({})), 401, 'nobody registered it');
  await running.control('POST', '/federation', { issuer: base, subject: good.sub });
  assert.equal(await redeem(assertion({})), 200);
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
  for (const [claims, key] of [[{ sub: 'arn:aws:iam::111122223333:role/other' }], [{ aud: 'api://other' }], [{ exp: now - 1 }], [{}, stranger]]) {
    assert.equal(await redeem(assertion(claims, key)), 401, JSON.stringify(claims));
  }
  sts.close();
});
