/**
 * The signed assertion for origins and its keys (checklist P10): judged by the verifier samples that stand in
 * `examples/verify-assertion`, as an origin would run them.
 */
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { before, test } from 'node:test';
import { verifyAssertion } from '../../../examples/verify-assertion/node/verify.mjs';
import { cookiesAfter, HOST, setCookies } from './support/application.mjs';
import { makeEcKey } from './support/foreign_jwt.mjs';
import { makeToken } from './support/plain_provider.mjs';
import { verifyInPython } from './support/python.mjs';
import { readCookie } from './support/session_reader.mjs';
import { withCookies, World } from './support/world.mjs';

const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:zt/main/members/assertion';
const ASSERTION = '__Host-zt-assertion';
const ISSUER = `https://${HOST}/oauth2`;

export const pem = (key) => key.privateKey.export({ type: 'pkcs8', format: 'pem' });
const entry = (key, signAfter = 0, verifyUntil = 0) => ({ kid: key.kid, private_key: pem(key), sign_after: signAfter, verify_until: verifyUntil });

async function worldOf(changes = {}, keys = [makeEcKey('a1b2')]) {
  const made = await World.start({ before: (config) => Object.assign(config, { assertion: { secret: ARN, audience: 'members' }, refresh: true, session_claims: ['email', 'name', 'sub', 'exp', 'aud'] }, changes) });
  made.manager.values.set(ARN, JSON.stringify({ v: 1, keys: keys.map((key) => (key.private_key === undefined ? entry(key) : key)) }));
  made.provider.refreshToken = 'refresh-token-1';
  return made;
}

let world;
before(async () => (world = await worldOf()));

async function loggedIn(where = world, claims = {}) {
  const { jar, response } = await where.login('/a', { groups: ['staff'], email: 'Ada@Example.com', email_verified: true, name: 'Zoë \u{1F9ED}', ...claims });
  assert.equal(response.status, '303', response.body);
  return { jar, response, assertion: jar[ASSERTION], session: readCookie(jar[where.config.cookie], where.config, where.secrets) };
}

const jwksOf = async (where = world) => JSON.parse((await where.get('/oauth2/jwks.json')).body);
const expectation = async (where = world, changes = {}) => ({ jwks: await jwksOf(where), issuer: ISSUER, audience: 'members', now: await where.lambda.now(), ...changes });
const claimsOf = (assertion) => JSON.parse(Buffer.from(assertion.split('.')[1], 'base64url'));

/** What both samples say; they must agree. */
async function judged(assertion, expected) {
  const node = (() => {
    try {
      return { claims: verifyAssertion(assertion, expected) };
    } catch (error) {
      return { refused: error.message };
    }
  })();
  const python = await verifyInPython(assertion, expected);
  assert.equal(node.claims === undefined, python.claims === undefined, `Node says ${JSON.stringify(node)}, Python ${JSON.stringify(python)}`);
  if (node.claims !== undefined) assert.deepEqual(python.claims, node.claims);
  return node;
}

test('[P10] [R20] an origin that verifies with jwks.json learns who it is, for how long and by which policies', async () => {
  const { assertion, session } = await loggedIn();
  assert.deepEqual(JSON.parse(Buffer.from(assertion.split('.')[0], 'base64url')), { alg: 'ES256', typ: 'zt-assertion+jwt', kid: 'a1b2' });
  const { claims } = await judged(assertion, await expectation());
  assert.deepEqual(claims, {
    email: 'ada@example.com', name: 'Zoë \u{1F9ED}', sub: 'user-1', exp: session.expires, aud: 'members', iss: ISSUER, iss_idp: world.config.issuer,
    iat: session.issued, auth_time: session.loginTime, sid: session.handle, policies: ['staff', 'example'],
  });
});

test('[P10] a session claim never stands in the place of our own', async () => {
  const own = await worldOf({ session_claims: ['iss', 'policies', 'sid', 'iss_idp', 'auth_time', 'aud', 'sub', 'exp', 'iat'] });
  const { assertion, session } = await loggedIn(own, { policies: ['admins'], iss_idp: 'https://evil.example', sid: 'their-session' });
  const claims = claimsOf(assertion);
  assert.deepEqual([claims.policies, claims.iss_idp, claims.sid, claims.iss, claims.aud], [['staff', 'example'], own.config.issuer, session.handle, ISSUER, 'members']);
});

