/** The vectors that Rust, the session function and this function share: what one part writes, the others read. */
import assert from 'node:assert/strict';
import { createDecipheriv, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bindingOf, cookiesAfter, HOST, locationOf, MEMBERSHIP } from './support/application.mjs';
import { World } from './support/world.mjs';

const read = (name) => JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}.json`, import.meta.url), 'utf8'));
const tokens = read('tokens');

/** A function configured as the vectors say, at their time. */
async function worldOf({ application, issuer, client_id: clientId, mapping, binding, keys }) {
  const { k: states } = JSON.parse(tokens.document);
  const known = keys.map(({ kid, secret }) => ({ kid, secret, sign_after: states[kid][1], verify_until: states[kid][2], binding }));
  const world = await World.start({ changes: { application, issuer, client_id: clientId, claims: mapping }, secrets: { keys: known } });
  world.manager.values.set(world.config.secrets.pepper, JSON.stringify({ v: 1, pepper: tokens.pepper.secret }));
  await world.lambda.advance(tokens.now - (await world.lambda.now()));
  return world;
}

test('sessions and transactions are sealed with the keys of the vectors', async () => {
  for (const configuration of tokens.configurations) {
    const world = await worldOf(configuration);
    assert.equal(bindingOf(world.config), configuration.binding);
    const attempt = await world.begin('/from/the/vectors');
    const [header, , iv, ciphertext, tag] = Object.values(attempt.jar)[0].split('.');
    const keyOf = (kid, name) => Buffer.from(configuration.keys.find((key) => key.kid === kid)[name], 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', keyOf(JSON.parse(Buffer.from(header, 'base64url')).kid, 'transaction'), Buffer.from(iv, 'base64url'));
    decipher.setAAD(Buffer.from(header)).setAuthTag(Buffer.from(tag, 'base64url'));
    const opened = JSON.parse(Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64url')), decipher.final()]));
    assert.deepEqual(Object.keys(opened).toSorted(), ['exp', 'fresh', 'gen', 'host', 'id', 'nonce', 'rd', 'state', 'verifier']);
    assert.deepEqual([opened.rd, opened.host, opened.state], ['/from/the/vectors', HOST, attempt.asked.state]);
    const value = cookiesAfter(await world.finish(attempt, { oid: 'user-1' }))['__Host-zt-session'];
    const at = value.lastIndexOf('.');
    assert.equal(value.slice(at + 1), createHmac('sha256', keyOf(value.split('.')[1], 'session')).update(value.slice(0, at)).digest('base64url'));
    world.stop();
  }
});

test('users have the fingerprints of the vectors', async () => {
  for (const { issuer, name, fingerprint } of tokens.pepper.fingerprints.filter((each) => each.name !== '' && each.name.length <= 255)) {
    const configuration = tokens.configurations.find((each) => each.issuer === issuer && each.mapping.user === 'sub');
    const world = await worldOf(configuration);
    const fields = cookiesAfter(await world.finish(await world.begin(), { sub: name, sid: name }))['__Host-zt-session'].split('.');
    assert.deepEqual([fields[3], fields[4]], [fingerprint, fingerprint], name);
    world.stop();
  }
});

test('a session is recognised exactly when the vectors say that it is valid', async () => {
  const world = await worldOf(tokens.configurations[0]);
  let recognised = 0;
  // White space around a value is not part of a cookie, so those cases cannot reach a function.
  for (const { name, token, verdict } of tokens.cases.filter((each) => each.token === each.token.trim())) {
    await world.lambda.setClock(tokens.now);
    const query = { code: 'c', state: 'A'.repeat(48), iss: world.config.issuer };
    const response = await world.callback(query, { '__Host-zt-session': token });
    const known = response.status === '303' && locationOf(response) === '/';
    assert.equal(known ? 'valid' : 'refused', verdict === 'valid' ? 'valid' : 'refused', name);
    recognised += known ? 1 : 0;
  }
  assert.equal(recognised, tokens.cases.filter((each) => each.verdict === 'valid').length);
});

/** Gives a running function another membership document; a minute later it holds. */
async function publish(world, ledger, policies) {
  const entries = ledger.map(([policy, bit]) => ({ bit, policy, digest: 'A'.repeat(22), birth: 1 }));
  world.manager.values.set(world.config.secrets.membership, JSON.stringify({ v: 1, gen: 1, kid: 'k7q2', ledger: entries, policies }));
  await world.lambda.advance(60);
}

test('membership is evaluated as the vectors say', async () => {
  const { mapping, cases } = read('membership');
  const world = await worldOf({ ...tokens.configurations[0], mapping });
  let judged = 0;
  for (const same of byClaims(cases).values()) {
    await publish(world, same.map((_, bit) => [`p${bit}`, bit]), Object.fromEntries(same.map(({ policy }, index) => [`p${index}`, policy])));
    const { claims } = same[0];
    const response = await world.finish(await world.begin(), { sub: undefined, ...claims });
    if (typeof claims.sub !== 'string' || claims.sub === '') {
      assert.notEqual(response.status, '303', 'nobody without a user claim gets as far as a policy');
      continue;
    }
    const grants = cookiesAfter(response)['__Host-zt-session'].split('.')[9];
    for (const [bit, { name, met }] of same.entries()) {
      assert.equal(((parseInt(grants[bit >> 2] ?? '0', 16) >> (bit & 3)) & 1) === 1, met, name);
      judged += 1;
    }
  }
  assert.ok(judged > 150, `${judged} cases were judged`);
});

function byClaims(cases) {
  const groups = new Map();
  for (const each of cases) {
    const key = JSON.stringify(each.claims);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return groups;
}

test('grants are spelt as the vectors say', async () => {
  const world = await worldOf(tokens.configurations[0]);
  const everyone = { require: [{ authenticated: true }], any: [], none: [] };
  for (const { bits, grants } of read('grants').spelling) {
    await publish(world, bits.map((bit) => [`p${bit}`, bit]), Object.fromEntries(bits.map((bit) => [`p${bit}`, everyone])));
    assert.equal(cookiesAfter(await world.finish(await world.begin()))['__Host-zt-session'].split('.')[9], grants);
  }
});

test('[P19] contexts have the fingerprints of the vectors, and are met as they say', async () => {
  const { fingerprints, holds: cases } = read('contexts');
  const printOf = (wanted) => fingerprints.find(({ requirement }) => JSON.stringify(requirement) === JSON.stringify(wanted)).fingerprint;
  const contexts = Object.fromEntries(cases.map(({ requirement }) => [printOf(requirement), requirement]));
  const world = await World.start({ secrets: { membership: { ...MEMBERSHIP, contexts } } });
  for (const { name, requirement, claims, holds } of cases) {
    const context = cookiesAfter((await world.login('/a', claims)).response)['__Host-zt-session'].split('.')[10];
    assert.equal(context.match(/.{6}/g)?.includes(printOf(requirement)) ?? false, holds, name);
  }
  for (const { fingerprint, requirement } of fingerprints) {
    const own = await World.start({ secrets: { membership: { ...MEMBERSHIP, contexts: { [fingerprint]: requirement } } } });
    assert.equal((await own.get(`/oauth2/start?step=${fingerprint}`)).status, '302', fingerprint);
    own.stop();
  }
});
