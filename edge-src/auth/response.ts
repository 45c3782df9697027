/**
 * Builds what Lambda@Edge accepts and nothing else: a status as text, lists of headers under lower-case names, a total
 * below the viewer limit, none of the headers that make CloudFront answer 502. Every response carries the same guard headers.
 */

export interface EdgeResponse {
  readonly status: string;
  readonly statusDescription: string;
  readonly headers: Readonly<Record<string, readonly { readonly key: string; readonly value: string }[]>>;
  readonly body?: string;
  readonly bodyEncoding?: 'text';
}

export interface Draft {
  readonly status: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly policy?: string;
  /** Instead of `no-store`, for what is public and the same for everybody. */
  readonly cache?: string;
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  200: 'OK', 202: 'Accepted', 204: 'No Content', 302: 'Found', 303: 'See Other', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found',
  405: 'Method Not Allowed', 413: 'Content Too Large', 414: 'URI Too Long', 415: 'Unsupported Media Type', 421: 'Misdirected Request', 503: 'Service Unavailable',
};

/** CloudFront's lists of disallowed and of read-only headers for edge functions. */
const DISALLOWED = new RegExp(
  '^(?:connection|expect|keep-alive|proxy-.*|trailer|upgrade|x-accel-.*|x-amz-cf-.*|x-amzn-.*|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip' +
    '|client-cert|client-cert-chain|cloudfront-viewer-cert-pem|cdn-loop|content-length|host|transfer-encoding|via|warning|content-encoding)$',
);

/** The viewer limit is 40 KB for headers and body together. */
export const LARGEST_RESPONSE = 40_000;

/** Browsers refuse a cookie above 4,096 bytes; ours stay below with their attributes. */
export const LARGEST_COOKIE = 4_000;

const DENY_ALL = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function respond(draft: Draft): EdgeResponse {
  const description = DESCRIPTIONS[draft.status];
  if (description === undefined) throw new RangeError('response: status');
  const headers: Record<string, { key: string; value: string }[]> = {};
  let size = 0;
  const add = (key: string, value: string): void => {
    const name = key.toLowerCase();
    if (!/^[a-z0-9-]+$/.test(name) || DISALLOWED.test(name)) throw new RangeError('response: header name');
    if (!/^[\x20-\x7e]*$/.test(value)) throw new RangeError('response: header value');
    (headers[name] ??= []).push({ key, value });
    size += key.length + value.length + 4;
  };
  add('Cache-Control', draft.cache ?? 'no-store');
  add('Content-Security-Policy', draft.policy ?? DENY_ALL);
  add('Referrer-Policy', 'no-referrer');
  add('Strict-Transport-Security', 'max-age=31536000');
  add('X-Content-Type-Options', 'nosniff');
  for (const [key, value] of draft.headers ?? []) add(key, value);
  for (const cookie of draft.cookies ?? []) {
    if (cookie.length > LARGEST_COOKIE) throw new RangeError('response: cookie');
    add('Set-Cookie', cookie);
  }
  size += Buffer.byteLength(draft.body ?? '');
  if (size > LARGEST_RESPONSE) throw new RangeError('response: size');
  const response = { status: String(draft.status), statusDescription: description, headers };
  return draft.body === undefined ? response : { ...response, body: draft.body, bodyEncoding: 'text' };
}

export const redirect = (status: 302 | 303, location: string, cookies: readonly string[] = [], headers: Draft['headers'] = []): EdgeResponse =>
  respond({ status, headers: [['Location', location], ...headers], cookies });

/** For machines that are answered in the words of their own protocol. */
export const json = (status: number, value: unknown, headers: Draft['headers'] = []): EdgeResponse =>
  respond({ status, headers: [['Content-Type', 'application/json'], ...headers], body: JSON.stringify(value) });

/** RFC 9457, for clients that are not a browser opening a page. */
export function problem(status: number, title: string, members: Readonly<Record<string, string>>, headers: Draft['headers'] = [], cookies: readonly string[] = []): EdgeResponse {
  return respond({
    status,
    cookies,
    headers: [['Content-Type', 'application/problem+json'], ...headers],
    body: JSON.stringify({ type: 'about:blank', title, status, ...members }),
  });
}
