/**
 * Makes a session of a proven identity: at a login, or at a refresh, which keeps who it is and when it began. What the
 * session may do is always computed afresh, from these claims and the present membership document.
 */
import type { Trail } from './audit.ts';
import { b64u } from './bytes.ts';
import { contextKept, contextOf } from './context.ts';
import type { Identity } from './identity.ts';
import { signer, type Keys } from './keys.ts';
import { grantsOf, verifiedEmail, type Membership } from './membership.ts';
import type { Tokens } from './provider.ts';
import { asStrings, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';
import { fingerprint, formatSession, handleOf, NO_PROVIDER_SESSION, sessionCookie, type Session } from './session.ts';
import type { Surroundings } from './surroundings.ts';

/** The claims of a session, encoded, may take so many characters. */
const LARGEST_CLAIMS = 1_024;

export interface Documents {
  readonly keys: Keys;
  readonly pepper: Buffer;
  readonly membership: Membership;
}

export interface Basis extends Documents {
  /** What the token endpoint gave with the identity; a bearer exchange has none. */
  readonly tokens: Tokens | undefined;
  /** The session that is being renewed; a login has none. */
  readonly previous: Previous | undefined;
}

export type Previous = Pick<Session, 'sid' | 'user' | 'providerSession' | 'loginTime' | 'context'>;

export interface Minted {
  readonly session: Session;
  readonly value: string;
  readonly cookies: readonly string[];
}

export async function mint(identity: Identity, from: Basis, around: Surroundings, trail: Trail): Promise<Minted> {
  const { config, now, random } = around;
  const { keys, pepper, membership, previous } = from;
  const { claims, issuer, user, providerSession } = identity;
  const loginTime = previous?.loginTime ?? identity.loginTime;
  const issued = now();
  const deadline = loginTime + config.absoluteLifetime;
  if (!(deadline > issued)) throw new Refusal('absolute');
  const selected = sessionClaims(claims, around);
  const grants = grantsOf(membership, claims, config.claims);
  const session = {
    sid: previous?.sid ?? random(16),
    user: fingerprint(pepper, issuer, user),
    providerSession: previous?.providerSession ?? (providerSession === undefined ? NO_PROVIDER_SESSION : fingerprint(pepper, issuer, providerSession)),
    loginTime,
    issued,
    expires: Math.min(issued + config.lifetime, deadline),
    generation: membership.generation,
    grants: grants.bits,
    context: previous === undefined ? contextOf(membership.contexts, claims) : contextKept(previous.context, membership.contexts, claims),
    claims: selected.encoded,
  };
  const value = formatSession(session, signer(keys, issued, config.lifetime));
  trail.handle = handleOf(session.user, b64u(session.sid));
  trail.generation = session.generation;
  trail.grants = session.grants;
  trail.dropped = selected.dropped;
  return { session, value, cookies: [sessionCookie(config, value, deadline - issued)] };
}

/** The configured claims in their order, as many as fit; what does not fit is named in the audit line. */
function sessionClaims(claims: Json, { config }: Surroundings): { encoded: string; dropped: string[] } {
  let kept: Record<string, unknown> = {};
  let encoded = '';
  const dropped: string[] = [];
  for (const name of config.sessionClaims) {
    const value = name === config.claims.email ? verifiedEmail(claims, config.claims) : member(claims, name);
    if (value === undefined || !isPlain(value)) continue;
    const tried = { ...kept, [name]: wellFormed(value) };
    const text = b64u(Buffer.from(JSON.stringify(tried), 'utf8'));
    if (text.length > LARGEST_CLAIMS) dropped.push(name);
    else [kept, encoded] = [tried, text];
  }
  return { encoded, dropped };
}

/** Half a surrogate pair has no UTF-8: engines disagree on what becomes of it, so nobody gets to see one. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('utf8');
  return Array.isArray(value) ? value.map(wellFormed) : value;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value) || asStrings(value) !== undefined;
}
