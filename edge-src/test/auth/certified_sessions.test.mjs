/**
 * Renewing and ending sessions against a provider that we did not write: `oidc-provider` rotates refresh tokens, ends the family
 * of one that comes back, calls back when its own session ends, and judges our logout (checklist R9, R11, R16, R17, R18).
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { configOf, cookieHeader, cookiesAfter, HOST, locationOf, provision, rdOf, setCookies, viewerRequest } from './support/application.mjs';
import { Browser } from './support/browser.mjs';
import { startCertifiedProvider } from './support/certified_provider.mjs';
import { Lambda } from './support/lambda.mjs';
import { Queue } from './support/queue.mjs';
import { SecretsManager } from './support/secrets_manager.mjs';
import { readCookie } from './support/session_reader.mjs';
import { certificate } from './support/world.mjs';

const APP = `https://${HOST}`;
const OWN = { origin: APP, 'sec-fetch-site': 'same-origin' };
const BACK = `${APP}/oauth2/backchannel-logout`;
const common = {
  redirect_uris: [`${APP}/oauth2/callback`], post_logout_redirect_uris: [`${APP}/oauth2/signed-out`], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
  backchannel_logout_uri: BACK,
};
const CLIENTS = [
  { client_id: 'client-1', token_endpoint_auth_method: 'none', ...common },
  { client_id: 'client-sid', token_endpoint_auth_method: 'none', backchannel_logout_session_required: true, ...common },
];

/** Who answers at our address while a test runs. */
let receiver;
const calls = [];

/** The provider's network: what it sends to us arrives as a viewer-request event. */
async function network(url, { method, headers, body }) {
  assert.equal(String(url), BACK);
  const given = Object.fromEntries(new Headers(headers));
  const event = viewerRequest('/oauth2/backchannel-logout', {
    method, body: String(body),
    headers: { accept: null, 'sec-fetch-mode': null, 'sec-fetch-dest': null, 'sec-fetch-site': null, 'content-type': given['content-type'] ?? 'application/x-www-form-urlencoded;charset=UTF-8' },
  });
  const { status } = await receiver.invoke(event);
  calls.push({ status, body: String(body) });
  return new Response(null, { status: Number(status) });
}

let provider;
let manager;
before(async () => {
  provider = await startCertifiedProvider(certificate, CLIENTS, { fetch: network });
  manager = await SecretsManager.start();
});
after(() => {
  provider.stop();
  manager.stop();
});

async function deploy(changes = {}) {
  const queue = await Queue.start();
  const config = configOf({
    issuer: provider.issuer, endpoints: provider.endpoints, secretsEndpoint: manager.endpoint, refresh: true, revocation_endpoint: provider.revocationEndpoint, backchannel: true,
    queue: { url: queue.url, region: 'eu-central-1', endpoint: queue.endpoint }, ...changes,
  });
  const values = provision(manager, config);
  const lambda = await Lambda.start({ config, ca: certificate.file });
  after(() => {
    lambda.stop();
    queue.stop();
  });
  receiver = lambda;
  const sessionIn = (jar) => readCookie(jar['__Host-zt-session'], config, values);
  return { lambda, queue, sessionIn, browser: () => new Browser(lambda, certificate.cert) };
}

async function logIn(browser, user, path = '/members/') {
  let page = await browser.open(`${APP}/oauth2/start?rd=${rdOf(path)}`);
  if (/name="login"/.test(page.body)) page = await browser.submit(page, { login: user, password: 'any' });
  if (/<form/.test(page.body ?? '')) page = await browser.submit(page);
  assert.equal(page.url.href, `${APP}${path}`);
  return browser.jar(APP);
}

const start = (lambda, jar) => lambda.invoke(viewerRequest(`/oauth2/start?rd=${rdOf('/deep')}`, { headers: { cookie: cookieHeader(jar) } }));
const script = (lambda, jar) => lambda.invoke(viewerRequest('/oauth2/refresh', { method: 'POST', headers: { ...OWN, cookie: cookieHeader(jar) } }));

