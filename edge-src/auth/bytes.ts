/** The notation of the edge contract: `b64u`, `b36`, `lp`, and comparison in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';

export const b64u = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** Strict: only the alphabet, no padding, no bits left over. */
export function fromB64u(text: string): Buffer | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

export const b36 = (value: number): string => value.toString(36);

export function lp(...texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}

export const sha256 = (input: string | Uint8Array): Buffer => createHash('sha256').update(input).digest();

/** Compares digests, so that neither content nor length shows in time. */
export const same = (a: string, b: string): boolean => timingSafeEqual(sha256(a), sha256(b));
