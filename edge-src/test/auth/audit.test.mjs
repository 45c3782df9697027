/**
 * The audit: one line for each request, of the members and codes that `docs-dev/audit.md` promises, and nothing that came from
 * a request, a provider or a secret (checklist K7, K8, C10).
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { ARN, cookiesAfter, HOST, locationOf, rdOf, viewerRequest } from './support/application.mjs';
import { foreignToken, makeEcKey } from './support/foreign_jwt.mjs';
import { makeToken } from './support/plain_provider.mjs';
import { OUTAGES } from './support/queue.mjs';
import { withCookies, World } from './support/world.mjs';

const PAGE = readFileSync(new URL('../../../docs-dev/audit.md', import.meta.url), 'utf8');
const table = (heading) => {
  const [, after] = PAGE.split(new RegExp(`^#+ ${heading}$`, 'm'));
  return [...after.split(/^#/m)[0].matchAll(/^\| `([a-z_-]+)` \| ([^|]*) \|/gm)].map(([, name, second]) => [name, second.trim()]);
};
const MEMBERS = table('Auth function').map(([name]) => name);
const DECISIONS = table('Decisions').map(([name]) => name);
const CODES = new Map(table('Codes'));

const MACHINES = 'https://machines.example.com/';
const [ASSERTION, CLIENT] = [ARN('members/assertion'), ARN('client')];

/** Words that must not be found anywhere in what the function writes; each is also looked for as base64url and in halves. */
const CANARIES = {
  clientSecret: 'canary-client-secret-Zq81', refreshToken: 'canary-refresh-token-Zq82', code: 'canary-code-Zq83', header: 'canary-header-Zq84', query: 'canary-query-Zq85',
  cookie: 'canary-cookie-Zq86', subject: 'canary-subject-Zq87', claim: 'canary-claim-Zq88', path: 'canary-path-Zq89', body: 'canary-body-Zq90', answer: 'canary-answer-Zq91',
  email: 'canary-mail-zq92@example.com', group: 'canary-group-Zq93', address: '203.0.113.7', session: 'canary-sid-Zq94',
};

async function worldOf() {
  const made = await World.start({
    queue: true,
    before: (config) => {
      const { issuer, jwks_uri } = config;
      const trusted = { issuer: MACHINES, jwks_uri, audience: 'api', algorithms: ['RS256'] };
      Object.assign(config, {
        client_authentication: 'client_secret_post', refresh: true, revocation_endpoint: `${issuer}/revoke`, end_session_endpoint: `${issuer}/end`, backchannel: true,
        events: trusted, bearer: [{ ...trusted, type: null, lifetime: 900 }], assertion: { secret: ASSERTION, audience: 'members' },
      });
      config.secrets.client_secret = CLIENT;
    },
    secrets: { clientSecret: CANARIES.clientSecret },
  });
  const key = makeEcKey('a1b2').privateKey.export({ type: 'pkcs8', format: 'pem' });
  made.manager.values.set(ASSERTION, JSON.stringify({ v: 1, keys: [{ kid: 'a1b2', private_key: key, sign_after: 0, verify_until: 0 }] }));
  made.provider.refreshToken = CANARIES.refreshToken;
  made.secretTexts = [...made.manager.values.values()].flatMap((text) => text.match(/[\w-]{43}|MIG[\w+/]{20,}/g) ?? []);
  return made;
}

const CLAIMS = { sub: CANARIES.subject, name: CANARIES.claim, email: CANARIES.email, email_verified: true, groups: [CANARIES.group, 'staff'], sid: CANARIES.session };
const OWN = { origin: `https://${HOST}`, 'sec-fetch-site': 'same-origin' };
const MACHINE = { accept: '*/*', 'sec-fetch-mode': null, 'sec-fetch-dest': null, 'sec-fetch-site': null };

