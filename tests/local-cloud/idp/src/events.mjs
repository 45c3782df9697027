// A transmitter of Shared Signals: security event tokens (CAEP, RISC) signed and pushed on request, in good shape or in any other.
import { randomBytes } from 'node:crypto';

/** The transmitter at this issuer. */
export function createTransmitter({ issuer, signer, outgoing }) {
  return {
    issuer,
    documents: {
      '/.well-known/ssf-configuration/events': { issuer, jwks_uri: `${issuer}/jwks.json`, delivery_methods_supported: ['urn:ietf:rfc:8935'], spec_version: '1_0' },
      '/events/jwks.json': { keys: [signer.publicJwk] },
    },
    /**
     * Makes a token of `event` (its URI), `subject`, `details` (of the event), `audience`; `claims` and `header` override (null takes away).
     * With `url` it is pushed as RFC 8935 says, with `headers` besides.
     */
    async send({ url, event, subject, details = {}, audience, claims = {}, header = {}, headers = {} }) {
      const iat = Math.floor(Date.now() / 1000);
      const usual = { iss: issuer, aud: audience, iat, jti: randomBytes(16).toString('base64url'), sub_id: subject, events: { [event]: { event_timestamp: iat, subject, ...details } } };
      const all = Object.fromEntries(Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== null && value !== undefined));
      const token = signer.sign(all, { typ: 'secevent+jwt', ...header });
      if (!url) return { token };
      const push = { method: 'POST', headers: { 'content-type': 'application/secevent+jwt', accept: 'application/json', ...headers }, body: token };
      return { token, answer: await outgoing(url, push) };
    },
  };
}
