/**
 * The way of a revocation to the store: one message in the store's FIFO queue (edge contract, section 2). Nobody is
 * answered "done" before the queue has confirmed this very message. A repetition is the same message, so it may be sent again.
 */
import { createHash } from 'node:crypto';
import { callAws, type Caller } from './aws_call.ts';
import { sha256 } from './bytes.ts';
import type { Config } from './config.ts';
import { asRecord, member } from './record.ts';
import { Refusal } from './refusal.ts';
import type { Call } from './sigv4.ts';

export interface Revocation {
  readonly kind: 'user' | 'session' | 'provider_session';
  readonly key: string;
  /** Whose session it is, where it is known: the writer can then tell one user's many sessions from many users'. */
  readonly user?: string;
  /** When it happened, in seconds. */
  readonly at: number;
  readonly source: 'logout' | 'backchannel' | 'caep' | 'risc';
}

export type Enqueue = (revocation: Revocation) => Promise<void>;

const ATTEMPTS = 2;
const BOUNDS = { timeout: 2_500, largest: 20_000 };

export function queueOf({ queue, application }: Config, caller: Caller): Enqueue | undefined {
  if (queue === null) return undefined;
  return async ({ kind, key, user, at, source }) => {
    const message = JSON.stringify({ v: 1, kind, key, user, at, application, source });
    const body = JSON.stringify({
      QueueUrl: queue.url,
      MessageBody: message,
      MessageGroupId: 'store',
      MessageDeduplicationId: sha256(`${kind}.${key}.${at}`).toString('hex'),
    });
    const call = { endpoint: queue.endpoint, region: queue.region, service: 'sqs', target: 'AmazonSQS.SendMessage', contentType: 'application/x-amz-json-1.0', body };
    let last: Refusal | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      last = await send(call, caller, message);
      if (last === undefined) return;
    }
    throw last;
  };
}

/** Why the message is not known to be in the queue, or nothing when it is. */
async function send(call: Call, caller: Caller, message: string): Promise<Refusal | undefined> {
  try {
    const response = await callAws(call, caller, BOUNDS);
    if (response.status !== 200) return new Refusal('queue_unavailable', { detail: `status_${response.status}` });
    const answer = asRecord(await response.json()) ?? {};
    const confirmed = member(answer, 'MD5OfMessageBody') === createHash('md5').update(message).digest('hex') && typeof member(answer, 'MessageId') === 'string';
    return confirmed ? undefined : new Refusal('queue_unavailable', { detail: 'not_confirmed' });
  } catch (cause) {
    return new Refusal('queue_unavailable', { cause, detail: cause instanceof Refusal ? cause.detail : undefined });
  }
}
