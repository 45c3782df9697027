/**
 * `callback`: ends a login attempt. The order is the point: the browser's transaction first, then our own secrets, then the
 * code (which works once), then the proof of identity, and only then a session.
 */
import type { Trail } from './audit.ts';
import { same } from './bytes.ts';
import { verifyIdToken } from './identity.ts';
import { mint, type Documents } from './mint.ts';
import { checkAnswer, redeem, SKEW } from './provider.ts';
import { Refusal } from './refusal.ts';
import { only, type Incoming } from './request.ts';
import { redirect, type EdgeResponse } from './response.ts';
import { encodeReturnPath } from './return_path.ts';
import { readSession } from './session.ts';
import { redirectUri } from './start.ts';
import type { Surroundings } from './surroundings.ts';
import { dropTransaction, openTransaction, startedAt, type Transaction } from './transaction.ts';

export async function callback(request: Incoming, around: Surroundings, trail: Trail): Promise<EdgeResponse> {
  const { config, secrets, now } = around;
  if (request.method !== 'GET') throw new Refusal('method');
  const state = only(request.query, 'state') ?? '';
  if (!/^[\w-]{48}$/.test(state)) throw new Refusal('response', { detail: 'state' });
  const keys = await secrets.keys();
  const id = state.slice(0, 16);
  const known = readSession(request, config, keys, now());
  if (known !== undefined && request.cookie(`__Host-zt-tx-${id}`).length === 0) {
    // The same answer once more, after it has been used: the browser has what it came for.
    trail.code = 'repeated';
    trail.handle = known.handle;
    return redirect(303, '/');
  }
  const transaction = await openTransaction(request, id, keys, config, now());
  if (!same(transaction.state, state)) throw new Refusal('state');
  if (!same(transaction.host, request.host)) throw new Refusal('transaction_invalid', { detail: 'host' });
  try {
    const cookies = await logIn(request, around, transaction, trail);
    return redirect(303, transaction.rd, [...cookies, dropTransaction(id)]);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.reason === 'code_refused' && known !== undefined && known.issued >= startedAt(transaction) - SKEW) {
      trail.code = 'repeated';
      trail.handle = known.handle;
      return redirect(303, transaction.rd, [dropTransaction(id)]);
    }
    if (error.reason === 'absolute' && !transaction.fresh) {
      trail.code = 'absolute';
      return redirect(303, `${config.prefix}/start?rd=${encodeReturnPath(transaction.rd)}&fresh=1`, [dropTransaction(id)]);
    }
    throw new TransactionEnded(error.leadingTo(transaction.rd), keepsAttempt(error) ? [] : [dropTransaction(id)]);
  }
}

/** A refusal after which the transaction's cookie goes, too. */
export class TransactionEnded extends Error {
  readonly refusal: Refusal;
  readonly cookies: readonly string[];

  constructor(refusal: Refusal, cookies: readonly string[]) {
    super(refusal.reason, { cause: refusal });
    this.refusal = refusal;
    this.cookies = cookies;
  }
}

/** Our own secrets are read before the code is spent: when they fail, loading the page again may succeed. */
const keepsAttempt = (refusal: Refusal): boolean => refusal.reason === 'secrets_unavailable' || refusal.reason === 'secrets_invalid';

async function logIn(request: Incoming, around: Surroundings, transaction: Transaction, trail: Trail): Promise<readonly string[]> {
  const { config, secrets, keySet, now } = around;
  const answer = checkAnswer(config, request.query, transaction);
  const [documents] = await Promise.all([
    documentsOf(around, transaction.gen),
    config.clientAuthentication === 'none' ? undefined : secrets.clientSecret(),
    // Only a head start: whether the keys are there is decided where they are needed.
    keySet.prepare().catch(() => undefined),
  ]);
  const tokens = await redeem(config, answer, transaction, redirectUri(request, config.prefix), secrets);
  if (tokens.idToken === undefined) throw new Refusal('provider_response', { detail: 'no_id_token' });
  const freshSince = transaction.fresh ? startedAt(transaction) : undefined;
  const identity = await verifyIdToken(tokens.idToken, config, keySet, { now: now(), login: { nonce: transaction.nonce, freshSince } });
  return (await mint(identity, { ...documents, tokens, previous: undefined }, around, trail)).cookies;
}

async function documentsOf({ secrets }: Surroundings, generation: number): Promise<Documents> {
  const [keys, pepper, membership] = await Promise.all([secrets.keys(), secrets.pepper(), secrets.membershipOf(generation)]);
  return { keys, pepper, membership };
}
