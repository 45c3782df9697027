/**
 * `callback`: ends a login attempt. The order is the point: the browser's transaction first, then our own secrets, then the
 * code (which works once), then the proof of identity, and only then a session.
 */
import type { Trail } from './audit.ts';
import { b64u, same } from './bytes.ts';
import { signer, type Keys } from './keys.ts';
import { grantsOf, verifiedEmail, type Membership } from './membership.ts';
import { verifyIdToken, type Identity } from './identity.ts';
import { checkAnswer, redeem, SKEW } from './provider.ts';
import { asStrings, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';
import { only, type Incoming } from './request.ts';
import { redirect, type EdgeResponse } from './response.ts';
import { encodeReturnPath } from './return_path.ts';
import { fingerprint, formatSession, handleOf, NO_PROVIDER_SESSION, readSession, sessionCookie } from './session.ts';
import { redirectUri } from './start.ts';
import type { Surroundings } from './surroundings.ts';
import { dropTransaction, openTransaction, startedAt, type Transaction } from './transaction.ts';

/** The claims of a session, encoded, may take so many characters. */
const LARGEST_CLAIMS = 1_024;

interface Documents {
  readonly keys: Keys;
  readonly pepper: Buffer;
  readonly membership: Membership;
}

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
    const cookie = await logIn(request, around, transaction, trail);
    return redirect(303, transaction.rd, [cookie, dropTransaction(id)]);
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

async function logIn(request: Incoming, around: Surroundings, transaction: Transaction, trail: Trail): Promise<string> {
  const { config, secrets, keySet, now } = around;
  const answer = checkAnswer(config, request.query, transaction);
  const [documents] = await Promise.all([
    documentsOf(around, transaction.gen),
    config.clientAuthentication === 'none' ? undefined : secrets.clientSecret(),
    // Only a head start: whether the keys are there is decided where they are needed.
    keySet.prepare().catch(() => undefined),
  ]);
  const idToken = await redeem(config, answer, transaction, redirectUri(request, config.prefix), secrets);
  const freshSince = transaction.fresh ? startedAt(transaction) : undefined;
  const identity = await verifyIdToken(idToken, config, keySet, { nonce: transaction.nonce, now: now(), freshSince });
  return mint(identity, documents, around, trail);
}

async function documentsOf({ secrets }: Surroundings, generation: number): Promise<Documents> {
  const [keys, pepper, membership] = await Promise.all([secrets.keys(), secrets.pepper(), secrets.membershipOf(generation)]);
  return { keys, pepper, membership };
}

function mint(identity: Identity, { keys, pepper, membership }: Documents, around: Surroundings, trail: Trail): string {
  const { config, now, random } = around;
  const { claims, user, providerSession, loginTime } = identity;
  const issued = now();
  const deadline = loginTime + config.absoluteLifetime;
  if (!(deadline > issued)) throw new Refusal('absolute');
  const selected = sessionClaims(claims, around);
  const session = {
    sid: random(16),
    user: fingerprint(pepper, config.issuer, user),
    providerSession: providerSession === undefined ? NO_PROVIDER_SESSION : fingerprint(pepper, config.issuer, providerSession),
    loginTime,
    issued,
    expires: Math.min(issued + config.lifetime, deadline),
    generation: membership.generation,
    grants: grantsOf(membership, claims, config.claims),
    claims: selected.encoded,
  };
  const value = formatSession(session, signer(keys, issued, config.lifetime));
  trail.handle = handleOf(session.user, b64u(session.sid));
  trail.generation = session.generation;
  trail.grants = session.grants;
  trail.dropped = selected.dropped;
  return sessionCookie(config, value, deadline - issued);
}

/** The configured claims in their order, as many as fit; what does not fit is named in the audit line. */
function sessionClaims(claims: Json, { config }: Surroundings): { encoded: string; dropped: string[] } {
  let kept: Record<string, unknown> = {};
  let encoded = '';
  const dropped: string[] = [];
  for (const name of config.sessionClaims) {
    const value = name === config.claims.email ? verifiedEmail(claims, config.claims) : member(claims, name);
    if (value === undefined || !isPlain(value)) continue;
    const tried = { ...kept, [name]: wellFormed(value) };
    const text = b64u(Buffer.from(JSON.stringify(tried), 'utf8'));
    if (text.length > LARGEST_CLAIMS) dropped.push(name);
    else [kept, encoded] = [tried, text];
  }
  return { encoded, dropped };
}

/** Half a surrogate pair has no UTF-8: engines disagree on what becomes of it, so nobody gets to see one. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('utf8');
  return Array.isArray(value) ? value.map(wellFormed) : value;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value) || asStrings(value) !== undefined;
}
