/**
 * The signed assertion for origins (edge contract, section 8): who this is, for one application, as long as the session and
 * tied to it by a hash. Its keys are asymmetric and only here: who reads the session store cannot make one.
 */
import { createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { b64u, sha256 } from './bytes.ts';
import { asCount, asRecord, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';

export interface AssertionKey {
  readonly kid: string;
  readonly key: KeyObject;
  readonly signAfter: number;
  /** 0: no end yet. */
  readonly verifyUntil: number;
}

export type AssertionKeys = readonly AssertionKey[];

export function parseAssertionKeys(text: string): AssertionKeys {
  const document = asRecord(JSON.parse(text)) ?? {};
  const list = member(document, 'keys');
  if (member(document, 'v') !== 1 || !Array.isArray(list) || list.length === 0) throw new Refusal('secrets_invalid', { detail: 'assertion' });
  const keys = list.map((value: unknown) => parseKey(asRecord(value) ?? {}));
  if (new Set(keys.map(({ kid }) => kid)).size !== keys.length) throw new Refusal('secrets_invalid', { detail: 'kid_twice' });
  return keys;
}

function parseKey(record: Json): AssertionKey {
  const [kid, pem] = [member(record, 'kid'), member(record, 'private_key')];
  const [signAfter, verifyUntil] = [asCount(member(record, 'sign_after')), asCount(member(record, 'verify_until'))];
  const whole = typeof kid === 'string' && /^[a-z0-9]{1,8}$/.test(kid) && typeof pem === 'string';
  if (!whole || signAfter === undefined || verifyUntil === undefined) throw new Refusal('secrets_invalid', { detail: 'assertion' });
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Refusal('secrets_invalid', { detail: 'assertion_curve' });
  return { kid, key, signAfter, verifyUntil };
}

/** The key that signs now: it must outlive every assertion signed with it. */
function signerOf(keys: AssertionKeys, now: number, expires: number): AssertionKey {
  const fit = keys.filter(({ signAfter, verifyUntil }) => signAfter <= now && (verifyUntil === 0 || verifyUntil > expires));
  const [first] = fit.toSorted((a, b) => b.signAfter - a.signAfter || (a.kid < b.kid ? 1 : -1));
  if (first === undefined) throw new Refusal('secrets_invalid', { detail: 'no_assertion_signer' });
  return first;
}

/** A JWS of these claims; `iat` and `exp` are among them. */
export function signAssertion(claims: Json & { readonly iat: number; readonly exp: number }, keys: AssertionKeys): string {
  const { kid, key } = signerOf(keys, claims.iat, claims.exp);
  const part = (value: Json): string => b64u(Buffer.from(JSON.stringify(value), 'utf8'));
  const input = `${part({ alg: 'ES256', typ: 'zt-assertion+jwt', kid })}.${part(claims)}`;
  return `${input}.${b64u(sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }))}`;
}

/** The session's `ah`. */
export const assertionHash = (assertion: string): string => b64u(sha256(assertion).subarray(0, 16));

/** The public halves that origins need: of keys that sign, will sign, or have signed what still holds. */
export function publicKeys(keys: AssertionKeys, now: number): readonly Json[] {
  return keys
    .filter(({ verifyUntil }) => verifyUntil === 0 || now < verifyUntil)
    .map(({ kid, key }) => ({ ...createPublicKey(key).export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' }));
}
