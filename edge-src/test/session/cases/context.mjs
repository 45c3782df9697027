// Policies with context conditions, and the step-up that some of them lead to.
import { allowed, askedForMore, refused, stepUp, toLogin, told, wait } from '../support/expect.mjs';
import { FETCH, NOW, TABLE, b36, event, mint } from '../support/world.mjs';

// Conditions by name; policies refer to them by name too, the table by index.
const CONDITIONS = {
  europe: { c: ['DE', 'FR'] }, korea: { c: ['KP'] }, net: { i: ['4c63364', '620010db8'] }, reading: { v: ['GET', 'HEAD'] }, mfa: { a: 'x1Y2z3', A: 'mfa' }, amr: { a: 'otpotp' }, quoted: { a: 'x1Y2z3', A: 'a "b"\\c' },
  foreign: { a: 'x1Y2z3', A: 'st\u00e4rker' }, recent: { g: 600 }, mfaRecent: { a: 'x1Y2z3', A: 'mfa', g: 600 }, tight: { g: 5 }, robots: { s: ['ci', 'deploy'] }, germanNet: { c: ['DE'], i: ['4c63364'] }, germanMfa: { c: ['DE'], a: 'x1Y2z3', A: 'mfa' },
  unknown: { zz: 1 }, borrowed: { constructor: 1 }, notANumber: { g: 'abc' }
};
const at = (name) => (name === undefined ? [] : [Object.keys(CONDITIONS).indexOf(name)]);
const way = (atom, condition, negated) => [atom, ...at(condition), ...(negated ? [1] : [])];
const one = (atom, condition) => [[way(atom, condition)]];
const none = (condition) => [[way(0)], [way(-1, condition, true)]];

// Atoms: 0 is bit 0 of generation 1, 1 is bit 1 of generation 2, 2 is bit 5 of generation 3.
const POLICIES = {
  plain: 0, europe: one(0, 'europe'), net: one(-1, 'net'), reading: one(0, 'reading'), mfa: one(0, 'mfa'), amr: one(0, 'amr'), quoted: one(-1, 'quoted'), foreign: one(-1, 'foreign'), recent: one(0, 'recent'), mfaRecent: one(0, 'mfaRecent'), tight: one(0, 'tight'),
  robots: one(-1, 'robots'), germanNet: one(-1, 'germanNet'), germanMfa: one(-1, 'germanMfa'),
  notKorea: none('korea'), notNet: none('net'), notReading: none('reading'), notMfa: none('mfa'), notRecent: none('recent'), notGermanNet: none('germanNet'), notRobots: none('robots'),
  unknown: one(-1, 'unknown'), notUnknown: none('unknown'), borrowed: one(-1, 'borrowed'), notBorrowed: none('borrowed'), notANumber: one(-1, 'notANumber'), notNotANumber: none('notANumber'),
  adminsOrMfa: [[way(1), way(-1, 'mfa')]], adminsAndMfa: [[way(1)], [way(-1, 'mfa')]], youngAndMfa: [[way(2, 'mfa')]], youngOrMfa: [[way(2), way(-1, 'mfa')]], youngInKorea: [[way(2)], [way(-1, 'korea')]],
  mfaInKorea: [[way(-1, 'mfa')], [way(-1, 'korea')]], recentOrMfa: [[way(-1, 'recent'), way(-1, 'mfa')]], mfaThenRecent: [[way(-1, 'mfa')], [way(-1, 'recent')]],
  young: 2, nothing: [], noWay: [[]], askless: [[[-1]]], absentAtom: [[[9]]], absentCondition: [[[-1, 99]]], negatedAbsent: [[[-1, 99, 1]]], malformed: [[5]], text: 'x', nil: null
};
const NAMES = Object.keys(POLICIES);
const index = (...names) => names.map((name) => NAMES.indexOf(name));
const CONTEXT = {
  ...TABLE, i: {}, k: [[0, 1], [1, 2], [5, 3]], n: NAMES, q: Object.values(POLICIES), x: Object.values(CONDITIONS),
  r: [
    ...NAMES.map((name) => [`/${name}/*`, 0, index(name)]), ['/api/mfa/*', 1, index('mfa')], ['/two/mfa-young', 0, index('mfa', 'young')], ['/two/korea-mfa', 0, index('mfaInKorea', 'recent')], ['/two/nobody-young', 0, index('nothing', 'young')],
    ['/two/mfa-plain', 0, index('mfa', 'plain')], ['/absent', 0, [NAMES.length]]
  ]
};

