/**
 * The whole login against a provider that we did not write: `oidc-provider`, with its own login and consent pages, over TLS.
 * The session that comes out is judged by a verifier written here from the edge contract.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { configOf, cookieHeader, HOST, provision, rdOf, viewerRequest } from './support/application.mjs';
import { Browser } from './support/browser.mjs';
import { startCertifiedProvider } from './support/certified_provider.mjs';
import { Lambda } from './support/lambda.mjs';
import { SecretsManager } from './support/secrets_manager.mjs';
import { readCookie } from './support/session_reader.mjs';
import { certificate } from './support/world.mjs';

const APP = `https://${HOST}`;
const redirects = { redirect_uris: [`${APP}/oauth2/callback`], post_logout_redirect_uris: [`${APP}/oauth2/signed-out`], grant_types: ['authorization_code'], response_types: ['code'] };
const SECRET = 'a secret with + / % : and a blank';
const CLIENTS = [
  { client_id: 'client-1', token_endpoint_auth_method: 'none', ...redirects },
  { client_id: 'client-sid', token_endpoint_auth_method: 'none', ...redirects, backchannel_logout_uri: 'https://localhost:1/', backchannel_logout_session_required: true },
  { client_id: 'client-basic', client_secret: SECRET, token_endpoint_auth_method: 'client_secret_basic', ...redirects },
  { client_id: 'client-post', client_secret: SECRET, token_endpoint_auth_method: 'client_secret_post', ...redirects },
];

let provider;
let manager;
before(async () => {
  provider = await startCertifiedProvider(certificate, CLIENTS);
  manager = await SecretsManager.start();
});
after(() => {
  provider.stop();
  manager.stop();
});

async function deploy(changes = {}, secrets = {}) {
  const config = configOf({ issuer: provider.issuer, endpoints: provider.endpoints, secretsEndpoint: manager.endpoint, ...changes });
  const values = provision(manager, config, secrets);
  const lambda = await Lambda.start({ config, ca: certificate.file });
  after(() => lambda.stop());
  return { lambda, config, values, browser: () => new Browser(lambda, certificate.cert) };
}

async function logIn(browser, user, path = '/members/', query = '') {
  let page = await browser.open(`${APP}/oauth2/start?rd=${rdOf(path)}${query}`);
  if (/name="login"/.test(page.body)) page = await browser.submit(page, { login: user, password: 'any' });
  if (/<form/.test(page.body ?? '')) page = await browser.submit(page);
  return page;
}

const withSecret = (authentication) => {
  const base = configOf({ issuer: provider.issuer, endpoints: provider.endpoints, secretsEndpoint: manager.endpoint });
  const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:client';
  return [
    { client_id: authentication === 'client_secret_basic' ? 'client-basic' : 'client-post', client_authentication: authentication, secrets: { ...base.secrets, client_secret: arn } },
    { clientSecret: authentication === 'client_secret_basic' ? SECRET : JSON.stringify({ client_secret: SECRET }) },
  ];
};

test('a public client logs in and gets a session with its grants', async () => {
  const { lambda, config, values, browser: open } = await deploy();
  const browser = open();
  const page = await logIn(browser, 'ada', '/members/page?a=1&b=%20%C3%A4');
  assert.equal(page.url.href, `${APP}/members/page?a=1&b=%20%C3%A4`);
  const jar = browser.jar(APP);
  assert.deepEqual(Object.keys(jar).filter((name) => name.startsWith('__Host-')), ['__Host-zt-session'], 'the transaction is gone');
  const session = readCookie(jar['__Host-zt-session'], config, values);
  assert.equal(session.user, 'ada');
  assert.deepEqual(session.policies.toSorted(), ['admins', 'auditors', 'example', 'staff']);
  assert.deepEqual(session.claims, { email: 'ada@example.com', name: 'Ada Lovelace' });
  const line = await lambda.audited((each) => each.endpoint === 'callback');
  assert.equal(line.decision, 'allow');
  assert.equal(line.handle, session.handle);
});

for (const authentication of ['client_secret_basic', 'client_secret_post']) {
  test(`a client with ${authentication} logs in`, async () => {
    const { browser: open } = await deploy(...withSecret(authentication));
    const page = await logIn(open(), 'ada');
    assert.equal(page.url.href, `${APP}/members/`);
  });
}

test('[C12] a client with a wrong secret ends on a page that blames the application, not the user', async () => {
  const [changes] = withSecret('client_secret_basic');
  const { browser: open } = await deploy(changes, { clientSecret: 'wrong' });
  const page = await logIn(open(), 'ada');
  assert.equal(page.status, 503);
  assert.match(page.body, /provider_client/);
});

test('the provider’s own session is known by a fingerprint, the same for each login in it', async () => {
  const { config, values, browser: open } = await deploy({ client_id: 'client-sid' });
  const browser = open();
  const seen = [];
  for (const path of ['/one', '/two']) {
    await logIn(browser, 'ada', path);
    seen.push(readCookie(browser.jar(APP)['__Host-zt-session'], config, values));
  }
  assert.ok(seen[0].providerSession);
  assert.equal(seen[0].providerSession, seen[1].providerSession);
  assert.notEqual(seen[0].sid, seen[1].sid);
});

test('a user who meets no policy still gets a session, without grants', async () => {
  const { config, values, browser: open } = await deploy();
  const browser = open();
  await logIn(browser, 'bob');
  const session = readCookie(browser.jar(APP)['__Host-zt-session'], config, values);
  assert.deepEqual(session.policies, []);
  assert.deepEqual(session.claims, { name: 'Bob' }, 'an address that is not verified is nobody’s address');
});

test('[C5] a refusal on the provider’s page is shown once, with a way onward', async () => {
  const { browser: open } = await deploy();
  const browser = open();
  const login = await browser.open(`${APP}/oauth2/start?rd=${rdOf('/members/')}`);
  const abort = /href="([^"]*\/abort)"/.exec(login.body)[1];
  const page = await browser.open(new URL(abort, login.url));
  assert.equal(page.status, 403);
  assert.match(page.body, /provider_denied/);
  assert.deepEqual(browser.jar(APP), {});
});

test('a fresh login asks for the password although the provider’s session lives', async () => {
  const { config, values, browser: open } = await deploy();
  const browser = open();
  await logIn(browser, 'ada');
  const first = readCookie(browser.jar(APP)['__Host-zt-session'], config, values);
  const silent = await browser.open(`${APP}/oauth2/start?rd=${rdOf('/x')}`);
  assert.equal(silent.url.href, `${APP}/x`, 'without fresh the provider answers by itself');
  const second = readCookie(browser.jar(APP)['__Host-zt-session'], config, values);
  assert.equal(second.loginTime, first.loginTime);
  assert.notEqual(second.sid, first.sid);
  const asked = await browser.open(`${APP}/oauth2/start?rd=${rdOf('/x')}&fresh=1`);
  assert.match(asked.body, /name="login"/);
  let page = await browser.submit(asked, { login: 'ada', password: 'any' });
  if (/<form/.test(page.body)) page = await browser.submit(page);
  assert.equal(page.url.href, `${APP}/x`);
  assert.ok(readCookie(browser.jar(APP)['__Host-zt-session'], config, values).loginTime >= second.loginTime);
});

test('logging out ends the session here and asks the provider to end its own', async () => {
  const { browser: open } = await deploy();
  const browser = open();
  await logIn(browser, 'ada');
  const page = await browser.open(`${APP}/oauth2/logout`, { method: 'POST', headers: { origin: APP, 'sec-fetch-site': 'same-origin' } });
  assert.deepEqual(browser.jar(APP), {});
  assert.equal(page.url.origin, provider.issuer);
  const landed = await browser.submit(page, { logout: 'yes' });
  assert.equal(landed.url.origin + landed.url.pathname, `${APP}/oauth2/signed-out`);
  assert.equal(landed.status, 200);
  const again = await browser.open(`${APP}/oauth2/start?rd=${rdOf('/x')}`);
  assert.match(again.body, /name="login"/, 'the provider asks again');
});

test('[L3] a code that was asked for by another browser is refused by the provider, for want of its verifier', async () => {
  const { lambda, browser: open } = await deploy();
  const [victim, attacker] = [open(), open()];
  await victim.open(`${APP}/oauth2/start?rd=${rdOf('/v')}`);
  attacker.stopBefore = (url) => url.pathname === '/oauth2/callback';
  const { url: stolen } = await logIn(attacker, 'bob');
  const [name] = Object.keys(victim.jar(APP));
  const state = new URL(victim.history[1].url).searchParams.get('state') ?? new URL(victim.history[0].url).searchParams.get('state');
  assert.equal(name, `__Host-zt-tx-${state.slice(0, 16)}`);
  const query = new URLSearchParams({ code: stolen.searchParams.get('code'), state, iss: provider.issuer });
  const response = await lambda.invoke(viewerRequest(`/oauth2/callback?${query}`, { headers: { cookie: cookieHeader(victim.jar(APP)) } }));
  assert.equal(response.status, '400');
  assert.match(response.body, /code_refused/);
  assert.equal(response.headers['set-cookie'].some(({ value }) => value.startsWith('__Host-zt-session=')), false);
});

/** The address of the answer to a login of this user, before the application has seen it. */
async function answerFor(browser, user, path) {
  browser.stopBefore = (url) => url.pathname === '/oauth2/callback';
  const { url } = await logIn(browser, user, path);
  browser.stopBefore = () => false;
  return url;
}

