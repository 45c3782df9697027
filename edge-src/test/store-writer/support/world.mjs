/** The shipped writer between a strict store and its dead letters. */
import { fileURLToPath } from 'node:url';
import { ARN, CREDENTIALS, KeyValueStore } from './key_value_store.mjs';
import { DeadLetters, QUEUE } from './queue.mjs';

/** The shipped bytes, or those of a mutant. */
export const BUNDLE = process.env.ZT_STORE_WRITER ?? fileURLToPath(new URL('../../../dist/store-writer.mjs', import.meta.url));
const { assemble, parseConfig } = await import(BUNDLE);

export const NOW = 1_800_000_000;
export const LIFE = 43_200;
export const storeDocument = (life = LIFE) => JSON.stringify({ v: 1, name: 'main', id: 'AbC-_123', life, nb: 0 });
export const logout = (key, at = NOW - 5, more = {}) => ({ v: 1, kind: 'session', key, at, application: 'members', source: 'logout', ...more });

/** Sleeps of no length, noted. */
export const instant = (slept = []) => ({
  ticks: () => performance.now(),
  sleep: (milliseconds) => {
    slept.push(milliseconds);
    return new Promise((wake) => setImmediate(wake));
  },
  chance: () => 0.5,
});

export class World {
  lines = [];
  slept = [];

  static async start() {
    const world = new World();
    world.store = await KeyValueStore.start();
    world.dead = await DeadLetters.start();
    world.store.items.set('s:store', storeDocument());
    return world;
  }

  stop() {
    this.store.stop();
    this.dead.stop();
  }

  config(more = {}) {
    const text = JSON.stringify({
      v: 1,
      store: 'main',
      arn: ARN,
      region: 'eu-central-1',
      dead_letter_queue_url: QUEUE,
      keyvaluestore_endpoint: this.store.endpoint,
      sqs_endpoint: this.dead.endpoint,
      ...more,
    });
    return parseConfig(text);
  }

  writer({ time = instant(this.slept) } = {}) {
    return assemble({
      config: this.config(),
      environment: { AWS_ACCESS_KEY_ID: CREDENTIALS.id, AWS_SECRET_ACCESS_KEY: CREDENTIALS.secret, AWS_SESSION_TOKEN: 'token' },
      clock: () => this.store.now,
      time,
      log: (line) => this.lines.push(JSON.parse(line)),
    });
  }

  /** One run of a fresh instance; yields the ids that are not done. */
  async run(event, { left = 60_000, writer = this.writer() } = {}) {
    const answer = await writer(event, { getRemainingTimeInMillis: () => left });
    return answer.batchItemFailures.map((failure) => failure.itemIdentifier);
  }

  page(name) {
    return this.store.items.get(`p:${name}`);
  }
}

export { ARN, CREDENTIALS, QUEUE };
