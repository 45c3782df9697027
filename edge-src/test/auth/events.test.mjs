/** Shared signals by push (RFC 8935): CAEP and RISC events that revoke, and everything that does not (checklist R14, R15). */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, test } from 'node:test';
import { fingerprintInput, setCookies } from './support/application.mjs';
import { foreignToken, makeEcKey } from './support/foreign_jwt.mjs';
import { hs256With, makeRsaKey, makeToken } from './support/plain_provider.mjs';
import { OUTAGES } from './support/queue.mjs';
import { World } from './support/world.mjs';

const caep = (name) => `https://schemas.openid.net/secevent/caep/event-type/${name}`;
const risc = (name) => `https://schemas.openid.net/secevent/risc/event-type/${name}`;
const REVOKED = caep('session-revoked');
const AUDIENCE = 'https://app.example.com/receiver';

/** The transmitter signs with keys of its own, at an address of its own. */
const TRANSMITTER = 'https://transmitter.example.com/';
const worldOf = (changes = {}) =>
  World.start({
    queue: true,
    before: (config) => Object.assign(config, { events: { issuer: TRANSMITTER, jwks_uri: config.jwks_uri, audience: AUDIENCE, algorithms: ['RS256'] } }, changes),
  });

let world;
before(async () => (world = await worldOf()));

const issSub = (where, sub = 'user-1') => ({ format: 'iss_sub', iss: where.config.issuer, sub });

async function claimsOf(changes = {}, where = world) {
  const now = await where.lambda.now();
  const honest = { iss: TRANSMITTER, aud: AUDIENCE, iat: now, jti: '24c63fb56f', sub_id: issSub(where), events: { [REVOKED]: { event_timestamp: now } } };
  return Object.fromEntries(Object.entries({ ...honest, ...changes }).filter(([, value]) => value !== undefined));
}

const eventOf = async (changes, header = {}, where = world) => foreignToken(where.provider.key, await claimsOf(changes, where), { typ: 'secevent+jwt', ...header });

const machine = { accept: 'application/json', 'sec-fetch-mode': null, 'sec-fetch-dest': null, 'sec-fetch-site': null, 'content-type': 'application/secevent+jwt' };
const push = (token, where = world, headers = {}) => where.get('/oauth2/events', { method: 'POST', headers: { ...machine, ...headers }, body: token });

const printOf = (where, id) =>
  createHmac('sha256', Buffer.from(where.secrets.pepper, 'base64url')).update(fingerprintInput(where.config.issuer, id)).digest().subarray(0, 9).toString('base64url');

test('[R14] a session-revoked event revokes the user: 202 with no body, once the queue has it', async () => {
  const own = await worldOf();
  const token = await eventOf({}, {}, own);
  const response = await push(token, own);
  assert.deepEqual([response.status, response.body, setCookies(response)], ['202', undefined, []]);
  const { iat } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  assert.deepEqual(own.queue.messages, [{ v: 1, kind: 'user', key: printOf(own, 'user-1'), at: iat, application: 'members', source: 'caep' }]);
  assert.deepEqual(own.queue.complaints, []);
  const line = await own.lambda.audited((each) => each.endpoint === 'events');
  assert.deepEqual([line.decision, line.status, line.revoked], ['revoke', 202, [`user:${printOf(own, 'user-1')}`]]);
});

const ENDING = [
  ['R14', REVOKED, {}, 'caep'],
  ['R14', caep('credential-change'), { credential_type: 'password', change_type: 'update' }, 'caep'],
  ['R14', caep('assurance-level-change'), { namespace: 'NIST-AAL', current_level: 'nist-aal1', change_direction: 'decrease' }, 'caep'],
  ['R15', caep('device-compliance-change'), { current_status: 'not-compliant', previous_status: 'compliant' }, 'caep'],
  ['R15', risc('account-disabled'), { reason: 'hijacking' }, 'risc'],
  ['R15', risc('account-purged'), {}, 'risc'],
  ['R15', risc('account-credential-change-required'), {}, 'risc'],
  ['R15', risc('credential-compromise'), { credential_type: 'password' }, 'risc'],
  ['R15', risc('sessions-revoked'), {}, 'risc'],
];

