/**
 * A KeyValueStore as strict as AWS's documentation: SigV4A, If-Match on every write, 50 keys and 3 MB a write, 512 bytes a key, 1,024 a
 * value, 5 MB a store, all or nothing. It can be told to fail at any call, before or after doing what it was asked.
 */
import { createServer } from 'node:http';
import { signatureFault } from './signature.mjs';

export const CREDENTIALS = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
export const ARN = 'arn:aws:cloudfront::123456789012:key-value-store/0f3c6a4e-5d0a-4f57-9d2c-1d5f6a7b8c9d';

const wait = (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds));

export class KeyValueStore {
  items = new Map();
  version = 1;
  limit = 5 * 1024 * 1024;
  calls = [];
  /** Milliseconds from the request to its work, and again to its answer. */
  latency = () => 0;
  /** A call in, the name of a fault out. */
  fault = () => undefined;
  /** Runs once a call was carried out, before its answer arrives. */
  afterwards = () => {};
  /** Runs between the judging of a write and the write: another writer that is faster. */
  meanwhile = () => {};
  /** Milliseconds since 1970, for the Date header. */
  now = 1_800_000_000_000;

  static async start() {
    const store = new KeyValueStore();
    store.server = createServer((request, response) => void store.#serve(request, response));
    await new Promise((ready) => store.server.listen(0, '127.0.0.1', ready));
    store.endpoint = `http://127.0.0.1:${store.server.address().port}`;
    return store;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  get etag() {
    return `KV${String(this.version).padStart(10, '0')}`;
  }

  get bytes() {
    return [...this.items].reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value) + 1, 0);
  }

  /** A write by somebody else, past this API. */
  put(key, value) {
    this.items.set(key, value);
    this.version += 1;
  }

  async #serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    await wait(this.latency());
    const call = this.#nameOf(request);
    this.calls.push(call.name);
    const fault = this.fault(call);
    const early = { reset: () => request.socket.destroy(), hang: () => {} }[fault];
    if (early) return early();
    const status = { error: 500, unavailable: 503, throttle: 429, conflict: 409, denied: 403 }[fault];
    const answer = status ? this.#error(status, 'Fault') : this.#answer(request, call, body);
    this.afterwards(call);
    await wait(this.latency());
    const text = fault === 'garbage' ? '<html>502 Bad Gateway</html>' : JSON.stringify(answer.body);
    if (fault === 'lost') return request.socket.destroy();
    const headers = { 'content-type': 'application/json', date: new Date(this.now).toUTCString(), ...answer.headers };
    if (fault === 'truncated') {
      response.writeHead(answer.status, { ...headers, 'content-length': String(Buffer.byteLength(text)) });
      response.write(text.slice(0, Math.floor(text.length / 2)), () => request.socket.destroy());
      return;
    }
    if (fault === 'wrong') return void response.writeHead(200, headers).end('{}');
    response.writeHead(answer.status, headers).end(text);
  }

  #nameOf({ method, url }) {
    const [path, query] = url.split('?');
    const [, root, arn, keys, key, ...more] = path.split('/');
    if (root !== 'key-value-stores' || decodeURIComponent(arn ?? '') !== ARN || more.length > 0) return { name: 'none' };
    if (keys === undefined && method === 'GET') return { name: 'DescribeKeyValueStore' };
    if (keys === 'keys' && key === undefined && method === 'GET') return { name: 'ListKeys', query: new URLSearchParams(query) };
    if (keys === 'keys' && key === undefined && method === 'POST') return { name: 'UpdateKeys' };
    if (keys === 'keys' && key !== undefined && method === 'GET') return { name: 'GetKey', key: decodeURIComponent(key) };
    return { name: 'none' };
  }

  #answer(request, call, body) {
    const wrong = signatureFault(request, body, { ...CREDENTIALS, service: 'cloudfront-keyvaluestore', region: '*', now: this.now });
    if (wrong !== undefined) return this.#error(403, `AccessDeniedException: ${wrong}`);
    const numbers = () => ({ ItemCount: this.items.size, TotalSizeInBytes: this.bytes });
    switch (call.name) {
      case 'DescribeKeyValueStore':
        return this.#ok({ KvsARN: ARN, ...numbers(), Created: 0 }, { etag: this.etag });
      case 'GetKey':
        if (!this.items.has(call.key)) return this.#error(404, 'ResourceNotFoundException');
        return this.#ok({ Key: call.key, Value: this.items.get(call.key), ...numbers() });
      case 'ListKeys':
        return this.#list(call.query);
      case 'UpdateKeys':
        return this.#update(request.headers['if-match'], JSON.parse(body.toString('utf8')), numbers);
      default:
        return this.#error(400, 'ValidationException');
    }
  }

  #list(query) {
    const most = Number(query.get('MaxResults') ?? 10);
    if (!(most >= 1 && most <= 50)) return this.#error(400, 'ValidationException');
    const keys = [...this.items.keys()].sort();
    const from = query.has('NextToken') ? Number(Buffer.from(query.get('NextToken'), 'base64url').toString()) : 0;
    const Items = keys.slice(from, from + most).map((Key) => ({ Key, Value: this.items.get(Key) }));
    const NextToken = from + most < keys.length ? Buffer.from(String(from + most)).toString('base64url') : undefined;
    return this.#ok({ Items, NextToken });
  }

  #update(etag, { Puts = [], Deletes = [] }, numbers) {
    this.meanwhile();
    if (etag === undefined) return this.#error(400, 'ValidationException');
    if (etag !== this.etag) return this.#error(409, 'ConflictException');
    const keys = [...Puts, ...Deletes].map(({ Key }) => Key);
    if (keys.length === 0 || keys.length > 50 || new Set(keys).size !== keys.length) return this.#error(400, 'ValidationException');
    const fits = ({ Key, Value }) => Buffer.byteLength(Key) <= 512 && Buffer.byteLength(Value) <= 1_024;
    if (!Puts.every(fits)) return this.#error(402, 'ServiceQuotaExceededException');
    const before = new Map(this.items);
    const size = this.bytes;
    for (const { Key, Value } of Puts) this.items.set(Key, Value);
    for (const { Key } of Deletes) this.items.delete(Key);
    if (this.bytes > this.limit && this.bytes > size) {
      this.items = before;
      return this.#error(402, 'ServiceQuotaExceededException');
    }
    this.version += 1;
    return this.#ok(numbers(), { etag: this.etag });
  }

  #ok(body, headers = {}) {
    return { status: 200, body, headers };
  }

  #error(status, Message) {
    return { status, body: { Message }, headers: {} };
  }
}
