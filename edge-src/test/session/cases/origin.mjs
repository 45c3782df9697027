// What else a route or a table asks for on the way to the origin: the signed assertion, the rewrite, the floor of TLS; and that a part
// that is missing though it is needed is a fault.
import { allowed, open, refused, toLogin, told, wait } from '../support/expect.mjs';
import { ASSERTION, FETCH, NOW, TABLE, TOKEN_DOC, ahOf, b36, event, mint, store, token, tokenDoc } from '../support/world.mjs';

const SIGNED = { ...TABLE, s: 1, m: 1, q: [0, 1, 2, 3, [[[-1, 0]]]], x: [{ s: ['ci'] }], n: [...TABLE.n, 'robots'], r: [['/robots/*', 0, [4]], ['/public/*', 0], ['/admin/*', 0, [1]], ['/members/*', 0, [0]]] };
const JAR = { '__Host-zt-assertion': ASSERTION };
const bound = (changes) => mint({ ah: ahOf(ASSERTION), ...changes });
const carries = allowed({ headers: { 'x-zt-assertion': ASSERTION, 'x-zt-email': 'ada@example.com' } });
const SECURE = '__Secure-zt-members';

// RFC 6265, 5.3: a cookie is replaced by one of the same name, Domain and Path, so the page names every Domain this host may have it from.
function twice(name, more = {}) {
  const attributes = 'Max-Age=0; Path=/; Secure';
  const gone = { value: '', attributes };
  const domains = ['app.example.com', 'example.com'].map((domain) => ({ value: '', attributes: `${attributes}; Domain=${domain}` }));
  return refused(400, 'duplicate', { page: true, cookies: { '__Host-zt-session': gone, [name]: { value: '', multiValue: [gone, ...domains] } }, ...more });
}

const assertions = [
  ['the bound one goes on', { cookie: bound(), cookies: JAR }, carries],
  ['absent', { cookie: bound() }, toLogin('assertion')],
  ['absent, fetch', { cookie: bound(), headers: FETCH }, told('assertion')],
  ['another one', { cookie: bound(), cookies: { '__Host-zt-assertion': `${ASSERTION}x` } }, toLogin('assertion')],
  ['empty', { cookie: bound(), cookies: { '__Host-zt-assertion': '' } }, toLogin('assertion')],
  ['[T15] doubled', { cookie: bound(), cookies: { '__Host-zt-assertion': [ASSERTION, ASSERTION] } }, twice('__Host-zt-assertion')],
  ...[['before', [`${ASSERTION}x`, ASSERTION]], ['behind', [ASSERTION, `${ASSERTION}x`]], ['the same as', [ASSERTION, ASSERTION]]].map(([where, both]) =>
    [`[T15] one that a neighbour laid ${where} ours ends in the page that expires both`, { cookie: null, cookies: { [SECURE]: bound(), [`${SECURE}-assertion`]: both } }, twice(`${SECURE}-assertion`), { ...SIGNED, c: SECURE }]),
  ['[T15] one that a neighbour laid beside ours, fetch', { cookie: null, cookies: { [SECURE]: bound(), [`${SECURE}-assertion`]: [ASSERTION, 'x'] }, headers: FETCH }, twice(`${SECURE}-assertion`, { page: false }), { ...SIGNED, c: SECURE }],
  ['[T15] one that a neighbour laid beside ours a moment after the login', { cookie: null, cookies: { [SECURE]: bound({ iat: b36(NOW - 9) }), [`${SECURE}-assertion`]: [ASSERTION, 'x'] } }, twice(`${SECURE}-assertion`), { ...SIGNED, c: SECURE }],
  ['[T15] expired, the way is a login and no loop', { cookie: null, cookies: { [SECURE]: bound() } }, toLogin('assertion'), { ...SIGNED, c: SECURE }],
  ['two of them on a public route go nowhere', { uri: '/public/a', cookie: null, cookies: { [`${SECURE}-assertion`]: [ASSERTION, 'x'] } }, open({ headers: { 'x-zt-assertion': null } }), { ...SIGNED, c: SECURE }],
  ['two of them beside a session in a header do not count', { cookie: null, cookies: { [`${SECURE}-assertion`]: [ASSERTION, 'x'] }, headers: { 'x-zt-session': bound(), 'x-zt-assertion': ASSERTION } }, carries, { ...SIGNED, c: SECURE }],
  ['in a header beside a session in the cookie', { cookie: bound(), headers: { 'x-zt-assertion': ASSERTION } }, toLogin('assertion')],
  ['a forged header beside the bound cookie', { cookie: bound(), cookies: JAR, headers: { 'x-zt-assertion': 'forged' } }, carries],
  ['under the name of a cookie domain', { cookie: bound(), cookies: { [`${SECURE}-assertion`]: ASSERTION } }, toLogin('assertion')],
  ['a session that was minted without one', { cookies: JAR }, toLogin('assertion')],
  ['a session that was minted without one, and none there', {}, toLogin('assertion')],
  ['absent right after a login waits', { cookie: bound({ iat: b36(NOW - 9) }) }, wait('assertion')],
  ['with a cookie domain', { cookie: null, cookies: { [SECURE]: bound(), [`${SECURE}-assertion`]: ASSERTION } }, carries, { ...SIGNED, c: SECURE }],
  ['with a cookie domain, the host-only name does not count', { cookie: null, cookies: { [SECURE]: bound(), ...JAR } }, toLogin('assertion'), { ...SIGNED, c: SECURE }],
  ['of a session in a header', { cookie: null, headers: { 'x-zt-session': bound(), 'x-zt-assertion': ASSERTION } }, carries],
  ['of a session in a header, from the cookie', { cookie: null, cookies: JAR, headers: { 'x-zt-session': bound() } }, told('assertion', { page: true })],
  ['of a session in a header, doubled', { cookie: null, headers: { 'x-zt-session': bound(), 'x-zt-assertion': [ASSERTION, ASSERTION] } }, told('assertion', { page: true })],
  ['a refused policy comes before it', { uri: '/admin/a', cookie: bound({ grants: '1' }) }, refused(403, 'policy')],
  ['a public route carries none', { uri: '/public/a', cookie: bound(), cookies: JAR }, open({ headers: { 'x-zt-assertion': null } })],
  ['a public route carries no forged one', { uri: '/public/a', cookie: null, headers: { 'x-zt-assertion': ASSERTION } }, open({ headers: { 'x-zt-assertion': null } })],
  ['a service token carries none', { uri: '/robots/a', cookie: null, cookies: JAR, headers: { 'x-zt-service-token': token(), 'x-zt-assertion': ASSERTION } }, allowed({ headers: { 'x-zt-assertion': null, 'x-zt-service': 'ci' } })],
  ['userinfo needs none', { uri: '/.zt/userinfo' }, refused(200, '-')],
  ['without the member no assertion goes on', { cookie: bound(), cookies: JAR }, allowed({ headers: { 'x-zt-assertion': null } }), TABLE]
].map(([name, change, expect, table]) => [`[P10] assertion: ${name}`, change, expect, table ?? SIGNED]);

