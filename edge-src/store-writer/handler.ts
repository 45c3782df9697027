/**
 * The store writer: takes revocations from the queue into the session store, and prunes it on a schedule. It writes pages and
 * nothing else. One batch runs at a time, because all messages are of one group; other writers are met by If-Match.
 */
import { readFileSync } from 'node:fs';
import { runBatch, type Record } from './batch.ts';
import { parseConfig, type Config } from './config.ts';
import { deadLettersOf } from './dead_letters.ts';
import { exchangeOver } from './exchange.ts';
import { Pace, type Time } from './pace.ts';
import { runPrune } from './prune.ts';
import { Report } from './report.ts';
import { Store } from './store.ts';

export interface Event {
  readonly Records?: readonly Record[];
  readonly prune?: unknown;
}

export interface Context {
  getRemainingTimeInMillis(): number;
}

export interface Answer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** What the function stands in; tests bring their own. */
export interface Surroundings {
  readonly config: Config;
  readonly environment: NodeJS.ProcessEnv;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly time: Time;
  readonly log: (line: string) => void;
}

/** Kept back from the time Lambda gives, to answer in. */
const MARGIN = 2_000;

export function assemble(around: Surroundings): (event: Event, context: Context) => Promise<Answer> {
  const { config } = around;
  const exchange = exchangeOver(around.environment, around.clock);
  const deadLetters = deadLettersOf(config, exchange);
  const pace = new Pace(around.time);
  return async (event, context) => {
    const left = (): number => context.getRemainingTimeInMillis() - MARGIN;
    const report = new Report(config);
    const tools = { store: new Store(config, exchange, left), deadLetters, pace, report, left };
    const records = event?.Records;
    if (event?.prune !== true && !Array.isArray(records)) throw new TypeError('neither a batch nor a prune');
    try {
      if (!Array.isArray(records)) await runPrune(tools, around.time.chance);
      const failed = Array.isArray(records) ? await runBatch(records as readonly Record[], tools) : [];
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    } catch (error) {
      report.counts.failed = records?.length ?? 1;
      // A failed run fails as a whole: SQS keeps every message, and Lambda's own metric counts it.
      throw new Error(`the store was not written: ${error instanceof Error ? error.message : 'unknown'}`);
    } finally {
      for (const line of report.lines(Array.isArray(records) ? 'batch' : 'prune', around.clock())) around.log(line);
    }
  };
}

const time: Time = {
  ticks: () => performance.now(),
  sleep: (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds)),
  chance: Math.random,
};

let assembled: ReturnType<typeof assemble> | undefined;

export async function handler(event: Event, context: Context): Promise<Answer> {
  assembled ??= assemble({
    config: parseConfig(readFileSync(new URL('config.json', import.meta.url), 'utf8')),
    environment: process.env,
    clock: Date.now,
    time,
    log: (line) => console.log(line),
  });
  return assembled(event, context);
}

export { parseConfig };