/** Sends what every endpoint takes, and what it does not, with a canary in each place; `seen` collects the requests. */
async function exercise(world) {
  const tokens = [];
  let requests = 0;
  const send = async (path, options = {}) => {
    requests += 1;
    const headers = { 'x-canary': CANARIES.header, referer: `https://${HOST}/${CANARIES.path}`, 'user-agent': CANARIES.header, ...options.headers };
    return world.lambda.invoke(viewerRequest(path, { ...options, headers }));
  };
  const login = async (claims = CLAIMS, query = {}) => {
    const started = await send(`/oauth2/start?rd=${rdOf(`/${CANARIES.path}?q=${CANARIES.query}`)}&x=${CANARIES.query}`);
    const asked = Object.fromEntries(new URL(locationOf(started)).searchParams);
    world.provider.idToken = makeToken(world.provider.key, await world.claims({ asked }, claims));
    tokens.push(world.provider.idToken, asked.state, asked.nonce, ...Object.values(cookiesAfter(started)));
    const jar = cookiesAfter(started);
    const answer = { code: CANARIES.code, state: asked.state, iss: world.config.issuer, ...query };
    const response = await send(`/oauth2/callback?${new URLSearchParams(answer)}`, withCookies(jar));
    tokens.push(...Object.values(cookiesAfter(response)));
    return { jar: cookiesAfter(response, jar), response };
  };
  const renewing = async () => {
    const { jar } = await login();
    world.provider.idToken = makeToken(world.provider.key, await world.claims({ asked: {} }, CLAIMS));
    tokens.push(world.provider.idToken);
    return jar;
  };
  const post = (path, body, headers) => send(`/oauth2/${path}`, { method: 'POST', headers: { ...MACHINE, ...headers }, body });
  const signed = async (claims, header) => {
    const now = await world.lambda.now();
    const token = foreignToken(world.provider.key, { iat: now, exp: now + 100, jti: CANARIES.body, ...claims }, header);
    tokens.push(token);
    return token;
  };
  const logoutToken = (changes = {}) =>
    signed({ iss: world.config.issuer, aud: 'client-1', sub: CANARIES.subject, sid: CANARIES.session, events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, ...changes }, { typ: 'logout+jwt' });
  const say = async (token) => post('backchannel-logout', new URLSearchParams({ logout_token: token }).toString(), { 'content-type': 'application/x-www-form-urlencoded' });
  const event = (changes = {}) =>
    signed({ iss: MACHINES, aud: 'api', sub_id: { format: 'opaque', id: CANARIES.subject }, events: { 'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {} }, ...changes }, { typ: 'secevent+jwt' });
  const push = (token) => post('events', token, { 'content-type': 'application/secevent+jwt' });
  const exchange = (token) => post('token', undefined, { authorization: `Bearer ${token}` });
  const broken = { cookie: `__Host-zt-session=${CANARIES.cookie}; __Host-zt-tx-${'a'.repeat(16)}=${CANARIES.cookie}; __Secure-zt-members-refresh=${CANARIES.cookie}; other=${CANARIES.cookie}` };

  const { jar } = await login();
  await send('/oauth2/start', withCookies(await renewing()));
  await post('refresh', undefined, { ...withCookies(await renewing()).headers, ...OWN });
  await send(`/oauth2/refresh?rd=${rdOf(`/${CANARIES.path}`)}`, withCookies(await renewing()));
  await post('logout', undefined, { ...withCookies(jar).headers, ...OWN });
  await say(await logoutToken());
  await say(await logoutToken({ nonce: CANARIES.body }));
  await say(await logoutToken({ sub: undefined }));
  await say(CANARIES.body);
  await push(await event());
  await push(await event({ sub_id: { format: 'email', email: CANARIES.email } }));
  await push(await event({ events: { [`https://example.com/${CANARIES.body}`]: {} } }));
  await push(CANARIES.body);
  await exchange(await signed({ iss: MACHINES, aud: 'api', sub: CANARIES.subject, name: CANARIES.claim }));
  await exchange(await signed({ iss: `https://${CANARIES.claim}.example/`, aud: 'api', sub: CANARIES.subject }));
  await exchange(CANARIES.body);
  await login({ ...CLAIMS, aud: CANARIES.claim });
  await login(CLAIMS, { iss: `https://${CANARIES.query}.example` });
  await login(CLAIMS, { error: 'access_denied', error_description: CANARIES.answer, code: CANARIES.code });
  await login(CLAIMS, { error: CANARIES.query, error_description: CANARIES.answer });
  for (const path of ['start', 'callback', 'refresh', 'signed-out', 'denied', 'jwks.json', CANARIES.path, `start/${CANARIES.path}`]) await send(`/oauth2/${path}?code=${CANARIES.query}&state=${CANARIES.query}`, { headers: broken });
  await send('/oauth2/start', { headers: { host: `${CANARIES.header.toLowerCase()}.example.com` } });
  await post('logout', CANARIES.body, { ...broken, ...OWN });
  await post('logout', CANARIES.body, { origin: `https://${CANARIES.header}.example` });
  await post('refresh', CANARIES.body, { ...broken, ...OWN });
  for (const [, fault] of OUTAGES) {
    const telling = (response) => response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: 'invalid_request', error_description: CANARIES.answer, access_token: CANARIES.answer }));
    for (const each of [fault, telling]) {
      world.provider.tokenFault = each;
      const failing = await login();
      assert.notEqual(failing.response.status, '303');
      world.provider.tokenFault = undefined;
      world.queue.fault = each;
      await say(await logoutToken());
      world.queue.fault = undefined;
    }
    await world.lambda.advance(61);
    world.manager.fault = fault;
    await send('/oauth2/start');
    world.manager.fault = undefined;
  }
  return { requests, tokens };
}

