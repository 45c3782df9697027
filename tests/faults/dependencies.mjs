// What may fail, and how: each dependency of the functions with its controls in the local cloud. A rule that hits nothing counts the calls.
import { control } from './world.mjs';

/** Longer than any try of a function, shorter than its patience: what is late is not lost. */
const LATE = 400;
const NEVER = 1_000_000_000;
/** Every call from there on. */
const LASTING = 0;

const once = (kind, more = {}) => ({ kind, count: 1, delay_ms: LATE, ...more });
const OF_AWS = {
  error: once('5xx'), timeout: once('timeout'), garbage: once('garbage'), truncated: once('truncated'), slow: once('slow'),
  throttle: once('throttle'), denied: once('denied'), reset: once('reset'), 'error from there on': once('5xx', { count: LASTING }), 'timeout from there on': once('timeout', { count: LASTING }),
};
const OF_HTTP = {
  error: once('error'), timeout: once('timeout'), garbage: once('garbage'), truncated: once('truncated'), slow: once('slow'),
  reset: once('reset'), 'error from there on': once('error', { count: LASTING, status: 503 }),
};
const OF_STORE = {
  error: once('error'), timeout: once('timeout'), garbage: once('garbage'), truncated: once('truncated'), slow: once('slow'),
  missing: once('missing'), 'error from there on': once('error', { count: LASTING }),
};

class Dependency {
  constructor(name, family, kinds, url, selects) {
    Object.assign(this, { name, family, kinds, url, selects });
  }

  /** From now on the `nth` call fails so. */
  async set(kind, nth) {
    await this.clear();
    await this.add(kind, nth);
  }

  add(kind, nth) {
    return control(this.url, { ...this.kinds[kind], ...this.selects, nth });
  }

  clear() {
    return control(this.url, undefined, 'DELETE');
  }

  /** Calls since the rule was set. */
  async calls() {
    return (await control(this.url)).rules[0]?.matched ?? 0;
  }
}

/** Counts the calls of several dependencies, of which none fails. */
export class Counter {
  constructor(all) {
    this.all = all;
  }

  async set() {
    await this.clear();
    for (const each of this.all) await each.add('error', NEVER);
  }

  async clear() {
    for (const each of this.all) await each.clear();
  }

  /** By name. */
  async calls() {
    const counts = {};
    for (const url of new Set(this.all.map((each) => each.url))) {
      const { rules } = await control(url);
      this.all.filter((each) => each.url === url).forEach(({ name }, at) => { counts[name] = rules[at].matched; });
    }
    return counts;
  }
}

/** By name. The local cloud keeps one list of rules for each of its parts. */
export function dependencies({ aws, edge, provider, outside }) {
  const ofAws = (name, service, operation, more = {}) => new Dependency(name, more.family ?? 'aws', { ...OF_AWS, ...more.kinds }, `${aws.admin}/faults`, { service, operation, ...more.selects });
  const ofProvider = (name, path) => new Dependency(name, 'provider', OF_HTTP, `${provider.admin}/faults`, { path });
  const writer = { family: 'writer', kinds: { conflict: once('conflict') }, selects: { agent: 'zt-store-writer' } };
  const all = [
    new Dependency('store', 'store', OF_STORE, `${edge.admin}/faults`, {}),
    ofAws('secrets', 'secretsmanager', 'GetSecretValue'),
    ofAws('sts', 'sts', 'GetWebIdentityToken'),
    ofAws('queue', 'sqs', 'SendMessage'),
    ofAws('describe', 'cloudfront-keyvaluestore', 'DescribeKeyValueStore', writer),
    ofAws('get', 'cloudfront-keyvaluestore', 'GetKey', writer),
    ofAws('update', 'cloudfront-keyvaluestore', 'UpdateKeys', writer),
    ofAws('dead letters', 'sqs', 'SendMessage', { family: 'writer', selects: writer.selects }),
    ofProvider('token', '/token'),
    ofProvider('revocation', '/revocation'),
    ofProvider('groups', '/getMemberObjects'),
    ofProvider('entra keys', '/discovery/v2.0/keys'),
    ofProvider('keys', '/jwks'),
    new Dependency('hook', 'hook', OF_HTTP, outside.admin, { path: '/hook' }),
  ];
  return Object.fromEntries(all.map((each) => [each.name, each]));
}