const country = (value) => ({ headers: value === undefined ? {} : { 'cloudfront-viewer-country': value } });
const meets = (policy, change = {}) => [`/${policy}/a`, change, allowed({ audit: `v1 allow - r${NAMES.indexOf(policy)} p${policy} h` })];
const fails = (policy, change = {}) => [`/${policy}/a`, change, refused(403, 'policy')];
const session = (changes) => ({ cookie: mint(changes) });

const members = [
  ['[P14] an atom', ...meets('plain')],
  ['[P14] an atom that does not hold', ...fails('plain', session({ grants: '2' }))],
  ['[P15] a country that is listed', ...meets('europe', country('FR'))],
  ['[P15] a country that is not', ...fails('europe', country('US'))],
  ['[P15] no country', ...fails('europe')],
  ['[P15] two countries', ...fails('europe', country(['DE', 'DE']))],
  ...['de', 'DEU', 'D', '', 'DE\n', ' DE', 'D1', '\u0130R'].map((text) => [`[P15] ${JSON.stringify(text)} as country`, ...fails('europe', country(text))]),
  ['[P15] a country in a header that looks like CloudFront\'s', ...fails('europe', { headers: { 'cloudfront_viewer_country': 'DE', 'x-forwarded-country': 'DE', 'CloudFront-Viewer-Country': 'DE' } })],
  ['[P14] a country without the group', ...fails('europe', { ...country('DE'), ...session({ grants: '2' }) })],
  ['[P14] another country than the excluded one', ...meets('notKorea', country('DE'))],
  ['[P14] the excluded country', ...fails('notKorea', country('KP'))],
  ['[P14] [P15] no country where one is excluded', ...fails('notKorea')],
  ['[P14] [P15] two countries where one is excluded', ...fails('notKorea', country(['DE', 'KP']))],
  ['[P14] [P15] nonsense where a country is excluded', ...fails('notKorea', country('kp'))],
  ['a method that is listed', ...meets('reading', { method: 'HEAD' })],
  ['a method that is not', ...fails('reading', { method: 'POST' })],
  ['a method in lower case', ...fails('reading', { method: 'get' })],
  ['[P6] a method in a header', ...fails('reading', { method: 'DELETE', headers: { 'x-http-method-override': 'GET' } })],
  ['an excluded method', ...fails('notReading')],
  ['another than the excluded methods', ...meets('notReading', { method: 'POST' })],
  ['[P14] two members of which both hold', ...meets('germanNet', country('DE'))],
  ['[P14] two members of which one does not hold', ...fails('germanNet', country('FR'))],
  ['[P14] two members of which one is undecidable', ...fails('germanNet')],
  ['[P14] excluded: both hold', ...fails('notGermanNet', country('DE'))],
  ['[P14] excluded: one is plainly false', ...meets('notGermanNet', country('FR'))],
  ['[P14] excluded: one is plainly false, the other undecidable', ...meets('notGermanNet', { ip: '192.0.2.1' })],
  ['[P14] excluded: one holds, the other is undecidable', ...fails('notGermanNet')],
  ['[P16] a session is no service token', ...fails('robots')],
  ['an excluded service token, asked of a session', ...meets('notRobots')],
  ['a member that this function does not know', ...fails('unknown')],
  ['a member that it does not know, excluded', ...fails('notUnknown')],
  ['a member called like something of every object', ...fails('borrowed')],
  ['the same, excluded', ...fails('notBorrowed')],
  ['an age that is no number', ...fails('notANumber')],
  ['an age that is no number, excluded', ...fails('notNotANumber')],
  ['[P14] a policy without clauses', ...fails('nothing')],
  ['[P14] a clause without alternatives', ...fails('noWay')],
  ['[P14] an alternative that asks for nothing', ...fails('askless')],
  ...['absentAtom', 'absentCondition', 'negatedAbsent', 'text', 'nil'].map((name) => [`a table with ${name}`, `/${name}/a`, country('DE'), wait('store')]),
  ['[P14] a clause of something else', ...fails('malformed')],
  ['a policy beyond the list', '/absent', {}, wait('store')]
];

