/**
 * An edge location in this process: the shipped session function with the table that has arrived there, the store's documents that
 * have arrived there, a warm auth function, and the distribution that says which origin a path goes to.
 */
import crypto from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { clock, cookieHeader, keep, lambdaEvent } from '../fuzz/auth_function.mjs';
import { event } from '../fuzz/sessions.mjs';

const SHIPPED = readFileSync(fileURLToPath(new URL('../../edge-src/dist/session.js', import.meta.url)), 'utf8');
// The bytes as they are, but for the imports, which become arguments.
const make = new Function('cf', 'crypto', `${SHIPPED.replace(/^import .*\n/gm, '')}\nreturn { decide: handler, use: (table) => { T = table; } };`);

let documents;
let line;
const shim = {
  kvs: () => ({
    get: async (key, options) => {
      if (documents[key] === undefined) throw new Error('KeyNotFound');
      return options?.format === 'json' ? JSON.parse(documents[key]) : documents[key];
    },
    exists: async (key) => documents[key] !== undefined,
  }),
  logCustomData: (text) => { line = text; },
};
const session = make(shim, crypto);

/** What one request to a page gets: `{status, location, retry, reason}`, status 0 when it goes on to the origin. */
export async function page(place, path, jar) {
  documents = place.store;
  session.use(place.table);
  const cookies = Object.fromEntries(Object.entries(jar).filter(([name]) => !name.includes('refresh')));
  const asked = event({ uri: path, cookies });
  asked.request.rawQueryString = () => undefined;
  const out = await session.decide(asked);
  const [, , reason] = line.split(' ');
  if (out.statusCode === undefined) return { status: 0, reason, origin: place.origins(path) };
  return { status: out.statusCode, reason, location: out.headers.location?.value, retry: out.headers['retry-after']?.value };
}

/** What one request to the auth prefix gets; the jar changes as a browser's does. */
export async function login(place, address, jar) {
  const url = new URL(address, 'https://app.example.com');
  const response = await place.auth(lambdaEvent({ uri: url.pathname, query: url.search.slice(1), headers: { cookie: Object.keys(jar).length === 0 ? null : cookieHeader(jar) } }));
  keep(jar, response);
  return { status: Number(response.status), location: response.headers.location?.[0].value, retry: response.headers['retry-after']?.[0].value, reason: `auth ${/Reason: (\w+)/.exec(response.body ?? '')?.[1] ?? ''}` };
}

export const loginTime = (jar) => parseInt(jar['__Host-zt-session']?.split('.')[5] ?? '', 36);
export const sessionId = (jar) => jar['__Host-zt-session']?.split('.')[2];
export { clock };
