// The flows. `prepare` and `after` run without faults, `act` under one; `succeeded` tells a whole success from an answer that says no.
// What a flow has ended, when it says that it did, must be over: `ended` names the session.
import { randomUUID } from 'node:crypto';
import { callAws } from './aws.mjs';
import { Visitor } from './visitor.mjs';

const PAGE = '/members/reports?quarter=3';
const HOUR = 3600;
const FORM = 'application/x-www-form-urlencoded';
/** Reasons of the session function that mean: this very session is over. */
const OVER = new Set(['revoked', 'notbefore', 'blocked']);
const PATIENCE = 90_000;
export const pause = (milliseconds) => new Promise((wake) => { setTimeout(wake, milliseconds); });

const shows = (visitor, answer) => visitor.isShown(answer);
const opens = (visitor) => visitor.open(PAGE);

async function signedIn(visitor) {
  const answer = await visitor.open(PAGE);
  if (!visitor.isShown(answer)) throw new Error(`nobody is signed in: ${answer.status} ${answer.url}`);
}

/** What a copy of the session gets that follows nothing. */
const withCopy = (visitor, session) => visitor.world.send(`${visitor.application.origin}/members`, {
  headers: { 'user-agent': 'zt-faults', accept: 'text/html', 'sec-fetch-mode': 'navigate', cookie: `__Host-zt-session=${session}` },
});

/** Whether the session is over before the patience ends; a minute of the functions passes in a second of ours. */
export async function isOver(visitor, session, { patience = PATIENCE, step = 0 } = {}) {
  const deadline = Date.now() + patience;
  for (;;) {
    const { status, headers } = await withCopy(visitor, session);
    if (status !== 200 && OVER.has(headers['x-zt-reason'])) return true;
    if (Date.now() > deadline) return false;
    if (step > 0) await visitor.world.advance(step);
    await pause(step > 0 ? 1000 : 100);
  }
}

const login = { act: opens, succeeded: shows };

/** Signed out, in words of the provider or of the browser: a session that was there, is told to be over, and must be. */
async function leaves(visitor) {
  await signedIn(visitor);
  // Who has just signed in may not be told from who signs in after it.
  await visitor.world.advance(61);
  return { ended: visitor.session };
}

async function logoutToken(visitor) {
  const { world, application, person } = visitor;
  const claims = { iss: world.provider.entra.issuer_template.replace('{tenantid}', world.provider.entra.tenant), sub: person.subject };
  const { token } = await world.administer('/logout-token', { realm: application.realm, client_id: application.client, sub: person.subject, claims });
  return token;
}

async function securityEvent(visitor) {
  const { world, person } = visitor;
  const event = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
  const { token } = await world.administer('/events', { event, subject: { format: 'opaque', id: person.subject }, audience: 'work' });
  return token;
}

const outsideOf = (token, path, type, body) => ({
  async prepare(visitor) {
    const { ended } = await leaves(visitor);
    const message = await token(visitor);
    visitor.secrets.add(message);
    return { ended, message };
  },
  act: (visitor, { message }) => visitor.request(`${visitor.application.origin}${path}`, { method: 'POST', headers: { 'content-type': type }, body: body(message) }),
});

const logout = {
  prepare: leaves,
  async act(visitor, { ended }) {
    const answer = await visitor.post('/oauth2/logout');
    // Who is told no still holds what it takes to try again.
    if (answer.status >= 400 && visitor.session !== ended) throw new Error('a logout that failed took the session away');
    return answer;
  },
  succeeded: (_, { status }) => status === 303,
};