let world;
let done;
before(async () => {
  world = await worldOf();
  done = await exercise(world);
  await world.lambda.audited(() => world.lambda.audit.length >= done.requests);
});

test('[K8] every request has one line, of the documented members, in their order', () => {
  const lines = world.lambda.output.split('\n').filter(Boolean);
  assert.equal(lines.length, done.requests, 'and nothing else is written');
  for (const line of lines) {
    const entry = JSON.parse(line);
    assert.deepEqual(Object.keys(entry), MEMBERS);
    assert.deepEqual([entry.log, entry.v, entry.application, entry.request], ['zt-auth', 1, 'members', 'request-id-of-the-test==']);
    for (const name of ['time', 'status', 'generation']) assert.ok(Number.isInteger(entry[name]), name);
    for (const name of ['endpoint', 'decision', 'code', 'detail', 'handle', 'grants']) assert.match(entry[name], /^[\w.:-]{0,64}$/, `${name}: ${line}`);
    for (const name of ['dropped', 'revoked']) assert.ok(entry[name].every((each) => /^[\w:-]{1,40}$/.test(each)), name);
  }
});

test('[K8] decisions and codes are documented ones, with their statuses', () => {
  for (const { decision, code, status } of world.lambda.audit) {
    assert.ok(DECISIONS.includes(decision), decision);
    if (code === '' || status === 302 || status === 303) continue;
    assert.ok(CODES.has(code), code);
    // The denied page shows reasons of the session function, and a callback may repeat what it did.
    if (decision !== 'page') assert.equal(String(status), decision === 'error' ? '503' : CODES.get(code), code);
  }
});

test('[K8] each kind of decision is told apart, with the session it is about', () => {
  const of = (decision) => world.lambda.audit.filter((line) => line.decision === decision);
  for (const decision of DECISIONS) assert.ok(of(decision).length > 0, `a line of ${decision}`);
  for (const decision of ['allow', 'refresh', 'exchange']) for (const { handle, grants, generation } of of(decision)) assert.match(`${handle} ${grants} ${generation}`, /^[\w-]{10} [0-9a-f]* 3$/, decision);
  for (const { revoked } of of('revoke')) assert.match(revoked.join(), /^(?:user:[\w-]{12}|provider_session:[\w-]{20})$/);
  const ended = of('logout').filter(({ handle }) => handle !== '');
  assert.deepEqual(ended.map(({ revoked }) => revoked), ended.map(({ handle }) => [`session:${handle}`]));
});

test('every code that the function knows is on the page', () => {
  const source = readFileSync(new URL('../../auth/reasons.ts', import.meta.url), 'utf8');
  const known = [...source.matchAll(/^ {2}([a-z_]+): \[(\d{3}),/gm)].map(([, code, status]) => [code, status]);
  assert.ok(known.length > 30);
  assert.deepEqual(known.filter(([code, status]) => CODES.get(code) !== status), []);
});

test('[K7] [C10] no canary of a request, a provider or a secret is in what the function writes', () => {
  const { output } = world.lambda;
  const words = [...Object.values(CANARIES), ...world.secretTexts, ...done.tokens.filter((each) => each.length > 20), 'Zq8', 'Zq9', 'canary'];
  for (const word of words) {
    const forms = [word, encodeURIComponent(word), Buffer.from(word).toString('base64'), Buffer.from(word).toString('base64url'), Buffer.from(word).toString('hex')];
    for (const form of forms) assert.ok(!output.includes(form.replace(/=+$/, '')), `${form.slice(0, 60)} is in the log`);
  }
  // Pieces of a token are as good as the token to whoever looks for one.
  for (const token of done.tokens.filter((each) => each.length > 60)) assert.ok(!output.includes(token.slice(-30)), token.slice(0, 20));
});
