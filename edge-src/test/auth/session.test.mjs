/** The session that a login gives: its cookie, its lifetimes, its grants and claims (checklist T8, T9, T15, T17, T18). */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { bindingOf, locationOf, MEMBERSHIP, rdOf, setCookies } from './support/application.mjs';
import { readCookie } from './support/session_reader.mjs';
import { World } from './support/world.mjs';

let world;
before(async () => (world = await World.start()));

async function sessionOf(claims, where = world) {
  const { response, jar } = await where.login('/a', claims);
  assert.equal(response.status, '303', response.body);
  const name = where.config.cookie;
  const line = setCookies(response).find((each) => each.startsWith(`${name}=`));
  return { ...readCookie(jar[name], where.config, where.secrets), line, value: jar[name], now: await where.lambda.now() };
}

const attributesOf = (line) => line.split('; ').slice(1).toSorted();
const maxAge = (line) => Number(/Max-Age=(\d+)/.exec(line)[1]);

test('[T15] the cookie is bound to the host and out of reach of scripts', async () => {
  const { line, loginTime, now } = await sessionOf();
  assert.deepEqual(attributesOf(line).filter((each) => !each.startsWith('Max-Age')), ['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure']);
  assert.ok(Math.abs(maxAge(line) - (loginTime + 43_200 - now)) <= 1, 'until the absolute deadline');
});

test('[T15] with a cookie domain the cookie says so by its name', async () => {
  const wide = await World.start({ changes: { cookie: '__Secure-zt-members', cookie_domain: 'example.com' } });
  const { line } = await sessionOf({}, wide);
  assert.ok(attributesOf(line).includes('Domain=example.com'));
});

test('who it is: the same user has the same fingerprint, a new login a new session', async () => {
  const [one, two, other] = [await sessionOf(), await sessionOf(), await sessionOf({ sub: 'user-2', sid: 'provider-session' })];
  assert.equal(one.user, 'user-1');
  assert.equal(one.usr, two.usr);
  assert.notEqual(one.sid, two.sid);
  assert.equal(other.user, 'user-2');
  assert.equal(one.providerSession, undefined);
  assert.equal(other.providerSession, other.printOf('provider-session'));
  assert.ok(!one.value.includes('user-1'));
});

test('[T18] a session ends at its lifetime or at the absolute deadline, whichever is first', async () => {
  const now = await world.lambda.now();
  const young = await sessionOf({ auth_time: now - 100 });
  assert.equal(young.loginTime, now - 100);
  assert.equal(young.expires - young.issued, 3_600);
  const old = await sessionOf({ auth_time: now - 43_000 });
  assert.equal(old.expires, now - 43_000 + 43_200);
  const ahead = await sessionOf({ auth_time: now + 30 });
  assert.equal(ahead.loginTime, ahead.issued, 'never later than now');
});

test('a login whose time the provider does not say is refused: it could be from before a sign-out', async () => {
  // OIDC Core 2: auth_time is required when max_age was asked for. A viewer can strip `fresh=1` and `max_age`, but not this rule.
  for (const query of ['', '&fresh=1', '&switch=1']) {
    const response = await world.finish(await world.begin('/a', { query }), { auth_time: undefined });
    assert.equal(response.status, '403', query);
    assert.equal(setCookies(response).some((line) => line.startsWith('__Host-zt-session=')), false);
  }
  const line = await world.lambda.audited((each) => each.code === 'id_token');
  assert.equal(line.detail, 'no_auth_time');
  const now = await world.lambda.now();
  assert.equal((await sessionOf({ auth_time: now - 500 })).loginTime, now - 500, 'and one from before stays from before');
});

test('only where the settings say that a provider never tells is the time of the answer taken, and never for a fresh login', async () => {
  const lax = await World.start({ changes: { auth_time_optional: true } });
  const before = await lax.lambda.now();
  const unsaid = await sessionOf({ auth_time: undefined }, lax);
  // The answer came a moment before the session, which may lie in the next second.
  assert.ok(before <= unsaid.loginTime && unsaid.loginTime <= unsaid.issued, `${before}, ${unsaid.loginTime}, ${unsaid.issued}`);
  const now = await lax.lambda.now();
  assert.equal((await sessionOf({ auth_time: now - 500 }, lax)).loginTime, now - 500);
  assert.equal((await lax.finish(await lax.begin('/a', { query: '&fresh=1' }), { auth_time: undefined })).status, '403');
});