const MAPPED = ['198.51.100.7', '::ffff:198.51.100.7', '::FFFF:198.51.100.7', '::ffff:c633:6407', '0:0:0:0:0:ffff:198.51.100.7', '0000:0000:0000:0000:0000:ffff:c633:6407'];
const SIX = ['2001:db8::1', '2001:DB8:0:0:0:0:0:1', '2001:0db8::', '2001:db8:1:2:3:4:5:6', '2001:db8::198.51.100.7', '2001:db8:1:2:3:4:5::'];
const OUTSIDE = ['198.51.101.7', '192.0.2.1', '0.0.0.0', '255.255.255.255', '2001:db9::1', '::1', '::', '64:ff9b::198.51.100.7', '::198.51.100.7', 'c633:6407::', '4c63:364::'];
const GARBAGE = [
  '', undefined, null, 7, '198.51.100', '198.51.100.7.', '.198.51.100.7', '198.51.100.256', '198.51.100.07', '0198.51.100.7', '198.51.100.7.1', '198.51.100.7\n', ' 198.51.100.7', '198.51.100.7:443', '198.51.100.0x7', '3325256711', '2001:db8:::1', '2001:db8::1::', '2001:db8::1\n',
  '1:2:3:4:5:6:7', '2001:db8:3:4:5:6:7:8:9', 'fe80::1%eth0', '20010::', '2001:db8::g', ':', ':2001:db8::1', '2001:db8::1:', '::ffff:198.51.100', '[2001:db8::1]', '::ffff:198.51.100.7/24'
];
const addresses = [
  ...[...MAPPED, ...SIX].flatMap((ip) => [[`[P15] inside: ${ip}`, ...meets('net', { ip })], [`[P15] inside what is excluded: ${ip}`, ...fails('notNet', { ip })]]),
  ...OUTSIDE.flatMap((ip) => [[`[P15] outside: ${ip}`, ...fails('net', { ip })], [`[P15] outside what is excluded: ${ip}`, ...meets('notNet', { ip })]]),
  ...GARBAGE.flatMap((ip) => [[`[P15] no address: ${JSON.stringify(ip)}`, ...fails('net', { ip: ip ?? null })], [`[P15] no address, excluded: ${JSON.stringify(ip)}`, ...fails('notNet', { ip: ip ?? null })]]),
  ['[P15] a forged X-Forwarded-For lets nobody in', ...fails('net', { ip: '192.0.2.1', headers: { 'x-forwarded-for': '198.51.100.7', 'x-real-ip': '198.51.100.7', 'true-client-ip': '198.51.100.7', 'cloudfront-viewer-address': '198.51.100.7:443' } })],
  ['[P15] a forged X-Forwarded-For keeps nobody out', ...meets('net', { headers: { 'x-forwarded-for': '192.0.2.1' } })],
  ['[P15] a forged X-Forwarded-For does not escape an exclusion', ...fails('notNet', { headers: { 'x-forwarded-for': '192.0.2.1' } })],
  ['[P15] an event without viewer', '/net/a', {}, wait('store'), (e) => delete e.viewer]
];