test('[C3] of one answer sent many times at once exactly one makes a session: the provider’s code works once', async () => {
  const { lambda, browser: open } = await deploy();
  const browser = open();
  const url = await answerFor(browser, 'ada', '/a');
  const cookie = cookieHeader(browser.jar(APP));
  const send = () => lambda.invoke(viewerRequest(url.pathname + url.search, { headers: { cookie } }));
  const answers = await Promise.all(Array.from({ length: 6 }, send));
  const winners = answers.filter(({ headers }) => headers['set-cookie']?.some(({ value }) => value.startsWith('__Host-zt-session=')));
  assert.equal(winners.length, 1);
  assert.equal(winners[0].status, '303');
  for (const loser of answers.filter((answer) => !winners.includes(answer))) {
    assert.equal(loser.status, '400');
    assert.match(loser.body, /Reason: code_refused\./);
    assert.match(loser.body, /href="\/a">Continue/, 'the tab that lost the race goes on where the other one is');
  }
  assert.equal((await send()).status, '400', 'nor does it work later');
});

test('[L5] three tabs log in at once, and each comes back to its own page', async () => {
  const { browser: open } = await deploy();
  const browser = open();
  const answers = [];
  for (const path of ['/one', '/two?x=1', '/three']) answers.push([path, await answerFor(browser, 'ada', path)]);
  assert.equal(Object.keys(browser.jar(APP)).filter((name) => name.startsWith('__Host-zt-tx-')).length, 3);
  for (const [path, url] of answers.toReversed()) assert.equal((await browser.open(url)).url.href, APP + path);
  assert.deepEqual(Object.keys(browser.jar(APP)).filter((name) => name.startsWith('__Host-zt-tx-')), []);
});

test('[P19] a certified provider is asked for a newer login, and proves it', async () => {
  const { config, values, browser: open } = await deploy();
  const browser = open();
  await logIn(browser, 'ada');
  const asked = await browser.open(`${APP}/oauth2/start?rd=${rdOf('/deep')}&age=0`);
  assert.match(asked.body, /name="login"/, 'its session is older than nothing');
  let page = await browser.submit(asked, { login: 'ada', password: 'any' });
  if (/<form/.test(page.body)) page = await browser.submit(page);
  assert.equal(page.url.href, `${APP}/deep`);
  assert.ok(Math.abs(readCookie(browser.jar(APP)['__Host-zt-session'], config, values).loginTime - Date.now() / 1_000) < 10);
});
