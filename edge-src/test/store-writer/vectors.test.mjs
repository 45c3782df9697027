/** The shared vectors, through the shipped bytes: what a message is, and what a batch makes of a page. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { record } from './support/queue.mjs';
import { World, storeDocument } from './support/world.mjs';

const vectors = (name) => JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}`, import.meta.url), 'utf8'));
const queue = vectors('queue.json');
const pages = vectors('pages.json');

let world;
before(async () => (world = await World.start()));
after(() => world.stop());

function prepare(now, life) {
  world.store.items = new Map(life === null ? [] : [['s:store', storeDocument(life)]]);
  world.store.now = world.dead.now = now * 1_000;
  world.dead.messages = [];
}

test('[R14] a body is a message or a dead letter, as the vectors say', async () => {
  for (const { name, body, valid, page } of queue.parse) {
    prepare(queue.now, 43_200);
    if (valid) world.store.items.set(page, '1000000');
    // SQS takes no empty message; the writer must not stumble over one.
    const failed = await world.run({ Records: [record(body, { sent: queue.now * 1_000 })] });
    assert.deepEqual(failed, [], name);
    assert.deepEqual(world.dead.bodies, valid ? [] : [body], name);
  }
});

test('[R6] a batch makes of a page what the vectors say', async () => {
  for (const { name, page, messages, life, after: wanted } of queue.pages) {
    prepare(queue.now, life);
    world.store.items.set('p:pp', page);
    const records = messages.map(({ body, sent_ms: sent }) => record(body, { sent }));
    const failed = await world.run({ Records: records });
    assert.equal(world.page('pp'), wanted ?? page, name);
    assert.deepEqual(failed, wanted === null ? records.map((it) => it.messageId) : [], name);
  }
});

// Older than every session: it adds nothing, but the page is settled.
const nothing = JSON.stringify({ v: 1, kind: 'user', key: 'ppAAAAAAAAzz', at: 0, application: 'members', source: 'risc' });

test('[R7] pages settle as the vectors say', async () => {
  for (const { name, page, settled } of pages.settle) {
    prepare(pages.now, pages.life);
    world.store.items.set('p:pp', page);
    assert.deepEqual(await world.run({ Records: [record(nothing)] }), [], name);
    assert.equal(world.page('pp'), settled, name);
  }
});

test('[R2] a page that is none is left as it is, and its messages wait', async () => {
  for (const { name, page, valid } of pages.parse) {
    prepare(pages.now, pages.life);
    world.store.items.set('p:pp', page);
    const failed = await world.run({ Records: [record(nothing)] });
    assert.equal(failed.length, valid ? 0 : 1, name);
    if (!valid) assert.equal(world.page('pp'), page, name);
  }
});