for (const [id, uri, event, source] of ENDING) {
  test(`[${id}] ${uri.split('/').at(-1)} of ${source} revokes`, async () => {
    const before = world.queue.messages.length;
    const sub = `user-of-${uri}`;
    assert.equal((await push(await eventOf({ sub_id: issSub(world, sub), events: { [uri]: event } }))).status, '202');
    const [message] = world.queue.messages.slice(before);
    assert.deepEqual([message.kind, message.key, message.source], ['user', printOf(world, sub), source]);
  });
}

test('[R15] events that end nothing are taken, and do nothing', async () => {
  const harmless = [
    [caep('device-compliance-change'), { current_status: 'compliant', previous_status: 'not-compliant' }],
    [caep('device-compliance-change'), {}],
    [caep('assurance-level-change'), { change_direction: 'increase' }],
    [caep('token-claims-change'), { claims: {} }],
    [caep('session-established'), {}],
    [risc('account-enabled'), {}],
    [risc('identifier-changed'), { 'new-value': 'x' }],
    ['https://schemas.openid.net/secevent/ssf/event-type/verification', { state: 'x' }],
    ['https://schemas.openid.net/secevent/ssf/event-type/stream-updated', { status: 'paused' }],
    ['https://example.com/an-event-of-our-own', {}],
    [caep('constructor'), {}],
    [`${REVOKED}/`, {}],
  ];
  const calls = world.queue.calls;
  for (const [uri, event] of harmless) assert.equal((await push(await eventOf({ sub_id: { format: 'opaque', id: 'the stream' }, events: { [uri]: event } }))).status, '202', uri);
  assert.equal(world.queue.calls, calls);
  assert.equal((await world.lambda.audited((line) => line.code === 'ignored')).endpoint, 'events');
});

const mapped = async (subject, where = world) => {
  const before = where.queue.messages.length;
  const now = await where.lambda.now();
  // A time of its own, so that the queue does not take it for a repetition.
  const response = await push(await eventOf({ sub_id: subject, iat: now - 1_000 - before }, {}, where), where);
  assert.equal(response.status, '202', JSON.stringify(subject));
  const [{ kind, key }] = where.queue.messages.slice(before);
  return [kind, key];
};

test('[R14] subjects: issuer and subject, the opaque user, a user with a session', async () => {
  const user = ['user', printOf(world, 'user-1')];
  assert.deepEqual(await mapped(issSub(world)), user);
  assert.deepEqual(await mapped({ format: 'opaque', id: 'user-1' }), user);
  assert.deepEqual(await mapped({ format: 'complex', user: issSub(world) }), user);
  assert.deepEqual(await mapped({ format: 'complex', user: issSub(world), tenant: { format: 'opaque', id: 't' } }), user);
  assert.deepEqual(await mapped({ user: issSub(world), device: { format: 'opaque', id: 'd' } }), user, 'of an earlier draft');
  const ofSession = ['provider_session', printOf(world, 'user-1') + printOf(world, 'their-session').slice(0, 8)];
  assert.deepEqual(await mapped({ format: 'complex', user: issSub(world), session: { format: 'opaque', id: 'their-session' } }), ofSession);
});

test('[R14] the subject may stand inside the event, as earlier drafts have it, but two places must name one', async () => {
  const own = await worldOf();
  assert.equal((await push(await eventOf({ sub_id: undefined, events: { [REVOKED]: { subject: issSub(own) } } }, {}, own), own)).status, '202');
  assert.equal(own.queue.messages[0].key, printOf(own, 'user-1'));
  const both = await push(await eventOf({ events: { [REVOKED]: { subject: issSub(own, 'user-2') } } }, {}, own), own);
  assert.deepEqual([both.status, JSON.parse(both.body).err], ['400', 'invalid_request']);
  const same = await push(await eventOf({ events: { [REVOKED]: { subject: issSub(own) } } }, {}, own), own);
  assert.equal(same.status, '202');
});

test('[R14] e-mail is a subject only where users are known by it', async () => {
  const byMail = await worldOf({ claims: { user: 'email', email: 'email', groups: 'groups', roles: 'roles', session: 'sid' } });
  assert.deepEqual(await mapped({ format: 'email', email: 'Ada@Example.com' }, byMail), ['user', printOf(byMail, 'ada@example.com')], 'as a login spells it');
  const { jar } = await byMail.login('/a', { email: 'Ada@Example.com', email_verified: true });
  assert.equal(jar['__Host-zt-session'].split('.')[3], printOf(byMail, 'ada@example.com'), 'which is what its session carries');
  const response = await push(await eventOf({ sub_id: issSub(byMail) }, {}, byMail), byMail);
  assert.equal(response.status, '400', 'a subject is then nobody we know');
});

