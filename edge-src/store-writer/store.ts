/**
 * The KeyValueStore's data plane, as far as this function needs it: describe, get, list, and a write under If-Match. What is not an
 * answer of exactly the documented form is a passing fault, never a value.
 */
import type { Config } from './config.ts';
import type { Answer, Exchange, Request } from './exchange.ts';
import { Fault } from './fault.ts';

export interface Base {
  readonly etag: string;
  /** AWS's time in seconds. */
  readonly now: number;
}

export interface Written {
  readonly etag: string;
  /** Bytes in the store after the write. */
  readonly bytes: number;
}

export interface Put {
  readonly key: string;
  readonly value: string;
}

/** AWS's limit of keys in one write, and of keys in one page of a list. */
export const AT_ONCE = 50;

const SIGNER = { service: 'cloudfront-keyvaluestore', region: '*' } as const;
/** A call that takes longer than this is better made again. */
const TIMEOUT = 5_000;

export class Store {
  readonly #config: Config;
  readonly #exchange: Exchange;
  readonly #left: () => number;

  /** `left`: milliseconds until the function must have answered. */
  constructor(config: Config, exchange: Exchange, left: () => number) {
    this.#config = config;
    this.#exchange = exchange;
    this.#left = left;
  }

  async describe(): Promise<Base> {
    const name = 'DescribeKeyValueStore';
    const answer = await this.#call({ name, method: 'GET' }, '');
    if (answer.status !== 200) throw faultOf(name, answer);
    if (jsonOf(name, answer)['KvsARN'] !== this.#config.arn) throw new Fault('passing', `${name}: malformed`);
    const date = Date.parse(answer.headers.get('date') ?? '');
    if (!Number.isSafeInteger(date) || date <= 0) throw new Fault('passing', `${name}: no date`);
    return { etag: etagOf(name, answer), now: Math.floor(date / 1_000) };
  }

  /** The value of a key; `undefined` when it is absent. */
  async get(key: string): Promise<string | undefined> {
    const name = 'GetKey';
    const answer = await this.#call({ name, method: 'GET' }, `/keys/${encodeURIComponent(key)}`);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw faultOf(name, answer);
    const body = jsonOf(name, answer);
    if (body['Key'] !== key || typeof body['Value'] !== 'string') throw new Fault('passing', `${name}: malformed`);
    return body['Value'];
  }

  /** Every key with its value. */
  async list(): Promise<Map<string, string>> {
    const name = 'ListKeys';
    const found = new Map<string, string>();
    let token: string | undefined;
    do {
      const query = { MaxResults: String(AT_ONCE), ...(token === undefined ? {} : { NextToken: token }) };
      const answer = await this.#call({ name, method: 'GET', query }, '/keys');
      if (answer.status !== 200) throw faultOf(name, answer);
      const body = jsonOf(name, answer);
      const items: unknown = body['Items'] ?? [];
      if (!Array.isArray(items)) throw new Fault('passing', `${name}: malformed`);
      for (const item of items as Record<string, unknown>[]) {
        if (typeof item?.['Key'] !== 'string' || typeof item['Value'] !== 'string') throw new Fault('passing', `${name}: malformed`);
        found.set(item['Key'], item['Value']);
      }
      const next: unknown = body['NextToken'];
      // A token that does not move would list for ever.
      if (typeof next === 'string' && (next === token || items.length === 0)) throw new Fault('passing', `${name}: stuck`);
      token = typeof next === 'string' && next !== '' ? next : undefined;
    } while (token !== undefined);
    return found;
  }

  async update(etag: string, puts: readonly Put[]): Promise<Written> {
    const name = 'UpdateKeys';
    const body = JSON.stringify({ Puts: puts.map(({ key, value }) => ({ Key: key, Value: value })) });
    const headers = { 'content-type': 'application/json', 'if-match': etag };
    const answer = await this.#call({ name, method: 'POST', headers, body }, '/keys');
    if (answer.status !== 200) throw faultOf(name, answer);
    const bytes = jsonOf(name, answer)['TotalSizeInBytes'];
    if (typeof bytes !== 'number') throw new Fault('passing', `${name}: malformed`);
    return { etag: etagOf(name, answer), bytes };
  }

  #call(request: Omit<Request, 'endpoint' | 'path'>, rest: string): Promise<Answer> {
    const path = `/key-value-stores/${encodeURIComponent(this.#config.arn)}${rest}`;
    const timeout = Math.max(1, Math.min(TIMEOUT, this.#left()));
    return this.#exchange(SIGNER, { ...request, endpoint: this.#config.keyValueStore, path }, timeout);
  }
}

function faultOf(name: string, { status }: Answer): Fault {
  const kinds = { 402: 'full', 408: 'passing', 409: 'conflict', 429: 'passing' } as const;
  const kind = status >= 500 || status < 300 ? 'passing' : (kinds[status as keyof typeof kinds] ?? 'refused');
  return new Fault(kind, `${name}: status ${status}`);
}

function etagOf(name: string, answer: Answer): string {
  const etag = answer.headers.get('etag');
  if (etag === null || etag === '') throw new Fault('passing', `${name}: no version`);
  return etag;
}

function jsonOf(name: string, answer: Answer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(answer.text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The text is not quoted: it may hold keys.
  }
  throw new Fault('passing', `${name}: malformed`);
}
