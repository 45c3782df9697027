/** Step-up (edge contract, section 8; RFC 9470): a login that must prove more, what is asked for it, and what is not believed (checklist P19). */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, test } from 'node:test';
import { cookiesAfter, locationOf, MEMBERSHIP, rdOf, setCookies } from './support/application.mjs';
import { readCookie } from './support/session_reader.mjs';
import { withCookies, World } from './support/world.mjs';

/** Section 1: the first six characters of the hash of the requirement's text. */
const printOf = (text) => createHash('sha256').update(text).digest('base64url').slice(0, 6);
const MFA = printOf('{"acr":"mfa"}');
const OTP = printOf('{"amr":["hwk","otp"]}');
const BOTH = printOf('{"acr":"höher","amr":["otp"]}');
const CONTEXTS = { [MFA]: { acr: 'mfa' }, [OTP]: { amr: ['hwk', 'otp'] }, [BOTH]: { acr: 'höher', amr: ['otp'] } };
const membership = { ...MEMBERSHIP, contexts: CONTEXTS };

let world;
before(async () => (world = await World.start({ secrets: { membership } })));

const askedFor = async (query, where = world) => (await where.begin('/deep', { query })).asked;
const contextOf = (response) => readCookie(cookiesAfter(response)['__Host-zt-session'], world.config, world.secrets).context;

function checkRefused(response, code, status = '403') {
  assert.equal(response.status, status, response.body);
  assert.match(response.body, new RegExp(`Reason: ${code}\\.`));
  assert.equal(cookiesAfter(response)['__Host-zt-session'], undefined);
  assert.equal(locationOf(response), undefined, 'never a redirect, so never a loop');
}

test('[P19] a context asks the provider for its acr, for a login anew where it has none, and for its age', async () => {
  const { acr_values: acr, prompt, max_age: age } = await askedFor(`&step=${MFA}`);
  assert.deepEqual([acr, prompt, age], ['mfa', undefined, '43200']);
  const otp = await askedFor(`&step=${OTP}`);
  assert.deepEqual([otp.acr_values, otp.prompt], [undefined, 'login']);
  const both = await askedFor(`&step=${BOTH}&age=300`);
  assert.deepEqual([both.acr_values, both.prompt, both.max_age], ['höher', undefined, '300']);
  assert.deepEqual([(await askedFor('&age=60')).max_age, (await askedFor('&age=999999')).max_age], ['60', '43200'], 'never more than a session may last');
  const fresh = await askedFor(`&step=${MFA}&age=300&fresh=1`);
  assert.deepEqual([fresh.acr_values, fresh.prompt, fresh.max_age], ['mfa', 'login', '0']);
  assert.equal((await askedFor(`&step=${OTP}&switch=1`)).prompt, 'login', 'the stronger wish holds');
});

const STEPS = [
  ['the acr that was asked for', MFA, { acr: 'mfa' }, true],
  ['a weaker acr', MFA, { acr: 'pwd' }, false],
  ['no acr', MFA, {}, false],
  ['an acr in other letters', MFA, { acr: 'MFA' }, false],
  ['an acr in a list', MFA, { acr: ['mfa'] }, false],
  ['an acr that begins alike', MFA, { acr: 'mfa2' }, false],
  ['one of the methods', OTP, { amr: ['pwd', 'otp'] }, true],
  ['the other method', OTP, { amr: ['hwk'] }, true],
  ['no listed method', OTP, { amr: ['pwd'] }, false],
  ['a method as text', OTP, { amr: 'otp' }, false],
  ['a list with something else in it', OTP, { amr: ['otp', 1] }, false],
  ['both', BOTH, { acr: 'höher', amr: ['otp'] }, true],
  ['the acr without the method', BOTH, { acr: 'höher', amr: ['pwd'] }, false],
  ['the method without the acr', BOTH, { amr: ['otp'] }, false],
];

test('[P19] the result is verified: only a token that meets the context makes a session', async () => {
  for (const [name, step, claims, met] of STEPS) {
    const attempt = await world.begin('/deep', { query: `&step=${step}` });
    const response = await world.finish(attempt, claims);
    if (met) assert.deepEqual([response.status, locationOf(response)], ['303', '/deep'], name);
    else checkRefused(response, 'context');
    if (!met) assert.deepEqual(cookiesAfter(response, attempt.jar), {}, 'the attempt is over');
  }
});

test('[P19] a session carries every context its login meets, asked for or not, and no other', async () => {
  const cases = [
    [{ acr: 'mfa', amr: ['otp'] }, [MFA, OTP]],
    [{ acr: 'höher', amr: ['otp'] }, [OTP, BOTH]],
    [{ acr: 'mfa' }, [MFA]],
    [{}, []],
    [{ acr: null, amr: {} }, []],
  ];
  for (const [claims, prints] of cases) {
    const { response } = await world.login('/a', claims);
    assert.equal(contextOf(response), prints.toSorted().join(''));
  }
});

test('[P19] the age is verified by auth_time, which must be there', async () => {
  const login = async (age, claims) => world.finish(await world.begin('/deep', { query: `&age=${age}` }), claims);
  const now = await world.lambda.now();
  assert.equal((await login(300, { auth_time: now - 290 })).status, '303');
  assert.equal((await login(300, { auth_time: now - 350 })).status, '303', 'the minute of skew');
  checkRefused(await login(300, { auth_time: now - 370 }), 'fresh');
  checkRefused(await login(0, { auth_time: now - 120 }), 'fresh');
  const lax = await World.start({ changes: { auth_time_optional: true }, secrets: { membership } });
  checkRefused(await lax.finish(await lax.begin('/deep', { query: '&age=300' }), { auth_time: undefined }), 'fresh');
  assert.equal((await lax.finish(await lax.begin('/deep'), { auth_time: undefined })).status, '303');
});

