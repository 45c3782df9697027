/**
 * `callback`: ends a login attempt. The order is the point: the browser's transaction first, then our own secrets, then the
 * code (which works once), then the proof of identity, and only then a session; what was there before ends last.
 */
import type { Trail } from './audit.ts';
import { same } from './bytes.ts';
import { holds } from './context.ts';
import { enrich } from './enrich.ts';
import { endFormer } from './former.ts';
import { verifyIdToken, type Identity } from './identity.ts';
import type { Membership } from './membership.ts';
import { mint, type Documents } from './mint.ts';
import { checkAnswer, redeem, SKEW } from './provider.ts';
import { member } from './record.ts';
import { Refusal, RefusalWithCookies } from './refusal.ts';
import { only, type Incoming } from './request.ts';
import { redirect, type EdgeResponse } from './response.ts';
import { encodeReturnPath } from './return_path.ts';
import { readSession, type KnownSession } from './session.ts';
import { redirectUri } from './start.ts';
import type { Surroundings } from './surroundings.ts';
import { dropTransaction, openTransaction, startedAt, type Transaction } from './transaction.ts';

export async function callback(request: Incoming, around: Surroundings, trail: Trail): Promise<EdgeResponse> {
  if (request.method !== 'GET') throw new Refusal('method');
  const { config, secrets, now } = around;
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
    const cookies = await logIn(request, around, { transaction, known }, trail);
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
      return redirect(303, startAgain(transaction, config.prefix), [dropTransaction(id)]);
    }
    throw new RefusalWithCookies(error.leadingTo(transaction.rd), keepsAttempt(error) ? [] : [dropTransaction(id)]);
  }
}

/** The same attempt once more, with a login anew. */
function startAgain({ rd, step, age }: Transaction, prefix: string): string {
  const wishes = `${step === undefined ? '' : `&step=${step}`}${age === undefined ? '' : `&age=${age}`}`;
  return `${prefix}/start?rd=${encodeReturnPath(rd)}&fresh=1${wishes}`;
}

/** Our own secrets are read before the code is spent: when they fail, loading the page again may succeed. */
const keepsAttempt = (refusal: Refusal): boolean => refusal.reason === 'secrets_unavailable' || refusal.reason === 'secrets_invalid';

/** An attempt, and the session that this browser has had so far. */
interface Attempt {
  readonly transaction: Transaction;
  readonly known: KnownSession | undefined;
}

async function logIn(request: Incoming, around: Surroundings, { transaction, known }: Attempt, trail: Trail): Promise<readonly string[]> {
  const { config, secrets, keySet, now } = around;
  const answer = checkAnswer(config, request.query, transaction);
  const [documents] = await Promise.all([
    documentsOf(around, transaction),
    secrets.credential(),
    config.hook === null ? undefined : secrets.hookSecret(),
    config.assertion === null ? undefined : secrets.assertionKeys(),
    // Only a head start: whether the keys are there is decided where they are needed.
    keySet.prepare().catch(() => undefined),
  ]);
  const tokens = await redeem(config, answer, transaction, redirectUri(request, config.prefix), secrets);
  if (tokens.idToken === undefined) throw new Refusal('provider_response', { detail: 'no_id_token' });
  const freshSince = transaction.fresh ? startedAt(transaction) : undefined;
  const proven = await verifyIdToken(tokens.idToken, config, keySet, { now: now(), login: { nonce: transaction.nonce, freshSince } });
  // With tenants the answer may have named any of them; it is this user's, or the answers were mixed up (RFC 9207).
  if (answer.has('iss') && answer.get('iss') !== proven.issuer) throw new Refusal('issuer', { detail: 'tenant' });
  const identity = await enrich(proven, tokens.accessToken, around);
  checkStep(identity, transaction, documents.membership, now());
  // Asked for anew because the last login was too old, and answered with the last login.
  if (transaction.fresh && transaction.age !== undefined && known?.loginTime === identity.loginTime) throw new Refusal('fresh', { detail: 'not_anew' });
  const { session, cookies } = await mint(identity, { ...documents, request, tokens, previous: undefined }, around, trail);
  const { keys } = documents;
  await endFormer(request, { identity, transaction, session, keys, renewable: tokens.refreshToken !== undefined }, around, trail);
  return cookies;
}

/** What a step-up asked for is what came of it; a provider that cannot, or a viewer who left it out, gets no session for it. */
function checkStep({ claims, loginTime }: Identity, { step, age }: Transaction, { contexts }: Membership, now: number): void {
  const requirement = step === undefined ? undefined : contexts.get(step);
  if (step !== undefined && (requirement === undefined || !holds(requirement, claims))) throw new Refusal('context', { detail: 'not_reached' });
  const untold = member(claims, 'auth_time') === undefined;
  if (age !== undefined && (untold || now - loginTime > age + SKEW)) throw new Refusal('fresh', { detail: 'age' });
}

async function documentsOf({ secrets }: Surroundings, { gen, step }: Transaction): Promise<Documents> {
  const isEnough = ({ generation, contexts }: Membership): boolean => generation >= gen && (step === undefined || contexts.has(step));
  const [keys, pepper, membership] = await Promise.all([secrets.keys(), secrets.pepper(), secrets.membershipWith(isEnough)]);
  return { keys, pepper, membership };
}
