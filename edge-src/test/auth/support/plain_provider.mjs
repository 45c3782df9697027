/**
 * An identity provider that says whatever a test tells it to: tokens signed by hand with node:crypto, any status, any body.
 * The certified one (`certified_provider.mjs`) shows that we speak OIDC; this one shows what we do not put up with.
 */
import { createServer } from 'node:https';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { listen } from './listen.mjs';

const json = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

export class PlainProvider {
  tokenRequests = [];
  jwksRequests = 0;
  published = [];
  /** Functions that answer instead of the ordinary endpoints. */
  tokenFault;
  jwksFault;
  /** The ID token to hand out, as text. */
  idToken;
  /** The refresh token to hand out; a function makes a new one for each request. */
  refreshToken;
  revocations = [];
  revocationFault;

  static async start(certificate) {
    const provider = new PlainProvider();
    provider.key = makeRsaKey('rsa-1');
    provider.published.push(provider.key.jwk);
    provider.server = createServer(certificate, (request, response) => provider.#answer(request, response));
    provider.issuer = `https://localhost:${await listen(provider.server)}`;
    return provider;
  }

  get endpoints() {
    const at = (path) => this.issuer + path;
    return { authorization_endpoint: at('/authorize'), token_endpoint: at('/token'), jwks_uri: at('/jwks'), end_session_endpoint: null };
  }

  async #answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    response.setHeader('content-type', 'application/json');
    if (request.url === '/jwks') {
      this.jwksRequests += 1;
      return this.jwksFault === undefined ? response.end(JSON.stringify({ keys: this.published })) : this.jwksFault(response);
    }
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    if (request.url === '/revoke') {
      this.revocations.push({ form, headers: request.headers });
      return this.revocationFault === undefined ? response.end() : this.revocationFault(response, request);
    }
    this.tokenRequests.push({ form, headers: request.headers, method: request.method, url: request.url });
    if (this.tokenFault !== undefined) return this.tokenFault(response, request, form);
    const refreshToken = typeof this.refreshToken === 'function' ? this.refreshToken(form) : this.refreshToken;
    return response.end(JSON.stringify({ access_token: 'the-access-token', token_type: 'Bearer', expires_in: 300, id_token: this.idToken, refresh_token: refreshToken }));
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

export function makeRsaKey(kid) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' } };
}

/** A JWT of these parts. `how` signs; without it, RS256 of the key. */
export function makeToken(key, claims, { header = {}, how } = {}) {
  const input = `${json({ alg: 'RS256', typ: 'JWT', kid: key.kid, ...header })}.${json(claims)}`;
  const signature = how === undefined ? sign('sha256', Buffer.from(input), key.privateKey) : how(input);
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

/** HS256 with the public key's text as the secret: the classic confusion. */
export const hs256With = (secret) => (input) => createHmac('sha256', secret).update(input).digest();
