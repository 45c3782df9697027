/**
 * The session cookie (edge contract, section 1): minted here after a login, and checked here only to tell a doubled
 * callback from a lost one. Whether a session may see a page is the session function's business.
 */
import { createHmac } from 'node:crypto';
import { b36, b64u, lp, same } from './bytes.ts';
import type { Config } from './config.ts';
import { expire, setCookie } from './cookies.ts';
import { verifier, type Key, type Keys } from './keys.ts';
import { Refusal } from './refusal.ts';
import type { Incoming } from './request.ts';

const FORM = new RegExp(
  '^s1\\.([a-z0-9]{1,8})\\.([\\w-]{22})\\.([\\w-]{12})\\.[\\w-]{12}\\.[0-9a-z]{6,7}\\.([0-9a-z]{6,7})\\.([0-9a-z]{6,7})\\.[0-9a-z]{1,7}' +
    '\\.[0-9a-f]{0,64}\\.(?:[\\w-]{6}){0,4}\\.[\\w-]{0,1024}\\.(?:[\\w-]{22})?\\.([\\w-]{42}[AEIMQUYcgkosw048])(?!\\n)$',
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
}

export interface KnownSession {
  readonly handle: string;
  readonly issued: number;
}

/** First nine bytes of HMAC(pepper, issuer and id): who it is, without saying who. */
export function fingerprint(pepper: Uint8Array, issuer: string, id: string): string {
  return b64u(createHmac('sha256', pepper).update(lp(issuer, id)).digest().subarray(0, 9));
}

export const handleOf = (user: string, sid: string): string => user.slice(0, 2) + sid.slice(0, 8);

export function formatSession(session: Session, key: Key): string {
  const { sid, user, providerSession, loginTime, issued, expires, generation, grants, context, claims } = session;
  const times = [loginTime, issued, expires, generation].map(b36);
  const signed = ['s1', key.kid, b64u(sid), user, providerSession, ...times, grants, context, claims, ''].join('.');
  const value = `${signed}.${mac(key, signed)}`;
  // A value that the session function would not read must not be handed out.
  if (value.length > LARGEST || !FORM.test(value)) throw new Refusal('fault', { detail: 'session_form' });
  return value;
}

export function readSession(request: Incoming, config: Config, keys: Keys, now: number): KnownSession | undefined {
  const values = request.cookie(config.cookie);
  const [value] = values;
  if (value === undefined || values.length > 1 || value.length > LARGEST) return undefined;
  const fields = FORM.exec(value);
  if (fields === null) return undefined;
  const [, kid = '', sid = '', user = '', issued = '', expires = '', given = ''] = fields;
  const key = verifier(keys, kid, now);
  if (key === undefined || !same(mac(key, value.slice(0, value.lastIndexOf('.'))), given)) return undefined;
  if (!(parseInt(expires, 36) > now)) return undefined;
  return { handle: handleOf(user, sid), issued: parseInt(issued, 36) };
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
