/**
 * Renews a session with the refresh token of this browser: `refresh`, and silently in `start`. Who it is and when the login
 * was stay; claims and grants are evaluated afresh. Nothing here makes a session where the session cookie's MAC does not hold.
 */
import type { Trail } from './audit.ts';
import { same } from './bytes.ts';
import type { Config } from './config.ts';
import { enrich } from './enrich.ts';
import { verifyIdToken, type Identity } from './identity.ts';
import { documentsOf, dropAssertion, mint, type Documents } from './mint.ts';
import { redeemRefreshToken, type Tokens } from './provider.ts';
import { wordsOf } from './reasons.ts';
import { member } from './record.ts';
import { Refusal, RefusalWithCookies } from './refusal.ts';
import { belongsTo, dropHint, dropRefresh, hasRefresh, readRenewal, refreshCookie, type Renewal } from './refresh_cookie.ts';
import { isFromOwnPage, isNavigation, only, type Incoming } from './request.ts';
import { problem, redirect, respond, type EdgeResponse } from './response.ts';
import { returnPath } from './return_path.ts';
import { endQuietly, withdraw } from './revoke.ts';
import { dropSessions, fingerprint, readAnySession, type KnownSession } from './session.ts';
import type { Surroundings } from './surroundings.ts';

export async function refresh(request: Incoming, around: Surroundings, trail: Trail): Promise<EdgeResponse> {
  const { config } = around;
  if (!config.refresh) throw new Refusal('not_found');
  if (request.method === 'POST') return refreshForScript(request, around, trail);
  if (request.method !== 'GET') throw new Refusal('method');
  if (!isNavigation(request)) return unauthorized(new Refusal('none'), around, trail);
  const next = returnPath(only(request.query, 'rd'), config.prefix);
  const cookies = await renew(request, around, trail, 0).catch((error: unknown) => {
    throw error instanceof Refusal ? error.leadingTo(next) : error;
  });
  if (cookies === undefined) throw new Refusal('refresh_refused', { detail: 'no_renewal', next });
  return redirect(303, next, cookies);
}

/** A script of the application asks; what it gets is never a page. */
async function refreshForScript(request: Incoming, around: Surroundings, trail: Trail): Promise<EdgeResponse> {
  if (!isFromOwnPage(request)) return unauthorized(new Refusal('origin'), around, trail);
  try {
    const cookies = await renew(request, around, trail, 0);
    if (cookies === undefined) return unauthorized(new Refusal('refresh_refused', { detail: 'no_renewal' }), around, trail);
    return respond({ status: 204, cookies });
  } catch (error) {
    if (error instanceof RefusalWithCookies) return unauthorized(error.refusal, around, trail, error.cookies);
    if (error instanceof Refusal) return unauthorized(error, around, trail);
    throw error;
  }
}

function unauthorized(refusal: Refusal, { config }: Surroundings, trail: Trail, cookies: readonly string[] = []): EdgeResponse {
  trail.code = refusal.reason;
  trail.detail = refusal.detail ?? '';
  const { status, heading } = wordsOf(refusal.reason);
  const headers: [string, string][] = status === 401 ? [['WWW-Authenticate', `Bearer realm="${config.application}"`]] : status === 503 ? [['Retry-After', '10']] : [];
  return problem(status, heading, { code: refusal.reason, login: `${config.prefix}/start` }, headers, cookies);
}

export interface StartWish {
  readonly next: string;
  readonly gen: number;
  /** Another login is asked for than the one this session came from. */
  readonly another: boolean;
  readonly fresh: boolean;
}

/** In `start`: the cookies of a session renewed in silence, or those that go because a login follows. */
export async function renewAtStart(request: Incoming, around: Surroundings, trail: Trail, wish: StartWish): Promise<{ renewed?: readonly string[]; dropped: readonly string[] }> {
  const { config } = around;
  if (!config.refresh || !hasRefresh(request, config)) return { dropped: [] };
  if (wish.fresh) return { dropped: await forget(request, around, trail) };
  if (wish.another) return { dropped: [] };
  try {
    const renewed = await renew(request, around, trail, wish.gen);
    return renewed === undefined ? { dropped: [] } : { renewed, dropped: [] };
  } catch (error) {
    if (error instanceof RefusalWithCookies) throw new RefusalWithCookies(error.refusal.leadingTo(wish.next), error.cookies);
    if (!(error instanceof Refusal)) throw error;
    if (error.reason !== 'refresh_refused') throw error.leadingTo(wish.next);
    trail.code = error.reason;
    trail.detail = error.detail ?? '';
    return { dropped: [dropRefresh(config)] };
  }
}

