/**
 * The membership document (edge contract, section 4) and its evaluation: which policies these claims meet, as the bits of
 * the grant ledger. Three values, not two: what cannot be decided is never true, and spoils a `none` as well.
 */
import type { ClaimNames } from './config.ts';
import { parseContexts, type Contexts } from './context.ts';
import { isElsewhere } from './groups.ts';
import { asCount, asRecord, asStrings, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';

export interface Membership {
  readonly generation: number;
  readonly policies: readonly Policy[];
  /** Replaced by the last change; edge locations that have not heard of it still look for their bits. */
  readonly former: readonly Policy[];
  readonly contexts: Contexts;
}

interface Policy {
  readonly name: string;
  readonly bit: number;
  readonly require: readonly unknown[];
  readonly any: readonly unknown[];
  readonly none: readonly unknown[];
}

type Truth = boolean | 'undecidable';

const MOST_BITS = 256;

export function parseMembership(text: string): Membership {
  const document = asRecord(JSON.parse(text)) ?? {};
  const generation = asCount(member(document, 'gen'));
  const ledger = member(document, 'ledger');
  const policies = asRecord(member(document, 'policies'));
  const formed = member(document, 'v') === 1 && Array.isArray(ledger) && policies !== undefined;
  if (!formed || generation === undefined || generation >= 36 ** 7) throw new Refusal('secrets_invalid', { detail: 'membership' });
  return {
    generation,
    policies: Object.entries(policies).map(([name, policy]) => parsePolicy(name, policy, ledger)),
    former: parseFormer(member(document, 'former') ?? []),
    contexts: parseContexts(member(document, 'contexts')),
  };
}

function parsePolicy(name: string, value: unknown, ledger: readonly unknown[]): Policy {
  const policy = asRecord(value) ?? {};
  // A policy may have had other texts, and other bits. The bit of its present text is the one that was given last.
  const entries = ledger.map((entry) => asRecord(entry) ?? {}).filter((entry) => member(entry, 'policy') === name);
  const births = entries.map((entry) => asCount(member(entry, 'birth')) ?? Number.NaN);
  const latest = entries.filter((_, index) => births[index] === Math.max(...births));
  const bit = latest.length === 1 ? asCount(member(latest[0] ?? {}, 'bit')) : undefined;
  return numbered(name, bit, policy);
}

function parseFormer(value: unknown): readonly Policy[] {
  if (!Array.isArray(value)) throw new Refusal('secrets_invalid', { detail: 'former' });
  return value.map((each: unknown) => {
    const former = asRecord(each) ?? {};
    return numbered('', asCount(member(former, 'bit')), asRecord(member(former, 'policy')) ?? {});
  });
}

function numbered(name: string, bit: number | undefined, policy: Json): Policy {
  const list = (key: string): readonly unknown[] => {
    const found = member(policy, key) ?? [];
    if (!Array.isArray(found)) throw new Refusal('secrets_invalid', { detail: 'policy' });
    return found;
  };
  if (bit === undefined || bit >= MOST_BITS) throw new Refusal('secrets_invalid', { detail: 'ledger' });
  return { name, bit, require: list('require'), any: list('any'), none: list('none') };
}

export interface Grants {
  /** The grant bits as the session cookie writes them. */
  readonly bits: string;
  /** Names of the policies met, in the order of their bits. */
  readonly policies: readonly string[];
}

/** `own`: the login provider speaks. What a further issuer signs is no login, so `authenticated` is not decided by it. */
export function grantsOf(membership: Membership, claims: Json, names: ClaimNames, own: boolean): Grants {
  const holds = (policy: Policy): boolean => isMet(policy, claims, names, own);
  const met = membership.policies.filter(holds).toSorted((a, b) => a.bit - b.bit);
  const digits: number[] = [];
  for (const policy of [...met, ...membership.former.filter(holds)]) {
    const index = policy.bit >> 2;
    digits[index] = (digits[index] ?? 0) | (1 << (policy.bit & 3));
  }
  return { bits: Array.from(digits, (digit) => (digit ?? 0).toString(16)).join(''), policies: met.map((policy) => policy.name) };
}

function isMet(policy: Policy, claims: Json, names: ClaimNames, own: boolean): boolean {
  const holds = (selector: unknown): Truth => evaluate(selector, claims, names, own);
  // A policy that asks for nothing is met by nobody.
  if (policy.require.length === 0 && policy.any.length === 0) return false;
  return (
    policy.require.every((selector) => holds(selector) === true) &&
    (policy.any.length === 0 || policy.any.some((selector) => holds(selector) === true)) &&
    policy.none.every((selector) => holds(selector) === false)
  );
}

/** All members of a selector must hold; one that is plainly false decides, whatever the others are. */
function evaluate(selector: unknown, claims: Json, names: ClaimNames, own: boolean): Truth {
  const record = asRecord(selector);
  const members = Object.entries(record ?? {});
  if (members.length === 0) return 'undecidable';
  return all(members.map(([kind, wanted]) => (kind === 'authenticated' && !own ? 'undecidable' : decide(kind, wanted, claims, names))));
}

function all(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes('undecidable') ? 'undecidable' : true;
}

function decide(kind: string, wanted: unknown, claims: Json, names: ClaimNames): Truth {
  if (kind === 'authenticated') return wanted === true ? true : 'undecidable';
  if (kind === 'claims') {
    const wishes = Object.entries(asRecord(wanted) ?? {});
    return wishes.length === 0 ? 'undecidable' : all(wishes.map(([name, values]) => claimHolds(member(claims, name), asStrings(values))));
  }
  const values = asStrings(wanted);
  if (values === undefined) return 'undecidable';
  switch (kind) {
    case 'groups':
      return listed(claims, names.groups, values, names.groups);
    case 'roles':
      return listed(claims, names.roles, values, names.groups);
    case 'users': {
      const user = member(claims, names.user);
      return typeof user === 'string' && user !== '' ? values.includes(user) : 'undecidable';
    }
    case 'emails':
      return emailHolds(claims, names, (email) => values.some((value) => value.toLowerCase() === email));
    case 'email_domains':
      return emailHolds(claims, names, (email) => values.some((value) => value.toLowerCase() === email.slice(email.indexOf('@') + 1)));
    default:
      return 'undecidable';
  }
}

function listed(claims: Json, name: string, values: readonly string[], groups: string): Truth {
  // An overage means that the list in the token is not the list of the user.
  const has = asStrings(member(claims, name));
  if (has === undefined || isElsewhere(claims, name, groups)) return 'undecidable';
  return values.some((value) => has.includes(value));
}

function claimHolds(claim: unknown, values: readonly string[] | undefined): Truth {
  if (values === undefined) return 'undecidable';
  if (typeof claim === 'string') return values.includes(claim);
  if (typeof claim === 'boolean' || (typeof claim === 'number' && Number.isSafeInteger(claim))) return values.includes(String(claim));
  const has = asStrings(claim);
  return has === undefined ? 'undecidable' : values.some((value) => has.includes(value));
}

function emailHolds(claims: Json, names: ClaimNames, test: (email: string) => boolean): Truth {
  const email = verifiedEmail(claims, names);
  return email === undefined ? 'undecidable' : test(email);
}

/** The user's address in canonical form, only if the provider says that it verified it. */
export function verifiedEmail(claims: Json, names: ClaimNames): string | undefined {
  const email = member(claims, names.email);
  if (member(claims, 'email_verified') !== true || typeof email !== 'string') return undefined;
  return /^[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+$/.test(email) ? email.toLowerCase() : undefined;
}
