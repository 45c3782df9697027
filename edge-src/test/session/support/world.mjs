// Makes cookies, documents and events with Node's crypto: never with the function under test.
import { createHash, createHmac } from 'node:crypto';

export const NOW = 1_790_000_000; // seconds; every case runs at this time unless it says otherwise
export const KEY = Buffer.alloc(32, 7);
export const OTHER_KEY = Buffer.alloc(32, 8);
export const SID = 'sidsidsidsidsidsidsids';
export const USR = 'ABuseruser12';
export const SES = 'SEprovider12';
export const NO_SES = 'AAAAAAAAAAAA';
export const PAGE = 'p:AB';
export const DOC = 'a:members';

export const b36 = (n) => n.toString(36);
export const b64u = (text) => Buffer.from(text).toString('base64url');
export const six = (n) => (n === 'never' ? 'zzzzzz' : b36(n).padStart(6, '0'));

// The fourteen fields; any may be replaced, raw text included. `key` signs, `mac` replaces the signature.
export function mint(changes = {}) {
  const f = {
    version: 's1', kid: 'k7q2', sid: SID, usr: USR, ses: SES, lt: b36(NOW - 900), iat: b36(NOW - 600), exp: b36(NOW + 3000),
    gen: b36(3), grants: '3', ctx: '', claims: b64u(JSON.stringify({ email: 'ada@example.com', name: 'Ada', groups: ['staff', 'admins'] })), ah: '',
    key: KEY, ...changes
  };
  const signed = [f.version, f.kid, f.sid, f.usr, f.ses, f.lt, f.iat, f.exp, f.gen, f.grants, f.ctx, f.claims, f.ah].join('.');
  return `${signed}.${f.mac ?? createHmac('sha256', f.key).update(signed).digest('base64url')}`;
}

export function doc(changes = {}) {
  return JSON.stringify({ v: 1, nb: 0, k: { k7q2: [KEY.toString('base64url'), 0, 0], old1: [OTHER_KEY.toString('base64url'), 0, NOW + 100] }, ...changes });
}

// A page: its not-before and slots like 'u' + fingerprint + time.
export const page = (nb = 0, ...slots) => `1${six(nb)}${slots.join('')}`;
export const slot = (kind, fingerprint, time) => kind + fingerprint + six(time);
export const user = (time) => slot('u', USR.slice(2, 10), time);
export const session = (time) => slot('s', SID.slice(0, 8), time);
export const provider = (time) => slot('o', SES.slice(0, 8), time);
export const block = (until, id = 'resource') => slot('b', USR.slice(2, 10), until) + slot('i', id, NOW - 50);

export const store = (changes = {}) => ({ [DOC]: doc(), [PAGE]: page(), ...changes });

// Service tokens: what a caller sends, and the document that vouches for it.
export const TOKEN_ID = 'tokenid12345';
export const TOKEN_DOC = `t:members:${TOKEN_ID}`;
export const SECRET = Buffer.alloc(32, 3).toString('base64url');
export const OLD_SECRET = Buffer.alloc(32, 4).toString('base64url');
export const token = (secret = SECRET, id = TOKEN_ID) => `${id}.${secret}`;
export const digest = (secret = SECRET, application = 'members', id = TOKEN_ID) => createHash('sha256').update(`${application}.${id}.${secret}`).digest('base64url');
export const tokenDoc = (changes = {}) => JSON.stringify({ v: 1, n: 'ci', s: [[digest(), 0]], ...changes });

// The signed assertion of a session, any text, and what its cookie says of it.
export const ASSERTION = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';
export const ahOf = (text) => createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');

const headersOf = (headers) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? { value: value[0], multiValue: value.map((v) => ({ value: v })) } : { value }]));

// A viewer-request event. Without changes: a browser's navigation with a good session.
export function event({ method = 'GET', uri = '/members/a', headers = {}, cookie = mint(), cookies = {}, host = 'app.example.com', ip = '198.51.100.7', context = {} } = {}) {
  const jar = cookie === null ? {} : { '__Host-zt-session': cookie };
  return {
    version: '1.0',
    context: { distributionDomainName: 'd111111abcdef8.cloudfront.net', distributionId: 'E1', eventType: 'viewer-request', requestId: 'r1', ...context },
    viewer: { ip },
    request: { method, uri, querystring: {}, headers: headersOf({ ...(host === null ? {} : { host }), ...NAVIGATION, ...headers }), cookies: headersOf({ ...jar, ...cookies }) }
  };
}

export const NAVIGATION = { 'sec-fetch-mode': 'navigate', accept: 'text/html,application/xhtml+xml', 'user-agent': 'test' };
export const FETCH = { 'sec-fetch-mode': 'cors', accept: 'application/json' };

export const TABLE = {
  a: 'members', c: '__Host-zt-session', h: ['app.example.com', 'www.example.com'], w: ['https://app.example.com'], p: '/oauth2', u: '/.zt/userinfo', g: 3,
  k: [[0, 1], [1, 2], [5, 3], [64, 3]], n: ['staff', 'admins', 'auditors', 'far'],
  i: { 'x-zt-email': 'email', 'x-zt-groups': 'groups', 'x-zt-name': 'name' },
  r: [
    ['/public/*', 0], ['/', 0], ['/hook', 0, 0, ['POST', 'OPTIONS']], ['/cdn/*', 0, 0, 0, { o: ['https://shop.example'], m: ['GET'], h: [], c: false, s: 60 }],
    ['/api/admin/*', 1, [1], ['GET', 'POST']],
    ['/api/*', 1, [0, 1], 0, { o: ['https://spa.example'], m: ['GET', 'PUT'], h: ['content-type', 'x-request-id'], c: true, s: 600 }],
    ['/admin/*', 0, [1]], ['/nobody/*', 0, []], ['/audit/*', 0, [2]], ['/far/*', 0, [3]], ['/either/*', 0, [2, 0]],
    ['/repos/*', 2, [0]], ['/matrix/*', 4, [0]], ['/both/*', 6, [0]], ['/Legacy/*', 8, [0]], ['/exact', 0, [0]], ['/*/secret/*.txt', 0, [1]],
    ['/caf\u00e9/*', 0, [0]], ['/members/*', 0, [0]]
  ]
};
