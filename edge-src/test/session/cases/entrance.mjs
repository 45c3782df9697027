// Hosts, paths, methods, preflight, WebSocket: what is decided before any session is looked at.
import { allowed, open, refused, toLogin, told } from '../support/expect.mjs';
import { FETCH, TABLE, event, mint } from '../support/world.mjs';

const hosts = [
  ['a configured host', { host: 'www.example.com' }, allowed()],
  ['letter case and port of the host do not matter', { host: 'APP.example.com:8443' }, allowed()],
  ['another host', { host: 'evil.example' }, refused(421, 'host', { page: true, reads: 0 })],
  ['another host on a public path', { host: 'evil.example', uri: '/public/a' }, refused(421, 'host', { reads: 0 })],
  ['no host', { host: null }, refused(421, 'host')],
  ['an empty host', { host: '' }, refused(421, 'host')],
  ['two hosts', { host: ['app.example.com', 'evil.example'] }, refused(421, 'host')],
  ['a host that begins like ours', { host: 'app.example.com.evil.example' }, refused(421, 'host')],
  ['a host with a trailing dot', { host: 'app.example.com.' }, refused(421, 'host')],
  ['a host with credentials', { host: 'app.example.com@evil.example' }, refused(421, 'host')],
  ['the distribution name when hosts are configured', { host: 'd111111abcdef8.cloudfront.net' }, refused(421, 'host')],
  ['the distribution name when none are', { host: 'd111111abcdef8.cloudfront.net' }, allowed(), { ...TABLE, h: [], w: [] }],
  ['no distribution name and no hosts', { host: 'undefined', context: { distributionDomainName: undefined } }, refused(421, 'host'), { ...TABLE, h: [] }]
];

const ambiguous = [
  '//public/a', '/public//a', '/public/a//', '/public\\a', '/public/./a', '/public/../admin', '/public/..', '/public/.', '/./public', '/..',
  '/public/%2e%2e/admin', '/public/.%2e/admin', '/public/%2E/a', '/public/%2fadmin', '/public%2Fa', '/public/%5c..%5cadmin', '/public/a%5C', '/public/a%00',
  '/public/a%0a', '/public/a%0d%0aset-cookie:x', '/public/%1f', '/public/%7f', '/public/%252e%252e/admin', '/public/%25', '/public/a%', '/public/a%4', '/public/a%zz',
  '/%70ublic/a', '/publi%63/a', '/public/%41', '/public/%7a', '/public/%30', '/public/%2d', '/public/%5f', '/public/%7E',
  '/public/%c0%af', '/public/%c0%ae%c0%ae/admin', '/public/%e0%80%af', '/public/%ed%a0%80', '/public/%ed%b0%80', '/public/%f4%90%80%80', '/public/%f0%80%80%af', '/public/%80', '/public/%c3',
  '/public/%c3(', '/public/%ff', '/public/%fe', '/public/%c2%80', '/public/%C2%9f', '/public/%c2%85', '/public/a;b', '/public/a%3b', '/public/..;/admin', '/public/;x=/../admin',
  '/public/a b', '/public/a\n', '/public/a\t', '/public/caf\u00e9', '/public/\u212a', '/public/a#b', '/public/a?b', '/admin#/public', '', 'public/a', '*', 'http://app.example.com/public/a',
  '/admin%3fx', '/admin%23x', '/admin%3F/../a', '/api/admin%3fx', '/members/..%2fadmin', '/public/\u0000', '/repos/a%2f..%2f..%2fadmin', '/repos/a%2f%2e', '/repos/a%2f/b', '/repos/a%2f%2fb', '/repos/a;b',
  '/repos%2fa', '/matrix/a%2fb', '/matrix/..;/admin', '/matrix/..%3b/admin', '/matrix/.%3B/a', '/matrix/..;x=1/admin/a', '/matrix/.;/a', '/matrix/;/;/a', '/matrix/a/;b/c', '/both/..;x%2f..%2fadmin', '/both/a%2f..;/b', '/both/a%2f;b/c', '/admin;/a', '/admin;x',
  '/members/secret%2fa.txt', '/either%2fsecret/a.txt', '/repos/x%2fsecret%2fb;.txt'
];

