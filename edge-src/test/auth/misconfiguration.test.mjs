/**
 * A provider that does not know us as we think: the page helps the operator by its request id and tells nobody else anything;
 * what to look at stands in the audit line (checklist C5, C10, C12, T4).
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ARN, cookiesAfter, setCookies } from './support/application.mjs';
import { World } from './support/world.mjs';

const REQUEST = 'request-id-of-the-test==';
let world;
before(async () => {
  world = await World.start({
    changes: { client_authentication: 'client_secret_basic' },
    before: (config) => (config.secrets.client_secret = ARN('client')),
    secrets: { clientSecret: 'the-secret-of-the-client' },
  });
});

/** Asserts a page that names the code and the request, and an audit line with both and the reason behind them. */
async function checkPage(response, { status, code, detail, silent }) {
  assert.equal(response.status, status, response.body);
  assert.match(response.body, new RegExp(`Reason: ${code}\\. Request: ${REQUEST}`));
  assert.equal(cookiesAfter(response)['__Host-zt-session'], undefined);
  assert.ok(setCookies(response).every((line) => line.includes('Max-Age=0')));
  assert.doesNotMatch(response.body, silent);
  const line = await world.lambda.audited((each) => each.endpoint === 'callback' && each.code === code && each.detail === detail);
  assert.deepEqual([line.request, String(line.status)], [REQUEST, status]);
}

async function withFault(body, status = 400) {
  world.provider.tokenFault = (response) => response.writeHead(status).end(JSON.stringify(body));
  return world.finish(await world.begin('/a')).finally(() => (world.provider.tokenFault = undefined));
}

const CASES = [
  ['a wrong client secret', { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret provided for app client-1.' }, 401, { status: '503', code: 'provider_client', detail: 'invalid_client' }],
  ['an unknown client', { error: 'unauthorized_client', error_description: 'AADSTS700016: application client-1 was not found' }, 400, { status: '503', code: 'provider_client', detail: 'unauthorized_client' }],
  ['a redirect URI that differs', { error: 'invalid_request', error_description: 'AADSTS50011: redirect URI https://app.example.com/oauth2/callback does not match' }, 400, { status: '400', code: 'provider_error', detail: 'invalid_request' }],
  ['a redirect URI that differs, told as a bad code', { error: 'invalid_grant', error_description: 'redirect_uri mismatch' }, 400, { status: '400', code: 'code_refused', detail: 'invalid_grant' }],
];

test('[C12] what the token endpoint holds against us stands in the log, by request id, and not on the page', async () => {
  for (const [, body, status, expected] of CASES) {
    await checkPage(await withFault(body, status), { ...expected, silent: /AADSTS|client-1|redirect|secret|mismatch/i });
  }
});

test('[C5] what the authorization endpoint holds against us is named in the log', async () => {
  for (const error of ['invalid_request', 'unauthorized_client', 'unsupported_response_type', 'invalid_scope']) {
    const response = await world.finish(await world.begin('/a'), {}, { query: { code: undefined, error, error_description: 'AADSTS50011: the reply address is not registered' } });
    await checkPage(response, { status: '400', code: 'provider_error', detail: error, silent: new RegExp(`${error}|AADSTS|registered`) });
  }
});

test('[T4] clocks that differ are told apart from everything else, in the log alone', async () => {
  const now = await world.lambda.now();
  for (const [claims, detail] of [[{ iat: now + 300 }, 'clock'], [{ exp: now - 300 }, 'clock'], [{ nbf: now + 300 }, 'clock'], [{ iat: now - 7_200, exp: now + 300 }, 'clock'], [{ auth_time: now + 300 }, 'clock']]) {
    await checkPage(await world.finish(await world.begin('/a'), claims), { status: '403', code: 'id_token', detail, silent: /clock|iat|exp\b|nbf/ });
  }
});

test('[C10] neither a secret nor a token nor what the provider wrote gets into the log', async () => {
  await withFault({ error: 'invalid_client', error_description: 'the description of the provider' }, 401);
  await withFault({ error: 'the secret is wrong!', error_description: 'x' });
  await world.lambda.audited((line) => line.detail === 'unknown_error');
  assert.doesNotMatch(world.lambda.output, /the-secret-of-the-client|the description|is wrong!|the-code|the-access-token/);
});
