/**
 * One line for each run: what was done, in numbers, as a CloudWatch metric too (embedded metric format). No key, no body and no
 * message of a dependency is in it, so that a line tells nobody who was signed out.
 */
import type { Config } from './config.ts';
import { Fault } from './fault.ts';

/** AWS's limit of a store, counted in the smaller of the two ways to read "5 MB". */
const STORE_LIMIT = 5_000_000;
const WARN_ABOVE = 0.8;

export class Report {
  readonly #store: string;
  readonly counts = { received: 0, written: 0, failed: 0, buried: 0, conflicts: 0, faults: 0, unreadable: 0 };
  #bytes: number | undefined;
  #last = '';

  constructor(config: Config) {
    this.#store = config.store;
  }

  wrote(pages: number, bytes: number): void {
    this.counts.written += pages;
    this.#bytes = bytes;
  }

  /** Remembers why a try ended; the line shows the last one. */
  fault(error: unknown): void {
    if (error instanceof Fault && error.kind === 'conflict') this.counts.conflicts += 1;
    else this.counts.faults += 1;
    this.#last = error instanceof Fault ? error.message : error instanceof Error ? error.name : 'unknown';
  }

  /** The lines to write at the end of a run. */
  lines(event: 'batch' | 'prune', now: number): string[] {
    const { counts } = this;
    const values = { ...counts, ...(this.#bytes === undefined ? {} : { store_bytes: this.#bytes }) };
    const metrics = Object.keys(values).map((Name) => ({ Name, Unit: Name === 'store_bytes' ? 'Bytes' : 'Count' }));
    const level = counts.failed + counts.buried + counts.unreadable > 0 ? 'error' : 'info';
    const line = {
      level,
      event,
      store: this.#store,
      ...values,
      ...(this.#last === '' ? {} : { last_fault: this.#last }),
      _aws: { Timestamp: now, CloudWatchMetrics: [{ Namespace: 'zt/session-store', Dimensions: [['store']], Metrics: metrics }] },
    };
    const lines = [JSON.stringify(line)];
    if (this.#bytes !== undefined && this.#bytes > STORE_LIMIT * WARN_ABOVE) {
      const share = Math.round((100 * this.#bytes) / STORE_LIMIT);
      lines.push(JSON.stringify({ level: 'warn', event: 'store_size', store: this.#store, bytes: this.#bytes, limit: STORE_LIMIT, percent: share }));
    }
    return lines;
  }
}
