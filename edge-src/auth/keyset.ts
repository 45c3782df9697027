/**
 * The provider's public keys. Read when first needed, again after ten minutes, and once at most in half a minute for a key id
 * nobody knows. While the provider's address is down, keys that were good an hour ago still are; without any, it is asked
 * every few seconds and not once for every request.
 */
import { createLocalJWKSet, decodeJwt, errors, type FlattenedJWSInput, type JSONWebKeySet, type JWTHeaderParameters, type JWTVerifyGetKey } from 'jose';
import { boundedFetch, mediaType } from './bounded_fetch.ts';
import { asRecord, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';
import { fill } from './tenant.ts';

const FRESH_FOR = 600_000;
const USABLE_FOR = 3_600_000;
const LEAST_BETWEEN = 30_000;
const LEAST_AFTER_FAILURE = 5_000;

type Finder = (header: JWTHeaderParameters, token: FlattenedJWSInput) => ReturnType<ReturnType<typeof createLocalJWKSet>>;

export class KeySet {
  readonly #uri: string;
  readonly #clock: () => number;
  #known: { readonly find: Finder; readonly since: number } | undefined;
  #attempted = Number.NEGATIVE_INFINITY;
  #failure: unknown;
  #running: Promise<Finder> | undefined;

  constructor(uri: string, clock: () => number) {
    this.#uri = uri;
    this.#clock = clock;
  }

  /** For `jwtVerify`: the key of this header, with one bounded look for keys published since. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const find = await this.#current();
    try {
      return await find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || this.#sinceAttempt() < LEAST_BETWEEN) throw error;
      return (await this.#read())(header, token);
    }
  };

  /** Makes sure that keys are at hand, so that the wait for them runs beside another one. */
  async prepare(): Promise<void> {
    await this.#current();
  }

  async #current(): Promise<Finder> {
    const known = this.#known;
    const age = known === undefined ? Number.POSITIVE_INFINITY : Math.abs(this.#clock() - known.since);
    if (known !== undefined && (age < FRESH_FOR || (age < USABLE_FOR && this.#sinceAttempt() < LEAST_BETWEEN))) return known.find;
    if (this.#running === undefined && this.#failure !== undefined && this.#sinceAttempt() < LEAST_AFTER_FAILURE) throw this.#failure;
    return this.#read().catch((error: unknown) => {
      if (known === undefined || age >= USABLE_FOR) throw error;
      return known.find;
    });
  }

  /** Requests that wait at the same time wait for the same answer. */
  #read(): Promise<Finder> {
    this.#running ??= this.#fetch().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #fetch(): Promise<Finder> {
    this.#attempted = this.#clock();
    this.#failure = undefined;
    try {
      const init = { headers: { accept: 'application/json, application/jwk-set+json' } };
      const response = await boundedFetch(this.#uri, init, { timeout: 3_000, largest: 256_000, repeatable: true });
      const type = mediaType(response);
      if (response.status !== 200) throw new Refusal('provider_unavailable', { detail: `jwks_status_${response.status}` });
      if (type !== 'application/json' && type !== 'application/jwk-set+json') throw new Refusal('provider_response', { detail: 'jwks_type' });
      const document = asRecord(await response.json());
      if (document === undefined || !Array.isArray(member(document, 'keys'))) throw new Refusal('provider_response', { detail: 'jwks' });
      const find = finderOf(document);
      this.#known = { find, since: this.#attempted };
      return find;
    } catch (cause) {
      this.#failure = cause instanceof Refusal ? cause : new Refusal('provider_unavailable', { cause });
      throw this.#failure;
    }
  }

  #sinceAttempt(): number {
    return Math.abs(this.#clock() - this.#attempted);
  }
}

/**
 * Entra publishes the keys of many tenants in one set and says in a member `issuer` whose tokens a key may sign. Without this
 * look a key of one tenant would sign for all.
 */
function finderOf(document: Json): Finder {
  const keys = member(document, 'keys') as readonly unknown[];
  const issuers = keys.map((key) => member(asRecord(key) ?? {}, 'issuer'));
  const set = (wanted: readonly unknown[]): Finder => createLocalJWKSet({ keys: wanted } as unknown as JSONWebKeySet);
  if (issuers.every((issuer) => issuer === undefined)) return set(keys);
  return (header, token) => {
    const { iss, tid } = decodeJwt(`${token.protected}.${token.payload as string}.`);
    const mayBe = (issuer: unknown): boolean => issuer === undefined || (typeof issuer === 'string' && (typeof tid === 'string' ? fill(issuer, tid) : issuer) === iss);
    return set(keys.filter((_, index) => mayBe(issuers[index])))(header, token);
  };
}
