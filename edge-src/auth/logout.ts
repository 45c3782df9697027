/** `logout`: ends this browser's session, here and, where it can be asked to, at the provider. */
import { dropSessions } from './session.ts';
import { endSessionUrl } from './provider.ts';
import { Refusal } from './refusal.ts';
import type { Incoming } from './request.ts';
import { redirect, type EdgeResponse } from './response.ts';
import type { Surroundings } from './surroundings.ts';
import { dropTransactions } from './transaction.ts';

export function logout(request: Incoming, { config }: Surroundings): EdgeResponse {
  if (request.method !== 'POST') throw new Refusal('method');
  if (!isOwn(request)) throw new Refusal('origin');
  const landing = `${config.prefix}/signed-out`;
  const cookies = [...dropSessions(config), ...dropTransactions(request)];
  return redirect(303, endSessionUrl(config, request.origin + landing) ?? landing, cookies);
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
