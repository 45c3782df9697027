/**
 * This application's secrets, from Secrets Manager. A value is used for at most a minute after the call that brought it:
 * what cannot be read again is not used again, so a rotated key or an edited policy holds within that minute.
 */
import { parseAssertionKeys, type AssertionKeys } from './assertion.ts';
import { callAws, type Caller } from './aws_call.ts';
import { isSameCredential, parseCredential, type Credential } from './client_authentication.ts';
import type { Config } from './config.ts';
import { ASSERTION_USE, webIdentityToken } from './federation.ts';
import { parseHookSecret } from './hook.ts';
import { parseKeys, parsePepper, type Keys } from './keys.ts';
import { parseMembership, type Membership } from './membership.ts';
import { asRecord, member } from './record.ts';
import { Refusal } from './refusal.ts';

const LONGEST_USE = 60_000;
/** A newer generation named by a request may force a read this often, and no more. */
const LEAST_BETWEEN_FORCED = 5_000;

export interface Secrets {
  keys(): Promise<Keys>;
  pepper(): Promise<Buffer>;
  membership(): Promise<Membership>;
  /** The membership document, read again if it is older than `generation` and the last forced read is long enough ago. */
  membershipOf(generation: number): Promise<Membership>;
  /** The same for a document that lacks something a request names. */
  membershipWith(isEnough: (document: Membership) => boolean): Promise<Membership>;
  /** What this client proves itself with; nothing for a public one. */
  credential(): Promise<Credential | undefined>;
  /** Another credential than one that was refused just now, if there is one and the last look is long enough ago. */
  renewedCredential(refused: Credential | undefined): Promise<Credential | undefined>;
  hookSecret(): Promise<string>;
  /** The keys of the signed assertion. */
  assertionKeys(): Promise<AssertionKeys>;
}

export function secretsOf(config: Config, clock: () => number, environment: NodeJS.ProcessEnv): Secrets {
  const { secrets } = config;
  const caller = { clock, environment };
  const kept = <T>(arn: string, parse: (text: string) => T): Kept<T> =>
    new Kept(clock, async () => {
      const text = await getSecretValue(config, arn, caller);
      try {
        return parse(text);
      } catch (cause) {
        throw new Refusal('secrets_invalid', { cause: cause instanceof Refusal ? cause : undefined });
      }
    });
  const keys = kept(secrets.keys, (text) => parseKeys(text, config));
  const pepper = kept(secrets.pepper, parsePepper);
  const membership = kept(secrets.membership, parseMembership);
  const hook = config.hook === null ? undefined : kept(config.hook.secret, parseHookSecret);
  const assertion = config.assertion === null ? undefined : kept(config.assertion.secret, parseAssertionKeys);
  const credential = credentialOf(config, caller, kept);
  const [forced, renewed] = [new Allowance(clock), new Allowance(clock)];
  const membershipWith = async (isEnough: (document: Membership) => boolean): Promise<Membership> => {
    const document = await membership.get();
    if (isEnough(document) || !forced.take()) return document;
    membership.forget();
    return membership.get();
  };
  return {
    keys: () => keys.get(),
    pepper: () => pepper.get(),
    membership: () => membership.get(),
    membershipOf: (generation) => membershipWith((document) => document.generation >= generation),
    membershipWith,
    credential: async () => credential?.get(),
    renewedCredential: async (refused) => {
      if (credential === undefined || !renewed.take()) return undefined;
      credential.forget();
      const found = await credential.get();
      return isSameCredential(found, refused) ? undefined : found;
    },
    hookSecret: async () => {
      if (hook === undefined) throw new Refusal('config');
      return hook.get();
    },
    assertionKeys: async () => {
      if (assertion === undefined) throw new Refusal('config');
      return assertion.get();
    },
  };
}

function credentialOf(config: Config, caller: Caller, kept: (arn: string, parse: (text: string) => Credential) => Kept<Credential>): Kept<Credential> | undefined {
  const { federation, clientAuthentication, secrets } = config;
  if (federation !== null) {
    return new Kept(caller.clock, async () => ({ assertion: await webIdentityToken(federation, caller) }), ASSERTION_USE);
  }
  return secrets.clientSecret === null ? undefined : kept(secrets.clientSecret, (text) => parseCredential(text, clientAuthentication));
}

class Kept<T> {
  readonly #clock: () => number;
  readonly #load: () => Promise<T>;
  readonly #longest: number;
  #value: { readonly of: T; readonly since: number } | undefined;

  constructor(clock: () => number, load: () => Promise<T>, longest = LONGEST_USE) {
    this.#clock = clock;
    this.#load = load;
    this.#longest = longest;
  }

  async get(): Promise<T> {
    const now = this.#clock();
    // A clock that went backwards makes the age negative: then the value is read again, too.
    const age = this.#value === undefined ? -1 : now - this.#value.since;
    if (this.#value !== undefined && age >= 0 && age < this.#longest) return this.#value.of;
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

async function getSecretValue(config: Config, arn: string, caller: Caller): Promise<string> {
  const { endpoint, region } = config.secrets;
  const call = { endpoint, region, service: 'secretsmanager', target: 'secretsmanager.GetSecretValue', body: JSON.stringify({ SecretId: arn }) };
  try {
    const response = await callAws(call, caller, { timeout: 2_000, largest: 100_000, repeatable: true });
    if (response.status !== 200) throw new Refusal('secrets_unavailable', { detail: `status_${response.status}` });
    const text = member(asRecord(await response.json()) ?? {}, 'SecretString');
    if (typeof text !== 'string') throw new Refusal('secrets_unavailable', { detail: 'no_secret_string' });
    return text;
  } catch (cause) {
    throw cause instanceof Refusal ? cause : new Refusal('secrets_unavailable', { cause });
  }
}
