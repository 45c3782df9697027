/**
 * `config.json` beside the bundle: which store, and where its dead letters go. The provider writes it; a configuration that is
 * not exactly right ends the function at its start, and the queue keeps what it holds.
 */
export interface Service {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly region: string;
}

export interface Config {
  /** Name of the store, for log lines and metrics. */
  readonly store: string;
  /** ARN of the KeyValueStore. */
  readonly arn: string;
  /** The KeyValueStore's data plane. */
  readonly keyValueStore: string;
  readonly deadLetters: Service & { readonly queue: string };
}

const ARN = /^arn:[a-z-]+:cloudfront::(\d{12}):key-value-store\/[\w-]+$/;

export function parseConfig(text: string): Config {
  const config = JSON.parse(text) as Record<string, unknown>;
  if (config['v'] !== 1) throw new TypeError('config: v');
  const arn = word(config, 'arn');
  const account = ARN.exec(arn)?.[1];
  if (account === undefined) throw new TypeError('config: arn');
  const region = word(config, 'region');
  const queue = word(config, 'dead_letter_queue_url');
  return {
    store: word(config, 'store'),
    arn,
    keyValueStore: address(config, 'keyvaluestore_endpoint') ?? `https://${account}.cloudfront-kvs.global.api.aws`,
    deadLetters: { queue, region, endpoint: address(config, 'sqs_endpoint') ?? new URL(queue).origin },
  };
}

function word(config: Record<string, unknown>, name: string): string {
  const value = config[name];
  if (typeof value !== 'string' || value === '') throw new TypeError(`config: ${name}`);
  return value;
}

/** https, or http on this machine: the local cloud. */
function address(config: Record<string, unknown>, name: string): string | undefined {
  const value = config[name];
  if (value === undefined || value === null) return undefined;
  const url = new URL(word(config, name));
  const local = url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (!(url.protocol === 'https:' || local) || url.search !== '' || url.hash !== '') throw new TypeError(`config: ${name}`);
  return url.href.replace(/\/$/, '');
}
