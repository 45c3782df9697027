/**
 * Verifies the `x-zt-assertion` header at an origin. Needs nothing but Node 20 or later.
 *
 *     import { verifyAssertion } from './verify.mjs';
 *     const claims = verifyAssertion(request.headers['x-zt-assertion'], { jwks, issuer, audience });
 */
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Seconds by which two clocks may differ. */
const SKEW = 30;

/** The claims of a valid assertion; throws otherwise. `now` is in seconds and only for tests. */
export function verifyAssertion(assertion, { jwks, issuer, audience, now = Date.now() / 1000 }) {
  const parts = String(assertion).split('.');
  if (parts.length !== 3) throw new Error('not an assertion');
  const [header, claims] = parts.slice(0, 2).map((part) => JSON.parse(bytes(part).toString('utf8')));
  // The algorithm and the type are ours to say, not the token's.
  if (header.alg !== 'ES256' || header.typ !== 'zt-assertion+jwt' || 'crit' in header) throw new Error('not an assertion');
  const jwk = jwks.keys.find((key) => key.kid === header.kid && key.kty === 'EC' && key.crv === 'P-256');
  if (jwk === undefined) throw new Error('unknown key');
  const key = { key: createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y }, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
  if (!verify('sha256', Buffer.from(`${parts[0]}.${parts[1]}`), key, bytes(parts[2]))) throw new Error('wrong signature');
  if (claims.iss !== issuer) throw new Error('another issuer');
  // Without this an assertion for another application would do.
  if (claims.aud !== audience) throw new Error('another audience');
  if (typeof claims.sub !== 'string' || claims.sub === '') throw new Error('no subject');
  if (!Number.isInteger(claims.exp) || !(now < claims.exp)) throw new Error('expired');
  if (!Number.isInteger(claims.iat) || !(claims.iat <= now + SKEW)) throw new Error('not yet valid');
  return claims;
}

function bytes(text) {
  const decoded = Buffer.from(text, 'base64url');
  if (decoded.toString('base64url') !== text) throw new Error('not base64url');
  return decoded;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , jwksFile, issuer, audience] = process.argv;
  try {
    const jwks = JSON.parse(readFileSync(jwksFile, 'utf8'));
    console.log(JSON.stringify(verifyAssertion(readFileSync(0, 'utf8').trim(), { jwks, issuer, audience })));
  } catch (error) {
    console.error(`refused: ${error.message}`);
    process.exitCode = 1;
  }
}