/** After a sign-out the old login must not be continued, whatever becomes of this attempt. */
async function forget(request: Incoming, around: Surroundings, trail: Trail): Promise<readonly string[]> {
  const { config, secrets, now } = around;
  const keys = await secrets.keys();
  const session = readAnySession(request, config, keys, now());
  const renewal = await readRenewal(request, { keys, config, now: now() });
  if (session !== undefined && renewal !== undefined && belongsTo(renewal, session)) await withdraw(renewal.token, around, trail);
  return [dropRefresh(config)];
}

/** The new cookies of this browser's session; nothing when it has none that may be renewed. */
export async function renew(request: Incoming, around: Surroundings, trail: Trail, generation: number): Promise<readonly string[] | undefined> {
  const { config, secrets, now, renewals } = around;
  if (!config.refresh || !hasRefresh(request, config)) return undefined;
  const keys = await secrets.keys();
  const session = readAnySession(request, config, keys, now());
  const renewal = session === undefined ? undefined : await readRenewal(request, { keys, config, now: now() });
  if (session === undefined || renewal === undefined || !belongsTo(renewal, session)) return undefined;
  if (!(now() < session.loginTime + config.absoluteLifetime)) return undefined;
  trail.handle = session.handle;
  // All of our own is read before the token is spent: a token that rotates works once.
  const [documents] = await Promise.all([
    documentsOf(around, generation),
    config.hook === null ? undefined : secrets.hookSecret(),
    config.assertion === null ? undefined : secrets.assertionKeys(),
    around.keySet.prepare().catch(() => undefined),
  ]);
  const tokens = await renewals.of(`${renewal.sid}.${renewal.token}`, () => redeemRefreshToken(config, renewal.token, secrets)).catch((error: unknown) => {
    throw refusedBy(error, renewals.isRetired(renewal.token), config);
  });
  const current = { ...tokens, refreshToken: tokens.refreshToken ?? renewal.token };
  if (current.refreshToken !== renewal.token) renewals.retire(renewal.token);
  try {
    const identity = await identityOf(current, renewal, session, documents, around);
    const { cookies } = await mint(identity, { ...documents, request, tokens: current, previous: { ...session, deadline: renewal.expires } }, around, trail);
    trail.decision = 'refresh';
    return cookies;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const left = { ...renewal, token: current.refreshToken };
    if (error.reason === 'refresh_identity') throw await takenFor(session, left, around, trail);
    throw await keeping(error, left, documents, around);
  }
}

/** The provider answered with somebody else: whatever went wrong there, nobody goes on with this session, in this browser or by a copy. */
async function takenFor({ handle, user }: KnownSession, { token }: Renewal, around: Surroundings, trail: Trail): Promise<RefusalWithCookies> {
  const { config, now } = around;
  await endQuietly({ handle, user, at: now() }, around, trail);
  await withdraw(token, around, trail);
  const emptied = [...dropSessions(config), dropRefresh(config), dropHint(config), ...(config.assertion === null ? [] : [dropAssertion(config)])];
  return new RefusalWithCookies(new Refusal('refresh_identity', { detail: trail.detail }), emptied);
}

/** What the provider's no means here: ordinary refusals lead to a login, and an answer nobody can read is not asked for twice. */
function refusedBy(error: unknown, isRetired: boolean, config: Config): unknown {
  if (!(error instanceof Refusal)) return error;
  if (error.reason === 'code_refused' || error.reason === 'provider_error') return new Refusal('refresh_refused', { detail: isRetired ? 'reused' : error.detail });
  if (error.reason === 'provider_response' || error.reason === 'id_token') return new RefusalWithCookies(error, [dropRefresh(config)]);
  return error;
}

/** OIDC Core 12.2: the same issuer, the same subject, and a new ID token, because claims are evaluated afresh. */
async function identityOf({ idToken, accessToken }: Tokens, renewal: Renewal, session: KnownSession, { pepper }: Documents, around: Surroundings): Promise<Identity> {
  const { config, keySet, now } = around;
  if (idToken === undefined) throw new Refusal('refresh_refused', { detail: 'no_id_token' });
  const identity = await verifyIdToken(idToken, config, keySet, { now: now() });
  const subject = member(identity.claims, 'sub');
  const sameUser = typeof subject === 'string' && same(subject, renewal.subject) && same(identity.issuer, renewal.issuer);
  if (!sameUser || !same(fingerprint(pepper, identity.issuer, identity.user), session.user)) throw new Refusal('refresh_identity');
  return enrich(identity, accessToken, around);
}

/** After the token was spent: the browser keeps the new one through an outage. */
async function keeping(refusal: Refusal, renewal: Renewal, { keys }: Documents, { config, now }: Surroundings): Promise<unknown> {
  if (refusal.isOutage) return new RefusalWithCookies(refusal, [await refreshCookie(renewal, { keys, config, now: now() })]);
  return refusal.reason === 'refresh_refused' ? refusal : new RefusalWithCookies(refusal, [dropRefresh(config)]);
}
