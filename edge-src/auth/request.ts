/**
 * The viewer-request event of Lambda@Edge as the handlers see it. The host is checked here, before anything else: every
 * address this function writes is built from a configured host, never from what a viewer claims.
 */
import type { Config } from './config.ts';
import { Refusal } from './refusal.ts';

export interface EdgeEvent {
  readonly Records: readonly {
    readonly cf: {
      readonly config: { readonly distributionDomainName: string; readonly requestId: string };
      readonly request: {
        readonly method: string;
        readonly uri: string;
        readonly querystring: string;
        readonly headers: Readonly<Record<string, readonly { readonly value: string }[]>>;
        readonly body?: { readonly inputTruncated?: boolean; readonly encoding?: string; readonly data?: string };
      };
    };
  }[];
}

export interface Incoming {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly requestId: string;
  /** `https://host[:port]`, always of a configured host. */
  readonly origin: string;
  readonly host: string;
  /** Every value of a header; several lines stay several. */
  header(name: string): readonly string[];
  /** Every value of a cookie of exactly this name. */
  cookie(name: string): readonly string[];
  readonly cookieNames: readonly string[];
  /** The media type of the body in lower case, without parameters; empty when there is none or more than one. */
  readonly mediaType: string;
  /** The whole body; one that CloudFront has cut is a refusal. */
  body(): Buffer;
}

export function requestIdOf(event: EdgeEvent): string {
  const id: unknown = event.Records?.[0]?.cf?.config?.requestId;
  return typeof id === 'string' && /^[\x21-\x7e]{1,200}$/.test(id) ? id : '-';
}

export function readRequest(event: EdgeEvent, config: Config): Incoming {
  const cf = event.Records[0]?.cf;
  if (cf === undefined) throw new Refusal('fault');
  const { request } = cf;
  const header = (name: string): readonly string[] => (request.headers[name] ?? []).map((line) => line.value);
  const host = knownHost(header('host'), config, cf.config.distributionDomainName);
  const cookies = readCookies(header('cookie'));
  return {
    method: request.method,
    query: new URLSearchParams(request.querystring),
    requestId: requestIdOf(event),
    host,
    origin: `https://${host}${config.port === 443 ? '' : `:${config.port}`}`,
    header,
    cookie: (name) => cookies.get(name) ?? [],
    cookieNames: [...cookies.keys()],
    mediaType: mediaTypeOf(header('content-type')),
    body: () => readBody(request.body),
  };
}

function mediaTypeOf(lines: readonly string[]): string {
  return lines.length === 1 ? ((lines[0] ?? '').split(';', 1)[0] ?? '').trim().toLowerCase() : '';
}

function readBody(body: EdgeEvent['Records'][number]['cf']['request']['body']): Buffer {
  if (body?.inputTruncated === true) throw new Refusal('request', { detail: 'too_large' });
  return Buffer.from(body?.data ?? '', body?.encoding === 'text' ? 'utf8' : 'base64');
}

function knownHost(lines: readonly string[], config: Config, distribution: string): string {
  const match = lines.length === 1 ? /^([a-z0-9.-]+)(?::(\d{1,5}))?$/.exec((lines[0] ?? '').toLowerCase()) : null;
  const allowed = config.hosts.length > 0 ? config.hosts : [distribution.toLowerCase()];
  const host = match?.[1];
  if (host === undefined || !allowed.includes(host)) throw new Refusal('host');
  if (match?.[2] !== undefined && Number(match[2]) !== config.port) throw new Refusal('host');
  return host;
}

/**
 * Only space and tab surround a name or a value (RFC 6265). Were any other white space removed, a sibling host could set
 * `<U+2000>__Host-...`: a browser sees no prefix in that name, and we would.
 */
function bare(text: string): string {
  const blank = (at: number): boolean => text[at] === ' ' || text[at] === '\t';
  let [from, to] = [0, text.length];
  while (blank(from)) from += 1;
  while (to > from && blank(to - 1)) to -= 1;
  return text.slice(from, to);
}

function readCookies(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const cookies = new Map<string, string[]>();
  for (const pair of lines.flatMap((line) => line.split(';'))) {
    const at = pair.indexOf('=');
    if (at < 0) continue;
    const name = bare(pair.slice(0, at));
    if (!/^[\x21-\x7e]+$/.test(name)) continue;
    const values = cookies.get(name) ?? [];
    values.push(bare(pair.slice(at + 1)));
    cookies.set(name, values);
  }
  return cookies;
}

/** DESIGN 3.4: a browser that opens a page, not a script, a form, a socket or a speculative load. */
export function isNavigation(request: Incoming): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const purpose = [...request.header('sec-purpose'), ...request.header('purpose')].join(',').toLowerCase();
  if (purpose.includes('prefetch') || purpose.includes('prerender')) return false;
  const mode = request.header('sec-fetch-mode');
  if (mode.length > 0) return mode.length === 1 && mode[0] === 'navigate';
  const foreign = ['origin', 'x-requested-with', 'sec-websocket-key'].some((name) => request.header(name).length > 0);
  return !foreign && request.header('accept').join(',').toLowerCase().includes('text/html');
}

/**
 * Whether a page of this origin sent the request. A page under `Referrer-Policy: no-referrer` sends `Origin: null`, so the
 * browser's own word on the site counts as well; where both are given, neither may speak against it.
 */
export function isFromOwnPage(request: Incoming): boolean {
  const origin = request.header('origin');
  const site = request.header('sec-fetch-site');
  if (origin.length > 1 || site.length > 1 || (origin.length === 0 && site.length === 0)) return false;
  const ownSite = site[0] === 'same-origin';
  if (origin[0] === undefined || origin[0] === 'null') return ownSite;
  return origin[0] === request.origin && (site[0] === undefined || ownSite);
}

/** The one value of a parameter; a parameter given twice has none. */
export function only(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}
