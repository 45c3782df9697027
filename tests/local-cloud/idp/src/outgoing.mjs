// Requests that this process makes: to relying parties at the edge, whose host names nobody resolves, and to other local issuers.
import { request } from 'node:https';

/** A client that trusts the local authority and finds every host on loopback. */
export function createOutgoing(ca) {
  return function send(url, { method = 'GET', headers = {}, body = '', timeout = 20_000 } = {}) {
    const to = new URL(url);
    return new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1', port: to.port || 443, servername: to.hostname, path: to.pathname + to.search, method, ca, timeout,
        headers: { host: to.host, ...(body && { 'content-length': Buffer.byteLength(body) }), ...headers },
      };
      const sent = request(options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => { text += chunk; })
          .on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: text }))
          .on('error', reject);
      });
      sent.on('timeout', () => sent.destroy(new Error('no answer in time'))).on('error', reject).end(body);
    });
  };
}
