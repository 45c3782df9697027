/** `signed-out`: where a logout ends. Public, and does not log in again by itself. */
import { page } from './page.ts';
import { Refusal } from './refusal.ts';
import type { Incoming } from './request.ts';
import type { EdgeResponse } from './response.ts';
import type { Surroundings } from './surroundings.ts';

export function signedOut(request: Incoming, { config }: Surroundings): EdgeResponse {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new Refusal('method');
  return page({
    status: 200,
    application: config.title,
    heading: 'Signed out',
    paragraphs: ['You have been signed out in this browser.'],
    links: [{ text: 'Sign in again', href: `${config.prefix}/start` }],
    requestId: request.requestId,
  });
}