test('[T18] a provider session past the absolute deadline leads to one fresh login, then to a page', async () => {
  const now = await world.lambda.now();
  const attempt = await world.begin('/deep');
  const response = await world.finish(attempt, { auth_time: now - 43_200 });
  assert.deepEqual([response.status, locationOf(response)], ['303', `/oauth2/start?rd=${rdOf('/deep')}&fresh=1`]);
  assert.equal(setCookies(response).some((line) => line.startsWith('__Host-zt-session=')), false);
  const fresh = await world.begin('/deep', { query: '&fresh=1' });
  const again = await world.finish(fresh, { auth_time: now - 43_200 });
  assert.deepEqual([again.status, locationOf(again)], ['403', undefined]);
});

test('[T18] a lifetime that ends before the login time of a fresh attempt still cannot loop', async () => {
  const short = await World.start({ changes: { lifetime: 30, absolute_lifetime: 30 } });
  const now = await short.lambda.now();
  const fresh = await short.begin('/deep', { query: '&fresh=1' });
  const response = await short.finish(fresh, { auth_time: now - 40 });
  assert.equal(response.status, '403');
  assert.match(response.body, /absolute/);
});

test('a fresh login must be proved by auth_time', async () => {
  const now = await world.lambda.now();
  const outcome = async (changes) => (await world.finish(await world.begin('/a', { query: '&fresh=1' }), changes)).status;
  assert.equal(await outcome({ auth_time: now }), '303');
  assert.equal(await outcome({ auth_time: now - 30 }), '303', 'within the skew of two clocks');
  assert.equal(await outcome({ auth_time: now - 120 }), '403');
  assert.equal(await outcome({ auth_time: undefined }), '403');
});

const GRANTS = [
  ['no groups at all', {}, []],
  ['a group', { groups: ['staff'] }, ['staff']],
  ['several', { groups: ['x', 'staff', 'admins'] }, ['admins', 'staff']],
  ['T9: a group as text', { groups: 'staff' }, []],
  ['T9: a text that contains the group', { groups: 'superstaff admins' }, []],
  ['T9: a group in an object', { groups: { staff: true } }, []],
  ['T9: a list with something else in it', { groups: ['staff', 1] }, []],
  ['groups of other letter case', { groups: ['Staff', 'ADMINS'] }, []],
  ['what a policy excludes', { groups: ['admins'], roles: ['intern'] }, []],
  ['an exclusion that cannot be decided excludes', { groups: ['admins'], roles: 'intern' }, []],
  ['an exclusion that plainly does not hold', { groups: ['admins'], roles: [] }, ['admins']],
  ['T10: more groups than fit into the token', { groups: ['staff'], _claim_names: { groups: 'src1' } }, []],
  ['T8: a verified address', { email: 'a@example.com', email_verified: true }, ['example']],
  ['T8: in capitals', { email: 'A@EXAMPLE.com', email_verified: true }, ['example']],
  ['T8: an address that is not verified', { email: 'a@example.com' }, []],
  ['T8: "verified" as text', { email: 'a@example.com', email_verified: 'true' }, []],
  ['T8: verified is 1', { email: 'a@example.com', email_verified: 1 }, []],
  ['T8: two at signs', { email: 'a@evil.example@example.com', email_verified: true }, []],
  ['T8: quoted at sign', { email: '"a@example.com"@evil.example', email_verified: true }, []],
  ['T8: a subdomain', { email: 'a@sub.example.com', email_verified: true }, []],
  ['T8: a domain that ends alike', { email: 'a@evilexample.com', email_verified: true }, []],
  ['T8: Cyrillic letters', { email: 'a@ex\u0430mple.com', email_verified: true }, []],
  ['T8: a Kelvin sign that lower-cases to k', { email: 'a@example.com\u212a', email_verified: true }, []],
  ['T8: a blank', { email: 'a@example.com ', email_verified: true }, []],
  ['T8: nobody at the domain', { email: '@example.com', email_verified: true }, []],
  ['T8: a list of addresses', { email: ['a@example.com'], email_verified: true }, []],
];

test('grants follow the membership document, and only what is beyond doubt', async () => {
  const admins = { require: [{ groups: ['admins'] }], any: [], none: [{ roles: ['intern'] }] };
  assert.deepEqual(MEMBERSHIP.policies.admins, admins);
  for (const [name, claims, expected] of GRANTS) {
    const withRoles = 'groups' in claims && !('roles' in claims) && name === 'several' ? { ...claims, roles: [] } : claims;
    assert.deepEqual((await sessionOf(withRoles)).policies.toSorted(), expected, name);
  }
});

