/**
 * This application's secrets, from Secrets Manager. A value is used for at most a minute after the call that brought it:
 * what cannot be read again is not used again, so a rotated key or an edited policy holds within that minute.
 */
import { boundedFetch } from './bounded_fetch.ts';
import type { Config } from './config.ts';
import { parseKeys, parsePepper, type Keys } from './keys.ts';
import { parseMembership, type Membership } from './membership.ts';
import { asRecord, member } from './record.ts';
import { Refusal } from './refusal.ts';
import { sign } from './sigv4.ts';

const LONGEST_USE = 60_000;
/** A newer generation named by a request may force a read this often, and no more. */
const LEAST_BETWEEN_FORCED = 5_000;

export interface Secrets {
  keys(): Promise<Keys>;
  pepper(): Promise<Buffer>;
  membership(): Promise<Membership>;
  /** The membership document, read again if it is older than `generation` and the last forced read is long enough ago. */
  membershipOf(generation: number): Promise<Membership>;
  clientSecret(): Promise<string>;
}

export function secretsOf(config: Config, clock: () => number, environment: NodeJS.ProcessEnv): Secrets {
  const { secrets } = config;
  const kept = <T>(arn: string, parse: (text: string) => T): Kept<T> =>
    new Kept(clock, async () => {
      const text = await getSecretValue(config, arn, clock(), environment);
      try {
        return parse(text);
      } catch (cause) {
        throw new Refusal('secrets_invalid', { cause: cause instanceof Refusal ? cause : undefined });
      }
    });
  const keys = kept(secrets.keys, (text) => parseKeys(text, config));
  const pepper = kept(secrets.pepper, parsePepper);
  const membership = kept(secrets.membership, parseMembership);
  const clientSecret = secrets.clientSecret === null ? undefined : kept(secrets.clientSecret, parseClientSecret);
  const forced = new Allowance(clock);
  return {
    keys: () => keys.get(),
    pepper: () => pepper.get(),
    membership: () => membership.get(),
    membershipOf: async (generation) => {
      const document = await membership.get();
      if (document.generation >= generation || !forced.take()) return document;
      membership.forget();
      return membership.get();
    },
    clientSecret: async () => {
      if (clientSecret === undefined) throw new Refusal('config');
      return clientSecret.get();
    },
  };
}

class Kept<T> {
  readonly #clock: () => number;
  readonly #load: () => Promise<T>;
  #value: { readonly of: T; readonly since: number } | undefined;

  constructor(clock: () => number, load: () => Promise<T>) {
    this.#clock = clock;
    this.#load = load;
  }

  async get(): Promise<T> {
    const now = this.#clock();
    // A clock that went backwards makes the age negative: then the value is read again, too.
    const age = this.#value === undefined ? -1 : now - this.#value.since;
    if (this.#value !== undefined && age >= 0 && age < LONGEST_USE) return this.#value.of;
    this.#value = undefined;
    const value = await this.#load();
    this.#value = { of: value, since: now };
    return value;
  }

  forget(): void {
    this.#value = undefined;
  }
}

class Allowance {
  readonly #clock: () => number;
  #last: number | undefined;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  take(): boolean {
    const now = this.#clock();
    if (this.#last !== undefined && Math.abs(now - this.#last) < LEAST_BETWEEN_FORCED) return false;
    this.#last = now;
    return true;
  }
}

async function getSecretValue(config: Config, arn: string, now: number, environment: NodeJS.ProcessEnv): Promise<string> {
  const { endpoint, region } = config.secrets;
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId || !secretAccessKey) throw new Refusal('secrets_unavailable', { detail: 'no_credentials' });
  const body = JSON.stringify({ SecretId: arn });
  const call = { endpoint, region, service: 'secretsmanager', target: 'secretsmanager.GetSecretValue', body };
  const headers = sign(call, { accessKeyId, secretAccessKey, sessionToken: environment['AWS_SESSION_TOKEN'] || undefined }, now);
  try {
    const response = await boundedFetch(endpoint, { method: 'POST', headers, body }, { timeout: 2_000, largest: 100_000 });
    if (response.status !== 200) throw new Refusal('secrets_unavailable', { detail: `status_${response.status}` });
    const text = member(asRecord(await response.json()) ?? {}, 'SecretString');
    if (typeof text !== 'string') throw new Refusal('secrets_unavailable', { detail: 'no_secret_string' });
    return text;
  } catch (cause) {
    throw cause instanceof Refusal ? cause : new Refusal('secrets_unavailable', { cause });
  }
}

/** The plain secret, or the same in an object, as AWS's console writes it. */
function parseClientSecret(text: string): string {
  const plain = text.trim();
  const value = plain.startsWith('{') ? member(asRecord(JSON.parse(plain)) ?? {}, 'client_secret') : plain;
  if (typeof value !== 'string' || value === '') throw new Refusal('secrets_invalid', { detail: 'client_secret' });
  return value;
}
