/**
 * Lets tabs of one browser share one redemption of a refresh token: while it runs, and for a moment after, because a
 * rotated token cannot be redeemed twice. Only a failure is forgotten at once. It also remembers what has been rotated away. Another
 * instance of this function knows nothing of either.
 */
import { sha256 } from './bytes.ts';

/** Milliseconds in which a second tab may still bring the old token. */
const GRACE = 10_000;
const MOST = 50;
const MOST_RETIRED = 500;

interface Entry<T> {
  readonly value: Promise<T>;
  settled: number;
}

export class Shared<T> {
  readonly #clock: () => number;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #retired = new Set<string>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  of(secret: string, load: () => Promise<T>): Promise<T> {
    this.#forget();
    const name = nameOf(secret);
    const known = this.#entries.get(name);
    if (known !== undefined) return known.value;
    const entry = { value: load(), settled: Number.POSITIVE_INFINITY };
    this.#entries.set(name, entry);
    const settle = (): void => {
      entry.settled = this.#clock();
    };
    entry.value.then(settle, () => this.#entries.delete(name));
    return entry.value;
  }

  /** Says that a secret was replaced by another one: whoever brings it later has an old copy. */
  retire(secret: string): void {
    this.#retired.add(nameOf(secret));
    const [oldest] = this.#retired;
    if (this.#retired.size > MOST_RETIRED && oldest !== undefined) this.#retired.delete(oldest);
  }

  isRetired(secret: string): boolean {
    return this.#retired.has(nameOf(secret));
  }

  #forget(): void {
    const now = this.#clock();
    for (const [name, { settled }] of this.#entries) {
      const age = now - settled;
      if (age >= GRACE || (age < 0 && settled !== Number.POSITIVE_INFINITY) || this.#entries.size > MOST) this.#entries.delete(name);
    }
  }
}

const nameOf = (secret: string): string => sha256(secret).toString('base64');
