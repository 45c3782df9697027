// Handler time of the session function beside AWS's kvs-jwt-verify sample (our own equivalent) on the same njs: medians of
// interleaved processes, as a ratio, so that the machine's speed cancels out. `node session.mjs [runs]`; nothing is asserted.
import { createHmac } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { render } from '../session/build.mjs';
import { largeTable } from '../session/large-table.mjs';
import { DOC, PAGE, TABLE, b36, doc, event, mint, page, slot } from '../test/session/support/world.mjs';

const ROUNDS = 1000;
const BLOCKS = 8;
const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const now = Math.floor(Date.now() / 1000);
const times = { lt: b36(now - 900), iat: b36(now - 600), exp: b36(now + 3000) };

// What a browser sends.
const HEADERS = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'accept-language': 'en-GB,en;q=0.5', 'accept-encoding': 'gzip, deflate, br', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'same-origin',
  'sec-fetch-user': '?1', 'upgrade-insecure-requests': '1', 'cache-control': 'max-age=0', referer: 'https://app.example.com/members/', 'x-forwarded-for': '198.51.100.7', 'cloudfront-viewer-country': 'DE', priority: 'u=0, i', te: 'trailers'
};
const JAR = { cookies: { theme: 'dark', language: 'en' }, headers: HEADERS };
const fill = (n) => Array.from({ length: n }, (_, i) => slot('s', `fill${String(i).padStart(4, '0')}`, now - 9));
const store = (slots) => ({ [DOC]: doc(), [PAGE]: page(0, ...fill(slots)) });
const shipped = readFileSync(at('../dist/session.js'), 'utf8');
const MEMBER = '/orders/92/a';

function jwt(secret) {
  const part = (o) => Buffer.from(JSON.stringify(o)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: '1234567890', name: 'Ada Lovelace', nbf: now - 60, exp: now + 3000 })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function peer() {
  const made = event({ ...JAR, cookie: null });
  made.request.querystring = { jwt: { value: jwt('a secret of the store') } };
  return { code: readFileSync(at('kvs-jwt-peer.js'), 'utf8'), event: made, store: { 'jwt.secret': 'a secret of the store' } };
}

// A small application: the quickstart's kinds of routes, one identity header.
const SMALL = {
  ...TABLE, k: [[0, 1], [1, 1]], n: ['staff', 'admins'], i: { 'x-zt-email': 'email' },
  r: [['/public/*', 0], ['/admin/*', 0, [1], ['GET', 'POST']], ['/api/*', 1, [0]], ['/members/*', 0, [0]]]
};
const claims = Buffer.from('{"email":"ada@example.com","name":"Ada"}').toString('base64url');
const LARGE = { ...JAR, uri: MEMBER, host: 'd111111abcdef8.cloudfront.net', cookie: mint({ ...times, claims, grants: 'ffffffff', gen: b36(7) }) };

const SUBJECTS = {
  'kvs-jwt-verify equivalent': peer(),
  'session, protected, 4 routes, 20 slots': { code: render(shipped, SMALL), event: event({ ...JAR, cookie: mint({ ...times, claims }) }), store: store(20) },
  'session, protected, 100 routes, full page': { code: render(shipped, largeTable()), event: event(LARGE), store: store(67) },
  'session, public route': { code: render(shipped, SMALL), event: event({ ...JAR, uri: '/public/a', cookie: mint(times) }), store: store(20) }
};

function measure(dir, subject) {
  writeFileSync(join(dir, 'function.js'), `${subject.code}\n${readFileSync(at('njs-loop.js'), 'utf8')}`);
  writeFileSync(join(dir, 'setup.json'), JSON.stringify({ event: subject.event, store: subject.store, rounds: ROUNDS, blocks: BLOCKS }));
  const seen = JSON.parse(execFileSync('njs', ['-p', join(dir, 'modules'), join(dir, 'function.js'), join(dir, 'setup.json')], { encoding: 'utf8' }));
  if (!seen.passed) throw new Error(`the request was refused: ${JSON.stringify(seen)}`);
  return seen.micros;
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

function main() {
  const runs = Number(process.argv[2] ?? 9);
  const dir = mkdtempSync(join(tmpdir(), 'zt-bench-'));
  mkdirSync(join(dir, 'modules'));
  copyFileSync(at('../test/session/engines/njs-cloudfront.js'), join(dir, 'modules/cloudfront'));
  const seen = Object.fromEntries(Object.keys(SUBJECTS).map((name) => [name, []]));
  for (let i = 0; i < runs; i++) for (const [name, subject] of Object.entries(SUBJECTS)) seen[name].push(measure(dir, subject));
  rmSync(dir, { recursive: true });
  const [base] = Object.values(seen).map(median);
  process.stdout.write(`${cpus()[0].model}, njs ${execFileSync('njs', ['-v'], { encoding: 'utf8' }).trim()}, ${runs} runs of ${BLOCKS} blocks of ${ROUNDS}\n`);
  for (const [name, list] of Object.entries(seen)) process.stdout.write(`${name}: ${median(list).toFixed(1)} us, ratio ${(median(list) / base).toFixed(2)}\n`);
}

main();
