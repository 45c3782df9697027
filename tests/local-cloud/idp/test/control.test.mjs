// What tests may do to the provider: stronger logins, changed people, ended sessions, signed events, faults.
import { test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { authorize, claimsOf, FORM, listen, partOf, start, verifierOf } from '../testing/harness.mjs';

let running;

before(async () => {
  running = await start({
    users: [
      { sub: 'u-1', user: 'demo', password: 'pw', code: '123456', email: 'demo@example.com', name: 'Demo', groups: ['staff'] },
      { sub: 'u-2', user: 'alone', password: 'pw', email: 'alone@example.com', name: 'Alone' },
    ],
  });
});

after(() => running.stop());

async function login(jar, more = {}, user = 'demo', form = {}) {
  const verifier = verifierOf();
  const { asked, url, answer } = await running.signIn(jar, authorize(verifier, more), user, form);
  if (!url?.searchParams.get('code')) return { asked, answer, url };
  return { asked, ...JSON.parse((await running.redeem(url.searchParams.get('code'), verifier)).text) };
}

const refresh = (token) => running.ask('/token', { method: 'POST', headers: FORM, body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'public', refresh_token: token }).toString() });

test('a stronger context is asked for once, by acr_values or by claims', async () => {
  const claims = JSON.stringify({ id_token: { acrs: { essential: true, value: 'c1' } } });
  for (const [more, reached] of [[{ acr_values: 'mfa' }, 'mfa'], [{ claims }, 'c1']]) {
    const jar = new Map();
    const first = claimsOf((await login(jar)).id_token);
    assert.deepEqual([first.acr, first.amr], ['pwd', ['pwd']]);
    const stepped = await login(jar, more, 'demo', { code: '123456' });
    assert.deepEqual([stepped.asked, claimsOf(stepped.id_token).acr, claimsOf(stepped.id_token).amr], [true, reached, ['pwd', 'otp']]);
    assert.equal((await login(jar, more)).asked, false, 'the session has it now');
  }
  assert.equal((await login(new Map(), { acr_values: 'mfa' }, 'demo', { code: '000000' })).answer.status, 401);
  const weak = await login(new Map(), { acr_values: 'mfa' }, 'alone');
  assert.equal(claimsOf(weak.id_token).acr, 'pwd', 'a person without a second factor');
});

test('another account can be chosen', async () => {
  const jar = new Map();
  await login(jar);
  const switched = await login(jar, { prompt: 'select_account' }, 'alone');
  assert.deepEqual([switched.asked, claimsOf(switched.id_token).sub], [true, 'u-2']);
});

test('a changed person shows in the next token, a disabled one in none', async () => {
  const { refresh_token: token } = await login(new Map());
  await running.control('POST', '/users', { user: 'demo', groups: ['admins'] });
  const renewed = JSON.parse((await refresh(token)).text);
  assert.deepEqual(claimsOf(renewed.id_token).groups, ['admins']);
  await running.control('POST', '/users', { user: 'demo', disabled: true });
  assert.equal(JSON.parse((await refresh(renewed.refresh_token)).text).error, 'invalid_grant');
  assert.equal((await login(new Map())).answer.status, 401);
  await running.control('POST', '/users', { user: 'demo', disabled: false, groups: ['staff'] });
  await assert.rejects(running.control('POST', '/users', { user: 'demo', sub: 'x' }), /sub is not one of/);
});

test('a rotated refresh token ends its family, or is answered again for a while', async () => {
  const { refresh_token: first } = await login(new Map());
  const { refresh_token: second } = JSON.parse((await refresh(first)).text);
  assert.notEqual(second, first);
  assert.equal((await refresh(first)).status, 400);
  assert.equal((await refresh(second)).status, 400, 'reuse ends the family');
  await running.control('POST', '/settings', { rotation: 'grace', grace_seconds: 30 });
  const { refresh_token: third } = await login(new Map());
  const [one, two] = [await refresh(third), await refresh(third)];
  assert.deepEqual([one.status, one.text], [200, two.text]);
  await running.control('POST', '/settings', { rotation: 'none', id_token_on_refresh: false });
  const { refresh_token: fixed } = await login(new Map());
  const same = JSON.parse((await refresh(fixed)).text);
  assert.deepEqual([same.refresh_token, 'id_token' in same], [fixed, false]);
  await running.control('POST', '/settings', { rotation: 'rotate', id_token_on_refresh: true });
});

