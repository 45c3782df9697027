/**
 * The scheduled walk over all pages: drops what no session can need any more, and writes only the pages from which something goes.
 * It begins at a place of chance and ends with its time, so that runs that are too short cover every page in the end.
 */
import { lifeOf } from './apply.ts';
import type { Tools } from './batch.ts';
import { Fault } from './fault.ts';
import { pageText, readPage, slotsOf } from './page.ts';
import { prune, settle, type Moment } from './settle.ts';
import { AT_ONCE, type Base, type Put } from './store.ts';

const RESERVE = 8_000;
const READS_AT_ONCE = 10;

export async function runPrune(tools: Tools, chance: () => number): Promise<void> {
  const { store, report } = tools;
  const base = await store.describe();
  const all = await store.list();
  const life = lifeOf(all.get('s:store'));
  // Without the longest lifetime nobody knows what is over.
  if (life === undefined) throw new Fault('refused', 'prune: the store does not tell its lifetime');
  const pages = [...all].filter(([key]) => key.startsWith('p:'));
  const moment = { now: base.now, life };
  report.counts.unreadable = pages.filter(([, text]) => readPage(text) === undefined).length;
  const stale = pages.filter(([, text]) => pruned(text, moment) !== undefined).map(([key]) => key);
  const start = Math.floor(chance() * stale.length);
  const order = [...stale.slice(start), ...stale.slice(0, start)];
  let at: Base | undefined = base;
  let known: ReadonlyMap<string, string> | undefined = all;
  for (let from = 0; from < order.length; from += AT_ONCE) {
    const keys = order.slice(from, from + AT_ONCE);
    for (let done = false; !done; ) {
      if (tools.left() < RESERVE) return;
      await tools.pace.turn();
      try {
        at = await write(keys, tools, at, known);
        done = true;
      } catch (error) {
        report.fault(error);
        if (!(error instanceof Fault) || error.kind === 'refused' || error.kind === 'full') throw error;
        // What was listed is stale from the first conflict on.
        at = known = undefined;
        await tools.pace.yields();
      }
    }
  }
}

/** The page without what is over; `undefined` when nothing is, or when it is no page. */
function pruned(text: string | undefined, moment: Moment): string | undefined {
  const page = readPage(text);
  if (page === undefined) return undefined;
  const before = slotsOf(page);
  prune(page, moment);
  return slotsOf(page) < before && settle(page, moment) ? pageText(page) : undefined;
}

/** Writes some pages and yields the version to go on with. */
async function write(keys: readonly string[], tools: Tools, at: Base | undefined, known: ReadonlyMap<string, string> | undefined): Promise<Base> {
  const { store, pace, report } = tools;
  const base = at ?? (await store.describe());
  const values = known ?? (await read(keys, tools));
  const life = lifeOf(values.get('s:store'));
  if (life === undefined) throw new Fault('refused', 'prune: the store does not tell its lifetime');
  const puts: Put[] = [];
  for (const key of keys) {
    const value = pruned(values.get(key), { now: base.now, life });
    if (value !== undefined) puts.push({ key, value });
  }
  if (puts.length === 0) return base;
  const { etag, bytes } = await pace.measure(() => store.update(base.etag, puts));
  pace.wrote();
  report.wrote(puts.length, bytes);
  return { etag, now: base.now };
}

async function read(keys: readonly string[], { store }: Tools): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  const wanted = ['s:store', ...keys];
  for (let from = 0; from < wanted.length; from += READS_AT_ONCE) {
    const some = wanted.slice(from, from + READS_AT_ONCE);
    const found = await Promise.all(some.map((key) => store.get(key)));
    found.forEach((value, index) => value !== undefined && values.set(some[index] ?? '', value));
  }
  return values;
}
