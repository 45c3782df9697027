/**
 * The changes: for each what is old and what is new of the table, the secrets, the store's documents and the distribution, and who
 * is let in before and after, written down by hand.
 */
import { createHmac, hkdfSync } from 'node:crypto';
import { ARN, bindingOf, configOf, prints, sessionInfo } from '../fuzz/auth_function.mjs';
import { six, TABLE } from '../fuzz/sessions.mjs';

export const CONFIGS = { old: configOf({ session_claims: ['email'] }), new: configOf({ session_claims: ['email', 'name'], title: 'All members' }) };
const PEPPER = Buffer.alloc(32, 9);
const secretOf = (fill) => Buffer.alloc(32, fill).toString('base64url');
const FIRST = { kid: 'k1', secret: secretOf(1), sign_after: 0, verify_until: 0, binding: bindingOf(CONFIGS.old) };
const SECOND = { ...FIRST, kid: 'k2', secret: secretOf(2) };

export const fingerprint = (sub) => createHmac('sha256', PEPPER).update(prints(CONFIGS.old.issuer, sub)).digest().subarray(0, 9).toString('base64url');

/** Everybody who visits: by the groups that policies name. */
export const PEOPLE = { both: ['a', 'b'], first: ['a'], second: ['b'], none: [] };

const groups = (...names) => ({ require: [], any: [{ groups: names }], none: [] });
const entry = (bit, policy, birth) => ({ bit, policy, digest: String(bit).repeat(22), birth });
const membership = (gen, ledger, policies) => ({ v: 1, gen, kid: 'k1', ledger, policies, contexts: {} });
const table = (g, k, names, allow) => ({ ...TABLE, g, k, n: names, i: { 'x-zt-email': 'email' }, r: [['/public/*', 0], ['/moved/*', 0, allow], ['/*', 0, allow]] });

const MEMBERS = membership(1, [entry(0, 'staff', 1)], { staff: groups('a') });
const BOTH = membership(1, [entry(0, 'staff', 1)], { staff: groups('a', 'b') });
const STAFF = table(1, [[0, 1]], ['staff'], [0]);

/** The application's document for these keys. */
export function application(keys, changes = {}) {
  const k = Object.fromEntries(keys.map(({ kid, secret, sign_after: after, verify_until: until }) => [kid, [Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', sessionInfo(CONFIGS.old), 32)).toString('base64url'), after, until]]));
  return JSON.stringify({ v: 1, nb: 0, k, ...changes });
}

export const secrets = (keys, document) => new Map([[ARN('pepper'), JSON.stringify({ v: 1, pepper: PEPPER.toString('base64url') })], [ARN('members/keys'), JSON.stringify({ v: 1, keys })], [ARN('members/membership'), JSON.stringify(document)]]);

const same = (value) => ({ old: value, new: value });
const empty = '1000000';
const base = { tables: same(STAFF), members: same(MEMBERS), keys: () => same([FIRST]), document: () => ({}), page: () => same(empty), origins: same(() => 'one'), lets: { old: ['both', 'first'], new: ['both', 'first'] }, varies: [], offsets: [0, 30, 61, 119, 200] };

const edited = (before, after) => ({
  tables: { old: STAFF, new: table(2, [[1, 2]], ['staff'], [0]) },
  members: { old: membership(1, [entry(0, 'staff', 1)], { staff: before }), new: { ...membership(2, [entry(0, 'staff', 1), entry(1, 'staff', 2)], { staff: after }), former: [{ bit: 0, policy: before }] } },
  varies: ['table', 'cache', 'read', 'config'],
});

const slot = (kind, print, at) => `${kind}${print}${six(at)}`;
const marks = (sub) => fingerprint(sub).slice(2, 10);

export const SCENARIOS = {
  'policy narrowed': { ...base, ...edited(groups('a', 'b'), groups('a')), lets: { old: ['both', 'first', 'second'], new: ['both', 'first'] } },
  'policy widened': { ...base, ...edited(groups('a'), groups('a', 'b')), lets: { old: ['both', 'first'], new: ['both', 'first', 'second'] } },
  'policy replaced': { ...base, ...edited(groups('a'), groups('b')), lets: { old: ['both', 'first'], new: ['both', 'second'] } },
  'route moved': { ...base, varies: ['table', 'distribution', 'config'], origins: { old: () => 'one', new: (path) => (path.startsWith('/moved/') ? 'two' : 'one') }, path: '/moved/a', tables: { old: { ...STAFF, r: [['/public/*', 0], ['/*', 0, [0]]] }, new: STAFF } },
  'ordinary rotation': {
    ...base, varies: ['cache', 'application', 'config'], offsets: [0, 30, 61, 119, 601, 660, 2800],
    keys: (at) => ({ old: [FIRST], new: [{ ...FIRST, verify_until: at + 600 + 43_200 + 600 }, { ...SECOND, sign_after: at + 600 }] }), refusesNobody: true,
  },
  'emergency rotation': { ...base, varies: ['cache', 'application', 'config'], keys: () => ({ old: [FIRST], new: [SECOND] }), ends: 'application', restarts: 60 },
  'user signed out': { ...base, notBefore: true, varies: ['page', 'config'], page: (at, sub) => ({ old: empty, new: empty + slot('u', marks(sub), at) }), ends: 'page' },
  'session revoked': { ...base, varies: ['page', 'config'], page: (at, sub, sid) => ({ old: empty, new: empty + (sid ? slot('s', sid.slice(0, 8), at) : '') }), ends: 'page' },
  'everyone signed out': { ...base, notBefore: true, varies: ['application', 'page', 'config'], document: (at) => ({ old: {}, new: { nb: at } }), ends: 'application' },
  'user blocked': { ...base, varies: ['page', 'config'], page: (at, sub) => ({ old: empty, new: `${empty}b${marks(sub)}zzzzzziresource${six(at)}${slot('u', marks(sub), at)}` }), blocks: 'page', lets: { old: ['both', 'first'], new: [] } },
  'everyone blocked': { ...base, varies: ['application', 'config'], document: () => ({ old: {}, new: { e: { resource: 0 } } }), blocks: 'application', lets: { old: ['both', 'first'], new: [] } },
  'block lifted': { ...base, notBefore: true, varies: ['page', 'config'], page: (at, sub) => ({ old: `${empty}b${marks(sub)}zzzzzziresource${six(at - 300)}${slot('u', marks(sub), at - 300)}`, new: empty + slot('u', marks(sub), at) }), ends: 'page', lets: { old: [], new: ['both', 'first'] } },
};