async function refuses(token, err, name, where = world, headers = {}) {
  const calls = where.queue.calls;
  const response = await push(token, where, headers);
  assert.equal(response.status, '400', name);
  assert.equal(response.headers['content-type'][0].value, 'application/json');
  const body = JSON.parse(response.body);
  assert.deepEqual(Object.keys(body), ['err', 'description']);
  assert.equal(body.err, err, name);
  assert.equal(where.queue.calls, calls, `${name}: nothing was queued`);
}

test('[R14] a subject that cannot be mapped is refused, never accepted, and alarmed', async () => {
  const subjects = [
    undefined,
    null,
    'user-1',
    {},
    { format: 'iss_sub', iss: 'https://evil.example', sub: 'user-1' },
    { format: 'iss_sub', iss: `${world.config.issuer}/`, sub: 'user-1' },
    { format: 'iss_sub', sub: 'user-1' },
    { format: 'iss_sub', iss: world.config.issuer },
    { format: 'iss_sub', iss: world.config.issuer, sub: '' },
    { format: 'iss_sub', iss: world.config.issuer, sub: ['user-1'] },
    { format: 'opaque', id: '' },
    { format: 'opaque' },
    { format: 'email', email: 'ada@example.com' },
    { format: 'phone_number', phone_number: '+12065550100' },
    { format: 'account', uri: 'acct:ada@example.com' },
    { format: 'did', url: 'did:example:123' },
    { format: 'aliases', identifiers: [issSub(world)] },
    { format: 'complex', session: { format: 'opaque', id: 'their-session' } },
    { format: 'complex', device: { format: 'opaque', id: 'd' } },
    { format: 'complex', user: issSub(world), session: { format: 'uri', uri: 'x' } },
    { format: 'complex', user: issSub(world), session: {} },
    { format: 'complex', user: { format: 'complex', user: issSub(world) } },
    { format: 'constructor' },
  ];
  for (const subject of subjects) await refuses(await eventOf({ sub_id: subject }), 'invalid_request', JSON.stringify(subject) ?? 'none');
  await refuses(await eventOf({ sub_id: undefined, sub: 'user-1' }), 'invalid_request', 'a plain sub');
  const line = await world.lambda.audited((each) => each.code === 'subject');
  assert.deepEqual([line.decision, line.endpoint], ['deny', 'events']);
});

test('[R14] of several events one that cannot be mapped refuses them all', async () => {
  await refuses(await eventOf({ sub_id: undefined, events: { [REVOKED]: { subject: issSub(world) }, [risc('account-disabled')]: { subject: { format: 'did', url: 'x' } } } }), 'invalid_request', 'one of two');
});

