/** `logout`: ends this browser's session, here and, where it can be asked to, at the provider. */
import type { Trail } from './audit.ts';
import { dropSessions, readSession } from './session.ts';
import { endSessionUrl } from './provider.ts';
import { Refusal } from './refusal.ts';
import type { Incoming } from './request.ts';
import { redirect, type EdgeResponse } from './response.ts';
import type { Surroundings } from './surroundings.ts';
import { dropTransactions } from './transaction.ts';

/** Only this browser's cookies go: a copy of the session, elsewhere, ends when it expires or is revoked. */
export async function logout(request: Incoming, around: Surroundings, trail: Trail): Promise<EdgeResponse> {
  const { config } = around;
  if (request.method !== 'POST') throw new Refusal('method');
  if (!isOwn(request)) throw new Refusal('origin');
  const landing = `${config.prefix}/signed-out`;
  trail.handle = await handleOfSession(request, around);
  const cookies = [...dropSessions(config), ...dropTransactions(request)];
  return redirect(303, endSessionUrl(config, request.origin + landing) ?? landing, cookies);
}

/** The handle by which an operator can revoke what this browser leaves; empty unless the session verifies. */
async function handleOfSession(request: Incoming, { config, secrets, now }: Surroundings): Promise<string> {
  if (request.cookie(config.cookie).length === 0) return '';
  // Logging out must work although secrets cannot be read; the line then names nobody.
  const keys = await secrets.keys().catch(() => undefined);
  return keys === undefined ? '' : (readSession(request, config, keys, now())?.handle ?? '');
}

/**
 * Whether a page of this origin sent the form. A page under `Referrer-Policy: no-referrer` sends `Origin: null`, so the
 * browser's own word on the site counts as well; where both are given, neither may speak against it.
 */
function isOwn(request: Incoming): boolean {
  const origin = request.header('origin');
  const site = request.header('sec-fetch-site');
  if (origin.length > 1 || site.length > 1 || (origin.length === 0 && site.length === 0)) return false;
  const ownSite = site[0] === 'same-origin';
  if (origin[0] === undefined || origin[0] === 'null') return ownSite;
  return origin[0] === request.origin && (site[0] === undefined || ownSite);
}