const MFA = 'x1Y2z3';
const RECENT = { lt: b36(NOW - 600) };
const steps = [
  ['acr reached', ...meets('mfa', session({ ctx: MFA }))],
  ['acr among several', ...meets('mfa', session({ ctx: `aaaaaa${MFA}zzzzzz` }))],
  ['acr not reached', '/mfa/a', {}, stepUp('/mfa/a', '&step=x1Y2z3')],
  ['acr not reached, twice gives the same answer and no other cookie', '/mfa/a', session({ ctx: 'aaaaaa' }), stepUp('/mfa/a', '&step=x1Y2z3')],
  ['acr across two fingerprints', '/mfa/a', session({ ctx: `aaa${MFA}aaa` }), stepUp('/mfa/a', '&step=x1Y2z3')],
  ['acr in another letter case', '/mfa/a', session({ ctx: 'X1y2Z3' }), stepUp('/mfa/a', '&step=x1Y2z3')],
  ['a fresh session without the acr is sent at once', '/mfa/a', session({ iat: b36(NOW), lt: b36(NOW) }), stepUp('/mfa/a', '&step=x1Y2z3')],
  ['acr not reached, fetch', '/mfa/a', { headers: FETCH }, askedForMore(', acr_values="mfa"', { page: false })],
  ['acr not reached, POST', '/mfa/a', { method: 'POST' }, askedForMore(', acr_values="mfa"')],
  ['acr not reached where the answer is always 401', '/api/mfa/a', {}, askedForMore(', acr_values="mfa"')],
  ['an acr with quotes', '/quoted/a', { headers: FETCH }, askedForMore(', acr_values="a \\"b\\"\\\\c"')],
  ['an acr that no header can carry', '/foreign/a', { headers: FETCH }, askedForMore('')],
  ['amr reached', ...meets('amr', session({ ctx: 'otpotp' }))],
  ['amr not reached', '/amr/a', session({ ctx: MFA }), stepUp('/amr/a', '&step=otpotp')],
  ['amr not reached, fetch', '/amr/a', { headers: FETCH }, askedForMore('')],
  ['acr without the group', ...fails('mfa', session({ grants: '2' }))],
  ['acr and the group not evaluated yet', '/youngAndMfa/a', session({ gen: '2' }), toLogin('grant', '/youngAndMfa/a')],
  ['age reached to the second', ...meets('recent', session(RECENT))],
  ['age not reached', '/recent/a', {}, stepUp('/recent/a', '&age=600')],
  ['age not reached, fetch', '/recent/a', { headers: FETCH }, askedForMore(', max_age="600"')],
  ['a refreshed session is as old as its login', '/recent/a', session({ iat: b36(NOW - 5) }), stepUp('/recent/a', '&age=600')],
  ['age exceeded by a second', '/recent/a', session({ lt: b36(NOW - 601) }), stepUp('/recent/a', '&age=600')],
  ['age exceeded by a second right after a login: no loop', '/recent/a', session({ lt: b36(NOW - 601), iat: b36(NOW - 3) }), wait('context')],
  ['age exceeded by less than the clocks may differ, after a login', '/tight/a', session({ lt: b36(NOW - 124), iat: b36(NOW - 59) }), wait('context')],
  ['age exceeded by more than that', '/tight/a', session({ lt: b36(NOW - 125), iat: b36(NOW - 59) }), stepUp('/tight/a', '&age=5')],
  ['age exceeded a minute after a login', '/tight/a', session({ lt: b36(NOW - 100), iat: b36(NOW - 60) }), stepUp('/tight/a', '&age=5')],
  ['both reached', ...meets('mfaRecent', session({ ...RECENT, ctx: MFA }))],
  ['both, age not reached', '/mfaRecent/a', session({ ctx: MFA }), stepUp('/mfaRecent/a', '&step=x1Y2z3&age=600')],
  ['both, acr not reached', '/mfaRecent/a', session(RECENT), stepUp('/mfaRecent/a', '&step=x1Y2z3&age=600')],
  ['both, acr not reached and a little late after a login', '/mfaRecent/a', session({ lt: b36(NOW - 610), iat: b36(NOW) }), stepUp('/mfaRecent/a', '&step=x1Y2z3&age=600')],
  ['both, a little late after a login', '/mfaRecent/a', session({ lt: b36(NOW - 610), iat: b36(NOW), ctx: MFA }), wait('context')],
  ['both, fetch', '/mfaRecent/a', { headers: FETCH }, askedForMore(', acr_values="mfa", max_age="600"')],
  ['no step-up where the country forbids it anyway', ...fails('germanMfa', country('FR'))],
  ['nor where the country is not known', ...fails('germanMfa')],
  ['a step-up where the country fits', '/germanMfa/a', country('DE'), stepUp('/germanMfa/a', '&step=x1Y2z3')],
  ['excluded acr, reached', ...fails('notMfa', session({ ctx: MFA }))],
  ['[P14] excluded acr, not reached: nobody knows whether it was', ...fails('notMfa')],
  ['excluded age', ...fails('notRecent', session(RECENT))],
  ['older than the excluded age', ...meets('notRecent')],
  ['either: by group', ...meets('adminsOrMfa')],
  ['either: by acr', ...meets('adminsOrMfa', session({ grants: '1', ctx: MFA }))],
  ['either: by neither', '/adminsOrMfa/a', session({ grants: '1' }), stepUp('/adminsOrMfa/a', '&step=x1Y2z3')],
  ['both clauses: group and acr', ...meets('adminsAndMfa', session({ ctx: MFA }))],
  ['both clauses: no group', ...fails('adminsAndMfa', session({ grants: '1' }))],
  ['both clauses: no acr', '/adminsAndMfa/a', {}, stepUp('/adminsAndMfa/a', '&step=x1Y2z3')],
  ['both clauses: a group not evaluated and no acr, the grant first', '/adminsAndMfa/a', session({ gen: '1' }), toLogin('grant', '/adminsAndMfa/a')],
  ['either: a group not evaluated before an acr', '/youngOrMfa/a', session({ gen: '2' }), toLogin('grant', '/youngOrMfa/a')],
  ['a group not evaluated is not asked for where the country forbids it', ...fails('youngInKorea', { ...session({ gen: '2' }), ...country('DE') })],
  ['an acr is not asked for where the country forbids it', ...fails('mfaInKorea', country('DE'))],
  ['the first of two conditions', '/recentOrMfa/a', {}, stepUp('/recentOrMfa/a', '&age=600')],
  ['both clauses of two at once', '/mfaThenRecent/a', {}, stepUp('/mfaThenRecent/a', '&step=x1Y2z3&age=600')],
  ['then the second clause', '/mfaThenRecent/a', session({ ctx: MFA }), stepUp('/mfaThenRecent/a', '&age=600')],
  ['of two policies the one not evaluated comes first', '/two/mfa-young', session({ gen: '2' }), toLogin('grant', '/two/mfa-young')],
  ['of two policies the one whose step-up helps is asked for', '/two/korea-mfa', country('DE'), stepUp('/two/korea-mfa', '&age=600')],
  ['of two policies one is met', '/two/mfa-plain', {}, allowed({ audit: 'v1 allow - r' })],
  ['a policy for nobody beside one not evaluated', '/two/nobody-young', session({ gen: '2' }), toLogin('grant', '/two/nobody-young')],
  ['a forged context', '/mfa/a', { cookie: mint().replace(/^((?:[^.]*\.){10})/, `$1${MFA}`) }, toLogin('mac', '/mfa/a')],
  ['no session on such a route', '/mfa/a', { cookie: null }, toLogin('none', '/mfa/a')],
  ['no session on such a route, fetch', '/mfa/a', { cookie: null, headers: FETCH }, told('none')]
].map(([name, ...rest]) => [`[P19] step-up: ${name}`, ...rest]);

