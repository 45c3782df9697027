/**
 * One request and its whole answer, signed, within a deadline that covers the body, of bounded size, without redirects.
 * AWS's stores sign with SigV4A, which Node has no call for: that is the library's, credentials are Lambda's own.
 */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { SignatureV4a } from '@smithy/signature-v4a';
import { Fault } from './fault.ts';

export interface Request {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly endpoint: string;
  /** As it goes out: each label encoded. */
  readonly path: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Signer {
  readonly service: string;
  /** `*` asks for SigV4A. */
  readonly region: string;
}

export type Exchange = (signer: Signer, request: Request, timeout: number) => Promise<Answer>;

/** 50 keys of 512 and values of 1,024 bytes, as JSON. */
const LARGEST = 300_000;

/** The form of a hash that the signing library asks for; with a secret it is an HMAC. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }

  reset(): void {
    throw new TypeError('a digest is used once');
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
}

export function exchangeOver(environment: NodeJS.ProcessEnv, clock: () => number): Exchange {
  return async (signer, request, timeout) => {
    const url = new URL(request.endpoint + request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    const headers = await signed(signer, request, url, credentialsOf(environment), new Date(clock()));
    try {
      const init = { method: request.method, headers, redirect: 'manual', signal: AbortSignal.timeout(timeout) } as const;
      const response = await fetch(url, request.body === undefined ? init : { ...init, body: request.body });
      return { status: response.status, headers: response.headers, text: await bounded(response) };
    } catch (cause) {
      throw new Fault('passing', `${request.name}: no answer`, cause);
    }
  };
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LARGEST) throw new RangeError('the answer is too large');
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

function credentialsOf(environment: NodeJS.ProcessEnv): Credentials {
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = environment['AWS_SESSION_TOKEN'];
  if (!accessKeyId || !secretAccessKey) throw new Fault('passing', 'no credentials');
  return sessionToken ? { accessKeyId, secretAccessKey, sessionToken } : { accessKeyId, secretAccessKey };
}

async function signed(signer: Signer, request: Request, url: URL, credentials: Credentials, date: Date): Promise<Record<string, string>> {
  const settings = { credentials, region: signer.region, service: signer.service, sha256: Sha256 };
  const scheme = signer.region === '*' ? new SignatureV4a(settings) : new SignatureV4(settings);
  const message = {
    method: request.method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: request.path,
    query: request.query ?? {},
    headers: { ...request.headers, host: url.host, 'user-agent': 'zt-store-writer' },
    ...(request.body === undefined ? {} : { body: request.body }),
  };
  const { headers } = await scheme.sign(message, { signingDate: date });
  // `fetch` writes the host itself; it is signed all the same.
  const { host: _, ...rest } = headers as Record<string, string>;
  return rest;
}
