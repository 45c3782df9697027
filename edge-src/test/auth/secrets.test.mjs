/** Secrets Manager: how it is asked, how long an answer holds, and what happens without one (checklist K3, C12). */
import assert from 'node:assert/strict';
import { AwsV4Signer } from 'aws4fetch';
import { before, test } from 'node:test';
import { bindingOf, cookiesAfter, MEMBERSHIP } from './support/application.mjs';
import { World } from './support/world.mjs';

let world;
before(async () => (world = await World.start()));

const sessionOf = (response) => cookiesAfter(response)['__Host-zt-session'];
const generationOf = (response) => parseInt(sessionOf(response).split('.')[8], 36);

test('the call is signed as another implementation signs it', async () => {
  await world.begin();
  const { headers, body, url } = world.manager.calls.at(-1);
  assert.equal(url, '/');
  const signer = new AwsV4Signer({
    method: 'POST', url: `${world.manager.endpoint}/`, body, service: 'secretsmanager', region: 'us-east-1', datetime: headers['x-amz-date'],
    accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', sessionToken: 'session-token-of-the-test', allHeaders: true,
    headers: { 'content-type': headers['content-type'], 'x-amz-target': headers['x-amz-target'] },
  });
  assert.equal(headers.authorization, (await signer.sign()).headers.get('authorization'));
  assert.equal(headers['x-amz-security-token'], 'session-token-of-the-test');
});

test('[K3] a value holds for a minute, and not a second longer', async () => {
  const own = await World.start();
  const keys = own.config.secrets.keys;
  for (let count = 0; count < 3; count += 1) await own.begin();
  assert.equal(own.manager.callsFor(keys), 1);
  await own.lambda.advance(58);
  await own.begin();
  assert.equal(own.manager.callsFor(keys), 1);
  await own.lambda.advance(2);
  await own.begin();
  assert.equal(own.manager.callsFor(keys), 2);
  await own.lambda.advance(-30);
  await own.begin();
  assert.equal(own.manager.callsFor(keys), 3, 'a clock set back does not stretch the minute');
  assert.equal(own.manager.callsFor(own.config.secrets.membership), 0, 'what start does not need it does not read');
});

test('[K3] an edited membership document holds within a minute', async () => {
  const own = await World.start();
  const login = async () => generationOf((await own.login('/a')).response);
  assert.equal(await login(), 3);
  own.manager.values.set(own.config.secrets.membership, JSON.stringify({ ...MEMBERSHIP, gen: 4 }));
  assert.equal(await login(), 3);
  await own.lambda.advance(60);
  assert.equal(await login(), 4);
});

test('a newer generation named at the start is read at once, but not at every call', async () => {
  const own = await World.start();
  const { membership } = own.config.secrets;
  const login = async (gen) => generationOf(await own.finish(await own.begin('/a', { query: `&gen=${gen}` })));
  assert.equal(await login('3'), 3);
  assert.equal(own.manager.callsFor(membership), 1);
  own.manager.values.set(membership, JSON.stringify({ ...MEMBERSHIP, gen: 40 }));
  assert.equal(await login((40).toString(36)), 40);
  assert.equal(own.manager.callsFor(membership), 2);
  for (const gen of ['zzzzzzz', 'zzzzzzz', 'zzzzzzzz', '-1', '', 'NaN']) assert.equal(await login(gen), 40);
  assert.equal(own.manager.callsFor(membership), 2, 'a viewer cannot make us call');
  await own.lambda.advance(6);
  for (let count = 0; count < 3; count += 1) await login('zzzzzzz');
  assert.equal(own.manager.callsFor(membership), 3);
});

const OUTAGES = [
  ['an error', (response) => response.writeHead(500).end('{}')],
  ['a denial', (response) => response.writeHead(400).end('{"__type":"AccessDeniedException"}')],
  ['a page', (response) => response.end('<h1>')],
  ['an answer without the value', (response) => response.end('{"SecretBinary":"AAAA"}')],
  ['a closed connection', (response) => response.destroy()],
  ['an endless answer', (response) => response.end('x'.repeat(200_000))],
];

for (const [name, fault] of OUTAGES) {
  test(`[C12] ${name} from Secrets Manager is a 503 at start, and a stale value does not help`, async () => {
    await world.begin();
    await world.lambda.advance(61);
    world.manager.fault = fault;
    const response = await world.get('/oauth2/start').finally(() => (world.manager.fault = undefined));
    assert.equal(response.status, '503');
    assert.match(response.headers['retry-after'][0].value, /^\d+$/);
    assert.match(response.body, /secrets_unavailable/);
    assert.match(response.body, /request-id-of-the-test==/);
    assert.equal(response.headers['set-cookie'], undefined);
    assert.equal((await world.get('/oauth2/start')).status, '302', 'and over as soon as it is over');
  });
}

