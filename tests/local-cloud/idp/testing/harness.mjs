// A running provider and a visitor with cookies, for the tests of this folder.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { createServer, request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const EDGE = 'https://d111111abcdef8.cloudfront.net:8443';
export const CALLBACK = `${EDGE}/oauth2/callback`;
export const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Starts the program; `stop` ends it and asserts that it ended well. */
export async function start(more = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'idp-'));
  const [certificate, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost,DNS:app.example.com', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const configuration = {
    certificate, key, ca: certificate, port: 0, edge_port: 8443,
    users: [
      { sub: 'u-1', user: 'demo', password: 'pw', email: 'demo@example.com', name: 'Demo', groups: ['staff'] },
      { sub: 'u-2', user: 'alone', password: 'pw', email: 'alone@example.com', name: 'Alone' },
    ],
    clients: [{ client_id: 'public' }, { client_id: 'confidential', client_secret: 'a secret of the test' }],
    redirect_uris: ['https://app.example.com/oauth2/callback'],
    ...more,
  };
  writeFileSync(join(directory, 'c.json'), JSON.stringify(configuration));
  const child = spawn(process.execPath, [new URL('../src/main.mjs', import.meta.url).pathname, join(directory, 'c.json')], { stdio: ['pipe', 'pipe', 'inherit'] });
  let told;
  for await (const line of createInterface({ input: child.stdout })) {
    told = JSON.parse(line);
    break;
  }
  const stop = async () => {
    const ended = new Promise((resolve) => { child.once('exit', resolve); });
    child.stdin.end();
    assert.equal(await ended, 0);
    rmSync(directory, { recursive: true });
  };
  const files = { cert: readFileSync(certificate), key: readFileSync(key) };
  return { ...told, child, stop, files, ...visitor(told, files.cert) };
}

function read(response, resolve) {
  let text = '';
  response.on('data', (chunk) => { text += chunk; }).on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
}

/** What a visitor, a relying party and an administrator do. */
function visitor({ issuer, admin }, ca) {
  /** One request; cookies are kept in the jar. */
  function ask(url, { method = 'GET', headers = {}, body, jar = new Map() } = {}) {
    return new Promise((resolve, reject) => {
      const cookie = [...jar].map(([n, v]) => `${n}=${v}`).join('; ');
      const sent = httpsRequest(new URL(url, issuer), { method, ca, headers: { ...headers, ...(cookie && { cookie }) } }, (response) => {
        for (const line of response.headers['set-cookie'] ?? []) {
          const [name, value] = line.split(';')[0].split(/=(.*)/s);
          if (value === '') jar.delete(name); else jar.set(name, value);
        }
        response.on('error', reject);
        read(response, resolve);
      });
      sent.on('error', reject).end(body);
    });
  }
  /** Follows redirects within the provider; signs in where it is asked to. */
  async function signIn(jar, url, user = 'demo', more = {}) {
    let asked = false;
    let answer = await ask(url, { jar });
    for (let i = 0; i < 8; i += 1) {
      const to = answer.headers.location;
      if (to?.startsWith('https://') && !to.startsWith(issuer)) return { asked, url: new URL(to) };
      if (to?.includes('/interaction/')) {
        asked = true;
        const page = await ask(to, { jar });
        assert.match(page.text, /<form method="post" action="[^"]*\/interaction\//);
        answer = await ask(to, { jar, method: 'POST', headers: FORM, body: new URLSearchParams({ user, password: 'pw', ...more }).toString() });
      } else if (to) {
        answer = await ask(to, { jar });
      } else if (/name="xsrf"/.test(answer.text)) {
        // Another account: the provider ends the session of the former with a form that sends itself.
        const [, action] = answer.text.match(/action="([^"]+)"/);
        const [, xsrf] = answer.text.match(/name="xsrf" value="([^"]+)"/);
        answer = await ask(action, { jar, method: 'POST', headers: FORM, body: new URLSearchParams({ xsrf, logout: 'yes' }).toString() });
      } else {
        return { asked, answer };
      }
    }
    throw new Error('too many redirects');
  }
  function redeem(code, verifier, more = {}, headers = {}, at = '/token') {
    const body = new URLSearchParams({ grant_type: 'authorization_code', client_id: 'public', redirect_uri: CALLBACK, code, code_verifier: verifier, ...more });
    return ask(at, { method: 'POST', headers: { ...FORM, ...headers }, body: body.toString() });
  }
  function control(method, path, body) {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const sent = plainRequest(new URL(path, admin), { method, headers: { 'content-length': Buffer.byteLength(text) } }, (response) => {
        read(response, (answer) => { if (answer.status === 200) resolve(JSON.parse(answer.text)); else reject(new Error(answer.text)); });
      });
      sent.on('error', reject).end(text);
    });
  }
  return { ask, signIn, redeem, control };
}

export const verifierOf = () => randomBytes(32).toString('base64url');
export const partOf = (token, n) => JSON.parse(Buffer.from(token.split('.')[n], 'base64url'));
export const claimsOf = (token) => partOf(token, 1);

export function authorize(verifier, more = {}, at = '/auth') {
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return `${at}?${new URLSearchParams({ client_id: 'public', response_type: 'code', scope: 'openid profile email groups', redirect_uri: CALLBACK,
    state: 's', nonce: 'n', code_challenge: challenge, code_challenge_method: 'S256', ...more })}`;
}

/** A relying party that keeps what it is sent; every host name leads to it. */
export async function listen({ cert, key }, answer = { status: 200, body: '' }) {
  const received = [];
  const server = createServer({ cert, key }, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({ host: request.headers.host, path: request.url, headers: request.headers, body });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { received, port: server.address().port, close: () => server.close() };
}
