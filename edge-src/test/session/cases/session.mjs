// The cookie, field by field, and what the store's documents say of it.
import { allowed, open, refused, toLogin, told, wait } from '../support/expect.mjs';
import { DOC, FETCH, KEY, NOW, NO_SES, OTHER_KEY, PAGE, SES, SID, TABLE, USR, b36, b64u, block, doc, event, mint, page, provider, session, slot, store, user } from '../support/world.mjs';

const good = mint();
const fields = good.split('.');
const NAMES = ['version', 'kid', 'sid', 'usr', 'ses', 'lt', 'iat', 'exp', 'gen', 'grants', 'ctx', 'claims', 'ah', 'mac'];
const OTHER = { version: 's2', kid: 'zzzz', lt: b36(NOW), iat: b36(NOW - 601), exp: b36(NOW + 99999), gen: '4', grants: '7', ctx: 'abcdef', ah: 'ahahahahahahahahahahah' };
const withField = (index, text) => fields.map((f, i) => (i === index ? text : f)).join('.');
const turn = (text) => (text[0] === 'A' ? 'B' : 'A') + text.slice(1);

const tampered = NAMES.map((name, i) => {
  const reason = { version: 'format', kid: 'kid' }[name] ?? 'mac';
  return [`[T11]${name === 'version' ? ' [T5]' : ''} tampered ${name}`, { cookie: withField(i, OTHER[name] ?? turn(fields[i])) }, toLogin(reason)];
});
const malformed = [
  ['empty', ''], ['a word', 'x'], ['thirteen fields', fields.slice(0, 13).join('.')], ['fifteen fields', `${good}.x`], ['a final line feed', `${good}\n`], ['a leading space', ` ${good}`], ['quotes', `"${good}"`],
  ['a short sid', withField(2, SID.slice(1))], ['a long sid', withField(2, `${SID}a`)], ['a usr that is not base64url', withField(3, 'AB+/user12==')],
  ['a capital in a time', withField(5, 'ABCDEF')], ['a short time', withField(6, 'abcde')], ['a long time', withField(7, 'aaaaaaaa')], ['a negative time', withField(7, '-aaaaa')], ['NaN as expiry', withField(7, 'NaN')], ['no expiry', withField(7, '')],
  ['no gen', withField(8, '')], ['grants beyond 256 bits', withField(9, '1'.repeat(65))], ['grants in capitals', withField(9, 'F')], ['half a context', withField(10, 'abc')], ['five contexts', withField(10, 'abcdef'.repeat(5))],
  ['claims too long', withField(11, 'a'.repeat(1025))], ['a half ah', withField(12, 'abc')], ['a short mac', good.slice(0, -1)], ['a mac with loose bits', `${good.slice(0, -1)}B`], ['padding', `${good}=`], ['a kid too long', withField(1, 'abcdefghi')],
  ['a kid in capitals', withField(1, 'K7Q2')], ['a kid with a sign', withField(1, '__proto_')], ['no kid', withField(1, '')], ['oversize', 'a'.repeat(2049)], ['letters beyond ASCII', withField(2, '\u00e9'.repeat(22))]
].map(([name, cookie]) => [`${/sid/.test(name) ? '[T6] ' : ''}malformed: ${name}`, { cookie }, { ...toLogin('format'), reads: 0 }]);