test('[R16] [R18] a provider that rotates renews again and again, and two tabs at once share one rotation', async () => {
  const { lambda, sessionIn, browser: open } = await deploy();
  let jar = await logIn(open(), 'ada');
  const first = sessionIn(jar);
  for (let round = 0; round < 3; round += 1) {
    const [one, two] = await Promise.all([start(lambda, jar), script(lambda, jar)]);
    assert.deepEqual([one.status, two.status, locationOf(one)], ['303', '204', '/deep']);
    jar = round % 2 === 0 ? cookiesAfter(one, jar) : cookiesAfter(two, jar);
    const { sid, usr, loginTime, policies } = sessionIn(jar);
    assert.deepEqual([sid, usr, loginTime, policies], [first.sid, first.usr, first.loginTime, first.policies]);
    await lambda.advance(11);
  }
});

test('[R17] an old copy of a rotated token gets nothing, and the provider ends the whole family', async () => {
  const { lambda, sessionIn, browser: open } = await deploy();
  const browser = open();
  const copied = { ...(await logIn(browser, 'ada')) };
  const renewed = cookiesAfter(await start(lambda, copied), copied);
  assert.notEqual(renewed['__Secure-zt-members-refresh'], copied['__Secure-zt-members-refresh']);
  await lambda.advance(11);
  const thief = await script(lambda, copied);
  assert.deepEqual([thief.status, setCookies(thief)], ['401', []]);
  const line = await lambda.audited((each) => each.code === 'refresh_refused');
  assert.deepEqual([line.detail, line.handle], ['reused', sessionIn(copied).handle]);
  const honest = await start(lambda, renewed);
  assert.equal(new URL(locationOf(honest)).origin, provider.issuer, 'whoever is honest logs in again');
  const page = await browser.open(`${APP}/oauth2/start?rd=${rdOf('/members/')}`);
  assert.doesNotMatch(page.body ?? '', /name="login"/, 'for which the provider’s own session needs no password');
  await logIn(browser, 'ada');
});

test('[R9] logging out ends the provider’s session with our hint, its refresh token, and ours in the store', async () => {
  const { lambda, queue, sessionIn, browser: open } = await deploy();
  const browser = open();
  const copied = { ...(await logIn(browser, 'ada')) };
  const { handle } = sessionIn(copied);
  const asked = await browser.open(`${APP}/oauth2/logout`, { method: 'POST', headers: OWN });
  assert.equal(asked.url.origin, provider.issuer);
  assert.ok(asked.url.searchParams.get('id_token_hint').length > 100);
  assert.deepEqual(browser.jar(APP), {});
  const landed = await browser.submit(asked, { logout: 'yes' });
  assert.deepEqual([landed.url.pathname, landed.status], ['/oauth2/signed-out', 200], 'the provider accepts hint and landing page');
  assert.equal(landed.url.searchParams.get('state'), asked.url.searchParams.get('state'));
  assert.ok(queue.messages.some(({ kind, key, source }) => kind === 'session' && key === handle && source === 'logout'));
  assert.equal((await script(lambda, copied)).status, '401', 'a copy of the cookies renews nothing');
  const again = await browser.open(`${APP}/oauth2/start?rd=${rdOf('/x')}`);
  assert.match(again.body, /name="login"/);
});

for (const [client, kind] of [['client-1', 'user'], ['client-sid', 'provider_session']]) {
  test(`[R11] the provider’s own logout token is understood: ${kind}`, async () => {
    const { queue, sessionIn, browser: open, lambda } = await deploy({ client_id: client });
    const browser = open();
    const session = sessionIn(await logIn(browser, 'ada'));
    calls.length = 0;
    const asked = await browser.open(`${provider.issuer}/session/end`);
    await browser.submit(asked, { logout: 'yes' });
    await lambda.audited((line) => line.endpoint === 'backchannel-logout');
    const told = calls.find(({ body }) => JSON.parse(Buffer.from(body.split('.')[1], 'base64url')).aud === client);
    assert.equal(told?.status, '200', JSON.stringify(calls));
    const message = queue.messages.find((each) => each.source === 'backchannel');
    assert.deepEqual([message.kind, message.key], [kind, kind === 'user' ? session.usr : session.usr + session.providerSession.slice(0, 8)]);
  });
}
