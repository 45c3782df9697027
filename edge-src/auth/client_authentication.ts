/**
 * How this client proves to the token endpoint that it is itself: not at all (PKCE alone), by a secret, by a signed assertion
 * (RFC 7523), or by an assertion that AWS signs for this function's role, so that no secret exists.
 */
import { createPrivateKey, randomUUID, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import type { Config } from './config.ts';
import { asRecord, member } from './record.ts';
import { Refusal } from './refusal.ts';

const ASSERTION_SECONDS = 60;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What the secret of a client holds, by the way it is used. */
export type Credential =
  | { readonly secret: string }
  | { readonly key: KeyObject; readonly algorithm: string; readonly kid: string | undefined }
  /** A finished assertion. */
  | { readonly assertion: string };

export function clientAuthentication({ clientAuthentication: way, tokenEndpoint }: Config, credential: Credential | undefined, now: number): oauth.ClientAuth {
  if (way === 'none') return oauth.None();
  if (credential === undefined) throw new Refusal('config');
  if ('secret' in credential) return way === 'client_secret_post' ? oauth.ClientSecretPost(credential.secret) : oauth.ClientSecretBasic(credential.secret);
  return async (_server, client, body) => {
    body.set('client_id', client.client_id);
    body.set('client_assertion_type', ASSERTION_TYPE);
    body.set('client_assertion', 'assertion' in credential ? credential.assertion : await signed(credential, client.client_id, tokenEndpoint, now));
  };
}

function signed({ key, algorithm, kid }: Extract<Credential, { key: KeyObject }>, clientId: string, audience: string, now: number): Promise<string> {
  return new SignJWT({ iss: clientId, sub: clientId, aud: audience, jti: randomUUID(), iat: now, exp: now + ASSERTION_SECONDS })
    .setProtectedHeader({ alg: algorithm, typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .sign(key);
}

/** The plain secret or PEM, or the same in an object, as AWS's console writes it. */
export function parseCredential(text: string, way: Config['clientAuthentication']): Credential {
  const plain = text.trim();
  const record = plain.startsWith('{') ? (asRecord(JSON.parse(plain)) ?? {}) : undefined;
  if (way === 'private_key_jwt') return privateKey(record === undefined ? plain : member(record, 'private_key'), record && member(record, 'kid'));
  const secret = record === undefined ? plain : member(record, 'client_secret');
  if (typeof secret !== 'string' || secret === '') throw new Refusal('secrets_invalid', { detail: 'client_secret' });
  return { secret };
}

function privateKey(pem: unknown, kid: unknown): Credential {
  const key = typeof pem === 'string' ? createPrivateKey(pem) : undefined;
  const algorithm = key && algorithmOf(key);
  if (key === undefined || algorithm === undefined || (kid !== undefined && typeof kid !== 'string')) throw new Refusal('secrets_invalid', { detail: 'private_key' });
  return { key, algorithm, kid };
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048 ? 'RS256' : undefined;
  if (asymmetricKeyType === 'ec') return asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ES256' : undefined;
  return asymmetricKeyType === 'ed25519' ? 'EdDSA' : undefined;
}

/** Whether a credential that was read again is still the one that was refused. */
export function isSameCredential(a: Credential | undefined, b: Credential | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if ('secret' in a) return 'secret' in b && a.secret === b.secret;
  return 'key' in a && 'key' in b && a.key.equals(b.key) && a.kid === b.kid;
}
