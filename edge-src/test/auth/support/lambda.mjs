/**
 * Runs the shipped bundle in a child process with a `config.json` beside it, and judges every answer by AWS's own rules for
 * Lambda@Edge responses before a test sees it.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const BUNDLE = fileURLToPath(new URL('../../../dist/auth.mjs', import.meta.url));
const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url));

/** The flags Lambda gives to Node, where this Node knows them. */
const LAMBDA_FLAGS = ['--no-experimental-require-module', '--no-experimental-detect-module'].filter((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag.replace('--no-', '--')),
);

export class Lambda {
  #child;
  #directory;
  #waiting = new Map();
  #next = 0;
  #output = '';

  static async start({ config, ca, environment = {} }) {
    const lambda = new Lambda();
    lambda.#directory = mkdtempSync(join(tmpdir(), 'zt-auth-'));
    const index = join(lambda.#directory, 'index.mjs');
    copyFileSync(BUNDLE, index);
    const text = typeof config === 'string' ? config : JSON.stringify(config);
    if (config !== undefined) writeFileSync(join(lambda.#directory, 'config.json'), text);
    const child = fork(CHILD, [], {
      execArgv: LAMBDA_FLAGS,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
        AWS_SESSION_TOKEN: 'session-token-of-the-test',
        ...(ca === undefined ? {} : { NODE_EXTRA_CA_CERTS: ca }),
        ...environment,
      },
    });
    lambda.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (chunk) => (lambda.#output += chunk));
    }
    child.on('message', ({ id, answer, error }) => {
      const { resolve, reject } = lambda.#waiting.get(id);
      lambda.#waiting.delete(id);
      if (error === undefined) resolve(answer);
      else reject(new Error(error));
    });
    // A function that ends without an answer fails its test, instead of keeping it waiting.
    child.on('exit', (code, signal) => {
      for (const { reject } of lambda.#waiting.values()) reject(new Error(`the function ended: ${signal ?? code}`));
      lambda.#waiting.clear();
    });
    lambda.loaded = await lambda.#ask({ load: pathToFileURL(index).href }).catch((error) => {
      lambda.stop();
      throw error;
    });
    return lambda;
  }

  #ask(message) {
    this.#next += 1;
    const id = this.#next;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, ...message });
    });
  }

  /** Moves this function's clock, and only this function's. */
  async advance(seconds) {
    await this.#ask({ advance: seconds });
  }

  /** Sets this function's clock to the beginning of a second. */
  async setClock(seconds) {
    const { now } = await this.#ask({});
    await this.#ask({ advance: seconds - now / 1000 });
  }

  /** The function's own time, in seconds. */
  async now() {
    return Math.floor((await this.#ask({})).now / 1000);
  }

  async invoke(event) {
    const response = await this.#ask({ event });
    checkResponse(response, event);
    return response;
  }

  /** Everything the function has written so far. */
  get output() {
    return this.#output;
  }

  /** The audit lines, oldest first. */
  get audit() {
    return this.#output.split('\n').filter((line) => line.startsWith('{"log":"zt-auth"')).map((line) => JSON.parse(line));
  }

  /** Waits until an audit line fits: the pipe may be slower than the answer. */
  async audited(test) {
    const signal = AbortSignal.timeout(10_000);
    for (;;) {
      const found = this.audit.findLast(test);
      if (found !== undefined) return found;
      await once(this.#child.stdout, 'data', { signal }).catch(() => assert.fail(`no audit line fits: ${JSON.stringify(this.audit.slice(-5))}`));
    }
  }

  stop() {
    this.#child.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Restrictions on edge functions, CloudFront Developer Guide: what would make CloudFront answer 502. */
const FORBIDDEN =
  /^(connection|expect|keep-alive|proxy-authenticate|proxy-authorization|proxy-connection|trailer|upgrade|x-accel-.*|x-amz-cf-.*|x-amzn-.*|x-cache|x-edge-.*|x-forwarded-proto|x-real-ip|cdn-loop|content-length|host|transfer-encoding|via)$/;

export function checkResponse(response, event) {
  assert.deepEqual(Object.keys(response).filter((key) => !['status', 'statusDescription', 'headers', 'body', 'bodyEncoding'].includes(key)), []);
  assert.match(response.status, /^[2-5]\d\d$/);
  let size = Buffer.byteLength(response.body ?? '');
  for (const [name, lines] of Object.entries(response.headers)) {
    assert.match(name, /^[a-z0-9-]+$/);
    assert.doesNotMatch(name, FORBIDDEN);
    assert.ok(Array.isArray(lines) && lines.length > 0, `${name} is a list`);
    for (const { key, value } of lines) {
      assert.equal(key.toLowerCase(), name);
      assert.match(value, /^[\x20-\x7e]*$/);
      size += key.length + value.length;
    }
  }
  assert.ok(size <= 40 * 1024, `${size} bytes fit the viewer limit`);
  checkGuards(response, event);
}

/** What every answer of the auth prefix carries (checklist L10, C10, P24). */
function checkGuards({ headers, status }, event) {
  const one = (name) => {
    assert.equal(headers[name]?.length, 1, `${name} stands once on ${status} of ${event?.Records?.[0]?.cf?.request?.uri}`);
    return headers[name][0].value;
  };
  if (headers['retry-after']?.[0].value !== '30') assert.match(one('content-security-policy'), /default-src 'none'.*frame-ancestors 'none'/);
  // Public keys are the same for everybody; everything else is for one person or one machine.
  const publicKeys = event?.Records?.[0]?.cf?.request?.uri?.endsWith('/jwks.json') && status === '200';
  assert.equal(one('cache-control'), publicKeys ? 'public, max-age=60' : 'no-store');
  assert.equal(one('referrer-policy'), 'no-referrer');
  assert.equal(one('x-content-type-options'), 'nosniff');
  assert.match(one('strict-transport-security'), /^max-age=\d{7,}/);
}
