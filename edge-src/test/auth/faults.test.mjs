/**
 * Every dependency failing at every flow that needs it, in every way: never a pass, never a loop, never a lost revocation, a
 * readable answer and a line in the audit. Then it works again, without help (checklist C11, C12, R9).
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { after, before, test } from 'node:test';
import { ARN, cookiesAfter, HOST, locationOf, rdOf, setCookies } from './support/application.mjs';
import { foreignToken, makeEcKey } from './support/foreign_jwt.mjs';
import { listen } from './support/listen.mjs';
import { makeToken } from './support/plain_provider.mjs';
import { OUTAGES } from './support/queue.mjs';
import { certificate, withCookies, World } from './support/world.mjs';

const [HOOK, ASSERTION, CLIENT] = [ARN('hook'), ARN('members/assertion'), ARN('client')];
const MACHINES = 'https://machines.example.com/';

/** A service beside the provider: the claims hook, or where groups are asked for. */
async function service(path, answer) {
  const made = { fault: undefined };
  made.server = createServer(certificate, async (request, response) => {
    await request.resume().toArray();
    if (made.fault !== undefined) return made.fault(response);
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify(answer));
  });
  made.url = `https://localhost:${await listen(made.server)}${path}`;
  return made;
}

const services = {};
before(async () => {
  services.hook = await service('/hook', { claims: { department: 'x' } });
  services.groups = await service('/groups', { value: ['staff'] });
});
after(() => {
  for (const { server } of Object.values(services)) {
    server.closeAllConnections();
    server.close();
  }
});

/** An application with every feature on. */
async function worldOf({ hook = services.hook, groups = services.groups } = {}) {
  const made = await World.start({
    queue: true,
    before: (config) => {
      const { issuer, jwks_uri } = config;
      const trusted = { issuer: MACHINES, jwks_uri, audience: 'api', algorithms: ['RS256'] };
      Object.assign(config, {
        client_authentication: 'client_secret_post', refresh: true, revocation_endpoint: `${issuer}/revoke`, end_session_endpoint: `${issuer}/end`, backchannel: true,
        events: trusted, bearer: [{ ...trusted, type: null, lifetime: 900 }], assertion: { secret: ASSERTION, audience: 'members' },
        hook: { url: hook.url, secret: HOOK, timeout_ms: 1_000 }, overage: { endpoint: groups.url },
      });
      config.secrets.client_secret = CLIENT;
    },
    secrets: { clientSecret: 'the-client-secret' },
  });
  const key = makeEcKey('a1b2').privateKey.export({ type: 'pkcs8', format: 'pem' });
  made.manager.values.set(ASSERTION, JSON.stringify({ v: 1, keys: [{ kid: 'a1b2', private_key: key, sign_after: 0, verify_until: 0 }] }));
  made.manager.values.set(HOOK, 'a secret of the hook, long enough');
  let count = 0;
  made.provider.refreshToken = () => `refresh-token-${(count += 1)}`;
  made.services = { hook, groups };
  return made;
}

const OVERAGE = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://ignored.example/' } } };
const OWN = { origin: `https://${HOST}`, 'sec-fetch-site': 'same-origin' };
const MACHINE = { accept: '*/*', 'sec-fetch-mode': null, 'sec-fetch-dest': null, 'sec-fetch-site': null };

async function loggedIn(world) {
  const { jar, response } = await world.login('/a', OVERAGE);
  assert.equal(response.status, '303', response.body);
  return jar;
}

async function renewable(world) {
  const jar = await loggedIn(world);
  world.provider.idToken = makeToken(world.provider.key, await world.claims({ asked: {} }, OVERAGE));
  return jar;
}

async function signed(world, header, claims) {
  const now = await world.lambda.now();
  return foreignToken(world.provider.key, { iat: now, exp: now + 100, jti: `j-${now}`, sub: 'user-1', ...claims }, header);
}

const post = (world, path, body, headers) => world.get(`/oauth2/${path}`, { method: 'POST', headers: { ...MACHINE, ...headers }, body });

