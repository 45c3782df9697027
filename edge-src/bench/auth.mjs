/**
 * Size and start of the auth function beside `cognito-at-edge`, bundled by the same esbuild and loaded by the same Node.
 * Prints figures, asserts nothing: a machine under load must not turn a test red. Needs `npm ci` here and in `test/auth`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';

const ROUNDS = 15;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'zt-bench-'));

async function bundlePeer() {
  const result = await build({
    stdin: {
      contents: "import { Authenticator } from 'cognito-at-edge'; const a = new Authenticator({ region: 'us-east-1', userPoolId: 'us-east-1_x', userPoolAppId: 'x', userPoolDomain: 'x.example.com' }); export const handler = (event) => a.handle(event);",
      resolveDir: here('../test/auth'),
    },
    bundle: true, minify: true, write: false, format: 'cjs', platform: 'node', target: 'node20', logLevel: 'error',
  });
  return Buffer.from(result.outputFiles[0].contents);
}

/** The bytes of a zip with this one file, but for some hundred of headers. */
const packed = (bytes) => deflateRawSync(bytes, { level: 9 }).length;

/** Milliseconds that the import takes in a process of its own; an empty module is the zero. */
function startOf(file) {
  const probe = `const t = process.hrtime.bigint(); await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(Number(process.hrtime.bigint() - t) / 1e6)`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', probe], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return Number(run.stdout.trim().split('\n').at(-1));
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const files = { empty: join(directory, 'empty.mjs'), ours: join(directory, 'index.mjs'), peer: join(directory, 'peer.cjs') };
const ours = readFileSync(here('../dist/auth.mjs'));
const peer = await bundlePeer();
writeFileSync(files.empty, 'export {};');
writeFileSync(files.ours, ours);
writeFileSync(files.peer, peer);
writeFileSync(join(directory, 'config.json'), readFileSync(here('./auth-config.json')));

const times = { empty: [], ours: [], peer: [] };
// Taken in turns, so that a busy moment of the machine falls on all of them.
for (let round = 0; round < ROUNDS; round += 1) for (const name of Object.keys(times)) times[name].push(startOf(files[name]));
rmSync(directory, { recursive: true });

const zero = median(times.empty);
const [our, their] = [median(times.ours) - zero, median(times.peer) - zero];
console.log(
  JSON.stringify(
    {
      machine: { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length },
      auth: { bytes: ours.length, packed: packed(ours), init_ms: Number(our.toFixed(1)) },
      cognito_at_edge: { bytes: peer.length, packed: packed(peer), init_ms: Number(their.toFixed(1)) },
      init_ratio: Number((our / their).toFixed(2)),
      budget: { packed: 60_000, init_ratio: 0.4 },
    },
    null,
    2,
  ),
);
