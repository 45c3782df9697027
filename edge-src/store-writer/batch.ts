/**
 * One batch of the queue: by page, under If-Match, again on every conflict and passing fault until the time is up. A message counts
 * as done only when the page it is about was seen to hold it, or when the dead letters have it; every other one is failed, so that SQS
 * brings it again. Entries are idempotent, so a message may come as often as it likes.
 */
import { lifeOf, nextText } from './apply.ts';
import type { DeadLetters } from './dead_letters.ts';
import { Fault } from './fault.ts';
import { readMessage, type Fact } from './message.ts';
import type { Pace } from './pace.ts';
import type { Report } from './report.ts';
import type { Put, Store } from './store.ts';

/** What SQS hands over. */
export interface Record {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: { readonly SentTimestamp: string; readonly ApproximateReceiveCount?: string };
}

export interface Tools {
  readonly store: Store;
  readonly deadLetters: DeadLetters;
  readonly pace: Pace;
  readonly report: Report;
  /** Milliseconds until the function must have answered. */
  readonly left: () => number;
}

/** AWS's limit for a FIFO queue. More than that is left to the next batch, whoever sends it. */
const LARGEST = 10;
/** No new try with less time than this. */
const RESERVE = 15_000;
/** A message whose page is absent or broken waits so often for somebody to repair it. */
const PATIENCE = 3;

interface Item {
  readonly record: Record;
  readonly fact: Fact;
}

/** The ids of the messages that are not done. */
export async function runBatch(records: readonly Record[], tools: Tools): Promise<string[]> {
  const failed = records.slice(LARGEST).map((record) => record.messageId);
  tools.report.counts.received = records.length;
  const items: Item[] = [];
  const poisoned: Record[] = [];
  for (const record of records.slice(0, LARGEST)) {
    const fact = readMessage(record.body, sentAt(record));
    if (fact === undefined) poisoned.push(record);
    else items.push({ record, fact });
  }
  failed.push(...(await bury(poisoned, tools)));
  const left = (await unwritten(items, tools)).map(({ record }) => record);
  tools.report.counts.unreadable = left.length;
  const hopeless = left.filter(({ attributes }) => Number(attributes.ApproximateReceiveCount) >= PATIENCE);
  const waiting = left.filter((record) => !hopeless.includes(record)).map((record) => record.messageId);
  failed.push(...waiting, ...(await bury(hopeless, tools)));
  tools.report.counts.failed = failed.length;
  return failed;
}

function sentAt({ attributes }: Record): number {
  const sent = Number(attributes?.SentTimestamp);
  // SQS always says when; an event that does not is none of SQS, and nothing of it is taken.
  if (!Number.isSafeInteger(sent) || sent <= 0) throw new TypeError('a record without SentTimestamp');
  return Math.floor(sent / 1_000);
}

/** Hands messages to the dead letters; the ids of those that could not be. */
async function bury(records: readonly Record[], { deadLetters, report }: Tools): Promise<string[]> {
  const outcomes = await Promise.allSettled(records.map(({ messageId, body }) => deadLetters.bury(messageId, body)));
  const failed: string[] = [];
  outcomes.forEach((outcome, index) => {
    if (outcome.status === 'fulfilled') return void (report.counts.buried += 1);
    report.fault(outcome.reason);
    failed.push(records[index]?.messageId ?? '');
  });
  return failed;
}

/** Writes what can be written; yields the items whose pages are absent or broken. Throws when the time is up before that. */
async function unwritten(items: readonly Item[], tools: Tools): Promise<Item[]> {
  if (items.length === 0) return [];
  await tools.pace.turn();
  for (let full = false; ; ) {
    try {
      return await attempt(items, tools, full);
    } catch (error) {
      tools.report.fault(error);
      if (!(error instanceof Fault) || error.kind === 'refused' || (error.kind === 'full' && full)) throw error;
      full ||= error.kind === 'full';
      if (tools.left() < RESERVE) throw error;
      if (error.kind !== 'full') await tools.pace.yields();
    }
  }
}

async function attempt(items: readonly Item[], { store, pace, report }: Tools, full: boolean): Promise<Item[]> {
  const base = await pace.measure(() => store.describe());
  const names = [...new Set(items.map(({ fact }) => fact.page))];
  const [document, ...present] = await Promise.all(['s:store', ...names.map((name) => `p:${name}`)].map((key) => store.get(key)));
  const way = { now: base.now, life: lifeOf(document), full };
  const puts: Put[] = [];
  const broken = new Set<string>();
  names.forEach((name, index) => {
    const facts = items.filter(({ fact }) => fact.page === name).map(({ fact }) => fact);
    const next = nextText(present[index], facts, way);
    if (next === undefined) broken.add(name);
    else if (next !== present[index]) puts.push({ key: `p:${name}`, value: next });
  });
  if (puts.length > 0) {
    const { bytes } = await store.update(base.etag, puts);
    pace.wrote();
    report.wrote(puts.length, bytes);
  }
  return items.filter(({ fact }) => broken.has(fact.page));
}
