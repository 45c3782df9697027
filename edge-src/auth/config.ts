/**
 * `config.json` (edge contract, section 6), parsed once into values the rest need not doubt. It holds no secret. A document
 * that is not exactly understood is refused as a whole: this function never runs on guessed settings.
 */
import { featuresOf, type Features } from './features.ts';
import { ALGORITHMS, ARN, Reader, REGION } from './reader.ts';

const AUTHENTICATIONS = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt', 'federated'] as const;
export type ClientAuthentication = (typeof AUTHENTICATIONS)[number];

export interface ClaimNames {
  readonly user: string;
  readonly email: string;
  readonly groups: string;
  readonly roles: string;
  readonly session: string;
}

export interface Config extends Features {
  readonly application: string;
  readonly hosts: readonly string[];
  readonly port: number;
  readonly prefix: string;
  readonly cookie: string;
  readonly cookieDomain: string | null;
  /** With `tenants` a template: see `tenant.ts`. */
  readonly issuer: string;
  readonly clientId: string;
  readonly clientAuthentication: ClientAuthentication;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  readonly endSessionEndpoint: string | null;
  readonly issParameter: boolean;
  readonly scopes: readonly string[];
  readonly algorithms: readonly string[];
  readonly claims: ClaimNames;
  readonly sessionClaims: readonly string[];
  readonly lifetime: number;
  readonly absoluteLifetime: number;
  /** The provider never tells when a user logged in, although it is asked. */
  readonly authTimeOptional: boolean;
  readonly secrets: SecretNames;
  readonly supportUrl: string | null;
  readonly title: string;
}

export interface SecretNames {
  readonly region: string;
  readonly endpoint: string;
  readonly keys: string;
  readonly membership: string;
  readonly pepper: string;
  readonly clientSecret: string | null;
}

export function parseConfig(text: string): Config {
  const at = new Reader(JSON.parse(text), '');
  at.check('v', at.raw('v') === 1);
  const config: Config = {
    application: at.text('application', /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/),
    hosts: at.list('hosts', /^[a-z0-9.-]{1,253}$/),
    port: at.count('port'),
    prefix: at.text('prefix', /^(?:\/[A-Za-z0-9._~-]+)+$/),
    cookie: at.text('cookie', /^__(?:Host-zt-session|Secure-zt-[a-z0-9-]+)$/),
    cookieDomain: at.optional('cookie_domain', () => at.text('cookie_domain', /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/)),
    issuer: at.url('issuer'),
    clientId: at.text('client_id', /^[\x21-\x7e]+$/),
    clientAuthentication: authentication(at),
    authorizationEndpoint: at.url('authorization_endpoint'),
    tokenEndpoint: at.url('token_endpoint'),
    jwksUri: at.url('jwks_uri'),
    endSessionEndpoint: at.optional('end_session_endpoint', () => at.url('end_session_endpoint')),
    issParameter: at.flag('iss_parameter'),
    scopes: at.list('scopes', /^[\x21\x23-\x5b\x5d-\x7e]+$/),
    algorithms: at.list('algorithms', ALGORITHMS),
    claims: claimNames(at.object('claims')),
    sessionClaims: at.list('session_claims', /^[^\0]{1,128}$/),
    lifetime: at.count('lifetime'),
    absoluteLifetime: at.count('absolute_lifetime'),
    authTimeOptional: at.optional('auth_time_optional', () => at.flag('auth_time_optional')) ?? false,
    secrets: secretNames(at.object('secrets')),
    supportUrl: at.optional('support_url', () => at.text('support_url', /^(?:https:\/\/|mailto:)[\x21-\x7e]+$/)),
    title: at.text('title', /^[^\0]{1,200}$/),
    ...featuresOf(at),
  };
  checkWhole(config, at);
  return config;
}

/** What must hold between members. */
function checkWhole(config: Config, at: Reader): void {
  at.check('scopes', config.scopes.includes('openid'));
  at.check('algorithms', config.algorithms.length > 0);
  at.check('port', config.port >= 1 && config.port <= 65535);
  at.check('lifetime', config.lifetime > 0 && config.absoluteLifetime >= config.lifetime);
  const withSecret = config.clientAuthentication !== 'none' && config.clientAuthentication !== 'federated';
  at.check('client_secret', withSecret === (config.secrets.clientSecret !== null));
  at.check('federation', (config.clientAuthentication === 'federated') === (config.federation !== null));
  at.check('tenants', config.issuer.split('{tenantid}').length === (config.tenants === null ? 1 : 2));
  const hostOnly = config.cookie === '__Host-zt-session';
  at.check('cookie', hostOnly ? config.cookieDomain === null : config.cookie === `__Secure-zt-${config.application}`);
  // The session cookie of `shop-refresh` would be the refresh cookie of `shop`, on every host of the domain.
  at.check('application', config.cookieDomain === null || !/-(?:assertion|refresh|hint)$/.test(config.application));
  at.check('cookie_domain', config.cookieDomain === null || covers(config.cookieDomain, config.hosts));
}

function authentication(at: Reader): ClientAuthentication {
  const found = AUTHENTICATIONS.find((each) => each === at.raw('client_authentication'));
  if (found === undefined) throw new TypeError('config: client_authentication is not valid');
  return found;
}

/** Whether browsers keep a cookie of this domain for every host; where they do not, each login would lead to the next. */
function covers(domain: string, hosts: readonly string[]): boolean {
  return hosts.length > 0 && hosts.every((host) => host === domain || host.endsWith(`.${domain}`));
}

function claimNames(at: Reader): ClaimNames {
  const name = (key: string): string => at.text(key, /^[^\0;=]{1,128}$/);
  return { user: name('user'), email: name('email'), groups: name('groups'), roles: name('roles'), session: name('session') };
}

function secretNames(at: Reader): SecretNames {
  const region = at.text('region', REGION);
  const arn = (key: string): string => at.text(key, ARN);
  const endpoint = at.endpoint('endpoint', `https://secretsmanager.${region}.amazonaws.com`);
  return {
    region,
    endpoint,
    keys: arn('keys'),
    membership: arn('membership'),
    pepper: arn('pepper'),
    clientSecret: at.optional('client_secret', () => arn('client_secret')),
  };
}
