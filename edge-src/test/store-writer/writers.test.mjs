/** Several writers at once, in real time: none lost, bounded, and the operator is not the one who waits. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { record } from './support/queue.mjs';
import { NOW, World, instant, logout, storeDocument } from './support/world.mjs';

let world;
before(async () => (world = await World.start()));
after(() => world.stop());
beforeEach(() => {
  world.store.items = new Map([['s:store', storeDocument()], ['p:pp', '1000000'], ['p:qq', '1000000']]);
  world.store.latency = () => 0;
});

const real = { ticks: () => performance.now(), sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)), chance: Math.random };
const T = (seconds) => seconds.toString(36).padStart(6, '0');

test('[R6] a hundred writers on one page: none is lost, and it ends', async () => {
  // Sixty entries would collapse the page, so fifty users are revoked, each by two of the writers.
  world.store.latency = () => 5 + 20 * Math.random();
  const writers = Array.from({ length: 100 }, () => world.writer({ time: real }));
  const began = performance.now();
  const failures = await Promise.all(
    writers.map(async (writer, n) => {
      const body = { ...logout(`pp${String(n % 50).padStart(8, '0')}zz`), kind: 'user', at: NOW - 200 + n };
      const deadline = began + 60_000;
      const answer = await writer({ Records: [record(body)] }, { getRemainingTimeInMillis: () => deadline - performance.now() });
      return answer.batchItemFailures.length;
    }),
  );
  assert.equal(failures.reduce((sum, n) => sum + n, 0), 0);
  // The later of the two holds for each.
  const wanted = Array.from({ length: 50 }, (_, n) => `u${String(n).padStart(8, '0')}${T(NOW - 150 + n)}`);
  const slots = world.page('pp').slice(7).match(/.{15}/g);
  assert.deepEqual(slots, wanted);
  assert.ok(performance.now() - began < 45_000);
});

test('[R6] under a flood an operator with fifty keys gets through within a few tries', async () => {
  const latency = 10;
  world.store.latency = () => latency;
  const writer = world.writer({ time: real });
  let flooding = true;
  let n = 0;
  const flood = (async () => {
    while (flooding) {
      const records = Array.from({ length: 10 }, () => record(logout(`qq${String((n += 1) % 50).padStart(8, '0')}`, NOW - 1_000 + (n % 900))));
      await writer({ Records: records }, { getRemainingTimeInMillis: () => 60_000 });
    }
  })();
  const round = () => new Promise((wake) => setTimeout(wake, 2 * latency));
  const tries = [];
  for (let revocation = 0; revocation < 3; revocation += 1) {
    for (let attempt = 1; ; attempt += 1) {
      const { version } = world.store;
      // Describe, fifty keys read ten at a time, write: seven round trips.
      for (let call = 0; call < 7; call += 1) await round();
      if (world.store.version !== version) continue;
      world.store.put('p:pp', `1000000uOPER000${revocation}${T(NOW)}`);
      tries.push(attempt);
      break;
    }
  }
  flooding = false;
  await flood;
  assert.ok(Math.max(...tries) <= 3, `tries: ${tries}`);
  assert.match(world.page('pp'), /uOPER0002/);
});

test('a lone message does not wait; the next one leaves a second, or ten round trips, to the others', async () => {
  for (const [roundTrip, wanted] of [[0, 1_000], [200, 2_000], [900, 4_000]]) {
    const slept = [];
    let now = 0;
    world.store.fault = ({ name }) => void (name === 'DescribeKeyValueStore' && (now += roundTrip));
    const time = { ...instant(), ticks: () => now, sleep: async (ms) => void (slept.push(ms), (now += ms)) };
    const writer = world.writer({ time });
    await world.run({ Records: [record(logout('ppSSSSSSSS', NOW - roundTrip))] }, { writer });
    assert.deepEqual(slept, []);
    await world.run({ Records: [record(logout('ppTTTTTTTT', NOW - roundTrip))] }, { writer });
    assert.deepEqual(slept, [wanted]);
    world.store.items.set('p:pp', '1000000');
  }
  world.store.fault = () => undefined;
});