async function exchanged(visitor) {
  const { world, application, person } = visitor;
  const now = await world.now();
  const claims = { iss: world.provider.issuer, aud: 'api', sub: person.subject, groups: ['staff'], iat: now, exp: now + 600 };
  const { token } = await world.administer('/sign', { realm: 'plain', claims, header: { typ: 'at+jwt' } });
  visitor.secrets.add(token);
  const answer = await visitor.request(`${application.origin}/oauth2/token`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  if (answer.status !== 200) return answer;
  const { session } = JSON.parse(answer.body);
  visitor.secrets.add(session);
  return visitor.request(`${application.origin}/members`, { headers: { 'x-zt-session': session } });
}

/** A message that nobody can carry out, in front of what follows it. */
const poison = ({ aws, outside: { queue_url: url } }) => callAws(aws, {
  endpoint: aws.plain_endpoint, service: 'sqs', target: 'AmazonSQS.SendMessage',
  body: JSON.stringify({ QueueUrl: url, MessageBody: 'nothing', MessageGroupId: 'store', MessageDeduplicationId: randomUUID() }),
});

const atProvider = ['store', 'secrets', 'token', 'keys'];
const atEntra = ['store', 'secrets', 'sts', 'token', 'entra keys', 'hook'];

export const FLOWS = {
  'a page': { application: 'work', person: 'alice', dependencies: ['store'], prepare: signedIn, ...login },
  'a page with a session that is over': {
    application: 'shop', person: 'alice', dependencies: ['store'],
    /** Ended once: what fails is the look at it. */
    async prepareAll(visitor) {
      const { ended } = await leaves(visitor);
      await visitor.post('/oauth2/logout');
      if (!await isOver(visitor, ended)) throw new Error('a logout without faults ends nothing');
      return { copy: ended };
    },
    act: (visitor, { copy }) => visitor.request(`${visitor.application.origin}/members`, { headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate', cookie: `__Host-zt-session=${copy}` } }),
    never: true,
    succeeded: (_, { status }) => status === 302,
  },
  'login with a federated client': { application: 'work', person: 'alice', dependencies: atEntra, ...login },
  'login with groups looked up': { application: 'work', person: 'dora', dependencies: ['groups'], ...login },
  'login with a secret': { application: 'shop', person: 'alice', dependencies: atProvider, ...login },
  'login of somebody without the right': {
    application: 'shop', person: 'carol', dependencies: atProvider, act: opens, never: true,
    succeeded: (_, { status, url }) => status === 403 && url.endsWith('/oauth2/denied?code=policy'),
  },
  refresh: {
    application: 'work', person: 'alice', dependencies: atEntra,
    async prepare(visitor) {
      await signedIn(visitor);
      await visitor.world.advance(HOUR + 61);
    },
    ...login,
  },
  'refresh by a script': {
    application: 'shop', person: 'alice', dependencies: ['secrets', 'token', 'keys'],
    prepare: signedIn,
    act: (visitor) => visitor.post('/oauth2/refresh', { accept: 'application/json', 'sec-fetch-mode': 'cors' }),
    succeeded: (_, { status }) => status === 204,
    // A renewal that is given up ends in a login, which nobody is asked anything for.
    otherwise: async (visitor, { status }) => status === 401 && shows(visitor, await visitor.open(PAGE)),
  },
  'login anew with a session that may be renewed': {
    application: 'shop', person: 'alice', dependencies: [...atProvider, 'revocation'],
    async prepare(visitor) {
      await leaves(visitor);
    },
    act: (visitor) => visitor.open(`/oauth2/start?rd=${Buffer.from(PAGE).toString('base64url')}&fresh=1`),
    succeeded: shows,
  },
  'step-up': { application: 'work', person: 'alice', dependencies: atEntra, prepare: signedIn, act: (visitor) => visitor.open('/strong/vault'), succeeded: shows },
  logout: { application: 'shop', person: 'alice', dependencies: ['secrets', 'queue', 'revocation'], ...logout },
  'back-channel logout': {
    application: 'work', person: 'bob', dependencies: ['secrets', 'entra keys', 'queue'],
    ...outsideOf(logoutToken, '/oauth2/backchannel-logout', FORM, (token) => new URLSearchParams({ logout_token: token }).toString()),
    succeeded: (_, { status }) => status === 200,
  },
  'a security event': {
    application: 'work', person: 'bob', dependencies: ['secrets', 'keys', 'queue'],
    ...outsideOf(securityEvent, '/oauth2/events', 'application/secevent+jwt', (token) => token),
    succeeded: (_, { status }) => status === 202,
  },
  'exchange of a bearer token': { application: 'shop', person: 'alice', dependencies: ['store', 'secrets', 'keys'], act: exchanged, succeeded: shows },
  'keys of the assertion': {
    application: 'work', person: 'alice', dependencies: ['secrets'],
    act: (visitor) => visitor.request(`${visitor.application.origin}/oauth2/jwks.json`),
    succeeded: (_, { status, body }) => status === 200 && JSON.parse(body).keys.length > 0,
  },
  'a revocation on its way into the store': { application: 'shop', person: 'alice', dependencies: ['describe', 'get', 'update'], ...logout, waits: true },
  'a revocation behind a message that nobody can read': {
    application: 'shop', person: 'alice', dependencies: ['dead letters', 'update'], ...logout, waits: true,
    async act(visitor, state) {
      await poison(visitor.world);
      return logout.act(visitor, state);
    },
  },
};

export function visitorOf(world, flow) {
  return new Visitor(world, world[flow.application], flow.person);
}

/** Without faults the same visitor gets through, at a function that has met them, waiting as long as he was told. */
export async function getsThrough(visitor, flow, state) {
  visitor.cold = false;
  let answer;
  for (let turn = 0; turn < 3; turn += 1) {
    answer = await flow.act(visitor, state);
    if (flow.succeeded(visitor, answer) || (await flow.otherwise?.(visitor, answer))) return [];
    await visitor.world.advance(Number(answer.headers['retry-after'] ?? 10));
  }
  return [`afterwards ${answer.status} ${answer.path}: ${answer.body.slice(0, 120)}`];
}