const REWRITING = {
  ...TABLE, i: {},
  r: [['/app/api/*', 0, [1]], ['/app/*', 6, [0], 0, 0, '/app/index.html'], ['/open/*', 2, 0, 0, 0, '/open/caf\u00e9 ?#%&+;x.html'], ['/only/*', 0, [0], ['GET', 'HEAD', 'POST'], 0, '/only/index.html'], ['/members/*', 0, [0]]]
};
const PAGE = '/app/index.html';
const rewrites = [
  ['a path that is no file', { uri: '/app/x' }, allowed({ uri: PAGE })],
  ['the directory', { uri: '/app/' }, allowed({ uri: PAGE })],
  ['the pattern without its slash', { uri: '/app' }, allowed({ uri: PAGE })],
  ['HEAD', { uri: '/app/x/y', method: 'HEAD' }, allowed({ uri: PAGE })],
  ['a file', { uri: '/app/x.js' }, allowed()],
  ['a file in a folder', { uri: '/app/v1.2/x.js' }, allowed()],
  ['a dot in a folder only', { uri: '/app/v1.2/x' }, allowed({ uri: PAGE })],
  ['a hidden file', { uri: '/app/.well-known' }, allowed()],
  ['a trailing dot', { uri: '/app/x.' }, allowed()],
  ['the page itself', { uri: PAGE }, allowed()],
  ['POST', { uri: '/only/x', method: 'POST', headers: FETCH }, allowed()],
  ['OPTIONS', { uri: '/app/x', method: 'OPTIONS' }, allowed()],
  ['an encoded dot', { uri: '/app/x%2ejs' }, refused(400, 'path')],
  ['an encoded slash, a file by both readings', { uri: '/app/a%2fb.js' }, allowed()],
  ['an encoded slash, a file by the reading that keeps it', { uri: '/app/v1.2%2fb' }, allowed()],
  ['an encoded slash, a file by none', { uri: '/app/a%2fb' }, allowed({ uri: PAGE })],
  ['a parameter with a dot', { uri: '/app/a;v=1.2' }, allowed()],
  ['a file behind its parameter', { uri: '/app/a.js;v' }, allowed()],
  ['an encoded parameter with a dot', { uri: '/app/a%3bb.js' }, allowed()],
  ['a parameter without a dot', { uri: '/app/a;v' }, allowed({ uri: PAGE })],
  ['an encoded question mark, a file before it', { uri: '/app/x.js%3fy/z' }, allowed()],
  ['an encoded question mark, a dot behind it', { uri: '/app/x%3fy.js' }, allowed()],
  ['dots without end', { uri: `/app/${'a.'.repeat(4000)}/b` }, allowed({ uri: PAGE })],
  ['not allowed: not rewritten and not passed', { uri: '/app/x', cookie: mint({ grants: '2' }) }, refused(403, 'policy')],
  ['without session: the return path is what was asked for', { uri: '/app/x', cookie: null }, toLogin('none', '/app/x')],
  ['the narrower route keeps its own decision', { uri: '/app/api/x', cookie: mint({ grants: '1' }) }, refused(403, 'policy')],
  ['a public route too, its page percent-encoded', { uri: '/open/x', cookie: null }, open({ uri: '/open/caf%C3%A9%20%3F%23%25&+;x.html' })],
  ['another route is not rewritten', { uri: '/members/x' }, allowed()]
].map(([name, change, expect]) => [`[P5] rewrite: ${name}`, change, expect, REWRITING]);

