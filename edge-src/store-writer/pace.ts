/**
 * Operators first. All writers of a store share one version, so a writer without pauses would refuse every slower one. After each
 * of its writes this one leaves the store alone for ten of its own round trips, and for a second at least: whoever works on up to
 * fifty keys from further away gets through. A lone message never waits.
 */
const LEAST = 1_000;
const MOST = 4_000;
const ROUND_TRIPS = 10;

export interface Time {
  /** Milliseconds that only grow. */
  readonly ticks: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** From 0 to 1; for jitter alone. */
  readonly chance: () => number;
}

export class Pace {
  readonly #time: Time;
  #free = -Infinity;
  #roundTrip = 0;

  constructor(time: Time) {
    this.#time = time;
  }

  /** Waits until the pause after the last write is over. */
  async turn(): Promise<void> {
    const wait = this.#free - this.#time.ticks();
    if (wait > 0) await this.#time.sleep(wait);
  }

  /** Measures a round trip. */
  async measure<T>(call: () => Promise<T>): Promise<T> {
    const began = this.#time.ticks();
    const value = await call();
    this.#roundTrip = this.#time.ticks() - began;
    return value;
  }

  wrote(): void {
    this.#free = this.#time.ticks() + this.#gap();
  }

  /** Somebody else was faster, or AWS is not well: the others go first. */
  async yields(): Promise<void> {
    await this.#time.sleep(this.#gap() * (0.5 + this.#time.chance()));
  }

  #gap(): number {
    return Math.min(MOST, Math.max(LEAST, ROUND_TRIPS * this.#roundTrip));
  }
}