test('[P19] what was asked for cannot be taken out on the way back', async () => {
  const attempt = await world.begin('/deep', { query: `&step=${MFA}&age=60` });
  const plain = await world.begin('/deep');
  const [[name]] = Object.entries(attempt.jar);
  const [[, other]] = Object.entries(plain.jar);
  const response = await world.finish(attempt, { acr: 'mfa' }, { jar: { [name]: other } });
  checkRefused(response, 'transaction_invalid', '400');
});

test('[P19] a session of a step-up has a new sid', async () => {
  const sid = ({ response }) => readCookie(cookiesAfter(response)['__Host-zt-session'], world.config, world.secrets).sid;
  const first = await world.login('/a');
  const attempt = await world.begin('/a', { query: `&step=${MFA}`, jar: first.jar });
  assert.notEqual(sid({ response: await world.finish(attempt, { acr: 'mfa' }) }), sid(first));
});

test('[P19] a context nobody knows is read for once more, then refused, and never becomes an ordinary login', async () => {
  const own = await World.start({ secrets: { membership: MEMBERSHIP } });
  const { membership: arn } = own.config.secrets;
  const start = (query) => own.get(`/oauth2/start?rd=${rdOf('/deep')}${query}`);
  const unknown = await start(`&step=${MFA}`);
  checkRefused(unknown, 'context');
  assert.equal(setCookies(unknown).length, 0);
  assert.ok(unknown.body.includes(`href="/oauth2/start?rd=${rdOf('/deep')}"`), 'there is a way onward');
  assert.equal(own.manager.callsFor(arn), 2, 'read, and read once more');
  for (let count = 0; count < 3; count += 1) checkRefused(await start(`&step=${MFA}`), 'context');
  assert.equal(own.manager.callsFor(arn), 2, 'a viewer cannot make us call');
  await own.lambda.advance(6);
  own.manager.values.set(arn, JSON.stringify(membership));
  assert.equal((await start(`&step=${MFA}`)).status, '302', 'a context that was added a moment ago is found');
  for (const query of ['&step=', '&step=short', '&step=seven77', '&step=a.b.c.', `&step=${MFA}&step=${MFA}`, '&step=__prot', '&age=', '&age=-1', '&age=1e3', '&age=x', '&age=1&age=2', '&age=0x10']) {
    checkRefused(await start(query), 'context');
  }
});

test('[P19] contexts that are not what their fingerprints say leave no membership document', async () => {
  const broken = [{ [MFA]: { acr: 'pwd' } }, { [MFA]: {} }, { [MFA]: 'mfa' }, { [OTP]: { amr: 'otp' } }, [], 'x', Object.fromEntries(['1', '2', '3', '4', '5'].map((acr) => [printOf(`{"acr":"${acr}"}`), { acr }]))];
  for (const contexts of broken) {
    const own = await World.start({ secrets: { membership: { ...MEMBERSHIP, contexts } } });
    assert.equal((await own.finish(await own.begin('/a'))).status, '503', JSON.stringify(contexts));
    own.stop();
  }
});

test('[P19] a session too old for a step-up asks for a new login once, and keeps what was asked for', async () => {
  const now = await world.lambda.now();
  const attempt = await world.begin('/deep', { query: `&step=${MFA}` });
  const response = await world.finish(attempt, { acr: 'mfa', auth_time: now - 50_000 });
  assert.deepEqual([response.status, locationOf(response)], ['303', `/oauth2/start?rd=${rdOf('/deep')}&fresh=1&step=${MFA}`]);
  const again = await world.get(locationOf(response), withCookies({}));
  const { searchParams } = new URL(locationOf(again));
  assert.deepEqual([searchParams.get('acr_values'), searchParams.get('prompt')], ['mfa', 'login']);
});

test('[P19] a provider that does not log in anew is found out, and never leads in a circle', async () => {
  // The minute of skew lets the first login through, and the page will not; a provider that answers the same again is no help.
  for (const [age, ago] of [[300, 330], [0, 5]]) {
    const login = (await world.lambda.now()) - ago;
    const first = await world.begin('/deep', { query: `&age=${age}` });
    const jar = cookiesAfter(await world.finish(first, { auth_time: login }), first.jar);
    assert.ok(jar['__Host-zt-session']);
    const second = await world.begin('/deep', { query: `&age=${age}`, jar });
    assert.deepEqual([second.asked.prompt, second.asked.max_age], ['login', '0'], 'the second time it must be anew');
    checkRefused(await world.finish(second, { auth_time: login }), 'fresh');
    const third = await world.begin('/deep', { query: `&age=${age}`, jar });
    assert.equal((await world.finish(third, { auth_time: (await world.lambda.now()) - 1 })).status, '303');
  }
});

test('[P19] a session that is simply old is asked for its age, not for a login anew', async () => {
  const own = await World.start({ secrets: { membership } });
  const { jar } = await own.login('/a');
  await own.lambda.advance(330);
  assert.equal((await own.begin('/deep', { query: '&age=300', jar })).asked.prompt, undefined);
});