test('[C12] an outage at the callback spends no code, so that loading the page again goes on', async () => {
  const own = await World.start();
  const attempt = await own.begin('/a');
  own.manager.values.delete(own.config.secrets.pepper);
  const response = await own.finish(attempt);
  assert.equal(response.status, '503');
  assert.equal(own.provider.tokenRequests.length, 0);
  own.manager.values.set(own.config.secrets.pepper, JSON.stringify({ v: 1, pepper: own.secrets.pepper }));
  const again = await own.finish(attempt, {}, { jar: cookiesAfter(response, attempt.jar) });
  assert.equal(again.status, '303');
});

test('without credentials nothing is asked', async () => {
  const own = await World.start({ environment: { AWS_ACCESS_KEY_ID: '' } });
  assert.equal((await own.get('/oauth2/start')).status, '503');
  assert.equal(own.manager.calls.length, 0);
});

test('documents that are not exactly understood are refused', async () => {
  const own = await World.start();
  const { keys, pepper, membership } = own.config.secrets;
  const [key] = own.secrets.keys;
  const good = { [keys]: { v: 1, keys: [key] }, [pepper]: { v: 1, pepper: own.secrets.pepper }, [membership]: MEMBERSHIP };
  const bad = [
    ...['x', { v: 2, keys: [key] }, { v: 1 }, { v: 1, keys: {} }, { v: 1, keys: [] }, { v: 1, keys: [key, key] }, { v: 1, keys: [null] }].map((value) => [keys, value]),
    ...[{ kid: 'UPPER' }, { kid: undefined }, { secret: 'short' }, { secret: `${key.secret}=` }, { sign_after: -1 }, { sign_after: '0' }, { sign_after: 9e9 }, { verify_until: null }, { binding: 'x' }, { binding: undefined }]
      .map((change) => [keys, { v: 1, keys: [{ ...key, ...change }] }]),
    ...[{ v: 1 }, { v: 1, pepper: 'short' }, { v: 2, pepper: own.secrets.pepper }].map((value) => [pepper, value]),
    ...[{ v: 2 }, { gen: -1 }, { gen: '3' }, { gen: 36 ** 7 }, { ledger: {} }, { ledger: [] }, { policies: [] }, { policies: { staff: { any: {} } } }].map((change) => [membership, { ...MEMBERSHIP, ...change }]),
    [membership, { ...MEMBERSHIP, ledger: [...MEMBERSHIP.ledger, { bit: 7, policy: 'staff', birth: 1 }] }],
    [membership, { ...MEMBERSHIP, ledger: MEMBERSHIP.ledger.map((entry) => ({ ...entry, bit: 256 })) }],
    [membership, { ...MEMBERSHIP, ledger: MEMBERSHIP.ledger.map((entry) => ({ ...entry, birth: 'x' })) }],
  ];
  for (const [arn, value] of bad) {
    await own.lambda.advance(61);
    for (const [name, document] of Object.entries(good)) own.manager.values.set(name, JSON.stringify(document));
    const attempt = await own.begin('/a');
    own.manager.values.set(arn, typeof value === 'string' ? value : JSON.stringify(value));
    await own.lambda.advance(61);
    const response = await own.finish(attempt);
    assert.equal(response.status, '503', JSON.stringify(value));
    assert.equal(sessionOf(response), undefined);
  }
});

test('a key past its end opens no attempt', async () => {
  const own = await World.start();
  const attempt = await own.begin('/a');
  const [key] = own.secrets.keys;
  const dead = { ...key, verify_until: await own.lambda.now() };
  own.manager.values.set(own.config.secrets.keys, JSON.stringify({ v: 1, keys: [dead] }));
  await own.lambda.advance(61);
  assert.equal((await own.finish(attempt)).status, '400');
  assert.equal(own.provider.tokenRequests.length, 0);
});

test('a key that only another configuration may use ends attempts and sessions that it made', async () => {
  const own = await World.start();
  const { attempt, jar } = await own.login('/a');
  const [key] = own.secrets.keys;
  const fresh = { ...key, kid: 'k2', secret: Buffer.alloc(32, 7).toString('base64url'), binding: bindingOf(own.config) };
  own.manager.values.set(own.config.secrets.keys, JSON.stringify({ v: 1, keys: [{ ...key, binding: 'A'.repeat(22) }, fresh] }));
  await own.lambda.advance(61);
  const response = await own.callback({ code: 'c', state: attempt.asked.state, iss: own.config.issuer }, jar);
  assert.equal(response.status, '400');
});

test('[C11] a connection that a frozen function kept too long is made anew, once', async () => {
  const own = await World.start();
  let broken = 0;
  const breakOnce = (response) => {
    broken += 1;
    own.manager.fault = undefined;
    response.destroy();
  };
  own.manager.fault = breakOnce;
  assert.equal((await own.get('/oauth2/start')).status, '302');
  assert.equal(broken, 1);
  const attempt = await own.begin('/a');
  own.provider.jwksFault = (response) => {
    own.provider.jwksFault = undefined;
    response.destroy();
  };
  assert.equal((await own.finish(attempt)).status, '303');
  assert.equal(own.provider.jwksRequests, 2);
});
