/** Cognito as AWS documents it: where its answers differ from OIDC's usual ones (checklist C7, T2, T9, R9). */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ARN, cookiesAfter, HOST, locationOf } from './support/application.mjs';
import { readCookie } from './support/session_reader.mjs';
import { withCookies, World } from './support/world.mjs';

const ISSUER = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI';
const SECRET = 'cognito+secret/with=signs';
let world;
before(async () => {
  world = await World.start({
    changes: {
      issuer: ISSUER, iss_parameter: false, client_authentication: 'client_secret_basic', end_session_endpoint: 'https://members.auth.eu-central-1.amazoncognito.com/logout',
      claims: { user: 'sub', email: 'email', groups: 'cognito:groups', roles: 'cognito:roles', session: 'origin_jti' },
    },
    before: (config) => (config.secrets.client_secret = ARN('client')),
    secrets: { clientSecret: SECRET },
  });
});

/** An ID token of a user pool; the pool names neither `iss` in its answer nor `azp` in its token. */
const claims = (more = {}) => ({ token_use: 'id', 'cognito:username': 'ada', 'cognito:groups': ['staff'], origin_jti: 'origin-1', event_id: 'e', email_verified: true, email: 'Ada@Example.com', ...more });
const login = async (more) => world.finish(await world.begin('/a'), claims(more), { query: { iss: undefined } });
const sessionOf = (response) => readCookie(cookiesAfter(response)['__Host-zt-session'], world.config, world.secrets);

test('a pool’s user logs in with groups and a verified address', async () => {
  const session = sessionOf(await login());
  assert.deepEqual([session.policies, session.claims], [['staff', 'example'], { email: 'ada@example.com' }]);
  assert.equal(session.providerSession, session.printOf('origin-1'));
  const { headers, form } = world.provider.tokenRequests.at(-1);
  assert.equal(decodeURIComponent(Buffer.from(headers.authorization.split(' ')[1], 'base64').toString().split(':')[1]), SECRET);
  assert.equal(form.get('client_secret'), null);
});

test('[T9] a pool’s user without groups has no claim for them, and meets nothing by it', async () => {
  assert.deepEqual(sessionOf(await login({ 'cognito:groups': undefined })).policies, ['example']);
  assert.deepEqual(sessionOf(await login({ 'cognito:groups': 'staff' })).policies, ['example'], 'a text is no list');
});

test('[T2] an access token of the pool is no proof of identity', async () => {
  const response = await login({ token_use: 'access' });
  assert.equal(response.status, '403');
  assert.match(response.body, /Reason: id_token\./);
});

test('[C7] an answer that names another issuer is refused although a pool names none', async () => {
  for (const iss of ['https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Other', 'https://evil.example']) {
    const response = await world.finish(await world.begin('/a'), claims(), { query: { iss } });
    assert.equal(response.status, '400');
    assert.match(response.body, /Reason: issuer\./);
  }
});

test('a pool’s refusals are told by status 400, and mean what they say', async () => {
  for (const [error, status, code] of [['invalid_grant', '400', 'code_refused'], ['invalid_client', '503', 'provider_client'], ['unauthorized_client', '503', 'provider_client'], ['invalid_request', '400', 'provider_error']]) {
    world.provider.tokenFault = (response) => response.writeHead(400).end(JSON.stringify({ error }));
    const response = await login().finally(() => (world.provider.tokenFault = undefined));
    assert.deepEqual([response.status, /Reason: (\w+)/.exec(response.body)[1]], [status, code], error);
  }
});

test('[R9] a pool’s session ends at its logout address, which takes logout_uri and no hint', async () => {
  const jar = cookiesAfter(await login());
  const response = await world.get('/oauth2/logout', { method: 'POST', headers: { ...withCookies(jar).headers, origin: `https://${HOST}`, 'sec-fetch-site': 'same-origin' } });
  const { origin, pathname, searchParams } = new URL(locationOf(response));
  assert.equal(origin + pathname, world.config.end_session_endpoint);
  assert.deepEqual(Object.fromEntries(searchParams), { client_id: 'client-1', logout_uri: `https://${HOST}/oauth2/signed-out` });
});
