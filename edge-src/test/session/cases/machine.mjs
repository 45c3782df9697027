// Callers without cookies: service tokens, and sessions in a header. Whichever is shown decides alone.
import { allowed, noToken, open, refused, toLogin, told, wait } from '../support/expect.mjs';
import { DOC, FETCH, KEY, NOW, OLD_SECRET, OTHER_KEY, PAGE, SECRET, TABLE, TOKEN_DOC, TOKEN_ID, b36, digest, doc, event, mint, page, session, store, token, tokenDoc, user } from '../support/world.mjs';

// Policy 4 is met by the service token `ci`, 5 by it from one network, 6 by a group or from that network, 7 by any caller but that token.
const MACHINE = {
  ...TABLE, m: 1, n: [...TABLE.n, 'robots', 'inside', 'either', 'people'], x: [{ s: ['ci'] }, { s: ['ci'], i: ['4c63364'] }, { i: ['4c63364'] }, { a: 'x1Y2z3' }],
  q: [0, 1, 2, 3, [[[-1, 0]]], [[[-1, 1]]], [[[0]], [[-1, 2]]], [[[-1, 2]], [[-1, 0, 1]]], [[[-1, 3]]]],
  r: [['/robots/*', 0, [4]], ['/robots-only-post', 0, [4], ['POST']], ['/inside/*', 0, [5]], ['/either/*', 0, [6]], ['/people/*', 0, [7]], ['/strong/*', 0, [8]], ['/public/*', 0], ['/members/*', 0, [0]]]
};
const sent = (value, more = {}) => ({ uri: '/robots/a', cookie: null, ...more, headers: { ...FETCH, 'x-zt-service-token': value, ...more.headers } });
const known = (changes) => ({ [TOKEN_DOC]: tokenDoc(changes) });
const robot = (more = {}) => allowed({ audit: 'v1 allow - r0 probots h~ci', headers: { 'x-zt-service': 'ci', 'x-zt-service-token': null, 'x-zt-email': null, 'x-zt-groups': null }, ...more });
const TWO = { s: [[digest(), 0], [digest(OLD_SECRET), NOW + 1]] };

const tokens = [
  ['a token', sent(token()), robot(), known()],
  ['a token by a navigation', { uri: '/robots/a', cookie: null, headers: { 'x-zt-service-token': token() } }, robot(), known()],
  ['a token one second before its end', sent(token()), robot(), known({ s: [[digest(), NOW + 1]] })],
  ['a token at its end', sent(token()), noToken(), known({ s: [[digest(), NOW]] })],
  ['a token past its end', sent(token()), noToken(), known({ s: [[digest(), 1]] })],
  ['the previous secret', sent(token(OLD_SECRET)), robot(), known(TWO)],
  ['the present secret beside a previous one', sent(token()), robot(), known(TWO)],
  ['the previous secret at its end', sent(token(OLD_SECRET)), noToken(), known({ s: [[digest(), 0], [digest(OLD_SECRET), NOW]] })],
  ['the present secret where the previous one has ended', sent(token()), robot(), known({ s: [[digest(), 0], [digest(OLD_SECRET), 1]] })],
  ['the previous secret where only the present one is listed', sent(token(OLD_SECRET)), noToken(), known()],
  ['a secret that differs in its first byte', sent(token(`B${SECRET.slice(1)}`)), noToken(), known()],
  ['a document whose digest differs in its first byte', sent(token()), noToken(), known({ s: [[(digest()[0] === 'A' ? 'B' : 'A') + digest().slice(1), 0]] })],
  ['a document whose digest differs in its last byte', sent(token()), noToken(), known({ s: [[`${digest().slice(0, -2)}${digest().at(-2) === 'A' ? 'B' : 'A'}${digest().at(-1)}`, 0]] })],
  ['the digest itself as secret', sent(token(digest())), noToken(), known()],
  ['the document of another application', sent(token()), noToken(), known({ s: [[digest(SECRET, 'others'), 0]] })],
  ['the document of another token', sent(token()), noToken(), known({ s: [[digest(SECRET, 'members', 'otherid12345'), 0]] })],
  ['a token that another application has', sent(token()), noToken(), { 't:others:tokenid12345': tokenDoc() }],
  ['a token nobody knows', sent(token()), noToken(), {}],
  ['a token nobody knows, by a navigation', { uri: '/robots/a', cookie: null, headers: { 'x-zt-service-token': token() } }, noToken({ page: true }), {}],
  ['a token whose document is unreadable', sent(token()), wait('store'), known(), TOKEN_DOC],
  ['an unreadable store', sent(token()), wait('store'), known(), '*'],
  ['a token on a route for groups', sent(token(), { uri: '/members/a' }), refused(403, 'policy', { page: false }), known()],
  ['a token on a route for groups or a network', sent(token(), { uri: '/either/a' }), refused(403, 'policy'), known()],
  ['another token than the listed one', sent(token()), refused(403, 'policy', { audit: 'v1 deny policy r0 p- h~cd' }), known({ n: 'cd' })],
  ['a token from its network', sent(token(), { uri: '/inside/a' }), allowed({ audit: 'v1 allow - r2 pinside h~ci' }), known()],
  ['a token from another network', sent(token(), { uri: '/inside/a', ip: '192.0.2.1' }), refused(403, 'policy'), known()],
  ['a token that is excluded', sent(token(), { uri: '/people/a' }), refused(403, 'policy'), known()],
  ['another token where one is excluded', sent(token(), { uri: '/people/a' }), allowed({ audit: 'v1 allow - r4 ppeople h~cd' }), known({ n: 'cd' })],
  ['a token is never asked for a step-up', sent(token(), { uri: '/strong/a' }), refused(403, 'policy'), known()],
  ['a token gets no userinfo', sent(token(), { uri: '/.zt/userinfo' }), refused(403, 'policy'), known()],
  ['a token with a method that is not listed', sent(token(), { uri: '/robots-only-post' }), refused(405, 'method', { reads: 0 }), known()],
  ['a token on a public route is not looked at', sent('nonsense', { uri: '/public/a' }), open({ headers: { 'x-zt-service-token': null, 'x-zt-service': null } }), {}],
  ['a block of everyone', sent(token()), refused(403, 'blocked'), { ...known(), [DOC]: doc({ e: { resource: 0 } }) }],
  ['a token nobody knows, under a block of everyone', sent(token()), noToken(), { [DOC]: doc({ e: { resource: 0 } }) }],
  ['a token nobody knows, beside a broken application document', sent(token()), noToken(), { [DOC]: 'nonsense' }],
  ['a not-before of everyone does not concern it', sent(token()), robot(), { ...known(), [DOC]: doc({ nb: NOW }) }],
  ['the page of no user is read', sent(token()), robot(), { ...known(), [PAGE]: 'nonsense' }],
  ['a name in a header does not count', sent(token(), { headers: { 'x-zt-service': 'deploy' } }), robot(), known()],
  ['a forged service name with a session', { headers: { 'x-zt-service': 'ci' } }, allowed({ headers: { 'x-zt-service': null } }), {}],
  ['a token where the table takes none', { ...sent(token()), uri: '/members/a' }, told('none', { reads: 0 }), known(), null, { ...MACHINE, m: undefined }],
  ['a token where conditions are not asked for', { ...sent(token()), uri: '/members/a' }, refused(403, 'policy'), known(), null, { ...TABLE, m: 1 }]
];

