/**
 * One attempt to log in, kept in the browser under authenticated encryption (edge contract, section 7): what the callback
 * must know and nobody may choose. Several attempts live side by side; their number and bytes are capped, the oldest go.
 */
import { CompactEncrypt, compactDecrypt } from 'jose';
import { b64u, same } from './bytes.ts';
import type { Config } from './config.ts';
import { expire, setCookie } from './cookies.ts';
import { signer, verifier, type Keys } from './keys.ts';
import { FINGERPRINT } from './context.ts';
import { asCount, asRecord, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';
import type { Incoming } from './request.ts';
import { LARGEST_COOKIE } from './response.ts';
import { isReturnPath } from './return_path.ts';

export const TRANSACTION_SECONDS = 600;
const PREFIX = '__Host-zt-tx-';
const MOST = 5;
const MOST_BYTES = 8_192;
/** A response has room for so many removals; more cookies than this are not of our making. */
const MOST_REMOVALS = 30;

export interface Transaction {
  readonly id: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly rd: string;
  readonly host: string;
  readonly exp: number;
  readonly fresh: boolean;
  readonly gen: number;
  /** The fingerprint of the context requirement this login must meet. */
  readonly step?: string;
  /** How many seconds ago the user may have logged in. */
  readonly age?: number;
}

export type Wish = Pick<Transaction, 'rd' | 'host' | 'fresh' | 'gen' | 'step' | 'age'>;
export type Random = (length: number) => Uint8Array;

export function newTransaction(wish: Wish, now: number, random: Random): Transaction {
  const id = b64u(random(12));
  const state = id + b64u(random(24));
  return { id, state, nonce: b64u(random(32)), verifier: b64u(random(32)), exp: now + TRANSACTION_SECONDS, ...wish };
}

export const startedAt = (transaction: Transaction): number => transaction.exp - TRANSACTION_SECONDS;

export async function seal(transaction: Transaction, keys: Keys, config: Config, now: number): Promise<string> {
  const key = signer(keys, now, TRANSACTION_SECONDS);
  return new CompactEncrypt(Buffer.from(JSON.stringify(transaction)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: key.kid, typ: 'zt-tx', aud: config.application })
    .encrypt(key.transaction);
}

/** The cookies that add one transaction and keep the whole within its bounds. */
export async function addTransaction(request: Incoming, value: string, id: string, keys: Keys, config: Config, now: number): Promise<string[]> {
  const added = setCookie(PREFIX + id, value, TRANSACTION_SECONDS);
  if (added.length > LARGEST_COOKIE) throw new Refusal('return_too_long');
  const others = await Promise.all(
    transactionNames(request).map(async (name) => {
      const values = request.cookie(name);
      const known = await openTransaction(request, name.slice(PREFIX.length), keys, config, now).catch(() => undefined);
      return { name, size: values.reduce((sum, each) => sum + name.length + each.length, 0), exp: known?.exp ?? 0 };
    }),
  );
  let count = 1;
  let bytes = PREFIX.length + id.length + value.length;
  const gone: string[] = [];
  for (const other of others.toSorted((a, b) => b.exp - a.exp)) {
    count += 1;
    bytes += other.size;
    if (other.exp === 0 || count > MOST || bytes > MOST_BYTES) gone.push(other.name);
  }
  return [added, ...gone.slice(0, MOST_REMOVALS).map((name) => expire(name))];
}

/** Opens the transaction of this id in this browser; a cookie that is absent, foreign or past is a refusal. */
export async function openTransaction(request: Incoming, id: string, keys: Keys, config: Config, now: number): Promise<Transaction> {
  const values = request.cookie(PREFIX + id);
  if (values.length === 0) throw new Refusal('transaction_missing');
  const [value] = values;
  if (value === undefined || values.length > 1) throw new Refusal('transaction_invalid', { detail: 'twice' });
  const transaction = await decrypt(value, keys, config, now);
  if (!same(transaction.id, id) || !transaction.state.startsWith(id)) throw new Refusal('transaction_invalid', { detail: 'id' });
  if (!(now < transaction.exp)) throw new Refusal('transaction_expired', { next: transaction.rd });
  return transaction;
}

export const dropTransaction = (id: string): string => expire(PREFIX + id);

export const dropTransactions = (request: Incoming): string[] => transactionNames(request).slice(0, MOST_REMOVALS).map((name) => expire(name));

/** Only names we can have given: the others are left alone. */
const transactionNames = (request: Incoming): string[] => request.cookieNames.filter((name) => /^__Host-zt-tx-[\w-]{16}$/.test(name));

async function decrypt(value: string, keys: Keys, config: Config, now: number): Promise<Transaction> {
  try {
    const { plaintext } = await compactDecrypt(
      value,
      (header) => {
        const fits = header.typ === 'zt-tx' && header['aud'] === config.application && typeof header.kid === 'string';
        const key = fits && header.kid !== undefined ? verifier(keys, header.kid, now) : undefined;
        if (key === undefined) throw new Refusal('transaction_invalid', { detail: 'header' });
        return key.transaction;
      },
      { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
    );
    return parse(JSON.parse(Buffer.from(plaintext).toString('utf8')), config);
  } catch (cause) {
    throw cause instanceof Refusal ? cause : new Refusal('transaction_invalid', { cause });
  }
}

function parse(value: unknown, config: Config): Transaction {
  const record = asRecord(value) ?? {};
  const text = (name: string, form: RegExp): string => {
    const found = member(record, name);
    if (typeof found !== 'string' || !form.test(found)) throw new Refusal('transaction_invalid', { detail: name });
    return found;
  };
  const exp = asCount(member(record, 'exp'));
  const fresh = member(record, 'fresh');
  const rd = text('rd', /^\//);
  if (exp === undefined || typeof fresh !== 'boolean' || !isReturnPath(rd, config.prefix)) throw new Refusal('transaction_invalid', { detail: 'form' });
  return {
    id: text('id', /^[\w-]{16}$/),
    state: text('state', /^[\w-]{48}$/),
    nonce: text('nonce', /^[\w-]{43}$/),
    verifier: text('verifier', /^[\w-]{43}$/),
    host: text('host', /^[a-z0-9.-]+$/),
    gen: asCount(member(record, 'gen')) ?? 0,
    rd,
    exp,
    fresh,
    ...stepUp(record),
  };
}

/** What a login was started for must not get lost on the way, so a member that cannot be read ends the attempt. */
function stepUp(record: Json): Pick<Transaction, 'step' | 'age'> {
  const step = member(record, 'step');
  const age = member(record, 'age');
  const formed = (step === undefined || (typeof step === 'string' && FINGERPRINT.test(step))) && (age === undefined || asCount(age) !== undefined);
  if (!formed) throw new Refusal('transaction_invalid', { detail: 'step' });
  return { ...(step === undefined ? {} : { step: step as string }), ...(age === undefined ? {} : { age: age as number }) };
}
