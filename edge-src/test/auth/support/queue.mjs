/**
 * A FIFO queue that knows one call of SQS's JSON protocol: it judges the signature by another implementation of SigV4, drops what
 * it has had already, as SQS does by MessageDeduplicationId, and can be told to fail.
 */
import { AwsV4Signer } from 'aws4fetch';
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { listen } from './listen.mjs';

export class Queue {
  /** What a reader of the queue would receive. */
  messages = [];
  /** Every accepted call, repetitions included. */
  accepted = [];
  calls = 0;
  /** Why calls were refused; a test that expects none asserts that. */
  complaints = [];
  /** A function that answers instead, to play an outage. */
  fault;
  #seen = new Set();

  static async start() {
    const queue = new Queue();
    queue.server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      queue.calls += 1;
      if (queue.fault !== undefined) return queue.fault(response, queue.calls);
      await queue.#answer(request, Buffer.concat(chunks).toString(), response);
    });
    queue.endpoint = `http://127.0.0.1:${await listen(queue.server)}`;
    queue.url = `${queue.endpoint}/123456789012/zt-main.fifo`;
    return queue;
  }

  async #answer(request, body, response) {
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    const complaint = await this.#judge(request, body);
    if (complaint !== undefined) {
      this.complaints.push(complaint);
      response.statusCode = 400;
      return response.end(JSON.stringify({ __type: 'com.amazonaws.sqs#InvalidParameterValue', message: complaint }));
    }
    const { MessageBody, MessageDeduplicationId } = JSON.parse(body);
    this.accepted.push(body);
    if (!this.#seen.has(MessageDeduplicationId)) this.messages.push(JSON.parse(MessageBody));
    this.#seen.add(MessageDeduplicationId);
    const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex');
    return response.end(JSON.stringify({ MessageId: randomUUID(), MD5OfMessageBody, SequenceNumber: String(this.accepted.length) }));
  }

  async #judge({ headers, method, url }, body) {
    if (method !== 'POST' || url !== '/') return 'method or path';
    if (headers['x-amz-target'] !== 'AmazonSQS.SendMessage') return 'target';
    if (headers['content-type'] !== 'application/x-amz-json-1.0') return 'content type';
    const signer = new AwsV4Signer({
      method, url: `${this.endpoint}/`, body, service: 'sqs', region: 'eu-central-1', datetime: headers['x-amz-date'], allHeaders: true,
      accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', sessionToken: 'session-token-of-the-test',
      headers: { 'content-type': headers['content-type'], 'x-amz-target': headers['x-amz-target'] },
    });
    if (headers.authorization !== (await signer.sign()).headers.get('authorization')) return 'signature';
    const message = JSON.parse(body);
    const names = Object.keys(message).toSorted().join();
    if (names !== 'MessageBody,MessageDeduplicationId,MessageGroupId,QueueUrl') return `members ${names}`;
    if (message.QueueUrl !== this.url || message.MessageGroupId !== 'store') return 'queue or group';
    const { kind, key, at } = JSON.parse(message.MessageBody);
    if (message.MessageDeduplicationId !== createHash('sha256').update(`${kind}.${key}.${at}`).digest('hex')) return 'deduplication id';
    return undefined;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** Ways in which a service fails, each with an answer or none. */
export const OUTAGES = [
  ['an error', (response) => response.writeHead(500).end('{}')],
  ['throttling', (response) => response.writeHead(429).end('{}')],
  ['a refusal', (response) => response.writeHead(403, { 'content-type': 'application/json' }).end('{"__type":"AccessDeniedException"}')],
  ['garbage', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('<html>')],
  ['nothing', (response) => response.writeHead(200).end()],
  ['another document', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"hello":[]}')],
  ['a cut answer', (response) => response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{"a":', () => response.destroy())],
  ['a broken connection', (response) => response.destroy()],
  ['a redirect', (response) => response.writeHead(302, { location: 'https://evil.example/' }).end()],
  ['far too much', (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('x'.repeat(2_000_000))],
];
