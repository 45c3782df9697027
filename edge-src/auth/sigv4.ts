/**
 * AWS Signature Version 4 for one kind of call: a POST to the root of a service. The credentials are those that
 * Lambda puts into its reserved environment; they are read at each call and kept nowhere.
 */
import { createHmac } from 'node:crypto';
import { sha256 } from './bytes.ts';

export interface Call {
  readonly endpoint: string;
  readonly region: string;
  readonly service: string;
  /** The operation, where it stands in a header. */
  readonly target?: string;
  /** What the service calls its JSON; Secrets Manager's when absent. */
  readonly contentType?: string;
  readonly body: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

const hex = (text: string): string => sha256(text).toString('hex');
const hmac = (key: string | Uint8Array, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** The headers to send with the call; `now` in milliseconds. */
export function sign(call: Call, credentials: Credentials, now: number): Record<string, string> {
  const time = new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const headers: Record<string, string> = {
    'content-type': call.contentType ?? 'application/x-amz-json-1.1',
    host: new URL(call.endpoint).host,
    'x-amz-date': time,
  };
  if (call.target !== undefined) headers['x-amz-target'] = call.target;
  if (credentials.sessionToken !== undefined) headers['x-amz-security-token'] = credentials.sessionToken;
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const canonical = ['POST', '/', '', lines, names.join(';'), hex(call.body)].join('\n');
  const scope = [time.slice(0, 8), call.region, call.service, 'aws4_request'];
  const key = scope.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope.join('/'), hex(canonical)].join('\n')).toString('hex');
  // `fetch` writes the host itself; it is signed all the same.
  delete headers['host'];
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope.join('/')}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return headers;
}
