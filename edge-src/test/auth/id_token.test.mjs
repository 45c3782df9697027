/** The ID token: each way in which one can be wrong is refused, with tokens made by hand (checklist L4, T1, T2, T4, T7). */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { before, test } from 'node:test';
import { cookiesAfter } from './support/application.mjs';
import { hs256With, makeRsaKey, makeToken } from './support/plain_provider.mjs';
import { World } from './support/world.mjs';

let world;
before(async () => (world = await World.start()));

async function outcome(claims, token, where = world) {
  const response = await where.finish(await where.begin('/a'), claims, { token });
  const accepted = cookiesAfter(response)['__Host-zt-session'] !== undefined;
  assert.equal(accepted, response.status === '303');
  return accepted ? 'accepted' : `${response.status} ${/Reason: (\w+)/.exec(response.body)[1]}`;
}

async function checkClaims(cases) {
  for (const [name, claims, expected] of cases) assert.equal(await outcome(claims), expected, name);
}

const REFUSED = '403 id_token';

test('[T2] issuer, audience and authorized party must be exactly ours', async () => {
  const { issuer, client_id: client } = world.config;
  await checkClaims([
    ['as it should be', {}, 'accepted'],
    ['issuer with a slash', { iss: `${issuer}/` }, REFUSED],
    ['another issuer', { iss: 'https://evil.example' }, REFUSED],
    ['issuer in capitals', { iss: issuer.toUpperCase() }, REFUSED],
    ['another audience', { aud: 'client-2' }, REFUSED],
    ['an audience that begins like ours', { aud: `${client}-and-more` }, REFUSED],
    ['an empty list', { aud: [] }, REFUSED],
    ['a list with us alone', { aud: [client] }, 'accepted'],
    ['several without a party', { aud: [client, 'client-2'] }, REFUSED],
    ['several for us', { aud: [client, 'client-2'], azp: client }, 'accepted'],
    ['several for another', { aud: [client, 'client-2'], azp: 'client-2' }, REFUSED],
    ['for us, issued to another', { azp: 'client-2' }, REFUSED],
    ['issued to us', { azp: client }, 'accepted'],
    ['an access token of Cognito', { token_use: 'access' }, REFUSED],
    ['an ID token of Cognito', { token_use: 'id' }, 'accepted'],
  ]);
  for (const name of ['iss', 'aud', 'sub']) assert.match(await outcome({ [name]: undefined }), /^(403 id_token|503 provider_response)$/, `without ${name}`);
});

test('[L4] the nonce of this browser must be in the token', async () => {
  const other = await world.begin();
  await checkClaims([
    ['another nonce', { nonce: 'another' }, REFUSED],
    ['the nonce of another tab', { nonce: other.asked.nonce }, REFUSED],
  ]);
  for (const nonce of [undefined, null, '', ['x']]) assert.match(await outcome({ nonce }), /^(403 id_token|503 provider_response)$/);
});

test('[T4] times are required, and a minute of skew is all there is', async () => {
  const now = await world.lambda.now();
  await checkClaims([
    ['expired half a minute ago', { exp: now - 30 }, 'accepted'],
    ['expired two minutes ago', { exp: now - 120 }, REFUSED],
    ['issued half a minute ahead', { iat: now + 30 }, 'accepted'],
    ['issued two minutes ahead', { iat: now + 120 }, REFUSED],
    ['issued long ago', { iat: now - 3_600 }, REFUSED],
    ['valid in half a minute', { nbf: now + 30 }, 'accepted'],
    ['valid in two minutes', { nbf: now + 120 }, REFUSED],
    ['login two minutes ahead', { auth_time: now + 120 }, REFUSED],
  ]);
  for (const changes of [{ exp: undefined }, { iat: undefined }, { exp: 'never' }, { exp: null }, { exp: `${now + 300}` }, { iat: '1' }, { nbf: 'x' }]) {
    assert.match(await outcome(changes), /^(403 id_token|503 provider_response)$/, JSON.stringify(changes));
  }
  for (const time of ['x', -5, 1.5]) assert.match(await outcome({ auth_time: time }), /^(403 id_token|503 provider_response)$/, `auth_time ${time}`);
});

