/** Tokens as another library makes them: the npm package `jsonwebtoken`, which shares no code with the function. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import jwt from 'jsonwebtoken';

/** A token of these claims and nothing else: times and issuer are the test's. */
export function foreignToken(key, claims, header = {}) {
  const { alg = 'RS256', ...rest } = header;
  return jwt.sign(claims, key.privateKey.export({ type: 'pkcs8', format: 'pem' }), { algorithm: alg, noTimestamp: true, allowInsecureKeySizes: true, header: { alg, kid: key.kid, ...rest } });
}

export function makeEcKey(kid) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKey = createPublicKey(privateKey);
  return { kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' } };
}
