/** What somebody outside says about a user of theirs, as a message to the store. */
import type { Trail } from './audit.ts';
import { revokeRefreshToken } from './provider.ts';
import type { Revocation } from './queue.ts';
import { Refusal } from './refusal.ts';
import { fingerprint } from './session.ts';
import type { Surroundings } from './surroundings.ts';

export interface Subject {
  readonly issuer: string;
  readonly user: string;
  /** The provider's own session, when only that one ends. */
  readonly session: string | undefined;
  readonly at: number;
  readonly source: Revocation['source'];
}

export async function revocationOf({ issuer, user, session, at, source }: Subject, { secrets }: Surroundings): Promise<Revocation> {
  const pepper = await secrets.pepper();
  const usr = fingerprint(pepper, issuer, user);
  if (session === undefined) return { kind: 'user', key: usr, at, source };
  return { kind: 'provider_session', key: usr + fingerprint(pepper, issuer, session).slice(0, 8), at, source };
}

/** Returns once the revocation cannot be lost any more. */
export async function revoke(revocation: Revocation, { enqueue }: Surroundings, trail: Trail): Promise<void> {
  if (enqueue === undefined) throw new Refusal('queue_unavailable', { detail: 'no_queue' });
  await enqueue(revocation);
  trail.revoked = [...trail.revoked, `${revocation.kind}:${revocation.key}`];
  trail.decision = 'revoke';
}

/** RFC 7009, without waiting for success: what depends on it is refused by other means already, and the audit line says so. */
export async function withdraw(refreshToken: string, { config, secrets }: Surroundings, trail: Trail): Promise<void> {
  await revokeRefreshToken(config, refreshToken, secrets).catch((error: unknown) => {
    // What could not even be ended weighs more.
    if (!trail.detail.startsWith('former_')) trail.detail = `not_withdrawn_${error instanceof Refusal ? error.reason : 'fault'}`;
  });
}

/** The end of one session. */
export interface End {
  readonly handle: string;
  readonly user?: string;
  readonly at: number;
}

/** Ends a session beside something that is done already; `false` when it could not be, which the audit line tells. */
export async function endQuietly({ handle: key, ...end }: End, around: Surroundings, trail: Trail): Promise<boolean> {
  try {
    await revoke({ kind: 'session', key, ...end, source: 'logout' }, around, trail);
    return true;
  } catch (error) {
    const isMissing = around.enqueue === undefined;
    trail.detail = `former_${isMissing ? 'no_queue' : error instanceof Refusal ? error.reason : 'fault'}`;
    return false;
  }
}
