/**
 * Verifies the ID token of a login. The algorithm is pinned by configuration and the key comes from the configured address:
 * the token's header chooses among our keys and nothing else. Every claim used later is required here.
 */
import { errors, jwtVerify, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { same } from './bytes.ts';
import type { ClaimNames, Config } from './config.ts';
import type { KeySet } from './keyset.ts';
import { verifiedEmail } from './membership.ts';
import { SKEW } from './provider.ts';
import { asCount, asRecord, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';
import { issuerOf, issuersOf } from './tenant.ts';

/** A token redeemed a moment ago was issued a moment ago. */
const OLDEST = 600;

export interface Identity {
  /** The issuer the token names: that of the configuration, or of the user's tenant. It is part of every fingerprint. */
  readonly issuer: string;
  readonly claims: Json;
  readonly user: string;
  readonly providerSession: string | undefined;
  /** When the user proved who they are, as far as the provider says; never later than now. */
  readonly loginTime: number;
}

export interface Expectation {
  readonly now: number;
  /** What this browser's login attempt says; absent for a token that renews a session. */
  readonly login?: { readonly nonce: string; readonly freshSince: number | undefined };
}

export async function verifyIdToken(token: string, config: Config, keySet: KeySet, expected: Expectation): Promise<Identity> {
  const { protectedHeader, payload } = await verifySignature(token, config, keySet, expected);
  refuseKeysFromToken(protectedHeader);
  checkParty(payload, config.clientId);
  const claims = asRecord(payload) ?? {};
  if (issuerOf(config, claims) !== payload.iss) throw new Refusal('id_token', { detail: 'tenant' });
  if (expected.login !== undefined) {
    const nonce = member(claims, 'nonce');
    if (typeof nonce !== 'string' || !same(nonce, expected.login.nonce)) throw new Refusal('id_token', { detail: 'nonce' });
  }
  const tokenUse = member(claims, 'token_use');
  if (tokenUse !== undefined && tokenUse !== 'id') throw new Refusal('id_token', { detail: 'token_use' });
  const user = userOf(claims, config.claims);
  if (typeof user !== 'string' || user === '' || user.length > 255) throw new Refusal('id_token', { detail: 'user' });
  const session = member(claims, config.claims.session);
  return {
    issuer: payload.iss ?? config.issuer,
    claims,
    user,
    providerSession: typeof session === 'string' && session !== '' ? session : undefined,
    loginTime: loginTime(member(claims, 'auth_time'), config.authTimeOptional, expected),
  };
}

async function verifySignature(token: string, config: Config, keySet: KeySet, { now, login }: Expectation) {
  const requiredClaims = ['iss', 'aud', 'sub', 'exp', 'iat', ...(login === undefined ? [] : ['nonce'])];
  try {
    return await jwtVerify(token, keySet.find, {
      algorithms: [...config.algorithms],
      issuer: [...issuersOf(config)],
      audience: config.clientId,
      requiredClaims,
      clockTolerance: SKEW,
      maxTokenAge: OLDEST,
      currentDate: new Date(now * 1_000),
    });
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal('id_token', { cause, detail: faultOf(cause) });
  }
}

/** For the operators: which claim, or that the provider's clock and ours do not agree. */
function faultOf(cause: unknown): string | undefined {
  if (!(cause instanceof errors.JWTClaimValidationFailed || cause instanceof errors.JWTExpired)) return undefined;
  const isTime = ['exp', 'iat', 'nbf'].includes(cause.claim) && cause.reason === 'check_failed';
  return isTime ? 'clock' : `claim_${cause.claim}`;
}

/** Who an address is for must not hang on its letters, nor on an address that nobody has verified (DESIGN 3.6). */
export const userOf = (claims: Json, names: ClaimNames): unknown => (names.user === names.email ? verifiedEmail(claims, names) : member(claims, names.user));

/** We never use a key that a token brings; a token that tries is refused rather than ignored (RFC 8725, 3.10). */
function refuseKeysFromToken(header: JWTHeaderParameters): void {
  if (['jwk', 'jku', 'x5u'].some((name) => Object.hasOwn(header, name))) throw new Refusal('id_token', { detail: 'header' });
}

/** OIDC Core 3.1.3.7: with several audiences the authorized party is required, and it is always us. */
function checkParty(payload: JWTPayload, clientId: string): void {
  const party = payload['azp'];
  const several = Array.isArray(payload.aud) && payload.aud.length > 1;
  if ((several || party !== undefined) && party !== clientId) throw new Refusal('id_token', { detail: 'azp' });
}

/**
 * A login whose time is unknown could be from before a sign-out, and the viewer can leave out of the addresses whatever we
 * asked for there. So the time is required, unless the settings say that this provider never tells.
 */
function loginTime(claim: unknown, optional: boolean, { now, login }: Expectation): number {
  // A renewed session keeps its own login time.
  if (login === undefined) return now;
  const { freshSince } = login;
  if (claim === undefined && freshSince === undefined) {
    if (!optional) throw new Refusal('id_token', { detail: 'no_auth_time' });
    return now;
  }
  const time = asCount(claim);
  if (time === undefined && freshSince !== undefined) throw new Refusal('fresh', { detail: 'no_auth_time' });
  if (time === undefined) throw new Refusal('id_token', { detail: 'auth_time' });
  if (time > now + SKEW) throw new Refusal('id_token', { detail: 'clock' });
  if (freshSince !== undefined && time < freshSince - SKEW) throw new Refusal('fresh', { detail: 'auth_time' });
  return Math.min(time, now);
}
