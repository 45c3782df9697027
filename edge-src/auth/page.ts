/**
 * The pages a person may see: one small document without script, image or foreign resource. Whatever is not a constant of
 * this file is escaped. The style is allowed by its hash, so the policy needs no `unsafe-inline`.
 */
import { sha256 } from './bytes.ts';
import { respond, type Draft, type EdgeResponse } from './response.ts';

export interface Page {
  readonly status: number;
  readonly application: string;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  readonly links: readonly Link[];
  readonly requestId: string;
  readonly code?: string;
}

export interface Link {
  readonly text: string;
  /** A path of this origin, or the configured support address. */
  readonly href: string;
}

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;margin:12vh auto;max-width:34rem;padding:0 1.5rem;color:#1b1f24;background:#fff}' +
  'h1{font-size:1.5rem;line-height:1.25}a{color:#0b57d0}li{margin:.4rem 0}small{color:#5b6470}' +
  '@media(prefers-color-scheme:dark){body{color:#e6e8eb;background:#16181c}a{color:#8ab4f8}small{color:#9aa3ad}}';

const POLICY =
  `default-src 'none'; style-src 'sha256-${sha256(STYLE).toString('base64')}'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function page(content: Page, extra: Pick<Draft, 'headers' | 'cookies'> = {}): EdgeResponse {
  return respond({
    status: content.status,
    policy: POLICY,
    headers: [['Content-Type', 'text/html; charset=utf-8'], ...(extra.headers ?? [])],
    cookies: extra.cookies ?? [],
    body: html(content),
  });
}

function html({ application, heading, paragraphs, links, requestId, code }: Page): string {
  const reference = [code === undefined ? '' : `Reason: ${escape(code)}. `, `Request: ${escape(requestId)}`].join('');
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    `<meta name="robots" content="noindex"><title>${escape(heading)} - ${escape(application)}</title><style>${STYLE}</style></head>` +
    `<body><main><small>${escape(application)}</small><h1>${escape(heading)}</h1>` +
    paragraphs.map((text) => `<p>${escape(text)}</p>`).join('') +
    (links.length === 0 ? '' : `<ul>${links.map(({ text, href }) => `<li><a href="${escape(href)}">${escape(text)}</a></li>`).join('')}</ul>`) +
    `<p><small>${reference}</small></p></main></body></html>`
  );
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
