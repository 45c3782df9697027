/** The dead letters' queue: one call of SQS, its signature judged, failing when told to. And records as SQS hands them to Lambda. */
import { createServer } from 'node:http';
import { CREDENTIALS } from './key_value_store.mjs';
import { signatureFault } from './signature.mjs';

export const QUEUE = 'https://sqs.eu-central-1.amazonaws.com/123456789012/zt-main-dead-revocations.fifo';

export class DeadLetters {
  messages = [];
  failing = false;
  now = 1_800_000_000_000;

  static async start() {
    const queue = new DeadLetters();
    queue.server = createServer((request, response) => void queue.#serve(request, response));
    await new Promise((ready) => queue.server.listen(0, '127.0.0.1', ready));
    queue.endpoint = `http://127.0.0.1:${queue.server.address().port}`;
    return queue;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  async #serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const wrong = signatureFault(request, body, { ...CREDENTIALS, service: 'sqs', region: 'eu-central-1', now: this.now });
    const message = JSON.parse(body.toString('utf8'));
    const known = request.headers['x-amz-target'] === 'AmazonSQS.SendMessage' && message.QueueUrl === QUEUE && message.MessageGroupId === 'store';
    if (this.failing || wrong !== undefined || !known) return void response.writeHead(this.failing ? 500 : 400).end(JSON.stringify({ wrong }));
    const again = this.messages.some((it) => it.MessageDeduplicationId === message.MessageDeduplicationId);
    if (!again) this.messages.push(message);
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ MessageId: 'm', MD5OfMessageBody: '' }));
  }

  get bodies() {
    return this.messages.map((message) => message.MessageBody);
  }
}

let serial = 0;

export function record(body, { sent = 1_799_999_996_999, received = 1 } = {}) {
  serial += 1;
  return {
    messageId: `00000000-0000-0000-0000-${String(serial).padStart(12, '0')}`,
    receiptHandle: 'r',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: { SentTimestamp: String(sent), ApproximateReceiveCount: String(received), MessageGroupId: 'store' },
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:zt-main-revocations.fifo',
    awsRegion: 'eu-central-1',
  };
}
