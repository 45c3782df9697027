/**
 * The shipped auth function in this process, without a network: `fetch` is answered by what stands here for Secrets Manager, the
 * provider and the queue, and the clock is ours. Each `load` is a function of its own, with its own caches.
 */
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const BUNDLE = fileURLToPath(new URL('../../edge-src/dist/auth.mjs', import.meta.url));
export const HOST = 'app.example.com';
export const ISSUER = 'https://idp.example.com';
export const ARN = (name) => `arn:aws:secretsmanager:us-east-1:123456789012:secret:zt/main/${name}`;

const RealDate = Date;
export const clock = { now: 1_790_000_000 };
globalThis.Date = class extends RealDate {
  constructor(...values) {
    if (values.length === 0) super(clock.now * 1000);
    else super(...values);
  }

  static now() {
    return clock.now * 1000;
  }
};

Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', AWS_SESSION_TOKEN: 'session-token-of-the-test' });

export function keyOf(kid) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' } };
}

const json = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function jwt(key, claims, header = {}) {
  const input = `${json({ alg: 'ES256', typ: 'JWT', kid: key.kid, ...header })}.${typeof claims === 'string' ? Buffer.from(claims).toString('base64url') : json(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key: key.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** What the functions reach. `secrets` is by ARN, `tokens` answers the token endpoint with a JSON object. */
export class Outside {
  secrets = new Map();
  key = keyOf('ec-1');
  messages = [];
  tokens = () => ({});

  answer(url, init) {
    const { host, pathname } = new URL(url);
    const reply = (value, status = 200) => new Response(typeof value === 'string' ? value : JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });
    if (host === 'secrets.example.com') {
      const { SecretId } = JSON.parse(Buffer.from(init.body).toString());
      const SecretString = this.secrets.get(SecretId);
      return SecretString === undefined ? reply({ __type: 'ResourceNotFoundException' }, 400) : reply({ ARN: SecretId, SecretString });
    }
    if (host === 'queue.example.com') {
      const { MessageBody } = JSON.parse(Buffer.from(init.body).toString());
      this.messages.push(JSON.parse(MessageBody));
      return reply({ MessageId: randomUUID(), MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'), SequenceNumber: '1' });
    }
    if (pathname === '/jwks') return reply({ keys: [this.key.jwk] });
    if (pathname === '/token') return reply(this.tokens(new URLSearchParams(Buffer.from(init.body).toString())));
    if (pathname === '/revoke') return reply('');
    throw new TypeError(`nobody answers ${url}`);
  }

  /** From now on every function of this process reaches this outside. */
  plug() {
    globalThis.fetch = async (url, init = {}) => this.answer(String(url), { ...init, body: init.body === undefined ? '' : await new Response(init.body).text() });
  }
}

const kept = [];
process.on('exit', () => kept.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

/** A warm function of this configuration: `handler(event)`. */
export async function load(config) {
  const dir = mkdtempSync(join(tmpdir(), 'zt-fuzz-auth-'));
  kept.push(dir);
  copyFileSync(BUNDLE, join(dir, 'index.mjs'));
  writeFileSync(join(dir, 'config.json'), JSON.stringify(config));
  return (await import(pathToFileURL(join(dir, 'index.mjs')).href)).handler;
}

export const configOf = (changes = {}) => ({
  v: 1, application: 'members', store: 'main', hosts: [HOST], port: 443, prefix: '/oauth2', cookie: '__Host-zt-session', issuer: ISSUER, client_id: 'client-1', client_authentication: 'none',
  authorization_endpoint: `${ISSUER}/authorize`, token_endpoint: `${ISSUER}/token`, jwks_uri: `${ISSUER}/jwks`, end_session_endpoint: null, iss_parameter: true, scopes: ['openid'], algorithms: ['ES256'],
  claims: { user: 'sub', email: 'email', groups: 'groups', roles: 'roles', session: 'sid' }, session_claims: ['email', 'name'], lifetime: 3600, absolute_lifetime: 43200, fresh_on_expiry: false,
  secrets: { region: 'us-east-1', endpoint: 'https://secrets.example.com', keys: ARN('members/keys'), membership: ARN('members/membership'), pepper: ARN('pepper'), client_secret: null },
  support_url: null, title: 'Members', ...changes,
});

const lp = (...texts) => Buffer.concat(texts.flatMap((text) => { const length = Buffer.alloc(4); length.writeUInt32BE(Buffer.byteLength(text)); return [length, Buffer.from(text)]; }));

export function sessionInfo(config) {
  const { user, email, groups, roles, session } = config.claims;
  return lp('zt session v1', config.application, config.issuer, config.client_id, `user=${user};email=${email};groups=${groups};roles=${roles};session=${session}`);
}

export const bindingOf = (config) => createHash('sha256').update(sessionInfo(config)).digest('base64url').slice(0, 22);
export const prints = (...texts) => lp(...texts);

/** The viewer-request event of Lambda@Edge. */
export function lambdaEvent({ uri, query = '', method = 'GET', headers = {}, body, truncated = false }) {
  const lines = Object.entries({ host: HOST, accept: 'text/html', 'sec-fetch-mode': 'navigate', ...headers }).filter(([, value]) => value !== null);
  return {
    Records: [{
      cf: {
        config: { distributionDomainName: 'd111111abcdef8.cloudfront.net', distributionId: 'E1', eventType: 'viewer-request', requestId: 'request-id-of-the-test==' },
        request: {
          clientIp: '203.0.113.7', method, uri, querystring: query, headers: Object.fromEntries(lines.map(([key, value]) => [key, [value].flat().map((each) => ({ key, value: each }))])),
          ...(body === undefined ? {} : { body: { action: 'read-only', encoding: 'base64', inputTruncated: truncated, data: Buffer.from(body).toString('base64') } }),
        },
      },
    }],
  };
}

export const cookieHeader = (jar) => Object.entries(jar).map(([name, value]) => `${name}=${value}`).join('; ');

/** What a browser keeps of an answer's cookies. */
export function keep(jar, response) {
  for (const { value: line } of response.headers?.['set-cookie'] ?? []) {
    const [, name, value, rest] = /^([^=]+)=([^;]*)(.*)$/.exec(line);
    if (/Max-Age=0\b/.test(rest)) delete jar[name];
    else jar[name] = value;
  }
  return jar;
}