// Servers cut parameters and query before or after they decode: with two kinds of marks, each order is another path.
const MATRIX = { ...TABLE, r: [['/secret', 0, [1]], ['/m/*.txt', 4, [1]], ['/*', 6]] };
const marked = ['/secret;x%3f/b', '/secret%3b%23/a', '/m/a%3b.txt;y.bin', '/secret%3Fx;/b', '/secret%23x%3B/b', '/a;b%3Bc', '/a%2fb;c%23d'];
const long = [';', '%3b', '%3B', '%2f', '%2F', '%3f', '%3F', '%23'].flatMap((mark) => [
  [`too long with ${mark}`, { uri: `/p/${'a'.repeat(1022 - mark.length)}${mark}` }, refused(400, 'path', { reads: 0 }), MATRIX],
  [`just not too much with ${mark}`, { uri: `/p/${'a'.repeat(1021 - mark.length)}${mark}` }, open(), MATRIX],
  [`far too long with ${mark}`, { uri: `/p/${`a${mark}`.repeat(2000)}a` }, refused(400, 'path', { page: true, reads: 0 }), MATRIX]
]);

const paths = [
  ...marked.map((uri) => [`two kinds of marks: ${uri}`, { uri }, refused(400, 'path', { reads: 0 }), MATRIX]),
  ...['/a;b;c', '/a%3bb%3Bc', '/a%3fb%23c', '/a;b%2fc', '/a%3bb%2Fc', '/a%2fb%3fc'].map((uri) => [`one kind of mark: ${uri}`, { uri }, open(), MATRIX]),
  ...long,
  ['a long path without marks', { uri: `/public/${'a%20'.repeat(400)}` }, open()],
  ...ambiguous.map((uri) => [`ambiguous ${JSON.stringify(uri)}`, { uri }, refused(400, 'path', { page: true, reads: 0 })]),
  ['encoded space, brackets and letters beyond ASCII', { uri: '/public/a%20b%5Bc%5D%C3%A9%F0%9F%98%80' }, open()],
  ['everything that a segment may hold', { uri: "/public/a-._~!$&'()*+,=:@%40%3a" }, open()],
  ['three dots are a name', { uri: '/public/.../a..b/.hidden' }, open()],
  ['an encoded question mark that changes nothing', { uri: '/public/a%3fb%23c' }, open()],
  ['a pattern beyond ASCII', { uri: '/caf%C3%A9/x' }, allowed()],
  ['a pattern covers its own directory', { uri: '/public' }, open()],
  ['but not a longer name', { uri: '/publicity' }, refused(403, 'policy')],
  ['nor a path in which the pattern begins further in', { uri: '/p/public/a' }, refused(403, 'policy')],
  ['nor another letter case', { uri: '/PUBLIC/a' }, refused(403, 'policy', { reads: 0 })],
  ['unless the route says so', { uri: '/lEGACY/x' }, allowed()],
  ['in ASCII only: the Kelvin sign is no k', { uri: '/Legacy/%E2%84%AA' }, allowed()],
  ['in a long path too', { uri: `/lEGACY/%C3%89${'aA'.repeat(1500)}` }, allowed()],
  ['letters beyond ASCII keep their case', { uri: '/CAF%C3%89/x' }, refused(403, 'policy'), { ...TABLE, r: [['/caf\u00e9/*', 8]] }],
  ['beside letters of ASCII that do not', { uri: '/CAF%C3%A9/%F0%9F%98%80' }, open(), { ...TABLE, r: [['/Caf\u00e9/*', 8]] }],
  ['the root', { uri: '/' }, open()],
  ['an exact pattern', { uri: '/exact' }, allowed()],
  ['an exact pattern covers no more', { uri: '/exact/' }, refused(403, 'policy')],
  ['a star in the middle crosses slashes', { uri: '/x/y/secret/a/b.txt' }, allowed()],
  ['a star in the middle, the end not matching', { uri: '/x/secret/b.txt/c' }, refused(403, 'policy')],
  ['a star in the middle does not overlap', { uri: '/x/secret/.tx' }, refused(403, 'policy')],
  ['no route', { uri: '/elsewhere' }, refused(403, 'policy', { page: true, reads: 0 })],
  ['the first matching route decides, narrower first', { uri: '/api/admin/x', cookie: mint({ grants: '1' }) }, refused(403, 'policy')],
  ['an allowed encoded slash', { uri: '/repos/a%2Fb' }, allowed()],
  ['an allowed semicolon', { uri: '/matrix/a;v=1' }, allowed()],
  ['an allowed encoded semicolon', { uri: '/matrix/a%3Bv' }, allowed()],
  ['both allowed', { uri: '/both/a%2fb;c' }, allowed()],
  ['[P2] a server that cuts before it decodes', { uri: '/both/a%2fsecret;%2fx' }, refused(400, 'path'), { ...TABLE, r: [['/both/a/secret', 0, [1]], ...TABLE.r] }],
  ['no route allows no semicolon', { uri: '/elsewhere;x' }, refused(400, 'path')],
  ['the auth prefix', { uri: '/oauth2' }, refused(404, 'path', { reads: 0 })],
  ['under the auth prefix', { uri: '/oauth2/start' }, refused(404, 'path', { reads: 0 })],
  ['the auth prefix behind a parameter', { uri: '/oauth2;x/start' }, refused(404, 'path')],
  ['a name that begins like the prefix', { uri: '/oauth2x' }, refused(403, 'policy')]
];