const userinfo = [
  ['[P14] userinfo names the policies that are met', '/.zt/userinfo', country('DE'), refused(200, '-', { body: (body, say) => JSON.parse(body).grants.join() === NAMES_MET.join() || say(body) })]
];
const NAMES_MET = ['plain', 'europe', 'net', 'reading', 'germanNet', 'notKorea', 'notRecent', 'notRobots', 'adminsOrMfa'];
// A table without the policies that are faults, which userinfo would evaluate too.
const SOUND = Object.keys(POLICIES).indexOf('absentAtom');
const sound = { ...CONTEXT, n: NAMES.slice(0, SOUND), q: Object.values(POLICIES).slice(0, SOUND) };

// A function fits into CloudFront's limit with what one case needs, not with all of these.
function alone(uri, table) {
  const routes = table.r.filter(([pattern]) => pattern === uri || (pattern.endsWith('/*') && uri.startsWith(pattern.slice(0, -1))));
  const used = routes.length ? routes.flatMap((route) => route[2]) : table.q.map((_, i) => i);
  return { ...table, n: table.n.map((name, i) => (used.includes(i) ? name : '')), q: table.q.map((policy, i) => (used.includes(i) ? policy : 0)), r: routes.length ? table.r.map((route) => (routes.includes(route) ? route : ['/', 0])) : [] };
}

export const cases = [...members, ...addresses, ...steps, ...userinfo].map(([name, uri, change, expect, edit]) => {
  const made = event({ uri, ...change });
  if (edit) edit(made);
  return { name, event: made, raw: null, expect, table: alone(uri, uri === '/.zt/userinfo' ? sound : CONTEXT) };
});