const forged = [
  ['[T5] signed with another application\'s key', { cookie: mint({ key: Buffer.alloc(32, 9) }) }, toLogin('mac')],
  ['[T11] signed with the key of another kid', { cookie: mint({ key: OTHER_KEY }) }, toLogin('mac')],
  ['[T11] signed with an empty key', { cookie: mint({ key: Buffer.alloc(0) }) }, toLogin('mac')],
  ['[T11] signed with the text of the key', { cookie: mint({ key: Buffer.from(KEY.toString('base64url')) }) }, toLogin('mac')],
  ['[T11] a mac of zeros', { cookie: mint({ mac: 'A'.repeat(43) }) }, toLogin('mac')],
  ['[T11] only the last word of the mac differs', { cookie: good.slice(0, -6) + turn(good.slice(-6)) }, toLogin('mac')],
  ['[T11] only the first byte of the mac differs', { cookie: withField(13, turn(fields[13])) }, toLogin('mac')],
  ['a kid of a prototype', { cookie: mint({ kid: 'valueof' }) }, toLogin('kid')],
  ['an unknown kid, fetch', { cookie: mint({ kid: 'nokey' }), headers: FETCH }, told('kid')],
  ['the second key', { cookie: mint({ kid: 'old1', key: OTHER_KEY }) }, allowed()],
  ['[T11] the second key with the first one\'s mac', { cookie: mint({ kid: 'old1' }) }, toLogin('mac')],
  ['[T15] two cookies', { cookie: [good, mint({ sid: `other${SID.slice(5)}` })] }, duplicate()],
  ['[T15] the same cookie twice', { cookie: [good, good] }, duplicate()],
  ['[T15] a good cookie under another name', { cookie: null, cookies: { '__Secure-zt-members': good, '__host-zt-session': good, '__Host-zt-Session': good } }, toLogin('none')],
  ['[T15] a good cookie in a header', { cookie: null, headers: { cookie: `__Host-zt-session=${good}`, authorization: `Bearer ${good}` } }, toLogin('none')],
  ['[T15] the configured name is the one that counts', { cookie: mint({ mac: 'A'.repeat(43) }), cookies: { '__Secure-zt-members': good } }, allowed(), {}, { ...TABLE, c: '__Secure-zt-members' }],
  ['[T15] the default name where another is configured', {}, toLogin('none'), {}, { ...TABLE, c: '__Secure-zt-members' }]
];

function duplicate() {
  const attributes = 'Max-Age=0; Path=/; Secure';
  const gone = { value: '', attributes };
  const domains = ['; Domain=app.example.com', '; Domain=example.com'].map((d) => ({ value: '', attributes: attributes + d }));
  return refused(400, 'duplicate', { page: true, reads: 0, cookies: { '__Host-zt-session': gone, '__Secure-zt-members': { value: '', multiValue: [gone, ...domains] } } });
}

const times = [
  ['[T12] [T18] one second before its end', { cookie: mint({ exp: b36(NOW + 1) }) }, allowed()],
  ['[T12] [T18] at its end', { cookie: mint({ exp: b36(NOW) }) }, toLogin('expired')],
  ['after its end', { cookie: mint({ exp: b36(NOW - 1) }), headers: FETCH }, told('expired')],
  ['expired and freshly minted still goes to the login', { cookie: mint({ exp: b36(NOW), iat: b36(NOW - 1) }) }, toLogin('expired')],
  ['a time in seven digits', { cookie: mint({ exp: b36(NOW + 1).padStart(7, '0') }) }, allowed()],
  ['the key\'s last second', { cookie: mint({ kid: 'old1', key: OTHER_KEY }) }, allowed(), { [DOC]: doc({ k: { old1: [OTHER_KEY.toString('base64url'), 0, NOW + 1] } }) }],
  ['the key has ended', { cookie: mint({ kid: 'old1', key: OTHER_KEY }) }, toLogin('kid'), { [DOC]: doc({ k: { old1: [OTHER_KEY.toString('base64url'), 0, NOW] } }) }]
];