const preflight = (origin, method, headers, more = {}) => ({
  method: 'OPTIONS', cookie: null, uri: '/api/x',
  headers: { ...FETCH, origin, 'access-control-request-method': method, ...(headers === null ? {} : { 'access-control-request-headers': headers }), ...more }
});
const grantedHeaders = {
  'access-control-allow-origin': 'https://spa.example', 'access-control-allow-credentials': 'true', 'access-control-max-age': '600',
  'access-control-allow-methods': 'GET,PUT', 'access-control-allow-headers': 'content-type,x-request-id'
};
const noCors = { 'access-control-allow-origin': null };

const methods = [
  ['a method the route does not list', { uri: '/api/admin/x', method: 'DELETE' }, refused(405, 'method', { headers: { allow: 'GET,POST' }, reads: 0 })],
  ['never the next route', { uri: '/api/admin/x', method: 'PUT', headers: FETCH }, refused(405, 'method', { page: false })],
  ['methods are case-sensitive', { uri: '/api/admin/x', method: 'get' }, refused(405, 'method')],
  ['HEAD is listed or refused', { uri: '/api/admin/x', method: 'HEAD' }, refused(405, 'method')],
  ['a method in a header does not count', { uri: '/api/admin/x', method: 'DELETE', headers: { 'x-http-method-override': 'GET' } }, refused(405, 'method')],
  ['a listed method', { uri: '/api/admin/x', method: 'POST', headers: FETCH }, allowed()],
  ['methods of a public route', { uri: '/hook', method: 'GET' }, refused(405, 'method')],
  ['a listed method of a public route', { uri: '/hook', method: 'POST' }, open()],
  ['a preflight that fits', preflight('https://spa.example', 'PUT', 'content-type'), refused(204, 'preflight', { headers: grantedHeaders, reads: 0 })],
  ['header names of a preflight in any case', preflight('https://spa.example', 'GET', 'Content-Type, X-Request-ID'), refused(204, 'preflight', { headers: grantedHeaders })],
  ['header names of a preflight without spaces', preflight('https://spa.example', 'GET', 'content-type,x-request-id'), refused(204, 'preflight', { headers: grantedHeaders })],
  ['a preflight for another header, a long one', preflight('https://spa.example', 'GET', 'a'.repeat(16000)), refused(403, 'preflight', { headers: noCors })],
  ['a preflight for many headers', preflight('https://spa.example', 'GET', `${'content-type,'.repeat(1200)}x-request-id`), refused(204, 'preflight', { headers: grantedHeaders })],
  ['a preflight without headers', preflight('https://spa.example', 'GET', null), refused(204, 'preflight', { headers: grantedHeaders })],
  ['a preflight of another origin', preflight('https://evil.example', 'GET', null), refused(403, 'preflight', { headers: noCors, page: false })],
  ['a preflight of a null origin', preflight('null', 'GET', null), refused(403, 'preflight', { headers: noCors })],
  ['a preflight of two origins', preflight(['https://spa.example', 'https://evil.example'], 'GET', null), refused(403, 'preflight', { headers: noCors })],
  ['a preflight for another method', preflight('https://spa.example', 'DELETE', null), refused(403, 'preflight', { headers: noCors })],
  ['a preflight for another header', preflight('https://spa.example', 'GET', 'content-type, x-secret'), refused(403, 'preflight', { headers: noCors })],
  ['a preflight with a session and no rule never passes', { ...preflight('https://spa.example', 'GET', null), uri: '/members/a', cookie: mint() }, refused(403, 'preflight', { headers: noCors, reads: 0 })],
  ['a preflight of a public route passes', { ...preflight('https://x.example', 'POST', null), uri: '/hook' }, open()],
  ['unless it has a rule', { ...preflight('https://shop.example', 'GET', null), uri: '/cdn/a' }, refused(204, 'preflight', { headers: { 'access-control-allow-credentials': null, 'access-control-max-age': '60' } })],
  ['a public route with a rule refuses others', { ...preflight('https://x.example', 'GET', null), uri: '/cdn/a' }, refused(403, 'preflight')],
  ['OPTIONS without Origin is a request', { ...preflight('', 'GET', null), headers: { ...FETCH, 'access-control-request-method': 'GET' } }, told('none')],
  ['OPTIONS without the requested method is a request', { method: 'OPTIONS', cookie: null, uri: '/api/x', headers: { ...FETCH, origin: 'https://spa.example' } }, told('none')],
  ['a preflight to another host', { ...preflight('https://spa.example', 'GET', null), host: 'evil.example' }, refused(421, 'host')],
  ['a preflight to an ambiguous path', { ...preflight('https://spa.example', 'GET', null), uri: '/api//x' }, refused(400, 'path')]
];

