/**
 * A signed message of a machine: a logout token, a security event, a bearer token. The algorithm is pinned, the keys come
 * from the configured address, and a message that brings a key of its own is refused. What it means is its reader's business.
 */
import { errors, jwtVerify, type JWTHeaderParameters, type JWTVerifyOptions } from 'jose';
import type { KeySet } from './keyset.ts';
import { SKEW } from './provider.ts';
import { asRecord, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';

export interface Signers {
  readonly issuers: readonly string[];
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly keySet: KeySet;
  readonly required: readonly string[];
}

export interface SignedMessage {
  /** The header's `typ` in lower case and without `application/`; empty when there is none. */
  readonly type: string;
  readonly claims: Json;
  readonly issuedAt: number;
}

export async function verifyMessage(text: string, signers: Signers, now: number): Promise<SignedMessage> {
  const { protectedHeader, payload } = await verify(text, signers, now);
  if (['jwk', 'jku', 'x5u'].some((name) => Object.hasOwn(protectedHeader, name))) throw new Refusal('authentication', { detail: 'header' });
  const claims = asRecord(payload) ?? {};
  const issuedAt = payload.iat;
  if (issuedAt === undefined || !(issuedAt > 0) || !(issuedAt <= now + SKEW)) throw new Refusal('request', { detail: 'claim_iat' });
  return { type: typeOf(protectedHeader), claims, issuedAt: Math.floor(issuedAt) };
}

async function verify(text: string, { issuers, audience, algorithms, keySet, required }: Signers, now: number) {
  const options: JWTVerifyOptions = {
    algorithms: [...algorithms],
    issuer: [...issuers],
    audience,
    requiredClaims: ['iss', 'aud', 'iat', ...required],
    clockTolerance: SKEW,
    currentDate: new Date(now * 1_000),
  };
  try {
    return await jwtVerify(text, keySet.find, options);
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    if (cause instanceof errors.JWTExpired) throw new Refusal('request', { detail: 'claim_exp' });
    if (cause instanceof errors.JWTClaimValidationFailed) throw new Refusal('request', { detail: `claim_${cause.claim}` });
    if (cause instanceof errors.JWSInvalid || cause instanceof errors.JWTInvalid) throw new Refusal('request', { detail: 'form' });
    throw new Refusal('authentication', { cause });
  }
}

function typeOf(header: JWTHeaderParameters): string {
  const type: unknown = header.typ;
  return typeof type === 'string' ? type.toLowerCase().replace(/^application\//, '') : '';
}

/** A text that is there and not empty. */
export function textOf(record: Json, name: string): string | undefined {
  const value = member(record, name);
  return typeof value === 'string' && value !== '' && value.length <= 255 ? value : undefined;
}
