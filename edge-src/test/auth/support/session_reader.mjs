/** Reads a session cookie by the edge contract, section 1: written apart from the function, with node:crypto alone. */
import assert from 'node:assert/strict';
import { createHmac, hkdfSync } from 'node:crypto';
import { fingerprintInput, sessionInfo } from './application.mjs';

const KNOWN_USERS = ['ada', 'bob', 'user-1', 'user-2'];

export function readCookie(value, config, secrets) {
  assert.ok(value.length <= 2048);
  const fields = value.split('.');
  assert.equal(fields.length, 14);
  const [version, kid, sid, usr, ses, lt, iat, exp, gen, grants, ctx, claims, ah, mac] = fields;
  assert.equal(version, 's1');
  const secret = Buffer.from(secrets.keys.find((key) => key.kid === kid).secret, 'base64url');
  const key = Buffer.from(hkdfSync('sha256', secret, '', sessionInfo(config), 32));
  assert.equal(mac, createHmac('sha256', key).update(fields.slice(0, 13).join('.')).digest('base64url'));
  assert.match(sid, /^[\w-]{22}$/);
  assert.match(grants, /^$|^[0-9a-f]*[1-9a-f]$/, 'no zeros at the end');
  assert.match(ctx, /^(?:[\w-]{6}){0,4}$/);
  const bits = [...grants].flatMap((digit, index) => [0, 1, 2, 3].filter((bit) => (parseInt(digit, 16) >> bit) & 1).map((bit) => index * 4 + bit));
  const pepper = Buffer.from(secrets.pepper, 'base64url');
  const print = (id) => createHmac('sha256', pepper).update(fingerprintInput(config.issuer, id)).digest().subarray(0, 9).toString('base64url');
  const time = (text) => {
    assert.match(text, /^[0-9a-z]{6,7}$/);
    return parseInt(text, 36);
  };
  return {
    kid, sid, usr, grants, bits, context: ctx, assertionHash: ah,
    user: KNOWN_USERS.find((user) => print(user) === usr),
    providerSession: ses === 'AAAAAAAAAAAA' ? undefined : ses,
    printOf: print,
    loginTime: time(lt), issued: time(iat), expires: time(exp), generation: parseInt(gen, 36),
    policies: secrets.membership.ledger.filter((entry) => bits.includes(entry.bit)).map((entry) => entry.policy),
    claims: claims === '' ? {} : JSON.parse(Buffer.from(claims, 'base64url').toString()),
    handle: usr.slice(0, 2) + sid.slice(0, 8),
  };
}