test('[R14] malformed, foreign or stale events are refused with the codes of RFC 8935', async () => {
  const now = await world.lambda.now();
  const { key } = world.provider;
  const claims = await claimsOf();
  const cases = [
    ['another issuer', await eventOf({ iss: 'https://evil.example' }), 'invalid_issuer'],
    ['no issuer', await eventOf({ iss: undefined }), 'invalid_issuer'],
    ['the login provider as issuer', await eventOf({ iss: world.config.issuer }), 'invalid_issuer'],
    ['another audience', await eventOf({ aud: 'https://other.example.com' }), 'invalid_audience'],
    ['the client as audience', await eventOf({ aud: 'client-1' }), 'invalid_audience'],
    ['no audience', await eventOf({ aud: undefined }), 'invalid_audience'],
    ['no iat', await eventOf({ iat: undefined }), 'invalid_request'],
    ['iat ahead', await eventOf({ iat: now + 600 }), 'invalid_request'],
    ['no jti', await eventOf({ jti: undefined }), 'invalid_request'],
    ['empty jti', await eventOf({ jti: '' }), 'invalid_request'],
    ['expired', await eventOf({ exp: now - 600 }), 'invalid_request'],
    ['no events', await eventOf({ events: undefined }), 'invalid_request'],
    ['empty events', await eventOf({ events: {} }), 'invalid_request'],
    ['a list of events', await eventOf({ events: [REVOKED] }), 'invalid_request'],
    ['an event that is no object', await eventOf({ events: { [REVOKED]: true } }), 'invalid_request'],
    ['typ JWT', await eventOf({}, { typ: 'JWT' }), 'invalid_request'],
    ['typ logout+jwt', await eventOf({}, { typ: 'logout+jwt' }), 'invalid_request'],
    ['no typ', await eventOf({}, { typ: undefined }), 'invalid_request'],
    ['another key of the same id', foreignToken(makeRsaKey('rsa-1'), claims, { typ: 'secevent+jwt' }), 'invalid_key'],
    ['an unknown key', foreignToken(makeRsaKey('stranger'), claims, { typ: 'secevent+jwt' }), 'invalid_key'],
    ['ES256', foreignToken(makeEcKey('rsa-1'), claims, { alg: 'ES256', typ: 'secevent+jwt' }), 'invalid_key'],
    ['none', makeToken(key, claims, { header: { alg: 'none', typ: 'secevent+jwt' }, how: () => Buffer.alloc(0) }), 'invalid_key'],
    ['HS256 with the public key', makeToken(key, claims, { header: { alg: 'HS256', typ: 'secevent+jwt' }, how: hs256With(key.publicKey.export({ type: 'spki', format: 'pem' })) }), 'invalid_key'],
    ['its own key', makeToken(key, claims, { header: { typ: 'secevent+jwt', jwk: key.jwk } }), 'invalid_key'],
    ['not a token', 'x', 'invalid_request'],
    ['nothing', '', 'invalid_request'],
    ['JSON', '{}', 'invalid_request'],
  ];
  for (const [name, token, err] of cases) await refuses(token, err, name);
  for (const type of ['application/jwt', 'application/json', null]) await refuses(await eventOf(), 'invalid_request', `${type}`, world, { 'content-type': type });
  assert.equal((await push(`${await eventOf()}\r\n`)).status, '202', 'an honest one, with the end of line that some clients add');
});

test('[R14] a token of the login provider is no event, whatever it holds', async () => {
  const own = await worldOf();
  await own.login('/a');
  await refuses(own.provider.idToken, 'invalid_request', 'an ID token', own);
});

test('[R14] a replay is the same message, however late it comes', async () => {
  const own = await worldOf();
  const token = await eventOf({}, {}, own);
  for (const wait of [0, 60, 86_400]) {
    await own.lambda.advance(wait);
    assert.equal((await push(token, own)).status, '202', 'events have no end of their own, and may be delivered late');
  }
  assert.equal(new Set(own.queue.accepted).size, 1);
});

test('[R14] several tenants: a subject needs the issuer of one that is configured', async () => {
  const [ours, theirs] = ['11111111-1111-4111-8111-111111111111', '99999999-9999-4999-8999-999999999999'];
  const many = await worldOf({ issuer: 'https://login.example.com/{tenantid}/v2.0', tenants: [ours, '22222222-2222-4222-8222-222222222222'] });
  const at = (tenant) => ({ format: 'iss_sub', iss: `https://login.example.com/${tenant}/v2.0`, sub: 'user-1' });
  assert.equal((await push(await eventOf({ sub_id: at(ours) }, {}, many), many)).status, '202');
  for (const subject of [at(theirs), at('{tenantid}'), { format: 'opaque', id: 'user-1' }]) await refuses(await eventOf({ sub_id: subject }, {}, many), 'invalid_request', JSON.stringify(subject), many);
});

test('[R14] what cannot be queued or verified for want of keys is 503, and comes again', async () => {
  const own = await worldOf();
  const token = await eventOf({}, {}, own);
  for (const [name, fault] of OUTAGES) {
    own.queue.fault = fault;
    assert.equal((await push(token, own)).status, '503', name);
  }
  own.queue.fault = undefined;
  assert.equal((await push(token, own)).status, '202');
  const cold = await worldOf();
  cold.provider.jwksFault = (response) => response.destroy();
  const response = await push(await eventOf({}, {}, cold), cold);
  assert.deepEqual([response.status, response.headers['retry-after'][0].value], ['503', '10']);
  assert.deepEqual(cold.queue.messages, []);
});

test('where no transmitter is configured the address does not exist', async () => {
  const off = await World.start({ queue: true });
  assert.equal((await push('x', off)).status, '404');
  assert.equal((await world.get('/oauth2/events', { headers: machine })).status, '405');
});
