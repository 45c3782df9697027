/**
 * The session cookie (edge contract, section 1): minted here after a login, and checked here only to renew it, to end it and
 * to tell a doubled callback from a lost one. Whether a session may see a page is the session function's business.
 */
import { createHmac } from 'node:crypto';
import { b36, b64u, fromB64u, lp, same } from './bytes.ts';
import type { Config } from './config.ts';
import { expire, setCookie } from './cookies.ts';
import { verifier, type Key, type Keys } from './keys.ts';
import { Refusal } from './refusal.ts';
import type { Incoming } from './request.ts';

const FORM = new RegExp(
  '^s1\\.[a-z0-9]{1,8}\\.[\\w-]{22}\\.[\\w-]{12}\\.[\\w-]{12}\\.[0-9a-z]{6,7}\\.[0-9a-z]{6,7}\\.[0-9a-z]{6,7}\\.[0-9a-z]{1,7}' +
    '\\.[0-9a-f]{0,64}\\.(?:[\\w-]{6}){0,4}\\.[\\w-]{0,1024}\\.(?:[\\w-]{22})?\\.[\\w-]{42}[AEIMQUYcgkosw048](?!\\n)$',
);
const LARGEST = 2_048;
export const NO_PROVIDER_SESSION = 'AAAAAAAAAAAA';

export interface Session {
  readonly sid: Uint8Array;
  readonly user: string;
  readonly providerSession: string;
  readonly loginTime: number;
  readonly issued: number;
  readonly expires: number;
  readonly generation: number;
  readonly grants: string;
  /** Fingerprints of the context requirements met. */
  readonly context: string;
  readonly claims: string;
  /** Of the signed assertion that goes with it; empty without one. */
  readonly assertionHash: string;
}

/** A session of this browser whose MAC holds. */
export interface KnownSession extends Pick<Session, 'sid' | 'user' | 'providerSession' | 'loginTime' | 'issued' | 'expires' | 'context'> {
  readonly handle: string;
}

/** First nine bytes of HMAC(pepper, issuer and id): who it is, without saying who. */
export function fingerprint(pepper: Uint8Array, issuer: string, id: string): string {
  return b64u(createHmac('sha256', pepper).update(lp(issuer, id)).digest().subarray(0, 9));
}

export const handleOf = (user: string, sid: string): string => user.slice(0, 2) + sid.slice(0, 8);

export function formatSession(session: Session, key: Key): string {
  const { sid, user, providerSession, loginTime, issued, expires, generation, grants, context, claims, assertionHash } = session;
  const times = [loginTime, issued, expires, generation].map(b36);
  const signed = ['s1', key.kid, b64u(sid), user, providerSession, ...times, grants, context, claims, assertionHash].join('.');
  const value = `${signed}.${mac(key, signed)}`;
  // A value that the session function would not read must not be handed out.
  if (value.length > LARGEST || !FORM.test(value)) throw new Refusal('fault', { detail: 'session_form' });
  return value;
}

/** The live session of this browser. */
export function readSession(request: Incoming, config: Config, keys: Keys, now: number): KnownSession | undefined {
  const session = readAnySession(request, config, keys, now);
  return session !== undefined && session.expires > now ? session : undefined;
}

/** The session of this browser, expired or not: enough to end it or to renew it, never to let it pass. */
export function readAnySession(request: Incoming, config: Config, keys: Keys, now: number): KnownSession | undefined {
  const values = request.cookie(config.cookie);
  return values.length > 1 ? undefined : verified(values[0], keys, now);
}

/**
 * Every session this browser shows, expired or not; of one that is there twice, as before and after a renewal, the cookie that lasts
 * longer. With a cookie domain a neighbour may lay others beside ours; none of them hides it.
 */
export function readSessions(request: Incoming, config: Config, keys: Keys, now: number): readonly KnownSession[] {
  const all = new Map<string, KnownSession>();
  for (const session of request.cookie(config.cookie).flatMap((value) => verified(value, keys, now) ?? [])) {
    const sid = b64u(session.sid);
    if (session.expires > (all.get(sid)?.expires ?? 0)) all.set(sid, session);
  }
  return [...all.values()];
}

function verified(value: string | undefined, keys: Keys, now: number): KnownSession | undefined {
  if (value === undefined || value.length > LARGEST || !FORM.test(value)) return undefined;
  const [, kid = '', sid = '', user = '', providerSession = '', lt = '', iat = '', exp = '', , , context = '', , , given = ''] = value.split('.');
  const key = verifier(keys, kid, now);
  if (key === undefined || !same(mac(key, value.slice(0, value.lastIndexOf('.'))), given)) return undefined;
  const id = fromB64u(sid);
  if (id === undefined) return undefined;
  const [loginTime, issued, expires] = [parseInt(lt, 36), parseInt(iat, 36), parseInt(exp, 36)];
  return { sid: id, user, providerSession, loginTime, issued, expires, context, handle: handleOf(user, sid) };
}

export const sessionCookie = (config: Config, value: string, seconds: number): string =>
  setCookie(config.cookie, value, seconds, config.cookieDomain);

/** Removes every cookie of ours that could hold a session, however it was configured before. */
export function dropSessions(config: Config): string[] {
  const domainName = `__Secure-zt-${config.application}`;
  const dropped = [expire('__Host-zt-session'), expire(domainName)];
  return config.cookieDomain === null ? dropped : [...dropped, expire(domainName, config.cookieDomain)];
}

const mac = (key: Key, signed: string): string => createHmac('sha256', key.session).update(signed).digest('base64url');