test('[P10] the session holds the hash of this very assertion, and the cookie ends with the session', async () => {
  const { assertion, session, response } = await loggedIn();
  assert.equal(session.assertionHash, createHash('sha256').update(assertion).digest().subarray(0, 16).toString('base64url'));
  const line = setCookies(response).find((each) => each.startsWith(`${ASSERTION}=`));
  assert.match(line, /; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
});

test('[P10] a replay for another application, another issuer, or after its end is refused by both samples', async () => {
  const { assertion, session } = await loggedIn();
  const now = session.expires + 1;
  for (const [name, changes] of [
    ['another application', { audience: 'guests' }],
    ['another issuer', { issuer: 'https://other.example.com/oauth2' }],
    ['after its end', { now }],
    ['before it was made', { now: session.issued - 120 }],
    ['without keys', { jwks: { keys: [] } }],
    ['with the keys of another', { jwks: { keys: [{ ...makeEcKey('a1b2').jwk }] } }],
  ]) {
    assert.notEqual((await judged(assertion, await expectation(world, changes))).refused, undefined, name);
  }
});

test('[P10] what is not exactly an assertion is refused by both samples', async () => {
  const key = makeEcKey('a1b2');
  const expected = await expectation(world, { jwks: { keys: [key.jwk] } });
  const { assertion } = await loggedIn();
  const claims = claimsOf(assertion);
  const es256 = (input) => key.sign(input);
  const make = (changes = {}, header = {}) => makeToken(key, { ...claims, ...changes }, { header: { alg: 'ES256', typ: 'zt-assertion+jwt', ...header }, how: es256 });
  assert.notEqual((await judged(make(), expected)).claims, undefined, 'an honest one');
  const hmac = await import('./support/plain_provider.mjs').then(({ hs256With }) => hs256With(key.publicKey.export({ type: 'spki', format: 'pem' })));
  for (const [name, token] of [
    ['alg none', makeToken(key, claims, { header: { alg: 'none', typ: 'zt-assertion+jwt' }, how: () => Buffer.alloc(0) })],
    ['HS256 with the public key', makeToken(key, claims, { header: { alg: 'HS256', typ: 'zt-assertion+jwt' }, how: hmac })],
    ['another type', make({}, { typ: 'JWT' })],
    ['no type', make({}, { typ: undefined })],
    ['an unknown key', make({}, { kid: 'none' })],
    ['no exp', make({ exp: undefined })],
    ['exp as text', make({ exp: '99999999999' })],
    ['no audience', make({ aud: undefined })],
    ['a list of audiences', make({ aud: ['members', 'guests'] })],
    ['no subject', make({ sub: undefined })],
    ['a changed payload', assertion.split('.').map((part, index) => (index === 1 ? Buffer.from(JSON.stringify({ ...claims, sub: 'user-2' })).toString('base64url') : part)).join('.')],
    ['cut', make().slice(0, -4)],
    ['not a token', 'x'],
    ['empty', ''],
  ]) {
    assert.notEqual((await judged(token, expected)).refused, undefined, name);
  }
});

test('[P10] jwks.json has public halves only, for everybody, and may be cached for a minute', async () => {
  const keys = [makeEcKey('old'), makeEcKey('now'), makeEcKey('soon'), makeEcKey('dead')];
  const own = await worldOf({}, []);
  const now = await own.lambda.now();
  own.manager.values.set(ARN, JSON.stringify({ v: 1, keys: [entry(keys[0], 0, now + 7_200), entry(keys[1], now - 10), entry(keys[2], now + 600), entry(keys[3], 0, now - 1)] }));
  const response = await own.get('/oauth2/jwks.json', { headers: { 'sec-fetch-mode': null, accept: '*/*' } });
  assert.equal(response.headers['content-type'][0].value, 'application/jwk-set+json');
  const { keys: published } = JSON.parse(response.body);
  assert.deepEqual(published.map(({ kid }) => kid), ['old', 'now', 'soon'], 'a key that signs soon is there before it signs');
  for (const [index, jwk] of published.entries()) {
    const { x, y } = keys[index].jwk;
    assert.deepEqual(jwk, { kty: 'EC', crv: 'P-256', x, y, kid: keys[index].kid, use: 'sig', alg: 'ES256' });
  }
  assert.equal((await loggedIn(own)).assertion.split('.')[0], Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'zt-assertion+jwt', kid: 'now' })).toString('base64url'));
  assert.equal((await own.get('/oauth2/jwks.json', { method: 'POST' })).status, '405');
});

