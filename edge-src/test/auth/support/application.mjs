/** One application as the provider would deploy it: its settings, its secrets, and the events its viewers cause. */
import { createHash, randomBytes } from 'node:crypto';

export const HOST = 'app.example.com';
export const ARN = (name) => `arn:aws:secretsmanager:us-east-1:123456789012:secret:zt/main/${name}`;

export const MEMBERSHIP = {
  v: 1,
  gen: 3,
  kid: 'k7q2',
  ledger: [
    { bit: 0, policy: 'staff', digest: 'AAAAAAAAAAAAAAAAAAAAAA', birth: 1 },
    { bit: 5, policy: 'admins', digest: 'BBBBBBBBBBBBBBBBBBBBBB', birth: 3 },
    { bit: 6, policy: 'example', digest: 'CCCCCCCCCCCCCCCCCCCCCC', birth: 2 },
    { bit: 9, policy: 'auditors', digest: 'DDDDDDDDDDDDDDDDDDDDDD', birth: 3 },
  ],
  policies: {
    staff: { require: [], any: [{ groups: ['staff'] }], none: [] },
    admins: { require: [{ groups: ['admins'] }], any: [], none: [{ roles: ['intern'] }] },
    example: { require: [], any: [{ email_domains: ['example.com'] }], none: [] },
    auditors: { require: [{ roles: ['auditor'] }], any: [], none: [] },
  },
};

export function configOf({ issuer, endpoints, secretsEndpoint, ...changes }) {
  return {
    v: 1, application: 'members', store: 'main', hosts: [HOST], port: 443, prefix: '/oauth2', cookie: '__Host-zt-session',
    issuer, client_id: 'client-1', client_authentication: 'none',
    ...endpoints,
    iss_parameter: true, scopes: ['openid', 'email', 'profile'], algorithms: ['RS256'],
    claims: { user: 'sub', email: 'email', groups: 'groups', roles: 'roles', session: 'sid' },
    session_claims: ['email', 'name'],
    lifetime: 3600, absolute_lifetime: 43200, fresh_on_expiry: false,
    secrets: {
      region: 'us-east-1', endpoint: secretsEndpoint,
      keys: ARN('members/keys'), membership: ARN('members/membership'), pepper: ARN('pepper'), client_secret: null,
    },
    support_url: 'https://support.example.com/', title: 'Members',
    ...changes,
  };
}

const lp = (...texts) =>
  Buffer.concat(texts.map((text) => Buffer.concat([Buffer.from(Uint32Array.of(Buffer.byteLength(text)).buffer).reverse(), Buffer.from(text)])));

export function sessionInfo(config) {
  const { user, email, groups, roles, session } = config.claims;
  const mapping = `user=${user};email=${email};groups=${groups};roles=${roles};session=${session}`;
  return lp('zt session v1', config.application, config.issuer, config.client_id, mapping);
}

export const bindingOf = (config) => createHash('sha256').update(sessionInfo(config)).digest('base64url').slice(0, 22);

export const transactionInfo = (config) => lp('zt transaction v1', config.application);

export const fingerprintInput = (issuer, id) => lp(issuer, id);

/** Puts fresh secrets for this application into a Secrets Manager and returns them. */
export function provision(manager, config, { membership = MEMBERSHIP, keys, clientSecret } = {}) {
  const secret = () => randomBytes(32).toString('base64url');
  const secrets = {
    pepper: secret(),
    keys: keys ?? [{ kid: 'k7q2', secret: secret(), sign_after: 0, verify_until: 0, binding: bindingOf(config) }],
    membership,
  };
  manager.values.set(config.secrets.pepper, JSON.stringify({ v: 1, pepper: secrets.pepper }));
  manager.values.set(config.secrets.keys, JSON.stringify({ v: 1, keys: secrets.keys }));
  manager.values.set(config.secrets.membership, JSON.stringify(membership));
  if (clientSecret !== undefined) manager.values.set(config.secrets.client_secret, clientSecret);
  return secrets;
}

const BROWSER = { host: HOST, accept: 'text/html,*/*;q=0.8', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'none' };

/** The viewer-request event of one request; a header given as null is left out, one given as a list has several lines. */
export function viewerRequest(path, { method = 'GET', headers = {}, body, truncated = false } = {}) {
  const [uri, ...rest] = path.split('?');
  const lines = Object.entries({ ...BROWSER, ...headers }).filter(([, value]) => value !== null);
  return {
    Records: [{
      cf: {
        config: { distributionDomainName: 'd111111abcdef8.cloudfront.net', distributionId: 'EDFDVBD6EXAMPLE', eventType: 'viewer-request', requestId: 'request-id-of-the-test==' },
        request: {
          clientIp: '203.0.113.7', method, uri, querystring: rest.join('?'),
          headers: Object.fromEntries(lines.map(([key, value]) => [key.toLowerCase(), [value].flat().map((each) => ({ key, value: each }))])),
          ...(body === undefined ? {} : { body: { action: 'read-only', encoding: 'base64', inputTruncated: truncated, data: Buffer.from(body).toString('base64') } }),
        },
      },
    }],
  };
}

export const rdOf = (text) => Buffer.from(text, 'latin1').toString('base64url');
export const locationOf = (response) => response.headers.location?.[0].value;
export const setCookies = (response) => (response.headers['set-cookie'] ?? []).map(({ value }) => value);

/** Cookies as a browser would send them next: those that a response set and did not remove. */
export function cookiesAfter(response, before = {}) {
  const jar = { ...before };
  for (const line of setCookies(response)) {
    const [, name, value, attributes] = /^([^=]+)=([^;]*)(.*)$/.exec(line);
    if (/Max-Age=0\b/.test(attributes)) delete jar[name];
    else jar[name] = value;
  }
  return jar;
}

export const cookieHeader = (jar) => Object.entries(jar).map(([name, value]) => `${name}=${value}`).join('; ');
