// Towards the origin: what the viewer smuggles goes, what the session says is set.
import { allowed, open } from '../support/expect.mjs';
import { TABLE, b64u, event, mint } from '../support/world.mjs';

const ADA = { 'x-zt-email': 'ada@example.com', 'x-zt-groups': 'staff,admins', 'x-zt-name': 'Ada' };
const NONE = { 'x-zt-email': null, 'x-zt-groups': null, 'x-zt-name': null };
const claims = (object) => mint({ claims: b64u(JSON.stringify(object)) });

const smuggled = [
  'x-zt-email', 'x_zt_email', 'X-Zt-Email', 'x-zt_groups', 'x.zt.email', 'x-zt-', 'x-zt-anything', 'x~zt~assertion', 'x-zt-name', 'x_zt_name', 'X-ZT_NAME', 'x-zt.name', 'x-ZT-x', 'X*zt*name', 'x-original-', 'x-http-method-', 'x-method-',
  'x-original-url', 'x-original-uri', 'x_original_url', 'x-original-method', 'x-rewrite-url', 'x_rewrite_url', 'x-forwarded-uri', 'x-forwarded-host', 'x_forwarded_host', 'x-forwarded-for-x', 'x_forwarded_server', 'x-forwarded-method', 'x-forwarded-path', 'x-forwarded-prefix',
  'x-forwarded-user', 'x-forwarded-email', 'x-http-method-override', 'x-http-method', 'x_http_method_override', 'x-method-override', 'forwarded', 'Forwarded', 'X-Forwarded-Host', 'x_forwarded_for', 'x-forwarded_proto', 'X_Forwarded_For', 'cloudfront_viewer_address', 'cloudfront-viewer_address', 'CloudFront_Viewer_Address', 'cloudfront.viewer-country',
  'cloudfront-viewer-cert-sha256', 'CloudFront-Viewer-Cert-Subject', 'cloudfront-viewer-cert-present', 'cloudfront_viewer_cert_issuer', 'cloudfront-viewer-certificate'
];
const kept = ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port', 'x-request-id', 'authorization', 'user-agent', 'x-ztx', 'x-users-name', 'x-user-name', 'remote-user', 'x-zt', 'x-methods', 'x-http', 'x-forwarded', 'forwarded-by', 'fx-zt-a', '-x-zt-a', 'xzt-email', 'accept-language', 'cloudfront-viewer-address', 'cloudfront-viewer-country', 'cloudfrontal_x', 'cache_control'];

// Our own names, a client's certificate, what looks like CloudFront's, and what would have a server see another request.
const about = (name) => (/^x.zt/i.test(name) ? '[P8]' : /cert/i.test(name) ? '[P18]' : /^cloudfront|forwarded.(for|proto|port)/i.test(name) ? '[P15]' : '[P6]');

const each = (names, where, expect) =>
  names.flatMap((name) => [
    [`${about(name)} ${name}, once, ${where.label}`, { ...where, headers: { [name]: 'mallory' } }, expect(name)],
    [`${about(name)} ${name}, twice, ${where.label}`, { ...where, headers: { [name]: ['mallory', 'eve'] } }, expect(name)]
  ]);

const goes = (set) => (name) => ({ ...set, headers: { ...set.headers, [name]: set.headers[name] ?? null } });
const stays = (name) => open({ headers: { ...NONE, [name]: 'mallory' } });

const BORROWED = { ...TABLE, i: { 'x-zt-c': 'constructor', 'x-zt-p': '__proto__', 'x-zt-t': 'toString', 'x-zt-h': 'hasOwnProperty' } };
const SMUGGLED = { 'x-zt-c': 'mallory', 'x-zt-p': 'mallory' };
const identities = [
  ['[P8] an identity', {}, allowed({ headers: ADA })],
  ['[P8] no identity on a public route, even with a session', { uri: '/public/a' }, open({ headers: NONE })],
  ['[P8] no claims', { cookie: mint({ claims: '' }), headers: { 'x-zt-email': 'mallory' } }, allowed({ headers: NONE })],
  ['a comma inside a list is encoded', { cookie: claims({ groups: ['a,admins', 'b'] }) }, allowed({ headers: { ...NONE, 'x-zt-groups': 'a%2Cadmins,b' } })],
  ['a comma in a text stays', { cookie: claims({ name: 'Lovelace, Ada' }) }, allowed({ headers: { ...NONE, 'x-zt-name': 'Lovelace, Ada' } })],
  ['letters beyond ASCII are encoded', { cookie: claims({ name: 'Zo\u00eb \u{1f600}' }) }, allowed({ headers: { ...NONE, 'x-zt-name': 'Zo%C3%AB %F0%9F%98%80' } })],
  ['a line feed is encoded', { cookie: claims({ email: 'a\r\nx-admin: 1' }) }, allowed({ headers: { ...NONE, 'x-zt-email': 'a%0D%0Ax-admin: 1' } })],
  ['a percent sign is encoded', { cookie: claims({ email: 'a%0a' }) }, allowed({ headers: { ...NONE, 'x-zt-email': 'a%250a' } })],
  ['numbers and booleans', { cookie: claims({ email: 7, name: false, groups: [] }) }, allowed({ headers: { 'x-zt-email': '7', 'x-zt-name': 'false', 'x-zt-groups': '' } })],
  ['a space at an end is encoded', { cookie: claims({ name: ' Ada ', email: ' ', groups: [' admins', 'b c', 'd '] }) }, allowed({ headers: { 'x-zt-name': '%20Ada%20', 'x-zt-email': '%20', 'x-zt-groups': '%20admins,b c,d%20' } })],
  ['claims that only a prototype has', { cookie: claims({}), headers: SMUGGLED }, allowed({ headers: { 'x-zt-c': null, 'x-zt-p': null, 'x-zt-t': null, 'x-zt-h': null } }), BORROWED],
  ['own claims of such names', { cookie: mint({ claims: b64u('{"constructor":"c","toString":"t","hasOwnProperty":"h"}') }) }, allowed({ headers: { 'x-zt-c': 'c', 'x-zt-p': null, 'x-zt-t': 't', 'x-zt-h': 'h' } }), BORROWED]
];

const ours = { '__Host-zt-tx-abc': 'x', '__Secure-zt-members': 'y', '__Secure-zt-refresh': 'z', '__Host-zt-assertion': 'a', '__host-zt-session': 'b', '__HOST_zt_session': 'c', '..Host-zt-session': 'd' };
const cookies = [
  ['our cookies go, others stay', { cookies: { ...ours, theme: 'dark', zt: '1', '__Host-other': '2' } }, allowed({ cookies: ['__Host-other', 'theme', 'zt'] })],
  ['our cookies go on a public route', { uri: '/public/a', cookies: { ...ours, theme: 'dark' } }, open({ cookies: ['theme'] })],
  ['our cookies go in duplicate too', { uri: '/public/a', cookie: null, cookies: { '__Host-zt-session': ['a', 'b'], theme: ['c', 'd'] } }, open({ cookies: ['theme'] })]
];

export const cases = [
  ...each(smuggled, { label: 'with a session' }, goes(allowed({ headers: ADA }))),
  ...each(smuggled, { label: 'on a public route', uri: '/public/a' }, goes(open({ headers: NONE }))),
  ...each(kept, { label: 'on a public route', uri: '/public/a' }, stays),
  ...identities,
  ...cookies.map(([name, ...rest]) => [`[P11] ${name}`, ...rest])
].map(([name, change, expect, table]) => ({ name, event: event(change), raw: null, expect, table }));
