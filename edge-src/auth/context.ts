/**
 * Context requirements (edge contract, sections 1 and 4): how a user must have logged in, by `acr` and `amr`. A session
 * carries the fingerprints of those it meets; what a token does not say, or says in another form, is never met.
 */
import { b64u, sha256 } from './bytes.ts';
import { asRecord, asStrings, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';

export interface Requirement {
  readonly acr: string | undefined;
  readonly amr: readonly string[] | undefined;
}

/** By fingerprint. */
export type Contexts = ReadonlyMap<string, Requirement>;

const MOST = 4;
export const FINGERPRINT = /^[\w-]{6}$/;

export function parseContexts(value: unknown): Contexts {
  const record = value === undefined ? {} : asRecord(value);
  if (record === undefined || Object.keys(record).length > MOST) throw new Refusal('secrets_invalid', { detail: 'contexts' });
  return new Map(Object.entries(record).map(([print, requirement]) => [print, parse(print, asRecord(requirement) ?? {})]));
}

function parse(print: string, record: Json): Requirement {
  const acr = member(record, 'acr');
  const amr = member(record, 'amr');
  const list = asStrings(amr);
  const formed = (acr === undefined || typeof acr === 'string') && (amr === undefined || list !== undefined) && (acr ?? amr) !== undefined;
  // The fingerprint is taken of the text both functions agree on; one that is not is another requirement's, or nobody's.
  const text = JSON.stringify({ acr, amr: list === undefined ? undefined : [...new Set(list)].toSorted(byBytes) });
  if (!formed || b64u(sha256(text)).slice(0, 6) !== print) throw new Refusal('secrets_invalid', { detail: 'context' });
  return { acr: acr as string | undefined, amr: list };
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

export function holds({ acr, amr }: Requirement, claims: Json): boolean {
  return (acr === undefined || member(claims, 'acr') === acr) && (amr === undefined || reaches(member(claims, 'amr'), amr));
}

const reaches = (claim: unknown, listed: readonly string[]): boolean => asStrings(claim)?.some((value) => listed.includes(value)) ?? false;

/** The field `ctx` of a login. */
export function contextOf(contexts: Contexts, claims: Json): string {
  return [...contexts].filter(([, requirement]) => holds(requirement, claims)).map(([print]) => print).toSorted(byBytes).join('');
}

/** The field `ctx` of a renewed session: what it had, without what a claim of the new token contradicts. */
export function contextKept(before: string, contexts: Contexts, claims: Json): string {
  return (before.match(/.{6}/g) ?? []).filter((print) => {
    const known = contexts.get(print);
    if (known === undefined) return false;
    const says = (name: string): boolean => member(claims, name) !== undefined;
    return holds({ acr: says('acr') ? known.acr : undefined, amr: says('amr') ? known.amr : undefined }, claims);
  }).join('');
}
