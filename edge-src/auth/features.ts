/**
 * The members of `config.json` that may be absent or null (edge contract, section 6, from `refresh` on). Absent means that
 * the feature is off; a member that is there must be whole.
 */
import { ALGORITHMS, ARN, REGION, type Reader } from './reader.ts';

export interface Features {
  readonly refresh: boolean;
  readonly revocationEndpoint: string | null;
  readonly queue: Queue | null;
  readonly backchannel: boolean;
  readonly events: Trusted | null;
  readonly bearer: readonly Bearer[];
  readonly assertion: { readonly secret: string; readonly audience: string } | null;
  /** Tenants whose users may come, in lower case; null: the issuer is one. */
  readonly tenants: readonly string[] | null;
  readonly overage: { readonly endpoint: string } | null;
  readonly federation: Federation | null;
  readonly hook: Hook | null;
}

export interface Queue {
  readonly url: string;
  readonly region: string;
  readonly endpoint: string;
}

/** Whose signed messages are taken, and under which algorithms. */
export interface Trusted {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
}

export interface Bearer extends Trusted {
  readonly type: string | null;
  readonly lifetime: number;
}

export interface Federation {
  readonly audience: string;
  readonly algorithm: string;
  readonly region: string;
  readonly endpoint: string;
}

export interface Hook {
  readonly url: string;
  readonly secret: string;
  readonly timeout: number;
}

const AUDIENCE = /^[\x21-\x7e]{1,1000}$/;
const TENANT = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function featuresOf(at: Reader): Features {
  const url = (name: string): string | null => at.optional(name, () => at.url(name));
  const flag = (name: string): boolean => at.optional(name, () => at.flag(name)) ?? false;
  const part = <T>(name: string, read: (at: Reader) => T): T | null => at.optional(name, () => read(at.object(name)));
  return {
    refresh: flag('refresh'),
    revocationEndpoint: url('revocation_endpoint'),
    queue: part('queue', queue),
    backchannel: flag('backchannel'),
    events: part('events', trusted),
    bearer: at.objects('bearer').map(bearer),
    assertion: part('assertion', (of) => ({ secret: of.text('secret', ARN), audience: of.text('audience', AUDIENCE) })),
    tenants: at.optional('tenants', () => tenants(at)),
    overage: part('overage', (of) => ({ endpoint: of.url('endpoint') })),
    federation: part('federation', federation),
    hook: part('hook', hook),
  };
}

function queue(at: Reader): Queue {
  const region = at.text('region', REGION);
  const url = at.webAddress('url');
  return { url, region, endpoint: at.endpoint('endpoint', new URL(url).origin) };
}

function trusted(at: Reader): Trusted {
  const algorithms = at.list('algorithms', ALGORITHMS);
  at.check('algorithms', algorithms.length > 0);
  return { issuer: at.url('issuer'), jwksUri: at.url('jwks_uri'), audience: at.text('audience', AUDIENCE), algorithms };
}

function bearer(at: Reader): Bearer {
  const lifetime = at.count('lifetime');
  at.check('lifetime', lifetime > 0);
  return { ...trusted(at), type: at.optional('type', () => at.text('type', /^[\w.+/-]{1,100}$/)), lifetime };
}

function tenants(at: Reader): readonly string[] {
  const listed = at.list('tenants', TENANT);
  at.check('tenants', listed.length > 0);
  return listed;
}

function federation(at: Reader): Federation {
  const region = at.text('region', REGION);
  const algorithm = at.text('algorithm', /^(?:RS256|ES384)$/);
  return { audience: at.text('audience', AUDIENCE), algorithm, region, endpoint: at.endpoint('endpoint', `https://sts.${region}.amazonaws.com`) };
}

function hook(at: Reader): Hook {
  const timeout = at.count('timeout_ms');
  at.check('timeout_ms', timeout >= 100 && timeout <= 5_000);
  return { url: at.url('url'), secret: at.text('secret', ARN), timeout };
}
