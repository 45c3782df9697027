/**
 * The only way out of this function. Every call has a deadline that covers the body too, a largest size, and follows no
 * redirect; what comes back has been read whole.
 */
import { allowed } from './budget.ts';

export interface Bounds {
  /** Milliseconds for everything, a second attempt included. */
  readonly timeout: number;
  readonly largest: number;
  /** The call changes nothing, so that a connection that broke may be tried again, once. */
  readonly repeatable?: boolean;
}

export class TooLarge extends Error {
  readonly code = 'TOO_LARGE';
}

/** Failures before a byte of the request has left: only these may be tried again without harm to a one-time code. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);
/** A connection that a frozen function kept too long, and the other side did not. */
const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

export async function boundedFetch(url: string, init: RequestInit, bounds: Bounds): Promise<Response> {
  const signal = AbortSignal.timeout(allowed(bounds.timeout));
  const attempt = (): Promise<Response> => fetch(url, { ...init, redirect: 'manual', signal });
  const response = await attempt().catch((error: unknown) => {
    const code = codeOfCause(error);
    if (!NOT_SENT.has(code) && !(bounds.repeatable === true && BROKEN.has(code))) throw error;
    return attempt();
  });
  const body = await readBody(response, bounds.largest);
  const { status, headers } = response;
  return new Response(body.length === 0 ? null : body, { status, headers });
}

function codeOfCause(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error ? (cause as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : '';
}

async function readBody(response: Response, largest: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > largest) throw new TooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** Media type of a response, without parameters. */
export const mediaType = (response: Response): string =>
  (response.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
