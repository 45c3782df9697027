/** A Secrets Manager that knows one call, counts it, and can be told to fail. It checks the form of what AWS would check. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { listen } from './listen.mjs';

export class SecretsManager {
  values = new Map();
  calls = [];
  /** A function that answers instead, to play an outage. */
  fault;
  /** The same for one secret, by its ARN. */
  faults = new Map();

  static async start() {
    const manager = new SecretsManager();
    manager.server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      manager.calls.push({ headers: request.headers, url: request.url, body });
      if (manager.fault !== undefined) return manager.fault(response);
      const own = manager.faults.get(JSON.parse(body).SecretId);
      if (own !== undefined) return own(response);
      assert.equal(request.headers['x-amz-target'], 'secretsmanager.GetSecretValue');
      const value = manager.values.get(JSON.parse(body).SecretId);
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.statusCode = value === undefined ? 400 : 200;
      response.end(JSON.stringify(value === undefined ? { __type: 'ResourceNotFoundException' } : { ARN: JSON.parse(body).SecretId, SecretString: value }));
    });
    manager.endpoint = `http://127.0.0.1:${await listen(manager.server)}`;
    return manager;
  }

  callsFor(arn) {
    return this.calls.filter((call) => JSON.parse(call.body).SecretId === arn).length;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
