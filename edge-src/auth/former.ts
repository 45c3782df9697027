/**
 * What this browser had before a login (OWASP ASVS 5, 7.2.4). A session of somebody else, of before a step-up or of an earlier login
 * ends, so that a copy of its cookie is worth nothing any more. The new login never waits for more than that may take, and never fails for it.
 */
import type { Trail } from './audit.ts';
import { b64u, same } from './bytes.ts';
import type { Identity } from './identity.ts';
import type { Keys } from './keys.ts';
import { SKEW } from './provider.ts';
import { member } from './record.ts';
import { belongsTo, readRenewal } from './refresh_cookie.ts';
import type { Incoming } from './request.ts';
import { endQuietly, withdraw, type End } from './revoke.ts';
import { readSessions, type KnownSession, type Session } from './session.ts';
import type { Surroundings } from './surroundings.ts';
import type { Transaction } from './transaction.ts';

export interface Succession {
  readonly identity: Identity;
  readonly transaction: Transaction;
  readonly session: Session;
  readonly keys: Keys;
  /** The new login came with a refresh token. */
  readonly renewable: boolean;
}

export async function endFormer(request: Incoming, by: Succession, around: Surroundings, trail: Trail): Promise<void> {
  const { config, now } = around;
  const { session, keys } = by;
  const time = now();
  const renewal = config.refresh ? await readRenewal(request, { keys, config, now: time }) : undefined;
  const over = readSessions(request, config, keys, time).filter((former) => {
    const usable = former.expires > time || (renewal !== undefined && belongsTo(renewal, former));
    return usable && !same(b64u(former.sid), b64u(session.sid)) && isReplaced(former, by);
  });
  await Promise.all(
    over.map(async (former) => {
      const isEnded = await endQuietly(endOf(former, session, time), around, trail);
      // Many providers end the whole grant with one of its refresh tokens: that would take the new one of the same user along, and the
      // former one renews nothing once its session is ended.
      const isSpared = isEnded && by.renewable && same(former.user, session.user);
      if (renewal !== undefined && belongsTo(renewal, former) && !isSpared) await withdraw(renewal.token, around, trail);
    }),
  );
  trail.decision = undefined;
}

/**
 * Tabs that log in at once, and a silent round to the provider for newer rights, are the same login once more: to end its sessions
 * would cost the store an entry each time, and protect nobody.
 */
function isReplaced(former: KnownSession, { identity, transaction, session }: Succession): boolean {
  if (!same(former.user, session.user) || transaction.step !== undefined || transaction.age !== undefined) return true;
  // After a sign-out: the store has ended it already, and when everyone is signed out it must not hear of each one again.
  if (transaction.fresh) return false;
  const isTold = member(identity.claims, 'auth_time') !== undefined;
  return session.loginTime - former.loginTime >= SKEW && (isTold || transaction.gen === 0);
}

/**
 * The end as the store is told it. It may fold the sessions of a user it is told into a not-before of that time, which must reach the former
 * login and should spare the new one. Where the new login is no later, no time does both: nobody is named, and only the session ends.
 */
function endOf(former: KnownSession, session: Session, now: number): End {
  const { handle, user, loginTime } = former;
  if (!same(user, session.user)) return { handle, user, at: now };
  return loginTime < session.loginTime ? { handle, user, at: session.loginTime - 1 } : { handle, at: now };
}
