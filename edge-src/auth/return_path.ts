/**
 * Where a login may lead back to: a path of the same origin, outside the auth prefix, written so that no browser and no
 * origin can read another host or another path into it. Everything else becomes `/`.
 */
import { b64u, fromB64u } from './bytes.ts';

/** Parses the `rd` parameter of `start`. */
export function returnPath(rd: string | undefined, prefix: string): string {
  const bytes = rd === undefined ? undefined : fromB64u(rd);
  const text = bytes?.toString('latin1') ?? '/';
  return isReturnPath(text, prefix) ? text : '/';
}

export const encodeReturnPath = (path: string): string => b64u(Buffer.from(path, 'latin1'));

export function isReturnPath(text: string, prefix: string): boolean {
  // Printable ASCII without blanks and without a fragment, from the root.
  if (!/^\/[\x21\x22\x24-\x7e]*$/.test(text)) return false;
  const path = text.split('?', 1)[0] ?? '';
  const decoded = plainPath(path);
  // Servers that know path parameters read the path without them.
  return decoded !== undefined && [path, decoded, decoded.replace(/;[^/]*/g, '')].every((reading) => !isUnder(reading, prefix) && !reading.includes('//'));
}

/** The decoded path, by the path rule of the session function, with what a route may allow (`;`, `%2f`) left to it. */
function plainPath(path: string): string | undefined {
  // To a browser a backslash is a slash, and two of them at the front are another host.
  if (path.includes('\\')) return undefined;
  // Encoded controls, percent, backslash and unreserved characters are ambiguous wherever they stand.
  if (/%(?:[01][0-9a-f]|7f|25|5c|2d|2e|3[0-9]|4[1-9a-f]|5[0-9a]|5f|6[1-9a-f]|7[0-9a]|7e)/i.test(path)) return undefined;
  const decoded = decode(path);
  if (decoded === undefined || /[\u0000-\u001f\u007f-\u009f]|\/\//.test(decoded)) return undefined;
  return decoded.split('/').some((segment) => segment === '.' || segment === '..') ? undefined : decoded;
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

const isUnder = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}/`);
