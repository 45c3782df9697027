/**
 * The cookies beside the session that only this function can read: the refresh token and the ID token of a logout (edge
 * contract, section 7). A refresh token counts only together with the session it belongs to.
 */
import { b64u, same } from './bytes.ts';
import type { Config } from './config.ts';
import { expire, setCookie } from './cookies.ts';
import type { Keys } from './keys.ts';
import { asCount, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';
import type { Incoming } from './request.ts';
import { LARGEST_COOKIE } from './response.ts';
import { sealed, unsealed, type Kind } from './sealed.ts';
import type { KnownSession } from './session.ts';

export interface Renewal {
  readonly sid: string;
  readonly user: string;
  readonly issuer: string;
  readonly subject: string;
  readonly token: string;
  /** The absolute deadline of the session. */
  readonly expires: number;
}

export interface Sealing {
  readonly keys: Keys;
  readonly config: Config;
  readonly now: number;
}

const refreshName = ({ application }: Config): string => `__Secure-zt-${application}-refresh`;
const hintName = ({ application }: Config): string => `__Secure-zt-${application}-hint`;

/** The renewal this browser brings, whatever session it belongs to. */
export async function readRenewal(request: Incoming, { keys, config, now }: Sealing): Promise<Renewal | undefined> {
  const payload = await readSealed('zt-refresh', request.cookie(refreshName(config)), { keys, config, now });
  if (payload === undefined) return undefined;
  const [sid, user, issuer, subject, token] = ['sid', 'usr', 'iss', 'sub', 'rt'].map((name) => member(payload, name));
  const expires = asCount(member(payload, 'exp'));
  const texts = { sid, user, issuer, subject, token };
  if (!Object.values(texts).every((text) => typeof text === 'string' && text !== '')) return undefined;
  if (expires === undefined || !(now < expires)) return undefined;
  return { ...(texts as Record<keyof typeof texts, string>), expires };
}

/** Whether a renewal may renew this session: the same session of the same user. */
export const belongsTo = (renewal: Renewal, session: KnownSession): boolean =>
  same(renewal.sid, b64u(session.sid)) && same(renewal.user, session.user);

/** The ID token of this session, for the provider's logout. */
export async function readHint(request: Incoming, sid: string, sealing: Sealing): Promise<string | undefined> {
  const payload = await readSealed('zt-hint', request.cookie(hintName(sealing.config)), sealing);
  const [owner, token] = payload === undefined ? [] : [member(payload, 'sid'), member(payload, 'idt')];
  return typeof owner === 'string' && same(owner, sid) && typeof token === 'string' ? token : undefined;
}

export async function refreshCookie(renewal: Renewal, { keys, config, now }: Sealing): Promise<string> {
  const { sid, user: usr, issuer: iss, subject: sub, token: rt, expires: exp } = renewal;
  const value = await sealed('zt-refresh', { sid, usr, iss, sub, rt, exp }, keys, config, now);
  const line = write(refreshName(config), value, exp - now, config);
  if (line.length > LARGEST_COOKIE) throw new Refusal('cookie_size', { detail: 'refresh' });
  return line;
}

/** Nothing when it would be too large: the provider is then told the client instead. */
export async function hintCookie(sid: string, idToken: string, seconds: number, { keys, config, now }: Sealing): Promise<string | undefined> {
  const line = write(hintName(config), await sealed('zt-hint', { sid, idt: idToken }, keys, config, now), seconds, config);
  return line.length > LARGEST_COOKIE ? undefined : line;
}

export const dropRefresh = (config: Config): string => expire(refreshName(config), config.cookieDomain, `${config.prefix}/`);
export const dropHint = (config: Config): string => expire(hintName(config), config.cookieDomain, `${config.prefix}/`);

export const hasRefresh = (request: Incoming, config: Config): boolean => request.cookie(refreshName(config)).length > 0;
export const hasHint = (request: Incoming, config: Config): boolean => request.cookie(hintName(config)).length > 0;

const write = (name: string, value: string, seconds: number, { cookieDomain, prefix }: Config): string =>
  setCookie(name, value, seconds, cookieDomain, `${prefix}/`);

/** A cookie that is there twice could be a neighbour's: then neither counts. */
async function readSealed(kind: Kind, values: readonly string[], { keys, config, now }: Sealing): Promise<Json | undefined> {
  const [value] = values;
  return value === undefined || values.length > 1 ? undefined : unsealed(kind, value, keys, config, now);
}