test('[P10] a key that ends before the session would is not used to sign it', async () => {
  const [dying, good] = [makeEcKey('dying'), makeEcKey('good')];
  const own = await worldOf({}, []);
  const now = await own.lambda.now();
  own.manager.values.set(ARN, JSON.stringify({ v: 1, keys: [entry(dying, now - 10, now + 600), entry(good, now - 20)] }));
  assert.equal(JSON.parse(Buffer.from((await loggedIn(own)).assertion.split('.')[0], 'base64url')).kid, 'good');
});

test('[P10] a refresh makes a new assertion that goes with the new session', async () => {
  const own = await worldOf();
  const { jar, assertion } = await loggedIn(own);
  await own.lambda.advance(1_800);
  own.provider.idToken = makeToken(own.provider.key, await own.claims({ asked: {} }, { groups: [] }));
  const after = cookiesAfter(await own.get('/oauth2/start', withCookies(jar)), jar);
  assert.notEqual(after[ASSERTION], assertion);
  const session = readCookie(after['__Host-zt-session'], own.config, own.secrets);
  assert.equal(session.assertionHash, createHash('sha256').update(after[ASSERTION]).digest().subarray(0, 16).toString('base64url'));
  assert.deepEqual([claimsOf(after[ASSERTION]).policies, claimsOf(after[ASSERTION]).exp], [[], session.expires]);
});

test('[P10] with a cookie domain the assertion is where the session is, and a logout removes it', async () => {
  const wide = await worldOf({ cookie: '__Secure-zt-members', cookie_domain: 'example.com' });
  const { response, jar } = await wide.login('/a');
  assert.match(setCookies(response).find((line) => line.startsWith('__Secure-zt-members-assertion=')), /; Domain=example\.com$/);
  const left = await wide.get('/oauth2/logout', { method: 'POST', headers: { ...withCookies(jar).headers, 'sec-fetch-site': 'same-origin' } });
  assert.deepEqual(cookiesAfter(left, jar), {});
});

test('[K4] [P10] keys that are not P-256 keys, or cannot be read, sign nothing: 503, and no session without its assertion', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const bad = [
    'x', '{}', '{"v":1,"keys":[]}', '{"v":2,"keys":[]}',
    ...[rsa, p384].map((pair) => JSON.stringify({ v: 1, keys: [entry({ ...pair, kid: 'a' })] })),
    JSON.stringify({ v: 1, keys: [{ ...entry(makeEcKey('a')), private_key: 'x' }] }),
    JSON.stringify({ v: 1, keys: [{ ...entry(makeEcKey('a')), kid: 'UPPER' }] }),
    JSON.stringify({ v: 1, keys: [entry(makeEcKey('a')), entry(makeEcKey('a'))] }),
    JSON.stringify({ v: 1, keys: [entry(makeEcKey('a'), 10 ** 11)] }),
  ];
  const own = await worldOf();
  for (const text of bad) {
    own.manager.values.set(ARN, text);
    await own.lambda.advance(61);
    const { response } = await own.login('/a');
    assert.equal(response.status, '503', text.slice(0, 60));
    assert.ok(!setCookies(response).some((line) => /=s1\./.test(line)));
  }
});

test('where no assertion is asked for, there is none, and no address for its keys', async () => {
  const plain = await World.start();
  assert.equal((await plain.get('/oauth2/jwks.json')).status, '404');
  const { jar } = await plain.login('/a');
  assert.equal(jar[ASSERTION], undefined);
  assert.equal(readCookie(jar['__Host-zt-session'], plain.config, plain.secrets).assertionHash, '');
});
