// Grants against routes, and userinfo.
import { allowed, refused, toLogin, told, wait } from '../support/expect.mjs';
import { DOC, FETCH, NOW, PAGE, TABLE, b36, b64u, doc, event, mint, page, session, store } from '../support/world.mjs';

const at = (uri, changes, more = {}) => ({ uri, cookie: mint(changes), ...more });
const grants = [
  ['a bit that is set', at('/members/a', { grants: '1' }), allowed({ audit: 'v1 allow - r18 pstaff hABsidsidsi' })],
  ['no bits', at('/members/a', { grants: '' }), refused(403, 'policy')],
  ['another bit', at('/members/a', { grants: 'e' }), refused(403, 'policy')],
  ['a bit in the second digit', at('/audit/a', { grants: '02' }), allowed()],
  ['a bit in the second digit, not set', at('/audit/a', { grants: 'fd' }), refused(403, 'policy')],
  ['a bit beyond the digits', at('/audit/a', { grants: 'f' }), refused(403, 'policy')],
  ['bit 64', at('/far/a', { grants: `${'0'.repeat(16)}1` }), allowed()],
  ['bit 64, not set', at('/far/a', { grants: `${'f'.repeat(16)}e` }), refused(403, 'policy')],
  ['[P1] [P14] a route that nobody may take', at('/nobody/a', { grants: 'f'.repeat(64) }), refused(403, 'policy')],
  ['[P1] null as policies is not public', at('/null/a', { grants: 'f' }), wait('store'), { ...TABLE, r: [['/null/*', 0, null], ...TABLE.r] }],
  ['one of two policies', at('/api/x', { grants: '2' }), allowed({ audit: 'v1 allow - r5 padmins h' })],
  ['neither of two policies', at('/api/x', { grants: 'c' }, { headers: FETCH }), refused(403, 'policy', { page: false })],
  ['a younger grant', at('/audit/a', { gen: '2', grants: 'ff' }), toLogin('grant', '/audit/a')],
  ['a younger grant, fetch', at('/audit/a', { gen: '2' }, { headers: FETCH }), told('grant')],
  ['a younger grant and an older one that is met', at('/either/a', { gen: '2', grants: '1' }), allowed()],
  ['a younger grant and an older one that is not', at('/either/a', { gen: '2', grants: '0' }), toLogin('grant', '/either/a')],
  ['a younger bit is not believed though set', at('/admin/a', { gen: '1', grants: 'ff' }), toLogin('grant', '/admin/a')],
  ['an old cookie on a route of old grants', at('/members/a', { gen: '1', grants: '1' }), allowed()],
  ['a newer generation than the function\'s', at('/members/a', { gen: b36(66), grants: '1' }), allowed()],
  ['a generation of another numbering', at('/members/a', { gen: b36(67), grants: 'ff' }), toLogin('grant')],
  ['a generation of another numbering, fresh', at('/members/a', { gen: b36(NOW), grants: 'ff', iat: b36(NOW) }), wait('grant')],
  ['generation zero', at('/members/a', { gen: '0', grants: 'ff' }), toLogin('grant')]
];

const INFO = { name: 'Ada', handle: 'ABsidsidsi', grants: ['staff', 'admins'], exp: NOW + 3000, claims: { email: 'ada@example.com', name: 'Ada', groups: ['staff', 'admins'] } };
const says = (want) => ({ headers: { 'content-type': 'application/json' }, body: (body, say) => JSON.stringify(JSON.parse(body)) === JSON.stringify(want) || say(body) });
const uri = '/.zt/userinfo';
const ENDED = /^(expired|forged|revoked|blocked|without session)/;
const userinfo = [
  ['of a session', { uri }, refused(200, '-', says(INFO))],
  ['without grants', at(uri, { grants: '', claims: '' }), refused(200, '-', says({ ...INFO, name: null, grants: [], claims: {} }))],
  ['a bit younger than the cookie is no grant', at(uri, { gen: '1', grants: 'ff' }), refused(200, '-', says({ ...INFO, grants: ['staff'] }))],
  ['escapes nothing into a page', at(uri, { claims: b64u('{"name":"<script>"}') }), refused(200, '-', says({ ...INFO, name: '<script>', claims: { name: '<script>' } }))],
  ['without session is always 401', { uri, cookie: null }, { ...told('none'), page: true, reads: 0 }],
  ['expired', at(uri, { exp: b36(NOW) }), { ...told('expired'), page: true }],
  ['forged', at(uri, { mac: 'A'.repeat(43) }), { ...told('mac'), page: true }],
  ['revoked', { uri }, { ...told('revoked'), page: true }, undefined, { [PAGE]: page(0, session(1)) }],
  ['blocked', { uri }, refused(403, 'blocked'), undefined, { [DOC]: doc({ e: { resource: 0 } }) }],
  ['by POST', { uri, method: 'POST' }, refused(405, 'method', { headers: { allow: 'GET,HEAD' } })],
  ['by preflight', { uri, method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' } }, refused(403, 'preflight')],
  ['with a semicolon', { uri: '/.zt/userinfo;x' }, refused(400, 'path')],
  ['with a question mark that is encoded', { uri: '/.zt/userinfo%3fx' }, refused(400, 'path')],
  ['below it is nothing', { uri: '/.zt/userinfo/x' }, refused(403, 'policy')]
].map(([name, ...rest]) => [`${ENDED.test(name) ? '[T12] ' : ''}userinfo ${name}`, ...rest]);

export const cases = [...grants.map(([name, ...rest]) => [`[P14] ${name.replace('[P14] ', '')}`, ...rest]), ...userinfo].map(([name, change, expect, table, documents]) => ({ name, event: event(change), raw: null, expect, table, store: store(documents) }));
