/**
 * `config.json` (edge contract, section 6), parsed once into values the rest need not doubt. It holds no secret. A document
 * that is not exactly understood is refused as a whole: this function never runs on guessed settings.
 */
import { asCount, asRecord, asStrings, member, type Json } from './record.ts';

export type ClientAuthentication = 'none' | 'client_secret_basic' | 'client_secret_post';

export interface ClaimNames {
  readonly user: string;
  readonly email: string;
  readonly groups: string;
  readonly roles: string;
  readonly session: string;
}

export interface Config {
  readonly application: string;
  readonly hosts: readonly string[];
  readonly port: number;
  readonly prefix: string;
  readonly cookie: string;
  readonly cookieDomain: string | null;
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

/** Only asymmetric algorithms: with a MAC the public client id would be the only thing an attacker lacks. */
const ALGORITHMS = /^(?:RS|PS)(?:256|384|512)$|^ES(?:256|384|512)$|^(?:EdDSA|Ed25519)$/;

export function parseConfig(text: string): Config {
  const at = new Reader(JSON.parse(text), '');
  at.check('v', at.raw('v') === 1);
  const config: Config = {
    application: at.text('application', /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/),
    hosts: at.list('hosts', /^[a-z0-9.-]{1,253}$/),
    port: at.count('port'),
    prefix: at.text('prefix', /^(?:\/[A-Za-z0-9._~-]+)+$/),
    cookie: at.text('cookie', /^__(?:Host-zt-session|Secure-zt-[a-z0-9-]+)$/),
    cookieDomain: at.raw('cookie_domain') == null ? null : at.text('cookie_domain', /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/),
    issuer: at.url('issuer'),
    clientId: at.text('client_id', /^[\x21-\x7e]+$/),
    clientAuthentication: at.text('client_authentication', /^(?:none|client_secret_basic|client_secret_post)$/) as ClientAuthentication,
    authorizationEndpoint: at.url('authorization_endpoint'),
    tokenEndpoint: at.url('token_endpoint'),
    jwksUri: at.url('jwks_uri'),
    endSessionEndpoint: at.raw('end_session_endpoint') == null ? null : at.url('end_session_endpoint'),
    issParameter: at.flag('iss_parameter'),
    scopes: at.list('scopes', /^[\x21\x23-\x5b\x5d-\x7e]+$/),
    algorithms: at.list('algorithms', ALGORITHMS),
    claims: claimNames(at.object('claims')),
    sessionClaims: at.list('session_claims', /^[^\0]{1,128}$/),
    lifetime: at.count('lifetime'),
    absoluteLifetime: at.count('absolute_lifetime'),
    authTimeOptional: at.raw('auth_time_optional') == null ? false : at.flag('auth_time_optional'),
    secrets: secretNames(at.object('secrets')),
    supportUrl: at.raw('support_url') == null ? null : at.text('support_url', /^(?:https:\/\/|mailto:)[\x21-\x7e]+$/),
    title: at.text('title', /^[^\0]{1,200}$/),
  };
  at.check('scopes', config.scopes.includes('openid'));
  at.check('algorithms', config.algorithms.length > 0);
  at.check('port', config.port >= 1 && config.port <= 65535);
  at.check('lifetime', config.lifetime > 0 && config.absoluteLifetime >= config.lifetime);
  at.check('client_secret', (config.clientAuthentication === 'none') === (config.secrets.clientSecret === null));
  const hostOnly = config.cookie === '__Host-zt-session';
  at.check('cookie', hostOnly ? config.cookieDomain === null : config.cookie === `__Secure-zt-${config.application}`);
  at.check('cookie_domain', config.cookieDomain === null || covers(config.cookieDomain, config.hosts));
  return config;
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
  const region = at.text('region', /^[a-z]{2}(?:-[a-z]+)+-\d$/);
  const arn = (key: string): string => at.text(key, /^[\x21-\x7e]{1,2048}$/);
  const endpoint = at.raw('endpoint') == null ? `https://secretsmanager.${region}.amazonaws.com` : at.text('endpoint', /^./);
  const { protocol, hostname, origin } = new URL(endpoint);
  // Plain HTTP is for the local cloud, and cannot leave the machine.
  at.check('endpoint', protocol === 'https:' || (protocol === 'http:' && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)));
  return {
    region,
    endpoint: `${origin}/`,
    keys: arn('keys'),
    membership: arn('membership'),
    pepper: arn('pepper'),
    clientSecret: at.raw('client_secret') == null ? null : arn('client_secret'),
  };
}

class Reader {
  readonly #record: Json;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    const record = asRecord(value);
    if (record === undefined) throw new TypeError(`config: ${path} is not an object`);
    this.#record = record;
    this.#path = path;
  }

  raw(name: string): unknown {
    return member(this.#record, name);
  }

  check(name: string, holds: boolean): void {
    if (!holds) throw new TypeError(`config: ${this.#path}${name} is not valid`);
  }

  object(name: string): Reader {
    return new Reader(this.raw(name), `${this.#path}${name}.`);
  }

  text(name: string, form: RegExp): string {
    const value = this.raw(name);
    if (typeof value !== 'string' || !form.test(value)) throw new TypeError(`config: ${this.#path}${name} is not valid`);
    return value;
  }

  list(name: string, form: RegExp): readonly string[] {
    const values = asStrings(this.raw(name));
    if (values === undefined || !values.every((value) => form.test(value))) throw new TypeError(`config: ${this.#path}${name} is not valid`);
    return values;
  }

  count(name: string): number {
    const value = asCount(this.raw(name));
    if (value === undefined) throw new TypeError(`config: ${this.#path}${name} is not valid`);
    return value;
  }

  flag(name: string): boolean {
    const value = this.raw(name);
    if (typeof value !== 'boolean') throw new TypeError(`config: ${this.#path}${name} is not valid`);
    return value;
  }

  /** Kept as written, because issuers are compared byte for byte. */
  url(name: string): string {
    const text = this.text(name, /^https:\/\/[\x21-\x7e]+$/);
    const url = new URL(text);
    this.check(name, url.username === '' && url.password === '' && url.hash === '');
    return text;
  }
}
