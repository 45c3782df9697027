/**
 * `logout`: ends this session everywhere. First the revocation is in the queue, then the refresh token is withdrawn, then the
 * browser is emptied and sent to the provider to end its own session. Until the first is done the browser keeps what it needs to try again.
 */
import type { Trail } from './audit.ts';
import { b64u, same } from './bytes.ts';
import type { Keys } from './keys.ts';
import { dropAssertion } from './mint.ts';
import { endSessionUrl } from './provider.ts';
import { Refusal } from './refusal.ts';
import { dropHint, dropRefresh, hasHint, hasRefresh, readHint, readRenewal, type Renewal } from './refresh_cookie.ts';
import { isFromOwnPage, type Incoming } from './request.ts';
import { redirect, type EdgeResponse } from './response.ts';
import { revoke, withdraw } from './revoke.ts';
import { dropSessions, handleOf, readSessions } from './session.ts';
import type { Surroundings } from './surroundings.ts';
import { dropTransactions } from './transaction.ts';

interface Leaver {
  readonly handle: string;
  readonly user: string;
  readonly sid: string;
}

interface Leaving {
  /** The sessions that this browser shows, and that of a refresh cookie which outlived its own; usually it is one. */
  readonly all: readonly Leaver[];
  readonly renewal: Renewal | undefined;
  readonly keys: Keys;
}

export async function logout(request: Incoming, around: Surroundings, trail: Trail): Promise<EdgeResponse> {
  const { config, now } = around;
  if (request.method !== 'POST') throw new Refusal('method');
  if (!isFromOwnPage(request)) throw new Refusal('origin');
  const leaving = await leavingOf(request, around);
  const [first] = leaving?.all ?? [];
  trail.handle = first?.handle ?? '';
  if (leaving !== undefined && around.enqueue !== undefined) {
    await Promise.all(leaving.all.map(({ handle, user }) => revoke({ kind: 'session', key: handle, user, at: now(), source: 'logout' }, around, trail)));
  } else if (first !== undefined) {
    trail.detail = 'no_queue';
  }
  if (leaving?.renewal !== undefined) await withdraw(leaving.renewal.token, around, trail);
  const hint = leaving === undefined || first === undefined ? undefined : await readHint(request, first.sid, { keys: leaving.keys, config, now: now() });
  trail.decision = 'logout';
  const landing = `${config.prefix}/signed-out`;
  const state = b64u(around.random(16));
  return redirect(303, endSessionUrl(config, { landing: request.origin + landing, state, hint }) ?? landing, emptied(request, around), [['Clear-Site-Data', '"cache"']]);
}

/** Whose session this browser has, expired or not: a copy of it could still be renewed. */
async function leavingOf(request: Incoming, { config, secrets, enqueue, now }: Surroundings): Promise<Leaving | undefined> {
  if (request.cookie(config.cookie).length === 0 && !hasRefresh(request, config)) return undefined;
  // With nothing to send, logging out works although secrets cannot be read; the line then names nobody.
  const keys = await (enqueue === undefined ? secrets.keys().catch(() => undefined) : secrets.keys());
  if (keys === undefined) return undefined;
  const shown = readSessions(request, config, keys, now()).map(({ handle, user, sid }) => ({ handle, user, sid: b64u(sid) }));
  const renewal = await readRenewal(request, { keys, config, now: now() });
  const isAlone = renewal !== undefined && !shown.some(({ sid }) => same(sid, renewal.sid));
  const all = isAlone ? [...shown, { handle: handleOf(renewal.user, renewal.sid), user: renewal.user, sid: renewal.sid }] : shown;
  return { all, renewal, keys };
}

function emptied(request: Incoming, { config }: Surroundings): string[] {
  return [
    ...dropSessions(config),
    ...(hasRefresh(request, config) ? [dropRefresh(config)] : []),
    ...(hasHint(request, config) ? [dropHint(config)] : []),
    ...(config.assertion === null ? [] : [dropAssertion(config)]),
    ...dropTransactions(request),
  ];
}