const socket = (origin, more = {}) => ({
  uri: '/members/ws', ...more,
  headers: { 'sec-fetch-mode': 'websocket', accept: '*/*', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...(origin === null ? {} : { origin }), ...more.headers }
});
const sockets = [
  ['a WebSocket of an own origin', socket('https://app.example.com'), allowed()],
  ['a WebSocket of a foreign origin', socket('https://evil.example'), refused(403, 'origin', { page: false, reads: 0 })],
  ['a WebSocket without origin', socket(null), refused(403, 'origin')],
  ['a WebSocket of an origin that begins like ours', socket('https://app.example.com.evil.example'), refused(403, 'origin')],
  ['a WebSocket of our host in clear', socket('http://app.example.com'), refused(403, 'origin')],
  ['a WebSocket of another port', socket('https://app.example.com:8443'), refused(403, 'origin')],
  ['a WebSocket of a null origin', socket('null'), refused(403, 'origin')],
  ['a WebSocket of two origins', socket(['https://app.example.com', 'https://evil.example']), refused(403, 'origin')],
  ['a WebSocket without session', socket('https://app.example.com', { cookie: null }), told('none')],
  ['a WebSocket that calls itself a navigation', socket('https://app.example.com', { cookie: null, headers: { 'sec-fetch-mode': 'navigate', accept: 'text/html' } }), told('none')],
  ['a WebSocket on a public route, foreign', socket('https://evil.example', { uri: '/public/ws' }), refused(403, 'origin')],
  ['a WebSocket on a public route, own', socket('https://app.example.com', { uri: '/public/ws' }), open()],
  ['own origin by host and port where none is configured', socket('https://app.example.com:8443', { host: 'app.example.com:8443' }), allowed(), { ...TABLE, w: [] }],
  ['a foreign origin where none is configured', socket('https://evil.example'), refused(403, 'origin'), { ...TABLE, w: [] }],
  ['another port where none is configured', socket('https://app.example.com:9'), refused(403, 'origin'), { ...TABLE, w: [] }]
];

const flags = [
  ['a route whose unauthenticated answer is always 401', { uri: '/api/x', cookie: null }, { ...told('none'), page: true }],
  ['the redirect keeps the query byte for byte', { cookie: null, raw: 'a=%2F&b=c+d&&e' }, toLogin('none', '/members/a?a=%2F&b=c+d&&e')],
  ['a bare question mark', { cookie: null, raw: '' }, toLogin('none', '/members/a?')],
  ['a query that would break the header', { cookie: null, raw: 'x=\r\nset-cookie: a=b' }, toLogin('none', '/members/a?x=\r\nset-cookie: a=b')],
  ['a return path that no login could carry', { cookie: null, raw: 'x'.repeat(1990) }, toLogin('none', '/')]
];

// Rows of the security checklist by what a case is about.
const IDS = [
  ['[L8]', /host|distribution name/], ['[L12]', /preflight|OPTIONS|unless it has a rule|public route with a rule/], ['[P4]', /%3f|%23|%3F|\?|#|%00|question mark/], ['[P6]', /method in a header/], ['[C8]', /return path|redirect keeps|break the header/],
  ['[P1]', /^no route$|but not a longer name/], ['[P2]', /ambiguous|marks|longer name|further in|letter case|semicolon/], ['[P5]', /ambiguous|marks|too long|narrower first/]
];
const named = (name) => `${IDS.filter(([, about]) => about.test(name)).map(([id]) => `${id} `).join('')}${name}`;

export const cases = [...hosts, ...paths, ...methods, ...sockets, ...flags].map(([name, change, expect, table]) => ({ name: named(name), event: event(change), raw: change.raw ?? null, expect, table }));
