// Who is sent to the login and who is told: navigations against everything else.
import { allowed, refused, toLogin, told } from '../support/expect.mjs';
import { FETCH, b64u, block, event, mint, page, store } from '../support/world.mjs';

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
].map(([name, change, expect]) => [`without session: ${name}`, { cookie: null, ...change }, { reads: 0, ...expect }]);

const escaped = (body, say) => /<script|onerror/i.test(body) && say('the page repeats what was sent');
const pages = [
  ['403 of a navigation is a page that leads to the readable reason', { uri: '/admin/x', cookie: mint({ grants: '1' }) }, refused(403, 'policy', { page: true, body: (b, say) => b.includes('content="0;url=/oauth2/denied?code=policy"') || say(b) })],
  ['403 of a fetch is a problem document', { uri: '/admin/x', cookie: mint({ grants: '1' }), headers: FETCH }, refused(403, 'policy', { page: false })],
  ['a blocked user, navigation', {}, refused(403, 'blocked', { page: true }), { 'p:AB': page(0, block('never')) }],
  ['a blocked user, fetch', { headers: FETCH }, refused(403, 'blocked', { page: false }), { 'p:AB': page(0, block('never')) }],
  ['no page repeats the request', { uri: '/public/<script>', headers: { 'user-agent': '<img onerror>' }, host: '<script>' }, refused(421, 'host', { body: escaped })],
  ['a good session with a prefetch passes', { headers: { 'sec-purpose': 'prefetch' } }, allowed()],
  ['the return path is opaque', { uri: '/members/%3Cscript%3E', cookie: null }, { status: 302, reason: 'none', headers: { location: `/oauth2/start?rd=${b64u('/members/%3Cscript%3E')}` } }]
];

export const cases = [...kinds, ...pages].map(([name, change, expect, changed]) => ({ name, event: strip(event(change)), raw: null, expect, store: store(changed) }));

function strip(made) {
  for (const [name, header] of Object.entries(made.request.headers)) if (header.value === undefined) delete made.request.headers[name];
  return made;
}
