/**
 * Making a page fit to be written: what is over is dropped, and what is too much collapses. Collapsing lets nobody in: the
 * page's own not-before rises to now, so one user in 4,096 logs in again. A block is never dropped before its end.
 */
import { LAST, SLOTS, slotsOf, type Page } from './page.ts';

/** Above this many slots a page collapses. */
const COLLAPSE_ABOVE = 60;

export interface Moment {
  /** AWS's time in seconds. */
  readonly now: number;
  /** The longest session lifetime of the store; `undefined` when it is not known, and then only ended blocks are dropped. */
  readonly life: number | undefined;
}

/** Drops what is over. Without the store's lifetime no revocation is known to be. */
export function prune(page: Page, { now, life }: Moment): void {
  for (const [key, block] of page.blocks) {
    if (block.expires !== LAST && block.expires <= now) page.blocks.delete(key);
  }
  if (life === undefined) return;
  for (const entries of [page.u, page.s, page.o]) {
    for (const [name, at] of entries) if (at < now - life) entries.delete(name);
  }
}

/** Raises the page's not-before to now and drops what that covers. */
export function collapse(page: Page, now: number): void {
  page.notBefore = Math.max(page.notBefore, now);
  for (const entries of [page.u, page.s, page.o]) {
    for (const [name, at] of entries) if (at <= page.notBefore) entries.delete(name);
  }
}

/** Prunes, and collapses a crowded page. `false`: it does not fit even so, which blocks alone can bring about. */
export function settle(page: Page, moment: Moment): boolean {
  prune(page, moment);
  if (slotsOf(page) > COLLAPSE_ABOVE && page.u.size + page.s.size + page.o.size > 0) collapse(page, moment.now);
  return slotsOf(page) <= SLOTS && page.notBefore <= LAST;
}
