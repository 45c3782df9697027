/**
 * A message of the queue as a fact of one page. A message that is not exactly of the contract is `undefined`: it goes to the
 * dead letters and changes nothing. Members that the contract does not name are not looked at.
 */
import { LAST, type Kind } from './page.ts';

export interface Fact {
  /** Two characters. */
  readonly page: string;
  readonly kind: Kind;
  /** Eight characters. */
  readonly name: string;
  readonly at: number;
  /** The user's eight characters of a revoked session, or of the provider's, where the message names them. */
  readonly owner?: string;
}

/** A body that can be right is short; a long one is not even parsed. */
const LONGEST = 1_024;
const SOURCES = new Set(['logout', 'backchannel', 'caep', 'risc']);
const KEYS = { user: /^[\w-]{12}$/, session: /^[\w-]{10}$/, provider_session: /^[\w-]{20}$/ } as const;
const APPLICATION = /^[a-z0-9](?:-?[a-z0-9]){0,63}$/;

/** `sent` is when SQS took the message, in seconds: nothing is revoked for a time that had not come yet. */
export function readMessage(body: unknown, sent: number): Fact | undefined {
  const message = parsed(body);
  if (message === undefined || message['v'] !== 1) return undefined;
  const { kind, key, at, application, source, user } = message;
  if (typeof at !== 'number' || !Number.isSafeInteger(at) || at < 0 || at > LAST) return undefined;
  if (typeof application !== 'string' || !APPLICATION.test(application)) return undefined;
  if (typeof source !== 'string' || !SOURCES.has(source)) return undefined;
  if (typeof key !== 'string' || !isKind(kind) || !KEYS[kind].test(key)) return undefined;
  const page = key.slice(0, 2);
  const when = Math.min(at, sent);
  if (kind === 'user') return { page, kind: 'u', name: key.slice(2, 10), at: when };
  if (kind === 'provider_session') return { page, kind: 'o', name: key.slice(12), at: when, owner: key.slice(2, 10) };
  const fact = { page, kind: 's', name: key.slice(2), at: when } as const;
  if (user === undefined) return fact;
  if (typeof user !== 'string' || !KEYS.user.test(user) || !user.startsWith(page)) return undefined;
  return { ...fact, owner: user.slice(2, 10) };
}

const isKind = (kind: unknown): kind is keyof typeof KEYS => typeof kind === 'string' && Object.hasOwn(KEYS, kind);

function parsed(body: unknown): Record<string, unknown> | undefined {
  if (typeof body !== 'string' || body.length > LONGEST) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