const fresh = { iat: b36(NOW - 59) };
const freshness = [
  ['absent kid', { cookie: mint({ ...fresh, kid: 'new9' }) }, wait('kid')],
  ['absent kid, a minute old', { cookie: mint({ iat: b36(NOW - 60), kid: 'new9' }) }, toLogin('kid')],
  ['absent kid, minted far ahead, is no reason to wait', { cookie: mint({ iat: b36(NOW + 60), kid: 'new9' }) }, toLogin('kid')],
  ['absent kid, a clock slightly ahead', { cookie: mint({ iat: b36(NOW + 59), kid: 'new9' }) }, wait('kid')],
  ['absent kid, fetch', { cookie: mint({ ...fresh, kid: 'new9' }), headers: FETCH }, wait('kid', { page: false })],
  ['a younger grant', { uri: '/audit/x', cookie: mint({ ...fresh, gen: '2' }) }, wait('grant')],
  ['a not-before of everyone', { cookie: mint(fresh) }, wait('notbefore'), { [DOC]: doc({ nb: NOW }) }],
  ['a not-before of the page', { cookie: mint(fresh) }, wait('notbefore'), { [PAGE]: page(NOW) }],
  ['a not-before of the user', { cookie: mint(fresh) }, wait('notbefore'), { [PAGE]: page(0, user(NOW)) }],
  ['a not-before of the provider session', { cookie: mint(fresh) }, wait('notbefore'), { [PAGE]: page(0, provider(NOW)) }],
  ['a revoked session does not wait', { cookie: mint(fresh) }, toLogin('revoked', '/members/a', { fresh: true }), { [PAGE]: page(0, session(NOW)) }],
  ['a block does not wait', { cookie: mint(fresh) }, refused(403, 'blocked'), { [PAGE]: page(0, block(0 + NOW + 9)) }],
  ['another key under the same kid', { cookie: mint({ ...fresh, key: OTHER_KEY }) }, wait('mac')],
  ['another key under the same kid, a minute old', { cookie: mint({ iat: b36(NOW - 60), key: OTHER_KEY }) }, toLogin('mac')],
  ['a policy not met does not wait', { uri: '/admin/x', cookie: mint({ ...fresh, grants: '1' }) }, refused(403, 'policy')]
].map(([name, ...rest]) => [`a cookie of less than a minute: ${name}`, ...rest]);

const LT = NOW - 900;
const again = (name) => toLogin(name, '/members/a', { fresh: true });
const revocations = [
  ['everyone, before the login', doc({ nb: LT - 1 }), page(), allowed()],
  ['everyone, at the login', doc({ nb: LT }), page(), again('notbefore')],
  ['everyone, after', doc({ nb: NOW }), page(), again('notbefore')],
  ['the page, before', doc(), page(LT - 1), allowed()],
  ['the page, at the login', doc(), page(LT), again('notbefore')],
  ['the user, before', doc(), page(0, user(LT - 1)), allowed()],
  ['the user, at the login', doc(), page(0, user(LT)), again('notbefore')],
  ['the user, twice on the page, the later first', doc(), page(0, user(NOW), user(1)), again('notbefore')],
  ['the user, twice on the page, the later last', doc(), page(0, user(1), user(NOW)), again('notbefore')],
  ['another user', doc(), page(0, slot('u', 'othrther', NOW)), allowed()],
  ['the provider session, before', doc(), page(0, provider(LT - 1)), allowed()],
  ['the provider session, at the login', doc(), page(0, provider(LT)), again('notbefore')],
  ['the session', doc(), page(0, session(1)), again('revoked')],
  ['the session, whatever the time says', doc(), page(0, session(NOW + 9999)), again('revoked')],
  ['another session', doc(), page(0, slot('s', 'othersid', NOW)), allowed()],
  ['a block for ever', doc(), page(0, block('never')), refused(403, 'blocked')],
  ['a block with an end', doc(), page(0, block(NOW + 1)), refused(403, 'blocked')],
  ['a block at its end', doc(), page(0, block(NOW)), allowed()],
  ['two blocks, the first over', doc(), page(0, block(NOW - 5, 'first123'), block('never', 'second12')), refused(403, 'blocked')],
  ['two blocks, the second over', doc(), page(0, block(NOW + 5, 'first123'), block(1, 'second12')), refused(403, 'blocked')],
  ['a block wins over a revoked session', doc(), page(NOW, session(1), block('never')), refused(403, 'blocked')],
  ['a revoked session wins over a not-before', doc(), page(NOW, session(1)), again('revoked')],
  ['a block of everyone for ever', doc({ e: { resource: 0 } }), page(), refused(403, 'blocked', { reads: 1 })],
  ['a block of everyone with an end', doc({ e: { resource: NOW + 1 } }), page(), refused(403, 'blocked')],
  ['a block of everyone at its end', doc({ e: { resource: NOW, another1: 5 } }), page(), allowed()],
  ['several blocks of everyone, one stands', doc({ e: { resource: 1, another1: 0 } }), page(), refused(403, 'blocked')],
  ['no blocks of everyone', doc({ e: {} }), page(), allowed()],
  ['a fingerprint that is the id of a block is not the user\'s', doc(), page(0, slot('b', 'othrther', 'never') + slot('i', USR.slice(2, 10), NOW)), allowed()],
  ['a fingerprint across two slots counts for nothing', doc(), page(0, 'saaaaauuseruser', slot('u', 'zzzzzzzz', 5)), allowed()],
  ['a full page, the user last', doc(), page(0, ...Array.from({ length: 66 }, (_, i) => slot('s', `fill${String(i).padStart(4, '0')}`, 5)), user(NOW)), again('notbefore')]
].map(([name, a, p, expect]) => [`${/everyone/.test(name) ? '[R5] ' : /user|block/.test(name) ? '[R4] ' : /session/.test(name) ? '[R1] ' : ''}revocation: ${name}`, {}, expect, { [DOC]: a, [PAGE]: p }]);

