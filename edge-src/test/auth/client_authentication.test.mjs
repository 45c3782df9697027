/**
 * How the client proves itself at the token endpoint: keys and assertions judged by `oidc-provider` and by node:crypto, an
 * assertion of AWS STS, and a credential that was rotated a moment ago (checklist K3, K5, K7, C11, C12).
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync, verify } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { after, before, test } from 'node:test';
import { ARN, configOf, cookiesAfter, HOST, provision, rdOf } from './support/application.mjs';
import { Browser } from './support/browser.mjs';
import { startCertifiedProvider } from './support/certified_provider.mjs';
import { Lambda } from './support/lambda.mjs';
import { SecretsManager } from './support/secrets_manager.mjs';
import { TokenService } from './support/token_service.mjs';
import { certificate, World } from './support/world.mjs';

const APP = `https://${HOST}`;
const CLIENT_SECRET = ARN('client');
const KEYS = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
const pemOf = ({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'pem' });
const json = (text) => JSON.parse(Buffer.from(text, 'base64url'));

let provider;
let manager;
before(async () => {
  const redirects = { redirect_uris: [`${APP}/oauth2/callback`], grant_types: ['authorization_code'], response_types: ['code'] };
  const clients = Object.entries(KEYS).map(([alg, { publicKey }]) => ({
    client_id: `client-${alg}`, token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: alg,
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: `kid-${alg}`, use: 'sig', alg }] }, ...redirects,
  }));
  provider = await startCertifiedProvider(certificate, clients);
  manager = await SecretsManager.start();
});
after(() => {
  provider.stop();
  manager.stop();
});

const secretsOf = (endpoint) => ({ ...configOf({ secretsEndpoint: endpoint }).secrets, client_secret: CLIENT_SECRET });

async function loginAt(alg, clientSecret) {
  const config = configOf({
    issuer: provider.issuer, endpoints: provider.endpoints, client_id: `client-${alg}`, client_authentication: 'private_key_jwt', secrets: secretsOf(manager.endpoint),
  });
  provision(manager, config, { clientSecret });
  const lambda = await Lambda.start({ config, ca: certificate.file });
  after(() => lambda.stop());
  const browser = new Browser(lambda, certificate.cert);
  let page = await browser.open(`${APP}/oauth2/start?rd=${rdOf('/members/')}`);
  if (/name="login"/.test(page.body)) page = await browser.submit(page, { login: 'ada', password: 'any' });
  return /<form/.test(page.body ?? '') ? browser.submit(page) : page;
}

for (const [alg, pair] of Object.entries(KEYS)) {
  test(`a client with a key proves itself to a certified provider by ${alg}`, async () => {
    assert.equal((await loginAt(alg, pemOf(pair))).url.href, `${APP}/members/`);
    assert.equal((await loginAt(alg, JSON.stringify({ private_key: pemOf(pair), kid: `kid-${alg}` }))).url.href, `${APP}/members/`);
  });
}

test('a client whose key the provider does not know ends on a page for its operators', async () => {
  const page = await loginAt('ES256', pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' })));
  assert.equal(page.status, 503);
  assert.match(page.body, /Reason: provider_client\./);
});

async function worldWith(clientSecret, authentication = 'private_key_jwt') {
  const own = await World.start({ changes: { client_authentication: authentication }, before: (config) => (config.secrets.client_secret = CLIENT_SECRET) });
  own.manager.values.set(CLIENT_SECRET, clientSecret);
  return own;
}

test('[C11] an assertion says who, to whom, for a minute, and never the same twice', async () => {
  for (const [alg, pair] of Object.entries(KEYS)) {
    const own = await worldWith(JSON.stringify({ private_key: pemOf(pair), kid: 'the-kid' }));
    const seen = [];
    for (let count = 0; count < 2; count += 1) {
      assert.equal((await own.login('/a')).response.status, '303');
      const { form, headers } = own.provider.tokenRequests.at(-1);
      assert.deepEqual([headers.authorization, form.get('client_secret'), form.get('client_id')], [undefined, null, 'client-1']);
      assert.equal(form.get('client_assertion_type'), 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
      const [header, payload, signature] = form.get('client_assertion').split('.');
      const { kid, alg: said } = json(header);
      assert.deepEqual([kid, said], ['the-kid', alg]);
      const key = alg === 'ES256' ? { key: pair.publicKey, dsaEncoding: 'ieee-p1363' } : pair.publicKey;
      assert.ok(verify(alg === 'EdDSA' ? null : 'sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')));
      const { iss, sub, aud, jti, iat, exp } = json(payload);
      assert.deepEqual([iss, sub, aud, exp - iat], ['client-1', 'client-1', own.config.token_endpoint, 60]);
      assert.ok(Math.abs(iat - (await own.lambda.now())) <= 2);
      seen.push(jti);
    }
    assert.equal(new Set(seen).size, 2);
    own.stop();
  }
});

test('[K5] a secret that is no key of a known kind is never used, and never shown', async () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const foreign = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
  const values = ['x', '{}', 'a plain secret', JSON.stringify({ private_key: 'x' }), JSON.stringify({ client_secret: 'y' }), JSON.stringify({ private_key: pemOf(KEYS.ES256), kid: 7 }), pemOf(weak), pemOf(foreign), KEYS.ES256.publicKey.export({ type: 'spki', format: 'pem' })];
  for (const value of values) {
    const own = await worldWith(value);
    const response = await own.finish(await own.begin());
    assert.equal(response.status, '503', value);
    assert.match(response.body, /secrets_invalid/);
    assert.equal(own.provider.tokenRequests.length, 0, 'and the code is not spent');
    assert.doesNotMatch(own.lambda.output + response.body, /PRIVATE KEY|plain secret/);
    own.stop();
  }
});

const refuseUnless = (own, isGood) => {
  own.provider.tokenFault = async (response, request, form) => {
    if (!isGood(form, request)) return response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end('{"error":"invalid_client"}');
    return response.end(JSON.stringify({ access_token: 'x', token_type: 'bearer', id_token: own.provider.idToken }));
  };
};
/** RFC 6749, 2.3.1: both halves are form-encoded before they are joined. */
const shows = (secret) => (_form, { headers }) => Buffer.from(headers.authorization.split(' ')[1], 'base64').toString().split(':').map(decodeURIComponent)[1] === secret;