const SHAPES = [
  ['empty', ''], ['a word', 'x'], ['without id', SECRET], ['without secret', TOKEN_ID], ['an empty secret', `${TOKEN_ID}.`], ['a short id', token(SECRET, 'tokenid1234')], ['a long id', token(SECRET, 'tokenid123456')], ['a short secret', token(SECRET.slice(1))], ['a long secret', token(`${SECRET}A`)],
  ['loose bits', token(`${SECRET.slice(0, -1)}B`)], ['a final line feed', `${token()}\n`], ['a leading space', ` ${token()}`], ['padding', `${token()}=`], ['a scheme', `Bearer ${token()}`], ['a path in the id', token(SECRET, '../a:members')], ['a colon in the id', token(SECRET, 'x:tokenid123')], ['letters beyond ASCII', token(SECRET, '\u00e9'.repeat(12))], ['oversize', 'a'.repeat(9000)]
];
const shapes = [
  ...SHAPES.map(([name, value]) => [`malformed: ${name}`, sent(value), noToken({ reads: 0 }), known()]),
  ['twice the same', sent([token(), token()]), noToken({ reads: 0 }), known()],
  ['two of them', sent([token(), token(OLD_SECRET)]), noToken({ reads: 0 }), known(TWO)]
];

const alone = [
  ['a bad token beside a good cookie', sent('x', { cookie: mint(), uri: '/members/a' }), noToken({ reads: 0 }), known()],
  ['a doubled token beside a good cookie', sent([token(), token()], { cookie: mint(), uri: '/members/a' }), noToken({ reads: 0 }), known()],
  ['an unknown token beside a good cookie', sent(token(), { cookie: mint(), uri: '/members/a' }), noToken(), {}],
  ['an ended token beside a good cookie', sent(token(), { cookie: mint(), uri: '/members/a' }), noToken(), known({ s: [[digest(), 1]] })],
  ['a good token beside a good cookie has no groups', sent(token(), { cookie: mint(), uri: '/members/a' }), refused(403, 'policy'), known()],
  ['a good token beside a good cookie sets no identity', sent(token(), { cookie: mint() }), robot(), known()],
  ['a good token beside two cookies', sent(token(), { cookie: [mint(), mint()] }), robot(), known()],
  ['a bad token beside a good session in a header', sent('x', { headers: { 'x-zt-session': mint() }, uri: '/members/a' }), noToken({ reads: 0 }), known()],
  ['a good token beside a bad session in a header', sent(token(), { headers: { 'x-zt-session': 'x' } }), robot(), known()]
];