test('[T1] the algorithm is pinned, whatever the header says', async () => {
  // All these keys are published before the first look, so that only the algorithm can be the reason.
  const own = await World.start();
  const { key } = own.provider;
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  own.provider.published.push({ ...ec.publicKey.export({ format: 'jwk' }), kid: 'ec-1', use: 'sig', alg: 'ES256' }, { kty: 'oct', kid: 'oct-1', k: 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA' });
  const pem = key.publicKey.export({ type: 'spki', format: 'pem' });
  const es256 = (input) => sign('sha256', Buffer.from(input), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
  const cases = [
    ['none', { header: { alg: 'none' }, how: () => Buffer.alloc(0) }],
    ['none in capitals', { header: { alg: 'NONE' }, how: () => Buffer.alloc(0) }],
    ['RS256 without a signature', { how: () => Buffer.alloc(0) }],
    ['RS256 with another key of the same id', { key: { ...makeRsaKey('rsa-1') } }],
    ['HS256 with the public key', { header: { alg: 'HS256' }, how: hs256With(pem) }],
    ['HS256 with the client id', { header: { alg: 'HS256' }, how: hs256With('client-1') }],
    ['HS256 with a published secret', { header: { alg: 'HS256', kid: 'oct-1' }, how: hs256With('secret-secret-secret-secret-secret') }],
    ['ES256, which was not configured', { header: { alg: 'ES256', kid: 'ec-1' }, how: es256 }],
    ['RS256 with the id of an EC key', { header: { kid: 'ec-1' } }],
    ['RS384', { header: { alg: 'RS384' }, how: (input) => sign('sha384', Buffer.from(input), key.privateKey) }],
    ['no algorithm', { header: { alg: undefined } }],
    ['an unknown algorithm', { header: { alg: 'XS256' } }],
    ['a critical extension', { header: { crit: ['exp'], exp: 1 } }],
    ['a critical extension that we know nothing of', { header: { crit: ['zt'], zt: true } }],
    ['unencoded payload', { header: { b64: false, crit: ['b64'] } }],
    ['its own key', { header: { jwk: key.jwk } }],
    ['an address of keys', { header: { jku: `${own.provider.issuer}/jwks` } }],
    ['an address of a certificate', { header: { x5u: 'https://evil.example/' } }],
  ];
  delete own.provider.published[0].alg;
  for (const [name, token] of cases) assert.match(await outcome({}, token, own), /^(403 id_token|503 provider_response)$/, name);
  const stranger = makeRsaKey('stranger');
  assert.equal(await outcome({}, { key: stranger, header: { jwk: stranger.jwk } }, own), REFUSED, 'a stranger’s key in the header');
  assert.equal(await outcome({}, {}, own), 'accepted');
  const elliptic = await World.start({ changes: { algorithms: ['ES256'] } });
  elliptic.provider.published.push(...own.provider.published);
  assert.equal(await outcome({}, { header: { alg: 'ES256', kid: 'ec-1' }, how: es256 }, elliptic), 'accepted', 'the same token where it is configured');
  assert.match(await outcome({}, { key }, elliptic), /^(403 id_token|503 provider_response)$/, 'and RS256 is refused there');
});

test('[T1] what is not a signed token at all is refused', async () => {
  const honest = makeToken(world.provider.key, await world.claims(await world.begin()));
  const [header, payload, signature] = honest.split('.');
  for (const text of ['x', 'a.b', 'a.b.c', `${header}.${payload}`, `${header}.${payload}.`, `${header}..${signature}`, `${honest}.x`, `${honest}=`, 'a.b.c.d.e', 'null.null.null']) {
    assert.match(await outcome({}, { text }), /^(403 id_token|503 provider_response)$/, text.slice(0, 20));
  }
});

test('a payload changed after signing is refused', async () => {
  const attempt = await world.begin('/a');
  const honest = makeToken(world.provider.key, await world.claims(attempt, { groups: ['guests'] }));
  const [header, , signature] = honest.split('.');
  const payload = Buffer.from(JSON.stringify(await world.claims(attempt, { groups: ['admins'] }))).toString('base64url');
  assert.equal((await world.finish(attempt, {}, { token: { text: `${header}.${payload}.${signature}` } })).status, '403');
});

test('the user claim must be a text of sensible length', async () => {
  for (const sub of ['', 7, null, ['user-1'], 'x'.repeat(256)]) assert.match(await outcome({ sub }), /^(403 id_token|503 provider_response)$/, JSON.stringify(sub));
  const entra = await World.start({ changes: { claims: { user: 'oid', email: 'email', groups: 'groups', roles: 'roles', session: 'sid' } } });
  assert.equal((await entra.finish(await entra.begin())).status, '403', 'the configured claim is missing');
  assert.equal((await entra.finish(await entra.begin(), { oid: 'object-1' })).status, '303');
});

test('[T7] keys are fetched once, once more for a new one, and never in a storm', async () => {
  const own = await World.start();
  const login = async (token) => (await own.finish(await own.begin(), {}, { token })).status;
  for (let count = 0; count < 3; count += 1) assert.equal(await login(), '303');
  assert.equal(own.provider.jwksRequests, 1);
  for (let count = 0; count < 5; count += 1) assert.equal(await login({ key: makeRsaKey(`random-${count}`) }), '403');
  assert.equal(own.provider.jwksRequests, 1, 'a moment after a fetch no unknown key id causes another');
  await own.lambda.advance(31);
  const next = makeRsaKey('rsa-2');
  own.provider.published.push(next.jwk);
  assert.equal(await login({ key: next }), '303', 'a key published since is found');
  assert.equal(own.provider.jwksRequests, 2);
  for (let count = 0; count < 3; count += 1) assert.equal(await login({ key: makeRsaKey(`again-${count}`) }), '403');
  assert.equal(own.provider.jwksRequests, 2);
});

test('[T7] known keys outlive an outage of their address for an hour, and a withdrawn key does not outlive the next look', async () => {
  const own = await World.start();
  const status = async (token) => (await own.finish(await own.begin(), {}, { token })).status;
  assert.equal(await status(), '303');
  own.provider.jwksFault = (response) => response.writeHead(500).end();
  await own.lambda.advance(1_800);
  assert.equal(await status(), '303');
  await own.lambda.advance(1_900);
  assert.equal(await status(), '503');
  own.provider.jwksFault = undefined;
  const [old] = own.provider.published.splice(0, 1, makeRsaKey('rsa-2').jwk);
  assert.equal(old.kid, 'rsa-1');
  await own.lambda.advance(6);
  assert.equal(await status(), '403');
});

test('[T7] a key set that is no JSON, too large or elsewhere is no key set', async () => {
  const faults = [
    (response) => response.setHeader('content-type', 'text/html').end('{"keys":[]}'),
    (response) => response.end('[]'),
    (response) => response.end('{"keys":{}}'),
    (response) => response.end('{"keys":['),
    (response) => response.end(JSON.stringify({ keys: [], padding: 'x'.repeat(300_000) })),
    (response) => response.writeHead(302, { location: 'https://evil.example/' }).end(),
    (response) => response.destroy(),
  ];
  for (const fault of faults) {
    const own = await World.start();
    own.provider.jwksFault = fault;
    assert.equal((await own.finish(await own.begin())).status, '503');
    own.stop();
  }
});

test('[T7] an address that is down is asked every few seconds, not for every request', async () => {
  const own = await World.start();
  own.provider.jwksFault = (response) => response.writeHead(500).end();
  const status = async () => (await own.finish(await own.begin())).status;
  for (let count = 0; count < 5; count += 1) assert.equal(await status(), '503');
  assert.equal(own.provider.jwksRequests, 1);
  await own.lambda.advance(6);
  assert.equal(await status(), '503');
  assert.equal(own.provider.jwksRequests, 2);
  own.provider.jwksFault = undefined;
  await own.lambda.advance(6);
  assert.equal(await status(), '303', 'and believed as soon as it is back');
});

test('[T7] logins that wait at the same time wait for one look', async () => {
  const own = await World.start();
  const tokens = new Map();
  const attempts = [];
  for (const code of ['a', 'b', 'c', 'd', 'e']) {
    const attempt = await own.begin();
    attempts.push({ code, attempt });
    tokens.set(code, makeToken(own.provider.key, await own.claims(attempt)));
  }
  own.provider.tokenFault = (response, _request, form) => response.end(JSON.stringify({ access_token: 'x', token_type: 'bearer', id_token: tokens.get(form.get('code')) }));
  const held = { keys: [], peppers: [] };
  own.provider.jwksFault = (response) => held.keys.push(response);
  own.manager.faults.set(own.config.secrets.pepper, (response) => held.peppers.push(response));
  const answers = Promise.all(attempts.map(({ code, attempt }) => own.callback({ code, state: attempt.asked.state, iss: own.config.issuer }, attempt.jar)));
  // The pepper is read beside the keys. While its answer is held too nobody has it from an earlier read, so all ask for it,
  // and then all wait for the keys.
  while (held.peppers.length < attempts.length || held.keys.length === 0) await new Promise(setImmediate);
  own.provider.jwksFault = undefined;
  own.manager.faults.clear();
  held.keys.forEach((response) => response.end(JSON.stringify({ keys: own.provider.published })));
  held.peppers.forEach((response) => response.end(JSON.stringify({ SecretString: own.manager.values.get(own.config.secrets.pepper) })));
  assert.deepEqual((await answers).map(({ status }) => status), ['303', '303', '303', '303', '303']);
  assert.equal(own.provider.jwksRequests, 1);
});

test('[T7] a key of another type, for another use, or too short verifies nothing', async () => {
  const own = await World.start();
  const { key } = own.provider;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const short = { kid: 'rsa-1', privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid: 'rsa-1', alg: 'RS256', use: 'sig' } };
  const sets = [
    ['for encryption', { ...key.jwk, use: 'enc' }, key],
    ['for another algorithm', { ...key.jwk, alg: 'RS512' }, key],
    ['for other operations', { ...key.jwk, key_ops: ['encrypt'] }, key],
    ['of another type', { ...key.jwk, kty: 'EC' }, key],
    ['a MAC key', { kty: 'oct', kid: 'rsa-1', k: Buffer.from(key.jwk.n).toString('base64url'), alg: 'RS256' }, key],
    ['too short', short.jwk, short],
    ['no key at all', 'rsa-1', key],
    ['null', null, key],
  ];
  for (const [name, jwk, signer] of sets) {
    own.provider.published = [jwk];
    await own.lambda.advance(700);
    const response = await own.finish(await own.begin(), {}, { token: { key: signer } });
    assert.match(response.status, /^(403|503)$/, name);
    assert.equal(cookiesAfter(response)['__Host-zt-session'], undefined, name);
  }
});