test('[K3] a secret that was rotated a moment ago is read again, once, and the login goes on', async () => {
  const own = await worldWith('old', 'client_secret_basic');
  refuseUnless(own, shows('old'));
  assert.equal((await own.login('/a')).response.status, '303');
  refuseUnless(own, shows('new'));
  own.manager.values.set(CLIENT_SECRET, 'new');
  const asked = own.provider.tokenRequests.length;
  assert.equal((await own.login('/a')).response.status, '303');
  assert.equal(own.provider.tokenRequests.length, asked + 2);
  assert.equal(own.manager.callsFor(CLIENT_SECRET), 2);
});

test('[K3] a secret that is simply wrong is shown once to the provider, and read again only now and then', async () => {
  const own = await worldWith('wrong', 'client_secret_post');
  refuseUnless(own, () => false);
  for (let count = 0; count < 4; count += 1) {
    const { response } = await own.login('/a');
    assert.equal(response.status, '503');
    assert.match(response.body, /Reason: provider_client\./);
  }
  assert.equal(own.provider.tokenRequests.length, 4, 'the same secret is not tried again');
  assert.equal(own.manager.callsFor(CLIENT_SECRET), 2);
  await own.lambda.advance(6);
  own.manager.values.set(CLIENT_SECRET, 'wrong, too');
  await own.login('/a');
  assert.equal(own.provider.tokenRequests.length, 6, 'a new one is, once');
  own.manager.values.delete(CLIENT_SECRET);
  await own.lambda.advance(6);
  assert.equal((await own.login('/a')).response.status, '503');
});

async function federated(changes = {}) {
  const service = await TokenService.start();
  after(() => service.stop());
  const federation = { audience: 'api://AzureADTokenExchange', algorithm: 'RS256', region: 'eu-central-1', endpoint: service.endpoint, ...changes };
  return { service, own: await World.start({ changes: { client_authentication: 'federated', federation } }) };
}