test('clients are told of a logout, whoever ends the session (Back-Channel Logout 1.0, 2.4)', async () => {
  const party = await listen(running.files);
  await running.control('POST', '/backchannel', { client_id: 'public', uri: `https://app.example.com:${party.port}/oauth2/backchannel-logout` });
  const check = async (end) => {
    const jar = new Map();
    const { id_token: token } = await login(jar);
    await end(jar, token);
    const { host, path, headers, body } = party.received.pop();
    assert.deepEqual([host, path, headers['content-type'], headers['user-agent']], [`app.example.com:${party.port}`, '/oauth2/backchannel-logout', FORM['content-type'], undefined]);
    const sent = new URLSearchParams(body).get('logout_token');
    const { iss, sub, aud, sid, events, jti, nonce } = claimsOf(sent);
    assert.deepEqual([iss, sub, aud, sid, events, nonce, partOf(sent, 0).typ],
      [running.issuer, 'u-1', 'public', claimsOf(token).sid, { 'http://schemas.openid.net/event/backchannel-logout': {} }, undefined, 'logout+jwt']);
    assert.ok(jti);
    assert.equal((await login(jar)).asked, true);
  };
  await check(async (jar, hint) => {
    const page = await running.ask(`/session/end?id_token_hint=${hint}`, { jar });
    const [, xsrf] = page.text.match(/name="xsrf" value="([^"]+)"/);
    await running.ask('/session/end/confirm', { jar, method: 'POST', headers: FORM, body: `xsrf=${xsrf}&logout=yes` });
  });
  await check(async () => {
    const { told } = await running.control('POST', '/logout', { user: 'demo' });
    assert.ok(told.some(({ answer }) => answer === 200));
  });
  party.close();
});

test('a security event is signed and pushed, in good shape or as asked (RFC 8417, RFC 8935)', async () => {
  const party = await listen(running.files, { status: 202, body: '' });
  const event = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
  const subject = { format: 'iss_sub', iss: running.issuer, sub: 'u-1' };
  const { token, answer } = await running.control('POST', '/events', { url: `https://app.example.com:${party.port}/oauth2/events`, event, subject, audience: 'https://app.example.com' });
  assert.equal(answer.status, 202);
  assert.deepEqual([party.received[0].headers['content-type'], party.received[0].body], ['application/secevent+jwt', token]);
  const claims = claimsOf(token);
  assert.deepEqual([partOf(token, 0).typ, claims.iss, claims.aud, claims.sub_id, Object.keys(claims.events)], ['secevent+jwt', running.events.issuer, 'https://app.example.com', subject, [event]]);
  const { keys } = JSON.parse((await running.ask('/events/jwks.json')).text);
  assert.equal(keys[0].kid, partOf(token, 0).kid);
  const { token: odd } = await running.control('POST', '/events', { event, subject, claims: { jti: null, iss: 'https://evil.example' }, header: { alg: 'none' } });
  assert.deepEqual([claimsOf(odd).jti, claimsOf(odd).iss, partOf(odd, 0).alg], [undefined, 'https://evil.example', 'none']);
  party.close();
});

test('endpoints fail as asked', async () => {
  const check = async (kind, judge) => {
    await running.control('POST', '/faults', { kind, path: '/jwks' });
    await judge(running.ask('/jwks'));
    assert.equal((await running.ask('/jwks')).status, 200, 'the next one is good');
  };
  await check('error', async (asked) => assert.equal((await asked).status, 500));
  await check('garbage', async (asked) => {
    const { status, text } = await asked;
    assert.equal(status, 200);
    assert.throws(() => JSON.parse(text), SyntaxError);
  });
  await check('truncated', (asked) => assert.rejects(asked, /aborted/));
  await check('reset', (asked) => assert.rejects(asked, /socket hang up|ECONNRESET/));
  await check('slow', async (asked) => assert.equal((await asked).status, 200));
  assert.deepEqual((await running.control('GET', '/faults')).rules.map((rule) => rule.matched), [10, 8, 6, 4, 2]);
  await running.control('DELETE', '/faults');
});
