/** `denied`: tells a person why there is no access, and what can be done. Never a login by itself, so never a loop. */
import type { Trail } from './audit.ts';
import { page, type Link } from './page.ts';
import { deniedReason, wordsOf } from './reasons.ts';
import { Refusal } from './refusal.ts';
import { only, type Incoming } from './request.ts';
import type { EdgeResponse } from './response.ts';
import type { Config } from './config.ts';
import type { Surroundings } from './surroundings.ts';

export function denied(request: Incoming, { config }: Surroundings, trail: Trail): EdgeResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new Refusal('method');
  const code = deniedReason(only(request.query, 'code') ?? null);
  trail.code = code;
  const { heading, text } = wordsOf(code);
  return page({
    status: 403,
    application: config.title,
    heading,
    paragraphs: [text],
    links: [{ text: 'Use another account', href: `${config.prefix}/start?switch=1` }, ...support(config)],
    requestId: request.requestId,
    code,
  });
}

export const support = (config: Config): Link[] => (config.supportUrl === null ? [] : [{ text: 'Get help', href: config.supportUrl }]);