test('[K5] with a federated client AWS signs who we are, and no secret exists', async () => {
  const { service, own } = await federated();
  assert.equal((await own.login('/a')).response.status, '303');
  const { form } = own.provider.tokenRequests.at(-1);
  assert.deepEqual(
    [form.get('client_id'), form.get('client_assertion_type'), form.get('client_assertion'), form.get('client_secret')],
    ['client-1', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', 'aaa.bbb.ccc', null],
  );
  const [{ headers, body, url, method, form: query }] = service.calls;
  assert.deepEqual([method, url], ['POST', '/']);
  assert.deepEqual(query, { Action: 'GetWebIdentityToken', Version: '2011-06-15', 'Audience.member.1': 'api://AzureADTokenExchange', DurationSeconds: '300', SigningAlgorithm: 'RS256' });
  const signer = new AwsV4Signer({
    method, url: `${service.endpoint}/`, body, service: 'sts', region: 'eu-central-1', datetime: headers['x-amz-date'], allHeaders: true,
    accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', sessionToken: 'session-token-of-the-test', headers: { 'content-type': headers['content-type'] },
  });
  assert.equal(headers.authorization, (await signer.sign()).headers.get('authorization'));
  assert.ok(!own.manager.calls.some((call) => call.body.includes('client')), 'no client secret is asked for');
});

test('[K3] an assertion of AWS is used until a minute before its end', async () => {
  const { service, own } = await federated();
  for (let count = 0; count < 3; count += 1) assert.equal((await own.login('/a')).response.status, '303');
  assert.equal(service.calls.length, 1);
  await own.lambda.advance(236);
  await own.login('/a');
  assert.equal(service.calls.length, 1);
  service.tokens = ['ddd.eee.fff'];
  await own.lambda.advance(5);
  await own.login('/a');
  assert.equal(service.calls.length, 2);
  assert.equal(own.provider.tokenRequests.at(-1).form.get('client_assertion'), 'ddd.eee.fff');
});

test('[K3] an assertion that the provider refuses is asked for anew, once', async () => {
  const { service, own } = await federated();
  service.tokens = ['old.old.old', 'new.new.new'];
  refuseUnless(own, (form) => form.get('client_assertion') === 'new.new.new');
  assert.equal((await own.login('/a')).response.status, '303');
  assert.equal(service.calls.length, 2);
  refuseUnless(own, () => false);
  for (let count = 0; count < 3; count += 1) assert.equal((await own.login('/a')).response.status, '503');
  assert.equal(service.calls.length, 2, 'within seconds there is no third');
});

const OUTAGES = [
  ['a refusal', (response) => response.writeHead(403).end('<ErrorResponse><Error><Code>OutboundWebIdentityFederationDisabledException</Code></Error></ErrorResponse>')],
  ['an error', (response) => response.writeHead(500).end()],
  ['an answer without a token', (response) => response.end('<GetWebIdentityTokenResponse/>')],
  ['a token that is none', (response) => response.end('<WebIdentityToken>&amp;client_id=x</WebIdentityToken>')],
  ['a redirect', (response) => response.writeHead(307, { location: 'https://evil.example/' }).end()],
  ['a closed connection', (response) => response.destroy()],
  ['silence', () => {}],
];

test('[C12] without an assertion of AWS there is a page, no token request, and the attempt can go on', async () => {
  const { service, own } = await federated();
  for (const [name, fault] of OUTAGES) {
    service.fault = fault;
    const attempt = await own.begin('/a');
    const response = await own.finish(attempt);
    assert.equal(response.status, '503', name);
    assert.match(response.body, /secrets_unavailable/);
    assert.equal(own.provider.tokenRequests.length, 0, name);
    assert.deepEqual(Object.keys(cookiesAfter(response, attempt.jar)), Object.keys(attempt.jar), name);
  }
  service.fault = undefined;
  assert.equal((await own.login('/a')).response.status, '303');
});

test('[K7] neither log nor page holds a credential', async () => {
  const { own } = await federated();
  refuseUnless(own, () => false);
  const { response } = await own.login('/a');
  await own.lambda.audited((line) => line.code === 'provider_client');
  for (const secret of ['aaa.bbb.ccc', 'wJalrXUtnFEMI', 'session-token-of-the-test']) assert.ok(!`${response.body}${own.lambda.output}`.includes(secret));
});
