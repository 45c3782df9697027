/**
 * The key secret of an application and what is derived from it: one key for sessions, one for transactions, one for the
 * refresh cookie, never one for two purposes. Which key signs and which verify follows from the times in the document alone, so a rotation needs no message.
 */
import { hkdfSync } from 'node:crypto';
import { b64u, fromB64u, lp, sha256 } from './bytes.ts';
import type { Config } from './config.ts';
import { asCount, asRecord, member } from './record.ts';
import { Refusal } from './refusal.ts';

export interface Key {
  readonly kid: string;
  readonly signAfter: number;
  /** 0: no end yet. */
  readonly verifyUntil: number;
  readonly session: Buffer;
  readonly transaction: Buffer;
  readonly refresh: Buffer;
}

export interface Keys {
  readonly all: readonly Key[];
}

export function parseKeys(text: string, config: Config): Keys {
  const document = asRecord(JSON.parse(text)) ?? {};
  const list = member(document, 'keys');
  if (member(document, 'v') !== 1 || !Array.isArray(list)) throw new Refusal('secrets_invalid', { detail: 'keys' });
  const info = sessionInfo(config);
  const binding = b64u(sha256(info)).slice(0, 22);
  const all = list.flatMap((value: unknown): Key[] => {
    const record = asRecord(value) ?? {};
    const kid = member(record, 'kid');
    const secret = secretOf(member(record, 'secret'));
    const signAfter = asCount(member(record, 'sign_after'));
    const verifyUntil = asCount(member(record, 'verify_until'));
    if (typeof kid !== 'string' || !/^[a-z0-9]{1,8}$/.test(kid)) throw new Refusal('secrets_invalid', { detail: 'kid' });
    if (secret === undefined || signAfter === undefined || verifyUntil === undefined) throw new Refusal('secrets_invalid', { detail: 'key' });
    const derive = (label: Buffer): Buffer => Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), label, 32));
    // A key made for another issuer, client or claim mapping is not a key of this configuration.
    if (member(record, 'binding') !== binding) return [];
    const derived = (purpose: string): Buffer => derive(lp(purpose, config.application));
    return [{ kid, signAfter, verifyUntil, session: derive(info), transaction: derived('zt transaction v1'), refresh: derived('zt refresh v1') }];
  });
  if (new Set(all.map((key) => key.kid)).size !== all.length) throw new Refusal('secrets_invalid', { detail: 'kid_twice' });
  if (all.length === 0) throw new Refusal('secrets_invalid', { detail: 'no_key' });
  return { all };
}

export function parsePepper(text: string): Buffer {
  const document = asRecord(JSON.parse(text)) ?? {};
  const pepper = secretOf(member(document, 'pepper'));
  if (member(document, 'v') !== 1 || pepper === undefined) throw new Refusal('secrets_invalid', { detail: 'pepper' });
  return pepper;
}

export function sessionInfo({ application, issuer, clientId, claims }: Config): Buffer {
  const { user, email, groups, roles, session } = claims;
  const mapping = `user=${user};email=${email};groups=${groups};roles=${roles};session=${session}`;
  return lp('zt session v1', application, issuer, clientId, mapping);
}

/** The key that signs now: it must outlive every session signed with it. */
export function signer(keys: Keys, now: number, lifetime: number): Key {
  const fit = keys.all.filter((key) => key.signAfter <= now && (key.verifyUntil === 0 || key.verifyUntil > now + lifetime));
  const [first] = fit.toSorted((a, b) => b.signAfter - a.signAfter || (a.kid < b.kid ? 1 : -1));
  if (first === undefined) throw new Refusal('secrets_invalid', { detail: 'no_signer' });
  return first;
}

export function verifier(keys: Keys, kid: string, now: number): Key | undefined {
  return keys.all.find((key) => key.kid === kid && (key.verifyUntil === 0 || now < key.verifyUntil));
}

function secretOf(value: unknown): Buffer | undefined {
  const bytes = typeof value === 'string' ? fromB64u(value) : undefined;
  return bytes?.length === 32 ? bytes : undefined;
}
