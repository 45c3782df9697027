/**
 * The claims hook: an address of the operators that may add to what a token says of a user, or refuse the user. The request is
 * signed; whatever is not plainly a yes or a no ends the login.
 */
import { createHmac } from 'node:crypto';
import { boundedFetch, mediaType } from './bounded_fetch.ts';
import type { Config } from './config.ts';
import type { Hook } from './features.ts';
import type { Identity } from './identity.ts';
import { asRecord, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';

const LARGEST = 64 * 1_024;

/** What the identity provider alone may say: who somebody is, for whom, since when and how proved. */
const PROTECTED: readonly string[] = [
  'iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'nonce', 'azp', 'tid', 'oid', 'acr', 'amr', 'auth_time', 'sid', 'email', 'email_verified',
];

export async function hookedClaims(identity: Identity, config: Config, hook: Hook, secret: string, now: number): Promise<Json> {
  const { issuer, user: subject, claims } = identity;
  const body = JSON.stringify({ v: 1, application: config.application, issuer, subject, claims });
  const answer = await ask(hook, body, `t=${now},v1=${createHmac('sha256', secret).update(`${now}.${body}`).digest('hex')}`);
  const kept = new Set([...PROTECTED, config.claims.user, config.claims.session, config.claims.email]);
  return { ...claims, ...Object.fromEntries(Object.entries(answer).filter(([name]) => !kept.has(name))) };
}

async function ask({ url, timeout }: Hook, body: string, signature: string): Promise<Json> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'x-zt-signature': signature };
  try {
    const response = await boundedFetch(url, { method: 'POST', headers, body }, { timeout, largest: LARGEST });
    if (response.status === 403) throw new Refusal('hook_refused');
    if (response.status !== 200) throw new Refusal('hook_unavailable', { detail: `status_${response.status}` });
    const claims = mediaType(response) === 'application/json' ? asRecord(member(asRecord(await response.json()) ?? {}, 'claims')) : undefined;
    if (claims === undefined) throw new Refusal('hook_unavailable', { detail: 'answer' });
    return claims;
  } catch (cause) {
    throw cause instanceof Refusal ? cause : new Refusal('hook_unavailable', { cause });
  }
}

/** The plain secret, or the same in an object, as AWS's console writes it. */
export function parseHookSecret(text: string): string {
  const plain = text.trim();
  const secret = plain.startsWith('{') ? member(asRecord(JSON.parse(plain)) ?? {}, 'secret') : plain;
  if (typeof secret !== 'string' || secret.length < 16) throw new Refusal('secrets_invalid', { detail: 'hook' });
  return secret;
}
