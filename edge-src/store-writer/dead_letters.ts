/**
 * The queue of messages that nobody can carry out. Sent there by hand, because a failed message of a FIFO group would hold up every
 * revocation behind it until its receives are used up.
 */
import { createHash } from 'node:crypto';
import type { Config } from './config.ts';
import type { Exchange } from './exchange.ts';
import { Fault } from './fault.ts';

export interface DeadLetters {
  /** Resolves once SQS has it for good. */
  bury(messageId: string, body: string): Promise<void>;
}

const TIMEOUT = 5_000;

export function deadLettersOf({ deadLetters: { queue, region, endpoint } }: Config, exchange: Exchange): DeadLetters {
  return {
    async bury(messageId, body) {
      const request = {
        name: 'SendMessage',
        method: 'POST',
        endpoint,
        path: '/',
        headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' },
        body: JSON.stringify({
          QueueUrl: queue,
          MessageBody: body,
          MessageGroupId: 'store',
          MessageDeduplicationId: createHash('sha256').update(messageId).digest('hex'),
        }),
      } as const;
      const answer = await exchange({ service: 'sqs', region }, request, TIMEOUT);
      if (answer.status !== 200 || !answer.text.includes('MessageId')) throw new Fault('passing', `SendMessage: status ${answer.status}`);
    },
  };
}
