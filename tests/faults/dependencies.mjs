// What may fail, and how: each dependency of the functions with its controls in the local cloud. A rule that hits nothing counts the calls.
import { control } from './world.mjs';

const NEVER = 1_000_000_000;

/** Late, and well within the patience of a single try. */
const once = (kind, more = {}) => ({ kind, count: 1, delay_ms: 400, ...more });
/** This call and every later one. */
const lasting = (kind, more) => once(kind, { count: 0, ...more });

const COMMON = {
  timeout: once('timeout'), garbage: once('garbage'), truncated: once('truncated'), slow: once('slow'), reset: once('reset'),
  'timeout from there on': lasting('timeout'),
  // Each call within its own patience, and many of them together beyond what a request may take.
  'slow from there on': lasting('slow', { delay_ms: 1500 }),
};
const OF_AWS = { error: once('5xx'), throttle: once('throttle'), denied: once('denied'), 'error from there on': lasting('5xx'), ...COMMON };
const OF_HTTP = { error: once('error'), 'error from there on': lasting('error', { status: 503 }), ...COMMON };
const OF_STORE = {
  error: once('error'), timeout: once('timeout'), garbage: once('garbage'), truncated: once('truncated'), slow: once('slow'),
  missing: once('missing'), 'error from there on': lasting('error'),
};

/** What a right hangs on, with nothing else to tell it: without a good answer there is none. */
const CLOSED = new Set(['store', 'groups', 'hook']);

class Dependency {
  constructor(name, family, kinds, url, selects) {
    Object.assign(this, { name, family, kinds, url, selects });
  }

  /** Whether a flow may come to its end although this failed so: late is not lost, and a second try may be made of what changes nothing. */
  mayEndWell(kind) {
    return !CLOSED.has(this.name) || kind.startsWith('slow') || (kind === 'reset' && this.name === 'groups');
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
