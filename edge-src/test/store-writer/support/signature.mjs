/**
 * Judges signatures from AWS's documentation of SigV4 and SigV4A alone, on Node's own primitives: the key of SigV4A is derived here by
 * HMAC in counter mode, and the ECDSA signature verified by OpenSSL.
 */
import { createECDH, createHash, createHmac, createPublicKey, verify } from 'node:crypto';

const ORDER = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');
const hex = (data) => createHash('sha256').update(data).digest('hex');
const hmac = (key, data) => createHmac('sha256', key).update(data).digest();
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`);

function publicKey(id, secret) {
  for (let counter = 1; counter < 255; counter += 1) {
    const input = Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.from('AWS4-ECDSA-P256-SHA256'), Buffer.from([0]), Buffer.from(id), Buffer.from([counter, 0, 0, 1, 0])]);
    const candidate = BigInt(`0x${hmac(`AWS4A${secret}`, input).toString('hex')}`);
    if (candidate > ORDER - 2n) continue;
    const pair = createECDH('prime256v1');
    pair.setPrivateKey((candidate + 1n).toString(16).padStart(64, '0'), 'hex');
    const point = pair.getPublicKey();
    const coordinate = (from) => point.subarray(from, from + 32).toString('base64url');
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) }, format: 'jwk' });
  }
  throw new Error('no key');
}

/** Why a request is not signed as AWS asks; undefined when it is. */
export function signatureFault(request, body, { id, secret, service, region, now }) {
  const form = /^(AWS4-(?:ECDSA-P256|HMAC)-SHA256) Credential=([^/]+)\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]+)$/;
  const [, algorithm, key, scope, names, signature] = form.exec(request.headers.authorization ?? '') ?? [];
  if (algorithm === undefined) return 'no signature';
  const asymmetric = algorithm.includes('ECDSA');
  if (asymmetric !== (region === '*')) return 'the other algorithm';
  const time = request.headers['x-amz-date'];
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time ?? '') ?? [];
  if (Math.abs(Date.UTC(y, mo - 1, d, h, mi, s) - now) > 300_000) return 'another time';
  const wanted = [time.slice(0, 8), ...(asymmetric ? [] : [region]), service, 'aws4_request'].join('/');
  if (key !== id || scope !== wanted) return `scope ${scope}`;
  if (asymmetric && request.headers['x-amz-region-set'] !== '*') return 'no region set';
  const signed = names.split(';');
  const needed = ['host', 'x-amz-date', ...(asymmetric ? ['x-amz-region-set'] : []), ...(request.headers['if-match'] ? ['if-match'] : [])];
  if (!needed.every((name) => signed.includes(name))) return 'a header is not signed';
  const [path, query = ''] = request.url.split('?');
  const canonicalQuery = [...new URLSearchParams(query)].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&');
  const lines = signed.map((name) => `${name}:${request.headers[name].trim().replace(/ +/g, ' ')}\n`).join('');
  // Every service but S3 encodes the encoded path once more.
  const canonicalPath = path.split('/').map(encode).join('/');
  const canonical = [request.method, canonicalPath, canonicalQuery, lines, names, hex(body)].join('\n');
  const text = [algorithm, time, scope, hex(canonical)].join('\n');
  if (asymmetric) return verify('sha256', Buffer.from(text), publicKey(id, secret), Buffer.from(signature, 'hex')) ? undefined : 'a wrong signature';
  const final = ['AWS4' + secret, ...scope.split('/')].reduce((last, part) => hmac(last, part));
  return hmac(final, text).toString('hex') === signature ? undefined : 'a wrong signature';
}