const badDocs = [
  ['not JSON', '{'], ['null', 'null'], ['a list', '[]'], ['a text', '"x"'], ['empty', '{}'], ['another version', tokenDoc({ v: 2 })], ['a version as text', tokenDoc({ v: '1' })], ['no name', tokenDoc({ n: undefined })], ['a name as number', tokenDoc({ n: 7 })], ['an empty name', tokenDoc({ n: '' })],
  ['a name in capitals', tokenDoc({ n: 'CI' })], ['a name with a line feed', tokenDoc({ n: 'ci\n' })], ['a name with a space', tokenDoc({ n: 'ci x' })], ['a name too long', tokenDoc({ n: 'a'.repeat(33) })], ['no secrets', tokenDoc({ s: undefined })], ['an empty list of secrets', tokenDoc({ s: [] })],
  ['three secrets', tokenDoc({ s: [[digest(), 0], [digest(), 0], [digest(), 0]] })], ['secrets as text', tokenDoc({ s: digest() })], ['a secret as text', tokenDoc({ s: [digest()] })], ['a secret without its end', tokenDoc({ s: [[digest()]] })], ['a secret with a third member', tokenDoc({ s: [[digest(), 0, 0]] })],
  ['an end as text', tokenDoc({ s: [[digest(), '0']] })], ['null as end', tokenDoc({ s: [[digest(), null]] })], ['a negative end', tokenDoc({ s: [[digest(), -1]] })], ['a fraction as end', tokenDoc({ s: [[digest(), 0.5]] })], ['a short digest', tokenDoc({ s: [[digest().slice(1), 0]] })], ['an empty digest', tokenDoc({ s: [['', 0]] })],
  ['a bad secret beside a good one', tokenDoc({ s: [[digest(), 0], ['x', 0]] })], ['a further member', tokenDoc({ admin: true })], ['an object as secrets', tokenDoc({ s: { 0: [digest(), 0], length: 1 } })]
].map(([name, text]) => [`document: ${name}`, sent(token()), wait('store'), { [TOKEN_DOC]: text }]);

const carried = (value, more = {}) => ({ cookie: null, ...more, headers: { ...FETCH, 'x-zt-session': value, ...more.headers } });
const sessions = [
  ['a session in a header', carried(mint()), allowed({ audit: 'v1 allow - r7 pstaff hABsidsidsi', headers: { 'x-zt-session': null, 'x-zt-email': 'ada@example.com' } })],
  ['by a navigation', { cookie: null, headers: { 'x-zt-session': mint() } }, allowed()],
  ['where the table takes none', carried(mint()), told('none'), {}, null, TABLE],
  ['empty', carried(''), told('format', { reads: 0 })],
  ['empty beside a good cookie', carried('', { cookie: mint() }), told('format', { reads: 0 })],
  ['twice', carried([mint(), mint()]), told('format', { reads: 0 })],
  ['twice beside a good cookie', carried([mint(), mint()], { cookie: mint() }), told('format', { reads: 0 })],
  ['malformed beside a good cookie', carried('s1.x', { cookie: mint() }), told('format', { reads: 0 })],
  ['forged beside a good cookie', carried(mint({ key: OTHER_KEY }), { cookie: mint() }), told('mac')],
  ['expired beside a good cookie', carried(mint({ exp: b36(NOW) }), { cookie: mint() }), told('expired')],
  ['of an unknown key beside a good cookie', carried(mint({ kid: 'nokey' }), { cookie: mint() }), told('kid')],
  ['expired, by a navigation: never a redirect', { cookie: null, headers: { 'x-zt-session': mint({ exp: b36(NOW) }) } }, told('expired', { page: true })],
  ['revoked, by a navigation: never a redirect', { cookie: null, headers: { 'x-zt-session': mint() } }, told('revoked', { page: true }), { [PAGE]: page(0, session(1)) }],
  ['signed out', carried(mint()), told('notbefore'), { [PAGE]: page(0, user(NOW)) }],
  ['good beside a forged cookie', carried(mint(), { cookie: mint({ mac: 'A'.repeat(43) }) }), allowed()],
  ['good beside two cookies', carried(mint(), { cookie: [mint(), mint()] }), allowed()],
  ['less than a minute old and signed out waits', carried(mint({ iat: b36(NOW - 5) })), wait('notbefore'), { [PAGE]: page(0, user(NOW)) }],
  ['without the group', carried(mint({ grants: '2' })), refused(403, 'policy', { page: false })],
  ['of another application', carried(mint({ key: Buffer.from(KEY).fill(9) })), told('mac')],
  ['neither header: the cookie decides', { headers: FETCH }, allowed()],
  ['neither header, no cookie', { cookie: null }, toLogin('none')]
].map(([name, ...rest]) => [`[T5] session in a header: ${name}`, ...rest]);

export const cases = [...[...tokens, ...shapes, ...alone, ...badDocs].map(([name, ...rest]) => [`[P16] service token: ${name}`, ...rest]), ...sessions].map(([name, change, expect, documents, fault, table]) => ({
  name, event: event(change), raw: null, expect, store: store(documents), fault, table: table ?? MACHINE
}));
