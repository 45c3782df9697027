/**
 * One amount of time for everything a request waits for. Each call has its own limit; this one keeps their sum, second
 * attempts included, below the function's timeout, so that a viewer gets our page and never CloudFront's.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** The function's timeout is at least 15 s. */
const WHOLE = 12_000;

const ends = new AsyncLocalStorage<number>();

/** Runs one request's work; every bounded call in it shares the amount. */
export const withinBudget = <T>(work: () => Promise<T>): Promise<T> => ends.run(performance.now() + WHOLE, work);

/** What a call may take that would like so many milliseconds; at least one, so that its end is a timeout like any other. */
export function allowed(wanted: number): number {
  const end = ends.getStore();
  return end === undefined ? wanted : Math.max(1, Math.min(wanted, Math.floor(end - performance.now())));
}
