/**
 * What a browser keeps for us and may neither read nor change: JWE under the refresh key (edge contract, section 7). The
 * kind of a cookie and the application stand in the protected header, so that none can be passed off as another.
 */
import { CompactEncrypt, compactDecrypt } from 'jose';
import type { Config } from './config.ts';
import { signer, verifier, type Keys } from './keys.ts';
import { asRecord, type Json } from './record.ts';

export type Kind = 'zt-refresh' | 'zt-hint';

export async function sealed(kind: Kind, payload: Json, keys: Keys, { application, lifetime }: Config, now: number): Promise<string> {
  const key = signer(keys, now, lifetime);
  return new CompactEncrypt(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: key.kid, typ: kind, aud: application })
    .encrypt(key.refresh);
}

/** The payload, or nothing when the value is not one of this kind, of this application and of a key that still holds. */
export async function unsealed(kind: Kind, value: string, keys: Keys, { application }: Config, now: number): Promise<Json | undefined> {
  try {
    const { plaintext } = await compactDecrypt(
      value,
      (header) => {
        const fits = header.typ === kind && header['aud'] === application && header.kid !== undefined;
        const key = fits && header.kid !== undefined ? verifier(keys, header.kid, now) : undefined;
        if (key === undefined) throw new TypeError('sealed: header');
        return key.refresh;
      },
      { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
    );
    return asRecord(JSON.parse(Buffer.from(plaintext).toString('utf8')));
  } catch {
    return undefined;
  }
}
