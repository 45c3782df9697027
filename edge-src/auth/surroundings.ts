/** What the operations are given besides the request: settings, secrets, keys of the provider, time and randomness. */
import { randomBytes } from 'node:crypto';
import type { Config } from './config.ts';
import { KeySet } from './keyset.ts';
import type { Tokens } from './provider.ts';
import { queueOf, type Enqueue } from './queue.ts';
import { secretsOf, type Secrets } from './secrets.ts';
import { Shared } from './shared.ts';
import type { Random } from './transaction.ts';

export interface Surroundings {
  readonly config: Config;
  readonly secrets: Secrets;
  /** Keys of the login provider. */
  readonly keySet: KeySet;
  /** Keys at one of the other configured addresses. */
  readonly keySetOf: (uri: string) => KeySet;
  /** The way to the store; absent where no queue is configured. */
  readonly enqueue: Enqueue | undefined;
  /** Redemptions of refresh tokens that tabs of one browser share. */
  readonly renewals: Shared<Tokens>;
  /** Whole seconds since 1970. */
  readonly now: () => number;
  readonly random: Random;
}

export function surroundingsOf(config: Config): Surroundings {
  const clock = (): number => Date.now();
  const trusted = [config, ...(config.events === null ? [] : [config.events]), ...config.bearer];
  const keySets = new Map(trusted.map(({ jwksUri }) => [jwksUri, new KeySet(jwksUri, clock)]));
  const keySetOf = (uri: string): KeySet => keySets.get(uri) ?? new KeySet(uri, clock);
  return {
    config,
    secrets: secretsOf(config, clock, process.env),
    keySet: keySetOf(config.jwksUri),
    keySetOf,
    enqueue: queueOf(config, { clock, environment: process.env }),
    renewals: new Shared(clock),
    now: () => Math.floor(clock() / 1_000),
    random: (length) => randomBytes(length),
  };
}