const provided = [
  ['no provider session, though the page has zeros', { cookie: mint({ ses: NO_SES }) }, allowed(), { [PAGE]: page(0, slot('o', NO_SES.slice(0, 8), NOW)) }],
  ['a provider session that begins with zeros', { cookie: mint({ ses: 'AAAAAAAAAAAB' }) }, again('notbefore'), { [PAGE]: page(0, slot('o', 'AAAAAAAA', NOW)) }],
  ['another user on another page', { cookie: mint({ usr: 'CDuseruser12' }) }, allowed(), { [PAGE]: page(NOW), 'p:CD': page() }],
  ['another provider session', { cookie: mint({ ses: `X${SES.slice(1)}` }) }, allowed(), { [PAGE]: page(0, provider(NOW)) }]
];

const badPages = [
  ['empty', ''], ['of another version', '2000000'], ['a short head', '100000'], ['half a slot', `1000000${user(5).slice(0, 14)}`], ['a slot too long', `1000000${user(5)}x`], ['an unknown kind', `1000000x${user(5).slice(1)}`],
  ['a block without its id', `1000000${slot('b', 'someuser', 5)}`], ['an id without its block', `1000000${slot('i', 'someuser', 5)}`], ['a block followed by something else', `1000000${slot('b', 'someuser', 5)}${user(5)}`], ['a capital in a time', `1000000${user(5).slice(0, 14)}A`],
  ['a sign in a time', `1000000${user(5).slice(0, 14)}-`], ['a final line feed', '1000000\n'], ['a leading space', ' 1000000'], ['a fingerprint that is not base64url', `1000000u+useruse000005`], ['too long', page(0, ...Array.from({ length: 68 }, () => user(1)))],
  ['JSON', '{"v":1}'], ['a capital in its not-before', '100000A'], ['a letter beyond ASCII', `1000000u\u00e9seruser000005`]
].map(([name, text]) => [`[R2] page: ${name}`, {}, wait('store', { page: true }), { [PAGE]: text }]);

