/** What one batch does: poison, limits, a full store, and what is told about it. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { record } from './support/queue.mjs';
import { NOW, World, logout, storeDocument } from './support/world.mjs';

let world;
before(async () => (world = await World.start()));
after(() => world.stop());
beforeEach(() => {
  world.store.items = new Map([['s:store', storeDocument()], ['p:pp', '1000000'], ['p:qq', '1000000']]);
  world.store.fault = () => undefined;
  world.store.limit = 5 * 1024 * 1024;
  world.store.calls = [];
  world.dead.messages = [];
  world.dead.failing = false;
  world.lines = [];
});

const T = (seconds) => seconds.toString(36).padStart(6, '0');
const pages = () => [...world.store.items].filter(([key]) => key.startsWith('p:'));

test('[R3] poison goes to the dead letters, changes nothing and holds up nobody', async () => {
  const poison = ['{', '{"v":2}', JSON.stringify(logout('../../etc/')), JSON.stringify({ ...logout('ppSSSSSSSS'), kind: 'block' }), 'x'.repeat(100_000)];
  const records = [...poison, logout('ppSSSSSSSS')].map((body) => record(body));
  assert.deepEqual(await world.run({ Records: records }), []);
  assert.deepEqual(world.dead.bodies.sort(), [...poison].sort());
  assert.deepEqual(pages(), [['p:pp', `1000000sSSSSSSSS${T(NOW - 5)}`], ['p:qq', '1000000']]);
  assert.equal(world.lines[0].buried, 5);
});

test('poison that cannot be buried is kept by the queue, the rest is done', async () => {
  world.dead.failing = true;
  const records = [record('{'), record(logout('ppSSSSSSSS'))];
  assert.deepEqual(await world.run({ Records: records }), [records[0].messageId]);
  assert.match(world.page('pp'), /sSSSSSSSS/);
});

test('[R2] a page that is absent holds its messages back, the others are done; in the end they are buried', async () => {
  for (const [received, failed] of [[1, 1], [2, 1], [3, 0]]) {
    const lost = record(logout('zzSSSSSSSS'), { received });
    const answer = await world.run({ Records: [lost, record(logout('ppSSSSSSSS'))] });
    assert.deepEqual(answer, failed === 1 ? [lost.messageId] : []);
    assert.equal(world.page('zz'), undefined);
    assert.match(world.page('pp'), /sSSSSSSSS/);
  }
  assert.equal(world.dead.messages.length, 1);
});

test('[R7] a flood does not grow a batch: ten at most, the rest is left', async () => {
  const records = Array.from({ length: 25 }, (_, n) => record(logout(`pp${String(n).padStart(8, 'A')}`)));
  assert.deepEqual(await world.run({ Records: records }), records.slice(10).map((it) => it.messageId));
  assert.equal(world.page('pp').length, 7 + 10 * 15);
});

test('ten messages on ten pages are one write', async () => {
  const names = Array.from({ length: 10 }, (_, n) => `a${n}`);
  for (const name of names) world.store.items.set(`p:${name}`, '1000000');
  await world.run({ Records: names.map((name) => record(logout(`${name}SSSSSSSS`))) });
  assert.equal(world.store.calls.filter((name) => name === 'UpdateKeys').length, 1);
  assert.ok(names.every((name) => world.page(name).includes('sSSSSSSSS')));
});

test('a message that is there already writes nothing', async () => {
  await world.run({ Records: [record(logout('ppSSSSSSSS'))] });
  const { version } = world.store;
  assert.deepEqual(await world.run({ Records: [record(logout('ppSSSSSSSS'))] }), []);
  assert.equal(world.store.version, version);
});

test('[R4] more than eight sessions of one user become his not-before, and nobody else is touched', async () => {
  const user = 'ppAAAAAAAAzz';
  const named = (n) => record(logout(`pp${String(n).padStart(8, 'S')}`, NOW - 5, { user }));
  await world.run({ Records: Array.from({ length: 9 }, (_, n) => named(n)) });
  assert.equal(world.page('pp'), `1000000uAAAAAAAA${T(NOW - 5)}`);
});

const KINDS = {
  'signs out': (n) => logout(`pp${String(n).padStart(8, 'S')}`, NOW - 5, { user: 'ppAAAAAAAAzz' }),
  'is signed out by the provider': (n) => ({ ...logout(`ppAAAAAAAAzz${String(n).padStart(8, 'S')}`), kind: 'provider_session', source: 'backchannel' }),
};
for (const [what, body] of Object.entries(KINDS)) {
  test(`[R4] one user who ${what} again and again takes one slot of a crowded page`, async () => {
    for (let n = 0; n < 300; n += 3) {
      await world.run({ Records: [record(body(n)), record(body(n + 1)), record(body(n + 2))] });
    }
    const text = world.page('pp');
    assert.ok(text.startsWith('1000000'), 'the page did not collapse: nobody else logs in again');
    assert.match(text, /uAAAAAAAA/);
    assert.ok((text.length - 7) / 15 <= 41, text);
  });
}

test('[R4] a session that names nobody takes a slot of its own on a crowded page: no not-before reaches another login', async () => {
  const crowd = Array.from({ length: 45 }, (_, n) => `s${String(n).padStart(8, '0')}${T(NOW - 9)}`).join('');
  world.store.items.set('p:pp', `1000000${crowd}`);
  await world.run({ Records: [record(logout('ppSSSSSSSS'))] });
  assert.equal(world.page('pp'), `1000000${crowd}sSSSSSSSS${T(NOW - 5)}`);
});

test('[R4] a signal that comes late lowers nothing when it becomes the user’s not-before', async () => {
  world.store.items.set('p:pp', `1000000oSSSSSSS0${T(NOW - 5)}`);
  const late = (n) => record({ ...logout(`ppAAAAAAAAzz${String(n).padStart(8, 'S')}`, NOW - 500), kind: 'provider_session', source: 'backchannel' });
  await world.run({ Records: Array.from({ length: 9 }, (_, n) => late(n)) });
  assert.equal(world.page('pp'), `1000000uAAAAAAAA${T(NOW - 5)}`);
});

test('a user named beside a session of another page is poison', async () => {
  await world.run({ Records: [record(logout('ppSSSSSSSS', NOW - 5, { user: 'qqAAAAAAAAzz' }))] });
  assert.equal(world.dead.messages.length, 1);
});

test('[R7] a full store still ends the session: its page shrinks to a not-before', async () => {
  world.store.items.set('p:pp', `1000000sTTTTTTTT${T(NOW - 9)}`);
  world.store.limit = world.store.bytes;
  assert.deepEqual(await world.run({ Records: [record(logout('ppSSSSSSSS'))] }), []);
  assert.equal(world.page('pp'), `1${T(NOW)}`);
});

test('[R7] blocks stay through a full store and a crowded page', async () => {
  const block = `bBBBBBBBBzzzzzziIIIIIIII${T(NOW - 9)}`;
  const crowd = Array.from({ length: 58 }, (_, n) => `s${String(n).padStart(8, '0')}${T(NOW - 9)}`).join('');
  world.store.items.set('p:pp', `1000000${block}${crowd}`);
  await world.run({ Records: [record(logout('ppSSSSSSSS'))] });
  assert.equal(world.page('pp'), `1${T(NOW)}${block}`);
});

test('[R7] from 80 % on the operator is warned, in one line', async () => {
  const fill = (bytes) => {
    for (let n = 0; world.store.bytes < bytes; n += 1) world.store.items.set(`t:members:${n}`, 'x'.repeat(1_000));
  };
  fill(3_900_000);
  await world.run({ Records: [record(logout('ppSSSSSSSS'))] });
  assert.deepEqual(world.lines.map((line) => line.level), ['info']);
  fill(4_100_000);
  await world.run({ Records: [record(logout('ppUUUUUUUU'))] });
  const [, , warning, ...more] = world.lines;
  assert.deepEqual([warning.level, warning.event, warning.percent, more], ['warn', 'store_size', 82, []]);
});

test('[K8] each run writes one line of numbers, as metrics too, and names nobody', async () => {
  await world.run({ Records: [record(logout('ppSSSSSSSS')), record('{')] });
  const [line] = world.lines;
  assert.deepEqual([line.event, line.store, line.received, line.written, line.buried], ['batch', 'main', 2, 1, 1]);
  const [{ Namespace, Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
  assert.deepEqual([Namespace, Dimensions], ['zt/session-store', [['store']]]);
  assert.ok(Metrics.every(({ Name }) => typeof line[Name] === 'number'));
  assert.doesNotMatch(JSON.stringify(world.lines), /SSSSSSSS|p:pp|token|wJalr/);
});

test('documents of applications, tokens and the store are never written', async () => {
  const others = [['a:members', '{"v":1}'], ['t:members:AAAAAAAAAAAA', '{"v":1}']];
  for (const [key, value] of others) world.store.items.set(key, value);
  const before = [...others, ['s:store', storeDocument()]];
  for (const key of ['a:members', 's:store', 't:members']) await world.run({ Records: [record({ ...logout('x'), key })] });
  for (const [key, value] of before) assert.equal(world.store.items.get(key), value);
});

test('an event that is neither a batch nor a prune is an error', async () => {
  for (const event of [{}, { prune: false }, { prune: 'yes' }, { Records: {} }, null]) await assert.rejects(world.run(event));
  await assert.rejects(world.run({ Records: [{ messageId: 'm', body: '{}', attributes: {} }] }));
});
