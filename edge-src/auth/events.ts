/**
 * `events`: a receiver of shared signals (SSF with CAEP and RISC) by push (RFC 8935). Events that end access revoke before
 * they are acknowledged; the others are acknowledged and do nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Trail } from './audit.ts';
import type { Trusted } from './features.ts';
import { asRecord, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';
import type { Incoming } from './request.ts';
import { json, respond, type EdgeResponse } from './response.ts';
import { revocationOf, revoke } from './revoke.ts';
import { textOf, verifyMessage } from './signed_message.ts';
import { whoIs } from './subjects.ts';
import type { Surroundings } from './surroundings.ts';

type Source = 'caep' | 'risc';
type Ends = (event: Json) => boolean;

const always: Ends = () => true;
const CAEP: Readonly<Record<string, Ends>> = {
  'session-revoked': always,
  'credential-change': always,
  'device-compliance-change': (event) => member(event, 'current_status') === 'not-compliant',
  'assurance-level-change': (event) => member(event, 'change_direction') === 'decrease',
};
const RISC: Readonly<Record<string, Ends>> = {
  'account-disabled': always,
  'account-purged': always,
  'account-credential-change-required': always,
  'credential-compromise': always,
  'sessions-revoked': always,
};
const TYPE = /^https:\/\/schemas\.openid\.net\/secevent\/(caep|risc)\/event-type\/([a-z-]{1,64})$/;

export async function events(request: Incoming, around: Surroundings, trail: Trail): Promise<EdgeResponse> {
  const trusted = around.config.events;
  if (trusted === null || around.enqueue === undefined) throw new Refusal('not_found');
  if (request.method !== 'POST') throw new Refusal('method');
  try {
    if (request.mediaType !== 'application/secevent+jwt') throw new Refusal('request', { detail: 'media_type' });
    await receive(request.body().toString('latin1').trim(), trusted, around, trail);
    return respond({ status: 202 });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    trail.code = error.reason;
    trail.detail = error.detail ?? '';
    return refusedEvent(error);
  }
}

async function receive(token: string, trusted: Trusted, around: Surroundings, trail: Trail): Promise<void> {
  const { issuer, audience, algorithms, jwksUri } = trusted;
  const signers = { issuers: [issuer], audience, algorithms, keySet: around.keySetOf(jwksUri), required: ['jti', 'events'] };
  const { type, claims, issuedAt } = await verifyMessage(token, signers, around.now());
  // SSF asks for the explicit type, so that no other token of the transmitter is taken for an event.
  if (type !== 'secevent+jwt') throw new Refusal('request', { detail: 'typ' });
  if (textOf(claims, 'jti') === undefined) throw new Refusal('request', { detail: 'claim_jti' });
  const listed = Object.entries(asRecord(member(claims, 'events')) ?? {});
  if (listed.length === 0) throw new Refusal('request', { detail: 'events' });
  const ending = listed.flatMap(([uri, value]) => endingEvent(uri, value, claims));
  // Who is meant is settled for all events before the first one is acted upon.
  const subjects = ending.map(({ source, subject }) => ({ ...whoIs(subject, around.config), at: issuedAt, source }));
  for (const subject of subjects) await revoke(await revocationOf(subject, around), around, trail);
  if (subjects.length === 0) trail.code = 'ignored';
}

function endingEvent(uri: string, value: unknown, claims: Json): { source: Source; subject: unknown }[] {
  const event = asRecord(value);
  if (event === undefined) throw new Refusal('request', { detail: 'events' });
  const [, family = '', name = ''] = TYPE.exec(uri) ?? [];
  const known = family === 'caep' ? CAEP : RISC;
  const ends = family !== '' && Object.hasOwn(known, name) ? known[name] : undefined;
  if (ends === undefined || !ends(event)) return [];
  return [{ source: family === 'caep' ? 'caep' : 'risc', subject: subjectOf(event, claims) }];
}

/**
 * `sub_id` of the event token; transmitters of earlier drafts say `subject` inside the event. Some say it in both places, for
 * receivers of either kind; two different subjects are nobody's.
 */
function subjectOf(event: Json, claims: Json): unknown {
  const inside = member(event, 'subject');
  const outside = member(claims, 'sub_id');
  if (inside !== undefined && outside !== undefined && !isDeepStrictEqual(inside, outside)) throw new Refusal('subject', { detail: 'twice' });
  return outside ?? inside;
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  invalid_request: 'The request is not a security event that can be acted upon.',
  invalid_key: 'The signature cannot be verified.',
  invalid_issuer: 'The issuer is not trusted here.',
  invalid_audience: 'The event is not meant for this receiver.',
};

/** RFC 8935, 2.3 and 2.4. */
function refusedEvent(refusal: Refusal): EdgeResponse {
  if (refusal.isOutage) return json(503, { err: 'temporarily_unavailable', description: 'Please send it again.' }, [['Retry-After', '10']]);
  const { reason, detail } = refusal;
  const err = reason === 'authentication' ? 'invalid_key' : detail === 'claim_iss' ? 'invalid_issuer' : detail === 'claim_aud' ? 'invalid_audience' : 'invalid_request';
  return json(400, { err, description: DESCRIPTIONS[err] }, [['Content-Language', 'en']]);
}