const K = KEY.toString('base64url');
const badDocs = [
  ['not JSON', '{'], ['null', 'null'], ['a number', '5'], ['a text', '"x"'], ['a list', '[]'], ['empty', '{}'], ['another version', doc({ v: 2 })], ['a version as text', doc({ v: '1' })], ['no not-before', doc({ nb: undefined })], ['a not-before as text', doc({ nb: '0' })],
  ['a negative not-before', doc({ nb: -1 })], ['a fraction as not-before', doc({ nb: 1.5 })], ['a huge not-before', doc().replace('"nb":0', '"nb":1e999')], ['null as not-before', doc({ nb: null })], ['a list as not-before', doc({ nb: [0] })], ['no keys', doc({ k: undefined })], ['keys as list', doc({ k: [] })],
  ['keys as text', doc({ k: 'k7q2' })], ['null as keys', doc({ k: null })], ['a key as text', doc({ k: { k7q2: K } })], ['a short key', doc({ k: { k7q2: [K.slice(1), 0, 0] } })], ['a key in a list', doc({ k: { k7q2: [[K], 0, 0] } })], ['a key without its end', doc({ k: { k7q2: [K, 0] } })],
  ['an end as text', doc({ k: { k7q2: [K, 0, '0'] } })], ['null as end', doc({ k: { k7q2: [K, 0, null] } })], ['a negative end', doc({ k: { k7q2: [K, 0, -1] } })], ['a fourth member', doc({ k: { k7q2: [K, 0, 0, 0] } })], ['a bad key beside a good one', doc({ k: { k7q2: [K, 0, 0], bad: 0 } })],
  ['blocks as list', doc({ e: [] })], ['null as blocks', doc({ e: null })], ['false as blocks', doc({ e: false })], ['a block as text', doc({ e: { resource: '0' } })], ['null as a block', doc({ e: { resource: null } })], ['true as a block', doc({ e: { resource: true } })]
].map(([name, text]) => [`[R2] application document: ${name}`, {}, wait('store'), { [DOC]: text }]);

const without = (key) => Object.fromEntries(Object.entries(store()).filter(([k]) => k !== key));
const faults = [
  ['[R2] no application document', {}, wait('store', { reads: 1 }), without(DOC), undefined, true],
  ['[R2] no page', {}, wait('store'), without(PAGE), undefined, true],
  ['[R2] no page, fetch', { headers: FETCH }, wait('store', { page: false }), without(PAGE), undefined, true],
  ['[R2] the application document is unreadable', {}, wait('store'), {}, undefined, false, DOC],
  ['[R2] the page is unreadable', {}, wait('store'), {}, undefined, false, PAGE],
  ['nothing is readable, with a public path', { uri: '/public/a' }, open(), {}, undefined, false, '*'],
  ['nothing is readable, without a cookie', { cookie: null }, toLogin('none'), {}, undefined, false, '*'],
  ['no store is associated', {}, wait('store', { reads: 0 }), null],
  ['claims that are no JSON', { cookie: mint({ claims: b64u('{') }) }, wait('store')],
  ['claims that are null', { cookie: mint({ claims: b64u('null') }) }, wait('store')],
  ['a table that was never rendered', {}, wait('store'), {}, {}],
  ['a table without policies', {}, wait('store'), {}, { ...TABLE, k: undefined }],
  ['a table without generation', {}, wait('store'), {}, { ...TABLE, g: undefined }],
  ['an event without cookies', {}, wait('store'), {}, undefined, false, null, (e) => delete e.request.cookies],
  ['an event without headers', {}, wait('store'), {}, undefined, false, null, (e) => delete e.request.headers],
  ['an event without path', {}, wait('store'), {}, undefined, false, null, (e) => delete e.request.uri]
];

export const cases = [...tampered, ...malformed, ...forged, ...times, ...freshness, ...revocations, ...provided, ...badPages, ...badDocs, ...faults].map(
  ([name, change, expect, documents, table, whole, fault, edit]) => {
    const made = event(change);
    if (edit) edit(made);
    return { name, event: made, raw: null, expect, store: documents === null ? null : whole ? documents : store(documents), table, fault };
  }
);