/** Each flow: `ready` brings about what it needs, `act` is the request; `good` is its status when all is well. */
const FLOWS = {
  start: { good: '302', ready: async () => undefined, act: (world) => world.get(`/oauth2/start?rd=${rdOf('/deep')}`) },
  'start, renewing': { good: '303', ready: renewable, act: (world, jar) => world.get(`/oauth2/start?rd=${rdOf('/deep')}`, withCookies(jar)) },
  refresh: {
    good: '204', machine: true, ready: renewable,
    act: (world, jar) => post(world, 'refresh', undefined, { ...withCookies(jar).headers, ...OWN }),
  },
  callback: {
    good: '303',
    ready: (world) => world.begin('/deep'),
    act: (world, attempt) => world.finish(attempt, OVERAGE),
  },
  logout: { good: '303', revokes: true, ready: loggedIn, act: (world, jar) => post(world, 'logout', undefined, { ...withCookies(jar).headers, ...OWN }) },
  'backchannel-logout': {
    good: '200', machine: true, revokes: true, ready: async () => undefined,
    act: async (world) => {
      const { issuer: iss, client_id: aud } = world.config;
      const token = await signed(world, { typ: 'logout+jwt' }, { iss, aud, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } });
      return post(world, 'backchannel-logout', new URLSearchParams({ logout_token: token }).toString(), { 'content-type': 'application/x-www-form-urlencoded' });
    },
  },
  events: {
    good: '202', machine: true, revokes: true, ready: async () => undefined,
    act: async (world) => {
      const events = { 'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {} };
      const token = await signed(world, { typ: 'secevent+jwt' }, { iss: MACHINES, aud: 'api', sub_id: { format: 'opaque', id: 'user-1' }, events });
      return post(world, 'events', token, { 'content-type': 'application/secevent+jwt' });
    },
  },
  token: {
    good: '200', machine: true, ready: async () => undefined,
    act: async (world) => post(world, 'token', undefined, { authorization: `Bearer ${await signed(world, {}, { iss: MACHINES, aud: 'api' })}` }),
  },
  'jwks.json': { good: '200', ready: async () => undefined, act: (world) => world.get('/oauth2/jwks.json', { headers: MACHINE }) },
};

/** Each dependency: how it is made to fail, and the flows that need it. `cold` seconds make what was read before unusable. */
const secret = (arn) => (world, fault) => (fault === undefined ? world.manager.faults.clear() : world.manager.faults.set(arn(world.config), fault));
const field = (of, name) => (world, fault) => {
  of(world)[name] = fault;
};
const DEPENDENCIES = {
  'the keys': { cold: 61, set: secret(({ secrets }) => secrets.keys), flows: ['start', 'start, renewing', 'refresh', 'callback', 'logout', 'token'] },
  'the pepper': { cold: 61, set: secret(({ secrets }) => secrets.pepper), flows: ['start, renewing', 'refresh', 'callback', 'backchannel-logout', 'events', 'token'] },
  'the membership document': { cold: 61, set: secret(({ secrets }) => secrets.membership), flows: ['start, renewing', 'refresh', 'callback', 'token'] },
  'the client secret': { cold: 61, set: secret(() => CLIENT), flows: ['start, renewing', 'refresh', 'callback'] },
  'the secret of the hook': { cold: 61, set: secret(() => HOOK), flows: ['start, renewing', 'refresh', 'callback'] },
  'the keys of the assertion': { cold: 61, set: secret(() => ASSERTION), flows: ['start, renewing', 'refresh', 'callback', 'token', 'jwks.json'] },
  'all of Secrets Manager': { cold: 61, set: field(({ manager }) => manager, 'fault'), flows: ['start', 'start, renewing', 'refresh', 'callback', 'logout', 'backchannel-logout', 'events', 'token', 'jwks.json'] },
  'the token endpoint': { cold: 0, set: field(({ provider }) => provider, 'tokenFault'), flows: ['start, renewing', 'refresh', 'callback'] },
  'the keys of the provider': { cold: 0, set: field(({ provider }) => provider, 'jwksFault'), stale: 3_700, flows: ['start, renewing', 'refresh', 'callback', 'backchannel-logout', 'events', 'token'] },
  'the hook': { cold: 0, set: field(({ services: { hook } }) => hook, 'fault'), flows: ['start, renewing', 'refresh', 'callback'] },
  'the directory of groups': { cold: 0, set: field(({ services: { groups } }) => groups, 'fault'), flows: ['start, renewing', 'refresh', 'callback'] },
  'the queue': { cold: 0, set: field(({ queue }) => queue, 'fault'), flows: ['logout', 'backchannel-logout', 'events'] },
};

/** An outage that is an answer to this question after all: then the flow may go on. */
const isAnswer = (dependency, outage) => dependency === 'the hook' && outage === 'a refusal';

/** Brings the flow to where its request is made, with what it read before grown too old to be used. */
async function readied(world, { cold, stale = 0 }, flow) {
  // What was down a moment ago is not asked again at once.
  if (stale > 0) await world.lambda.advance(stale);
  const state = await FLOWS[flow].ready(world);
  const renews = FLOWS[flow].ready === renewable;
  if (stale > 0 && renews) {
    await world.lambda.advance(stale);
    world.provider.idToken = makeToken(world.provider.key, await world.claims({ asked: {} }, OVERAGE));
  }
  if (cold > 0) await world.lambda.advance(cold);
  return state;
}