test('a policy that came back to an earlier text is granted by the bit of its latest birth', async () => {
  const membership = {
    ...MEMBERSHIP,
    gen: 9,
    ledger: [
      { bit: 0, policy: 'staff', digest: 'A', birth: 9 },
      { bit: 1, policy: 'staff', digest: 'B', birth: 4 },
      { bit: 255, policy: 'last', digest: 'C', birth: 2 },
    ],
    policies: { staff: MEMBERSHIP.policies.staff, last: { require: [{ authenticated: true }], any: [], none: [] } },
  };
  const own = await World.start({ secrets: { membership } });
  const session = await sessionOf({ groups: ['staff'] }, own);
  assert.deepEqual([session.bits, session.generation, session.grants.length], [[0, 255], 9, 64]);
});

test('a policy text that was just replaced is evaluated beside the new one, for edge locations that still have the old function', async () => {
  const former = [{ bit: 0, policy: { require: [], any: [{ groups: ['staff'] }], none: [] } }];
  const ledger = [{ bit: 0, policy: 'staff', digest: 'A', birth: 1 }, { bit: 1, policy: 'staff', digest: 'B', birth: 2 }];
  const membership = { ...MEMBERSHIP, gen: 2, ledger, former, policies: { staff: { require: [], any: [{ groups: ['employees'] }], none: [] } } };
  const own = await World.start({ secrets: { membership } });
  assert.deepEqual((await sessionOf({ groups: ['staff', 'employees'] }, own)).bits, [0, 1]);
  assert.deepEqual((await sessionOf({ groups: ['staff'] }, own)).bits, [0]);
  assert.deepEqual((await sessionOf({ groups: ['employees'] }, own)).bits, [1]);
});

test('[T17] two hundred groups leave the cookie small', async () => {
  const groups = Array.from({ length: 200 }, (_, index) => `group-${index}-4f9f9a6a-53a5-4c6c-9a5e-1f2b3c4d5e6f`);
  const session = await sessionOf({ groups: [...groups, 'staff'] });
  assert.deepEqual(session.policies, ['staff']);
  assert.ok(session.value.length < 250, `${session.value.length}`);
});

test('[T17] claims that do not fit are left out, by name in the log, and the login goes on', async () => {
  const own = await World.start({ changes: { session_claims: ['name', 'departments', 'nickname', 'level', 'admin', 'odd'] } });
  const session = await sessionOf({ name: 'Zoë \u{1F9ED}', departments: Array.from({ length: 90 }, (_, index) => `department-${index}`), nickname: 'z', level: 3, admin: false, odd: { a: 1 } }, own);
  assert.deepEqual(session.claims, { name: 'Zoë \u{1F9ED}', nickname: 'z', level: 3, admin: false });
  assert.ok(session.value.length <= 2_048);
  assert.deepEqual((await own.lambda.audited((line) => line.handle === session.handle)).dropped, ['departments']);
});

test('half a surrogate pair in a claim is replaced, not handed to the session function', async () => {
  const own = await World.start({ changes: { session_claims: ['name', 'nicknames'] } });
  const { claims } = await sessionOf({ name: 'a\ud800b', nicknames: ['\udc00', '\u{1F9ED}', 'x'] }, own);
  assert.deepEqual(claims, { name: 'a\ufffdb', nicknames: ['\ufffd', '\u{1F9ED}', 'x'] });
});

test('claims that are named like members of every object are not invented', async () => {
  const own = await World.start({ changes: { session_claims: ['constructor', 'toString', '__proto__', 'name'] } });
  assert.deepEqual((await sessionOf({ name: 'n' }, own)).claims, { name: 'n' });
});

test('the key that signs is the latest whose time has come and that outlives the session', async () => {
  const own = await World.start();
  const now = await own.lambda.now();
  const key = (kid, signAfter, verifyUntil, changes = {}) => ({ kid, secret: Buffer.alloc(32, kid).toString('base64url'), sign_after: signAfter, verify_until: verifyUntil, binding: bindingOf(own.config), ...changes });
  const keys = [key('old', 0, now + 7_200), key('now', now - 100, 0), key('dying', now - 50, now + 600), key('soon', now + 500, 0), key('alien', now - 10, 0, { binding: 'A'.repeat(22) })];
  own.secrets.keys = keys;
  own.manager.values.set(own.config.secrets.keys, JSON.stringify({ v: 1, keys }));
  assert.equal((await sessionOf({}, own)).kid, 'now');
  await own.lambda.advance(501);
  assert.equal((await sessionOf({}, own)).kid, 'soon', 'a rotation needs no message');
});
