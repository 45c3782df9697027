/** Tokens as another library makes them: the npm package `jsonwebtoken`, which shares no code with the function. */
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import jwt from 'jsonwebtoken';

/** A token of these claims and nothing else: times and issuer are the test's. */
export function foreignToken(key, claims, header = {}) {
  const { alg = 'RS256', ...rest } = header;
  return jwt.sign(claims, key.privateKey.export({ type: 'pkcs8', format: 'pem' }), { algorithm: alg, noTimestamp: claims.iat === undefined, allowInsecureKeySizes: true, header: { alg, kid: key.kid, ...rest } });
}

export function makeEcKey(kid) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKey = createPublicKey(privateKey);
  const make = (input) => sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return { kid, privateKey, publicKey, sign: make, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' } };
}
