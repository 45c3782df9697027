/** An STS that knows one call, keeps what it was asked, and answers as the API reference of GetWebIdentityToken shows. */
import { createServer } from 'node:http';
import { listen } from './listen.mjs';

export class TokenService {
  calls = [];
  /** What the next answers hold, in turn; the last one stays. */
  tokens = ['aaa.bbb.ccc'];
  fault;

  static async start() {
    const service = new TokenService();
    service.server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      service.calls.push({ headers: request.headers, url: request.url, method: request.method, body, form: Object.fromEntries(new URLSearchParams(body)) });
      if (service.fault !== undefined) return service.fault(response);
      const token = service.tokens.length > 1 ? service.tokens.shift() : service.tokens[0];
      response.setHeader('content-type', 'text/xml');
      response.end(
        '<GetWebIdentityTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n  <GetWebIdentityTokenResult>\n' +
          `    <WebIdentityToken>${token}</WebIdentityToken>\n    <Expiration>2026-01-01T00:05:00Z</Expiration>\n  </GetWebIdentityTokenResult>\n` +
          '  <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>\n</GetWebIdentityTokenResponse>\n',
      );
    });
    service.endpoint = `http://127.0.0.1:${await listen(service.server)}`;
    return service;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
