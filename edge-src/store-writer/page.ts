/**
 * A revocation page: strict reading, canonical writing, and the maximum of two facts. Every operation here only raises a
 * time. What cannot be read is `undefined`, never an empty page: nobody may be let in by a fault.
 */

export interface Block {
  readonly expires: number;
  readonly set: number;
}

export type Kind = 'u' | 's' | 'o';

export interface Page {
  notBefore: number;
  readonly u: Map<string, number>;
  readonly s: Map<string, number>;
  readonly o: Map<string, number>;
  /** By the user's eight characters followed by the eight of the resource that set it. */
  readonly blocks: Map<string, Block>;
}

/** The greatest time that six digits of base 36 spell. In a block it means "never". */
export const LAST = 36 ** 6 - 1;
/** What fits into a value of 1,024 characters. */
export const SLOTS = 67;

const HEAD = 7;
const SLOT = 15;
const FORM = /^1[0-9a-z]{6}(?:[uso][\w-]{8}[0-9a-z]{6}|b[\w-]{8}[0-9a-z]{6}i[\w-]{8}[0-9a-z]{6}){0,67}$/;

export function readPage(text: unknown): Page | undefined {
  if (typeof text !== 'string' || text.length > HEAD + SLOT * SLOTS || !FORM.test(text)) return undefined;
  const page: Page = { notBefore: time(text, 1), u: new Map(), s: new Map(), o: new Map(), blocks: new Map() };
  for (let at = HEAD; at < text.length; at += SLOT) {
    const kind = text.charAt(at);
    const name = text.slice(at + 1, at + 9);
    const when = time(text, at + 9);
    if (kind === 'b') {
      at += SLOT;
      raiseBlock(page, name + text.slice(at + 1, at + 9), { expires: when, set: time(text, at + 9) });
    } else {
      raise(page, kind as Kind, name, when);
    }
  }
  return page;
}

/** The canonical text: the same facts are the same bytes. */
export function pageText(page: Page): string {
  const slots: string[] = [];
  for (const kind of ['u', 's', 'o'] as const) {
    for (const [name, at] of page[kind]) slots.push(kind + name + spell(at));
  }
  for (const [key, { expires, set }] of page.blocks) {
    slots.push(`b${key.slice(0, 8)}${spell(expires)}i${key.slice(8)}${spell(set)}`);
  }
  return `1${spell(page.notBefore)}${slots.sort().join('')}`;
}

/** How many slots the text has; a block takes two. */
export const slotsOf = (page: Page): number => page.u.size + page.s.size + page.o.size + 2 * page.blocks.size;

export function raise(page: Page, kind: Kind, name: string, at: number): void {
  page[kind].set(name, Math.max(at, page[kind].get(name) ?? 0));
}

function raiseBlock(page: Page, key: string, block: Block): void {
  const present = page.blocks.get(key) ?? block;
  const merged = { expires: Math.max(block.expires, present.expires), set: Math.max(block.set, present.set) };
  page.blocks.set(key, merged);
}

const time = (text: string, at: number): number => Number.parseInt(text.slice(at, at + 6), 36);
const spell = (at: number): string => Math.min(at, LAST).toString(36).padStart(6, '0');
