/** What the operations are given besides the request: settings, secrets, keys of the provider, time and randomness. */
import { randomBytes } from 'node:crypto';
import type { Config } from './config.ts';
import { KeySet } from './keyset.ts';
import { secretsOf, type Secrets } from './secrets.ts';
import type { Random } from './transaction.ts';

export interface Surroundings {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly keySet: KeySet;
  /** Whole seconds since 1970. */
  readonly now: () => number;
  readonly random: Random;
}

export function surroundingsOf(config: Config): Surroundings {
  const clock = (): number => Date.now();
  return {
    config,
    secrets: secretsOf(config, clock, process.env),
    keySet: new KeySet(config.jwksUri, clock),
    now: () => Math.floor(clock() / 1_000),
    random: (length) => randomBytes(length),
  };
}
