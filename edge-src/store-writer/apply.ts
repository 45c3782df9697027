/**
 * From facts and the present text of a page to its next text. Pure, and idempotent: after a conflict, or a write whose answer
 * was lost, the same facts are applied again to what stands there then.
 */
import type { Fact } from './message.ts';
import { pageText, raise, readPage, slotsOf, type Page } from './page.ts';
import { collapse, settle, type Moment } from './settle.ts';

/** More sessions of one user than this become the user's not-before. */
const SESSIONS_OF_ONE = 8;
/** On a page with more slots than this, a session whose user is named takes the user's one slot instead of one of its own. */
const CROWDED = 40;

export interface Way extends Moment {
  /** The store is full: raise the page's not-before at once, which makes it smaller. */
  readonly full: boolean;
}

/** The next text of a page; `undefined` when the present one is absent or malformed, or the next one does not fit. */
export function nextText(present: unknown, facts: readonly Fact[], way: Way): string | undefined {
  const page = readPage(present);
  if (page === undefined) return undefined;
  const owners = sessionsByOwner(facts);
  for (const fact of facts) add(page, fact, owners);
  if (way.full) collapse(page, way.now);
  return settle(page, way) ? pageText(page) : undefined;
}

function add(page: Page, fact: Fact, owners: ReadonlyMap<string, Set<string>>): void {
  const { kind, name, at, owner } = fact;
  const many = owner !== undefined && (owners.get(owner)?.size ?? 0) > SESSIONS_OF_ONE;
  const crowded = owner !== undefined && !page[kind].has(name) && slotsOf(page) >= CROWDED;
  if (owner === undefined || !(many || crowded)) return raise(page, kind, name, at);
  // Signals come in any order: what stands there may be later.
  const latest = Math.max(at, page[kind].get(name) ?? 0);
  page[kind].delete(name);
  raise(page, 'u', owner, latest);
}

function sessionsByOwner(facts: readonly Fact[]): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  for (const { owner, name } of facts) {
    if (owner !== undefined) owners.set(owner, (owners.get(owner) ?? new Set()).add(name));
  }
  return owners;
}

/** The longest session lifetime that the store's own document names; `undefined` when it cannot be read. */
export function lifeOf(document: unknown): number | undefined {
  if (typeof document !== 'string') return undefined;
  try {
    const { v, life } = JSON.parse(document) as Record<string, unknown>;
    return v === 1 && typeof life === 'number' && Number.isSafeInteger(life) && life > 0 ? life : undefined;
  } catch {
    return undefined;
  }
}