const FLOOR = { ...TABLE, i: {}, r: [['/strict/*', 32, [0]], ['/public/*', 32], ['/cors/*', 33, [0], 0, { o: ['https://spa.example'], m: ['GET'], h: [] }], ['/members/*', 0, [0]]] };
const by = (value, uri = '/strict/a', more = {}) => ({ uri, ...more, headers: { ...(value === undefined ? {} : { 'cloudfront-viewer-tls': value }), ...more.headers } });
const GOOD = 'TLSv1.3:TLS_AES_128_GCM_SHA256:fullHandshake';
const floors = [
  ['1.3', by(GOOD), allowed()],
  ['1.2', by('TLSv1.2:ECDHE-RSA-AES128-GCM-SHA256:sessionResumed'), refused(403, 'tls', { reads: 0 })],
  ['absent', by(), refused(403, 'tls', { reads: 0 })],
  ['empty', by(''), refused(403, 'tls')],
  ['doubled', by([GOOD, GOOD]), refused(403, 'tls')],
  ['1.3 and 1.2', by([GOOD, 'TLSv1.2:x:y']), refused(403, 'tls')],
  ...['TLSv1.30:x', 'TLSv1.3', 'tlsv1.3:x', ' TLSv1.3:x', 'x TLSv1.3:x', 'TLSv1x3:x'].map((text) => [JSON.stringify(text), by(text), refused(403, 'tls')]),
  ['before the session is looked at', by('TLSv1.2:x', '/strict/a', { cookie: null }), refused(403, 'tls', { reads: 0 })],
  ['on a public route too', by('TLSv1.2:x', '/public/a'), refused(403, 'tls')],
  ['on a public route, 1.3', by(GOOD, '/public/a'), open()],
  ['before a preflight', by('TLSv1.2:x', '/cors/a', { method: 'OPTIONS', cookie: null, headers: { origin: 'https://spa.example', 'access-control-request-method': 'GET' } }), refused(403, 'tls')],
  ['on a route that does not ask', by('TLSv1.2:x', '/members/a'), allowed()],
  ['a spelling that only looks like CloudFront\'s', by(undefined, '/strict/a', { headers: { 'cloudfront_viewer_tls': GOOD, 'CloudFront-Viewer-TLS': GOOD } }), refused(403, 'tls')]
].map(([name, change, expect]) => [`TLS: ${name}`, change, expect, FLOOR]);

const preflight = { uri: '/api/x', method: 'OPTIONS', cookie: null, headers: { origin: 'https://spa.example', 'access-control-request-method': 'GET' } };
const NEAR = { ...TABLE, i: {}, n: ['near', 'mfa'], q: [[[[-1, 0]]], [[[-1, 1]]]], x: [{ i: ['4c63364'] }, { a: 'x1Y2z3' }], r: [['/near', 0, [0]], ['/mfa', 0, [1]]] };
const missing = [
  ['cors', preflight, TABLE],
  ['identity', {}, TABLE],
  ['context', {}, SIGNED, ['machine', 'assertion', 'identity']],
  ['address', { uri: '/near' }, NEAR, ['context']],
  ['step', { uri: '/mfa' }, NEAR, ['context']],
  ['machine', {}, { ...TABLE, m: 1, i: {} }],
  ['machine', { headers: { 'x-zt-service-token': token() } }, { ...TABLE, m: 1, i: {} }],
  ['assertion', { cookie: bound(), cookies: JAR }, { ...TABLE, s: 1, i: {} }],
  ['rewrite', { uri: '/open/x' }, REWRITING],
  ['rewrite', { uri: '/app/x' }, REWRITING],
  ['tls', by(GOOD), FLOOR]
].map(([name, change, table, parts = []]) => [`a part that is missing: ${name}, ${change.uri ?? 'a session'}`, change, wait('store'), table, parts]);

export const cases = [...assertions, ...rewrites, ...floors, ...missing].map(([name, change, expect, table, parts]) => ({
  name, event: event(change), raw: null, expect, table, parts, store: store({ [TOKEN_DOC]: tokenDoc() })
}));
