/** Everything around one function: a provider, a Secrets Manager and the shipped bundle, started together and ended together. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { after } from 'node:test';
import { configOf, cookieHeader, cookiesAfter, locationOf, provision, rdOf, viewerRequest } from './application.mjs';
import { makeCertificate } from './certificate.mjs';
import { Lambda } from './lambda.mjs';
import { makeToken, PlainProvider } from './plain_provider.mjs';
import { Queue } from './queue.mjs';
import { SecretsManager } from './secrets_manager.mjs';

export const certificate = makeCertificate();

const started = [];
after(() => {
  started.forEach((world) => world.stop());
  rmSync(dirname(certificate.file), { recursive: true });
});

export class World {
  /** `changes` are members of config.json, `before` changes what is deeper, `queue` adds the store's queue; `secrets` goes to `provision`. */
  static async start({ changes = {}, secrets = {}, environment, before = () => {}, queue = false } = {}) {
    const world = new World();
    world.provider = await PlainProvider.start(certificate);
    world.manager = await SecretsManager.start();
    const { issuer, endpoints } = world.provider;
    world.config = configOf({ issuer, endpoints, secretsEndpoint: world.manager.endpoint, ...changes });
    if (queue) {
      world.queue = await Queue.start();
      world.config.queue = { url: world.queue.url, region: 'eu-central-1', endpoint: world.queue.endpoint };
    }
    before(world.config);
    world.secrets = provision(world.manager, world.config, secrets);
    world.lambda = await Lambda.start({ config: world.config, ca: certificate.file, environment });
    started.push(world);
    return world;
  }

  stop() {
    this.lambda.stop();
    this.provider.stop();
    this.manager.stop();
    this.queue?.stop();
  }

  get(path, options) {
    return this.lambda.invoke(viewerRequest(path, options));
  }

  /** Opens a login attempt and returns what the browser and the provider know of it. */
  async begin(rd = '/members/page?x=1', { query = '', jar = {} } = {}) {
    const response = await this.get(`/oauth2/start?rd=${rdOf(rd)}${query}`, withCookies(jar));
    assert.equal(response.status, '302');
    const location = new URL(locationOf(response));
    return { response, location, asked: Object.fromEntries(location.searchParams), jar: cookiesAfter(response, jar) };
  }

  /** The claims that an honest provider would send for this attempt. */
  async claims(attempt, changes = {}) {
    const now = await this.lambda.now();
    const honest = { iss: this.config.issuer, aud: this.config.client_id, sub: 'user-1', exp: now + 300, iat: now, auth_time: now - 5, nonce: attempt.asked.nonce };
    return Object.fromEntries(Object.entries({ ...honest, ...changes }).filter(([, value]) => value !== undefined));
  }

  /** Lets the provider answer with these claims, and brings the answer back to the function. */
  async finish(attempt, claims = {}, { query = {}, jar = attempt.jar, token = {} } = {}) {
    const key = token.key ?? this.provider.key;
    this.provider.idToken = token.text ?? makeToken(key, await this.claims(attempt, claims), token);
    return this.callback({ code: 'the-code', state: attempt.asked.state, iss: this.config.issuer, ...query }, jar);
  }

  callback(query, jar) {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    return this.get(`/oauth2/callback?${new URLSearchParams(given)}`, withCookies(jar));
  }

  async login(rd, claims, options) {
    const attempt = await this.begin(rd, options);
    const response = await this.finish(attempt, claims);
    return { attempt, response, jar: cookiesAfter(response, attempt.jar) };
  }
}

export const withCookies = (jar) => ({ headers: { cookie: Object.keys(jar).length === 0 ? null : cookieHeader(jar) } });
