// Who is sent to the login and who is told: navigations against everything else.
import { allowed, refused, toLogin, told } from '../support/expect.mjs';
import { FETCH, TABLE, b64u, block, event, mint, page, session, store } from '../support/world.mjs';

const bare = (headers) => ({ 'sec-fetch-mode': undefined, accept: undefined, ...headers });
const kinds = [
  ['a navigation', {}, toLogin('none')],
  ['HEAD of a navigation', { method: 'HEAD' }, toLogin('none')],
  ['a fetch', { headers: FETCH }, told('none')],
  ['no-cors, as an image', { headers: { 'sec-fetch-mode': 'no-cors' } }, told('none')],
  ['a form POST that navigates', { method: 'POST' }, told('none', { page: false })],
  ['two fetch modes', { headers: { 'sec-fetch-mode': ['navigate', 'cors'] } }, told('none')],
  ['a fetch mode in another letter case', { headers: { 'sec-fetch-mode': 'Navigate' } }, told('none')],
  ['an old browser', { headers: bare({ accept: 'text/html,*/*' }) }, toLogin('none')],
  ['an old browser with an origin', { headers: bare({ accept: 'text/html', origin: 'https://app.example.com' }) }, told('none')],
  ['an old XMLHttpRequest', { headers: bare({ accept: 'text/html', 'x-requested-with': 'XMLHttpRequest' }) }, told('none')],
  ['curl', { headers: bare({ accept: '*/*' }) }, told('none')],
  ['no headers at all', { headers: bare({}) }, told('none')],
  ['gRPC', { method: 'POST', headers: bare({ accept: 'application/grpc', 'content-type': 'application/grpc' }) }, told('none')],
  ['Sec-Purpose prefetch', { headers: { 'sec-purpose': 'prefetch' } }, told('none')],
  ['Sec-Purpose prerender', { headers: { 'sec-purpose': 'prefetch;prerender' } }, told('none')],
  ['Purpose prefetch', { headers: { purpose: 'prefetch' } }, told('none')],
  ['a purpose in capitals', { headers: { purpose: 'PREFETCH' } }, told('none')],
  ['a health checker', { headers: bare({ 'user-agent': 'ELB-HealthChecker/2.0', accept: '*/*' }) }, told('none')],
  ['a crawler', { headers: bare({ 'user-agent': 'Googlebot', accept: '*/*' }) }, told('none')]
].map(([name, change, expect]) => [`[L11]${/checker|crawler/.test(name) ? ' [P7]' : ''} without session: ${name}`, { cookie: null, ...change }, { reads: 0, ...expect }]);

const SHARED = { ...TABLE, r: [['/shared/*', 16, [0]]] };
const escaped = (body, say) => /<script|onerror/i.test(body) && say('the page repeats what was sent');
const pages = [
  ['[L10] the redirect to the login is not stored', { cookie: null }, toLogin('none')],
  ['[L10] a refusal is not stored', { uri: '/admin/x', cookie: mint({ grants: '1' }) }, refused(403, 'policy')],
  ['[P24] a page of ours cannot be framed', { uri: '/public//x' }, refused(400, 'path', { page: true, headers: { 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" } })],
  ['[K8] an allowed request leaves one line', {}, allowed({ audit: 'v1 allow - r18 pstaff hABsidsidsi' })],
  ['[K8] a refused one too', { uri: '/admin/x', cookie: mint({ grants: '1' }) }, refused(403, 'policy', { audit: 'v1 deny policy r6 p- hABsidsidsi' })],
  ['[K7] no name of a user is in the line before the MAC is verified', { cookie: mint({ mac: 'A'.repeat(43) }) }, toLogin('mac', '/members/a', { audit: 'v1 login mac r18 p- h-' })],
  ['[P7] a health checker in its own words', { cookie: null, headers: { 'user-agent': 'ELB-HealthChecker/2.0', 'x-health-check': '1', 'x-forwarded-for': '127.0.0.1' } }, toLogin('none')],
  ['[P12] a route whose answers are shared asks for a session', { uri: '/shared/a', cookie: null }, toLogin('none', '/shared/a'), {}, SHARED],
  ['[P12] and for the policy', { uri: '/shared/a', cookie: mint({ grants: '2' }) }, refused(403, 'policy'), {}, SHARED],
  ['[P12] and for a session that stands', { uri: '/shared/a' }, toLogin('revoked', '/shared/a', { fresh: true }), { 'p:AB': page(0, session(1)) }, SHARED],
  ['[P21] 403 of a navigation is a page that leads to the readable reason', { uri: '/admin/x', cookie: mint({ grants: '1' }) }, refused(403, 'policy', { page: true, body: (b, say) => b.includes('content="0;url=/oauth2/denied?code=policy"') || say(b) })],
  ['[P21] 403 of a fetch is a problem document', { uri: '/admin/x', cookie: mint({ grants: '1' }), headers: FETCH }, refused(403, 'policy', { page: false })],
  ['[P21] a blocked user, navigation', {}, refused(403, 'blocked', { page: true }), { 'p:AB': page(0, block('never')) }],
  ['[P21] a blocked user, fetch', { headers: FETCH }, refused(403, 'blocked', { page: false }), { 'p:AB': page(0, block('never')) }],
  ['[P21] no page repeats the request', { uri: '/public/<script>', headers: { 'user-agent': '<img onerror>' }, host: '<script>' }, refused(421, 'host', { body: escaped })],
  ['a good session with a prefetch passes', { headers: { 'sec-purpose': 'prefetch' } }, allowed()],
  ['[C8] the return path is opaque', { uri: '/members/%3Cscript%3E', cookie: null }, { status: 302, reason: 'none', headers: { location: `/oauth2/start?rd=${b64u('/members/%3Cscript%3E')}` } }]
];

export const cases = [...kinds, ...pages].map(([name, change, expect, changed, table]) => ({ name, event: strip(event(change)), raw: null, expect, table, store: store(changed) }));

function strip(made) {
  for (const [name, header] of Object.entries(made.request.headers)) if (header.value === undefined) delete made.request.headers[name];
  return made;
}
