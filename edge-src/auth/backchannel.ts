/**
 * `backchannel-logout`: OpenID Connect Back-Channel Logout 1.0. The provider's word ends sessions, so each of its checks is
 * made here; the answer comes after the queue has the revocation. A replay is the same message and changes nothing.
 */
import type { Trail } from './audit.ts';
import type { Config } from './config.ts';
import { asRecord, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';
import type { Incoming } from './request.ts';
import { json, respond, type EdgeResponse } from './response.ts';
import { revocationOf, revoke } from './revoke.ts';
import { textOf, verifyMessage } from './signed_message.ts';
import { asKnown, type Who } from './subjects.ts';
import type { Surroundings } from './surroundings.ts';
import { issuersOf } from './tenant.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** A logout token is sent when it is made; the skew comes on top. */
const OLDEST = 360;
const TYPES: ReadonlySet<string> = new Set(['', 'jwt', 'logout+jwt']);

export async function backchannelLogout(request: Incoming, around: Surroundings, trail: Trail): Promise<EdgeResponse> {
  if (!around.config.backchannel || around.enqueue === undefined) throw new Refusal('not_found');
  if (request.method !== 'POST') throw new Refusal('method');
  try {
    await logOut(tokenOf(request), around, trail);
    return respond({ status: 200 });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    trail.code = error.reason;
    trail.detail = error.detail ?? '';
    return error.isOutage ? json(503, { error: 'temporarily_unavailable' }, [['Retry-After', '10']]) : json(400, { error: 'invalid_request' });
  }
}

function tokenOf(request: Incoming): string {
  if (request.mediaType !== 'application/x-www-form-urlencoded') throw new Refusal('request', { detail: 'media_type' });
  const tokens = new URLSearchParams(request.body().toString('utf8')).getAll('logout_token');
  const [token] = tokens;
  if (token === undefined || tokens.length > 1) throw new Refusal('request', { detail: 'logout_token' });
  return token;
}

async function logOut(token: string, around: Surroundings, trail: Trail): Promise<void> {
  const { config, keySet, now } = around;
  const signers = { issuers: issuersOf(config), audience: config.clientId, algorithms: config.algorithms, keySet, required: ['exp', 'jti', 'events'] };
  const { type, claims, issuedAt } = await verifyMessage(token, signers, now());
  if (!TYPES.has(type)) throw new Refusal('request', { detail: 'typ' });
  if (!(issuedAt >= now() - OLDEST)) throw new Refusal('request', { detail: 'claim_iat' });
  if (Object.hasOwn(claims, 'nonce')) throw new Refusal('request', { detail: 'nonce' });
  if (textOf(claims, 'jti') === undefined) throw new Refusal('request', { detail: 'claim_jti' });
  if (asRecord(member(asRecord(member(claims, 'events')) ?? {}, EVENT)) === undefined) throw new Refusal('request', { detail: 'events' });
  await revoke(await revocationOf({ ...subjectOf(claims, config), at: issuedAt, source: 'backchannel' }, around), around, trail);
}

function subjectOf(claims: Json, config: Config): Who {
  const [issuer, subject, user] = [textOf(claims, 'iss'), textOf(claims, 'sub'), textOf(claims, config.claims.user)];
  const session = textOf(claims, 'sid');
  if (Object.hasOwn(claims, 'sid') && session === undefined) throw new Refusal('request', { detail: 'claim_sid' });
  // A session of the provider is found by its user only; without one there is nobody to log out.
  if (issuer === undefined || subject === undefined || user === undefined) throw new Refusal('subject');
  // Sessions that carry another claim than `sid` cannot be told apart by it: then all of the user's end, rather than none.
  return { issuer, user: asKnown(user, config), session: config.claims.session === 'sid' ? session : undefined };
}
