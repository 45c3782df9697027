/** The scheduled walk: what is over goes, what is not stays, and no page is written without need. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { LIFE, NOW, World, storeDocument } from './support/world.mjs';

let world;
before(async () => (world = await World.start()));
after(() => world.stop());

const T = (seconds) => seconds.toString(36).padStart(6, '0');
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NAMES = [...alphabet].flatMap((one) => [...alphabet].map((other) => one + other));
const OVER = `sOOOOOOOO${T(NOW - LIFE - 1)}`;
const LIVE = `sLLLLLLLL${T(NOW - LIFE)}`;

beforeEach(() => {
  world.store.items = new Map([['s:store', storeDocument()], ['a:members', '{"v":1}'], ...NAMES.map((name) => [`p:${name}`, '1000000'])]);
  world.store.calls = [];
  world.store.fault = () => undefined;
  world.store.meanwhile = () => {};
  world.lines = [];
});

const writes = () => world.store.calls.filter((name) => name === 'UpdateKeys').length;

test('[R7] what no session can need goes, to the second; blocks go when they have ended', async () => {
  const never = `bBBBBBBBBzzzzzziIIIIIIII${T(5)}`;
  const ended = `bBBBBBBBB${T(NOW)}iJJJJJJJJ${T(5)}`;
  world.store.items.set('p:pp', `1${T(7)}${never}${ended}${LIVE}${OVER}`);
  world.store.items.set('p:qq', `1000000${LIVE}`);
  await world.run({ prune: true });
  assert.equal(world.page('pp'), `1${T(7)}${never}${LIVE}`);
  assert.equal(writes(), 1);
  assert.equal(world.lines[0].written, 1);
});

test('a store where nothing is over is read and not written', async () => {
  world.store.items.set('p:pp', `1000000${LIVE}`);
  await world.run({ prune: true });
  assert.equal(writes(), 0);
  assert.equal(world.store.calls.length, 1 + Math.ceil(world.store.items.size / 50));
});

test('[R7] every page is pruned in as few writes as AWS allows', async () => {
  for (const name of NAMES) world.store.items.set(`p:${name}`, `1000000${OVER}`);
  await world.run({ prune: true });
  assert.ok(NAMES.every((name) => world.page(name) === '1000000'));
  assert.equal(writes(), Math.ceil(NAMES.length / 50));
});

test('[R6] an operator who writes meanwhile is merged; without the lifetime nothing goes', async () => {
  world.store.items.set('p:pp', `1000000${OVER}`);
  let once = true;
  world.store.meanwhile = () => {
    if (once) world.store.put('p:pp', `1000000${OVER}uOPERATOR${T(NOW)}`);
    once = false;
  };
  await world.run({ prune: true });
  assert.equal(world.page('pp'), `1000000uOPERATOR${T(NOW)}`);
  for (const document of [undefined, '{', '{"v":1}', '{"v":2,"life":5}', '{"v":1,"life":-1}']) {
    world.store.items.set('p:pp', `1000000${OVER}`);
    document === undefined ? world.store.items.delete('s:store') : world.store.items.set('s:store', document);
    await assert.rejects(world.run({ prune: true }), /lifetime/);
    assert.equal(world.page('pp'), `1000000${OVER}`);
  }
});

test('faults pass, a broken page is told and left alone', async () => {
  world.store.items.set('p:pp', `1000000${OVER}`);
  world.store.items.set('p:qq', 'broken');
  let left = 3;
  world.store.fault = ({ name }) => (name === 'UpdateKeys' && (left -= 1) >= 0 ? ['lost', 'error', 'conflict'][left] : undefined);
  await world.run({ prune: true });
  assert.deepEqual([world.page('pp'), world.page('qq')], ['1000000', 'broken']);
  assert.deepEqual([world.lines[0].unreadable, world.lines[0].level], [1, 'error']);
});

test('a run without time ends well before Lambda ends it; another one goes on', async () => {
  for (const name of NAMES) world.store.items.set(`p:${name}`, `1000000${OVER}`);
  const writer = world.writer();
  for (let run = 0; run < 40 && NAMES.some((name) => world.page(name) !== '1000000'); run += 1) {
    let left = 40_000;
    world.store.fault = ({ name }) => void (name === 'UpdateKeys' && (left -= 4_000));
    await writer({ prune: true }, { getRemainingTimeInMillis: () => left });
    assert.ok(left > 0);
  }
  assert.ok(NAMES.every((name) => world.page(name) === '1000000'));
});
