/** Turns a refusal into the page or the answer that its reader can use. */
import type { Config } from './config.ts';
import { support } from './denied.ts';
import { page, type Link } from './page.ts';
import { wordsOf } from './reasons.ts';
import type { Refusal } from './refusal.ts';
import { respond, type EdgeResponse } from './response.ts';
import { encodeReturnPath } from './return_path.ts';

/** What the endpoints take, other than to be looked at. */
const METHODS: Readonly<Record<string, string>> = {
  callback: 'GET', refresh: 'GET, POST', logout: 'POST', token: 'POST', 'backchannel-logout': 'POST', events: 'POST',
};

export function refused(refusal: Refusal, config: Config, requestId: string, endpoint: string, cookies: readonly string[]): EdgeResponse {
  const { status, heading, text } = wordsOf(refusal.reason);
  const headers: [string, string][] = [];
  if (status === 503) headers.push(['Retry-After', '10']);
  if (status === 401) headers.push(['WWW-Authenticate', `Bearer realm="${config.application}"`]);
  if (status === 405) headers.push(['Allow', METHODS[endpoint] ?? 'GET, HEAD']);
  const paragraphs = refusal.explanation === undefined ? [text] : [text, `The provider says: ${refusal.explanation}`];
  const links = [...onward(refusal, config, status), ...(status === 421 || status === 404 ? [] : support(config))];
  return page({ status, application: config.title, heading, paragraphs, links, requestId, code: refusal.reason }, { headers, cookies });
}

function onward({ reason, next }: Refusal, { prefix }: Config, status: number): Link[] {
  const start = next === undefined ? `${prefix}/start` : `${prefix}/start?rd=${encodeReturnPath(next)}`;
  const again = { text: 'Start again', href: start };
  const another = { text: 'Use another account', href: `${start}${next === undefined ? '?' : '&'}switch=1` };
  switch (reason) {
    case 'host':
    case 'not_found':
    case 'method':
    case 'origin':
      return [];
    case 'code_refused':
      return [{ text: 'Continue', href: next ?? '/' }, again];
    case 'return_too_long':
      return [{ text: 'Sign in and go to the first page', href: `${prefix}/start` }];
    case 'provider_denied':
    case 'fresh':
    case 'absolute':
    case 'id_token':
    case 'context':
    case 'hook_refused':
    case 'cookie_size':
    case 'refresh_identity':
      return [another, again];
    default:
      return [status === 503 ? { ...again, text: 'Try again' } : again];
  }
}

/** When nothing else can be trusted to work: constants only. */
export const lastResort = (requestId: string): EdgeResponse =>
  respond({
    status: 503,
    headers: [['Content-Type', 'text/plain; charset=utf-8'], ['Retry-After', '30']],
    body: `Sign-in is not available. Request: ${requestId}\n`,
  });