/** What must hold of an answer while something it needs is down. */
async function judge(response, { world, flow, name, expected, messages }) {
  const { machine, revokes } = FLOWS[flow];
  assert.equal(response.status, expected, `${name}: ${response.body?.slice(-300)}`);
  const everything = JSON.stringify(response);
  assert.doesNotMatch(everything, /[=":]s1\.[a-z0-9]/, `${name}: no session`);
  assert.equal(locationOf(response), undefined, `${name}: no loop`);
  if (expected === '503') assert.match(response.headers['retry-after'][0].value, /^\d+$/, name);
  if (machine) assert.match(JSON.stringify(JSON.parse(response.body)), /"(?:code|err|error)":"[a-z_]+"/, `${name}: an answer in the machine’s words`);
  else assert.match(response.body, /Reason: [a-z_]+\. Request: request-id-of-the-test==/, `${name}: a page that names reason and request`);
  if (revokes) assert.equal(world.queue.messages.length, messages, `${name}: not revoked, and not said to be`);
  const endpoint = flow.split(',')[0];
  const line = await world.lambda.audited((each) => each.endpoint === endpoint && each.status === Number(expected));
  assert.equal(line.decision, expected === '503' ? 'error' : 'deny', name);
  assert.match(line.code, /^[a-z_]+$/, name);
}

for (const [name, dependency] of Object.entries(DEPENDENCIES)) {
  test(`[C12] ${name} failing: ${dependency.flows.join(', ')}`, async () => {
    const world = await worldOf();
    for (const flow of dependency.flows) {
      for (const [outage, fault] of OUTAGES) {
        const state = await readied(world, dependency, flow);
        const messages = world.queue.messages.length;
        dependency.set(world, fault);
        const response = await FLOWS[flow].act(world, state);
        dependency.set(world, undefined);
        const expected = isAnswer(name, outage) ? '403' : '503';
        await judge(response, { world, flow, name: `${flow}, ${name}: ${outage}`, expected, messages });
        // A browser that was let down has what it needs to try again, or starts afresh: it is never stuck.
        if (flow === 'logout') assert.deepEqual(setCookies(response), []);
      }
      const state = await readied(world, { ...dependency, cold: 61 }, flow);
      const messages = world.queue.messages.length;
      const response = await FLOWS[flow].act(world, state);
      assert.equal(response.status, FLOWS[flow].good, `${flow} after ${name} is back: ${response.body?.slice(-200)}`);
      if (FLOWS[flow].revokes) assert.equal(world.queue.messages.length, messages + 1, 'and nothing is lost');
    }
  });
}

/** Takes the request and never answers. */
const silence = () => undefined;

test('[C11] [C12] a dependency that never answers holds nobody beyond the time there is', async () => {
  const slow = Object.entries(DEPENDENCIES).filter(([name]) => ['all of Secrets Manager', 'the token endpoint', 'the keys of the provider', 'the hook', 'the directory of groups', 'the queue'].includes(name));
  await Promise.all(slow.map(async ([name, dependency]) => {
    const mine = { hook: await service('/hook', { claims: {} }), groups: await service('/groups', { value: ['staff'] }) };
    const world = await worldOf(mine);
    const states = [];
    // A login attempt lives ten minutes, so it is begun when the rest has grown old.
    const [first, second] = [dependency.flows.filter((flow) => flow !== 'callback'), dependency.flows.filter((flow) => flow === 'callback')];
    for (const flow of first) states.push(await FLOWS[flow].ready(world));
    await world.lambda.advance(dependency.stale ?? 0);
    for (const flow of second) states.push(await FLOWS[flow].ready(world));
    await world.lambda.advance(dependency.cold);
    const messages = world.queue.messages.length;
    dependency.set(world, silence);
    const flows = [...first, ...second];
    const answers = await Promise.all(flows.map((flow, index) => FLOWS[flow].act(world, states[index])));
    for (const [index, flow] of flows.entries()) await judge(answers[index], { world, flow, name: `${flow}, ${name}: silence`, expected: '503', messages });
    for (const { server } of Object.values(mine)) {
      server.closeAllConnections();
      server.close();
    }
  }));
});

test('[R9] a provider that does not withdraw the refresh token delays a logout and does not stop it', async () => {
  const world = await worldOf();
  const jar = await loggedIn(world);
  world.provider.revocationFault = silence;
  const response = await FLOWS.logout.act(world, jar);
  assert.equal(response.status, '303');
  assert.equal(world.queue.messages.length, 1);
  assert.deepEqual(cookiesAfter(response, jar), {});
});

test('[C12] without credentials of its own the function says so to its operators, and nothing to anybody else', async () => {
  const bare = await World.start({ environment: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' } });
  const response = await bare.get('/oauth2/start');
  assert.equal(response.status, '503');
  assert.doesNotMatch(response.body, /credential/i);
  assert.equal((await bare.lambda.audited((line) => line.endpoint === 'start')).detail, 'no_credentials');
});
