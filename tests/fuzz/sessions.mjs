/** What the generators for the session function share: documents, cookies and events, made with Node's crypto alone. */
import { createHash, createHmac } from 'node:crypto';

export const NOW = 1_790_000_000;
export const KEY = Buffer.alloc(32, 7);
export const OTHER_KEY = Buffer.alloc(32, 8);
export const b36 = (n) => n.toString(36);
export const six = (n) => b36(n).padStart(6, '0');
export const b64u = (text) => Buffer.from(text).toString('base64url');

export const TABLE = { a: 'members', c: '__Host-zt-session', h: ['app.example.com'], w: [], p: '/oauth2', u: '/.zt/userinfo', i: {} };

export const NAMES = ['version', 'kid', 'sid', 'usr', 'ses', 'lt', 'iat', 'exp', 'gen', 'grants', 'ctx', 'claims', 'ah'];

export function fields(changes = {}) {
  return {
    version: 's1', kid: 'k7q2', sid: 'sidsidsidsidsidsidsids', usr: 'ABuseruser12', ses: 'SEprovider12', lt: b36(NOW - 900), iat: b36(NOW - 600), exp: b36(NOW + 3000), gen: '3', grants: '3', ctx: '',
    claims: 'e30', ah: '', ...changes,
  };
}

export function sign(values, key = KEY) {
  const signed = NAMES.map((name) => values[name]).join('.');
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

export const KEYS = { k7q2: [KEY.toString('base64url'), 0, 0], old1: [OTHER_KEY.toString('base64url'), 0, NOW + 100] };

export const documentOf = (changes = {}) => ({ v: 1, nb: 0, k: KEYS, ...changes });

export const TOKEN_ID = 'tokenid12345';
export const TOKEN = `${TOKEN_ID}.${Buffer.alloc(32, 3).toString('base64url')}`;
export const tokenDocument = (name) => JSON.stringify({ v: 1, n: name, s: [[createHash('sha256').update(`members.${TOKEN}`).digest('base64url'), 0]] });

const listed = (entries) => Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, Array.isArray(value) ? { value: value[0], multiValue: value.map((v) => ({ value: v })) } : { value }]));

/** A browser's navigation. */
export function event({ method = 'GET', uri = '/a', headers = {}, cookies = {}, ip = '198.51.100.7' } = {}) {
  return {
    version: '1.0', context: { distributionDomainName: 'd111111abcdef8.cloudfront.net', distributionId: 'E1', eventType: 'viewer-request', requestId: 'r1' }, viewer: { ip },
    request: { method, uri, querystring: {}, headers: listed({ host: 'app.example.com', 'sec-fetch-mode': 'navigate', accept: 'text/html', ...headers }), cookies: listed(cookies) },
  };
}

/** `[decision, reason, route, policy]` of an audit line. */
export const told = (log) => /^v1 (\w+) ([\w-]+) r(\S+) p(\S+) h/.exec(log ?? '')?.slice(1) ?? ['?', '?', '?', '?'];
