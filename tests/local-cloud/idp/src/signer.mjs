// Keys and JWTs outside the provider: signed on request in any shape, and verified.
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
export const readPart = (text) => JSON.parse(Buffer.from(text, 'base64url').toString());

/** An RSA key of its own. */
export function createSigner() {
  // Through PEM: a key that Node has just generated shares a lock with the job that made it, and Node 20 waits for itself for ever when
  // that job is collected during the key's export as JWK.
  const encodings = { privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } };
  const generated = generateKeyPairSync('rsa', { modulusLength: 2048, ...encodings });
  const [privateKey, publicKey] = [createPrivateKey(generated.privateKey), createPublicKey(generated.publicKey)];
  const about = { use: 'sig', alg: 'RS256', kid: randomBytes(8).toString('hex') };
  return {
    privateJwk: { ...privateKey.export({ format: 'jwk' }), ...about },
    publicJwk: { ...publicKey.export({ format: 'jwk' }), ...about },
    /** A JWT; `header` adds to, and overrides, what is usual. */
    sign(payload, header = {}) {
      const text = `${part({ alg: 'RS256', kid: about.kid, ...header })}.${part(payload)}`;
      return `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`;
    },
    /** The payload of a JWT that this key signed, or null. */
    read(token) {
      const [head, payload, signature] = String(token).split('.');
      const fits = signature && verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), publicKey, Buffer.from(signature, 'base64url'));
      return fits ? readPart(payload) : null;
    },
  };
}

const ALGORITHMS = { RS256: ['RSA-SHA256', {}], ES384: ['sha384', { dsaEncoding: 'ieee-p1363' }] };

/** The payload of a JWT that one of the keys verifies, or null. */
export function verified(token, keys) {
  const [head, payload, signature] = String(token).split('.');
  if (!signature) return null;
  const { alg, kid } = readPart(head);
  const key = keys.find((k) => k.kid === kid && k.alg === alg);
  if (!key || !Object.hasOwn(ALGORITHMS, alg)) return null;
  const [digest, how] = ALGORITHMS[alg];
  const fits = verify(digest, Buffer.from(`${head}.${payload}`), { key: createPublicKey({ key, format: 'jwk' }), ...how }, Buffer.from(signature, 'base64url'));
  return fits ? readPart(payload) : null;
}
