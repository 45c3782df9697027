/** How our cookies are written: never readable by scripts, never sent in clear, never by a foreign site's form. */

const GUARDS = 'Secure; HttpOnly; SameSite=Lax';

export function setCookie(name: string, value: string, seconds: number, domain: string | null = null, path = '/'): string {
  return `${name}=${value}; Path=${path}; ${GUARDS}; Max-Age=${seconds}${domain === null ? '' : `; Domain=${domain}`}`;
}

export const expire = (name: string, domain: string | null = null, path = '/'): string => setCookie(name, '', 0, domain, path);
