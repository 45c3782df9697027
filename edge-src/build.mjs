/**
 * Builds what zt ships for the edge. `node build.mjs` writes `dist/auth.mjs` and its line in `dist/SHA256SUMS`;
 * `node build.mjs --check` type-checks, builds again in memory, compares with what is committed, and verifies every line.
 */
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const DIST = 'dist/auth.mjs';
const SUMS = here('dist/SHA256SUMS');
/** DESIGN section 7. */
const LARGEST_ZIP = 60_000;

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

export async function bundle() {
  const result = await build({
    entryPoints: ['auth/handler.ts'],
    absWorkingDir: here('.'),
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    charset: 'ascii',
    legalComments: 'none',
    banner: { js: '/* zt auth function. Contains jose and oauth4webapi, Copyright Filip Skokan, MIT license. */' },
    logLevel: 'warning',
  });
  return Buffer.from(result.outputFiles[0].contents);
}

function checkTypes() {
  const run = spawnSync(process.execPath, [here('node_modules/typescript/bin/tsc'), '-p', here('tsconfig.json')], { stdio: 'inherit' });
  if (run.status !== 0) fail('the types do not hold');
}

function readSums() {
  let text = '';
  try {
    text = readFileSync(SUMS, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return new Map(text.split('\n').filter(Boolean).map((line) => [line.slice(66), line.slice(0, 64)]));
}

function fail(reason) {
  console.error(`build: ${reason}`);
  process.exit(1);
}

async function check(bytes) {
  if (!bytes.equals(readFileSync(here(DIST)))) fail(`${DIST} is not what its source builds: run node build.mjs`);
  for (const [name, sum] of readSums()) {
    if (sha256(readFileSync(here(`dist/${name}`))) !== sum) fail(`dist/${name} does not have its hash in dist/SHA256SUMS`);
  }
  if (!readSums().has('auth.mjs')) fail('dist/SHA256SUMS does not list auth.mjs');
}

function write(bytes) {
  writeFileSync(here(DIST), bytes);
  const sums = readSums().set('auth.mjs', sha256(bytes));
  writeFileSync(SUMS, [...sums].sort().map(([name, sum]) => `${sum}  ${name}\n`).join(''));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  checkTypes();
  const bytes = await bundle();
  const packed = deflateRawSync(bytes, { level: 9 }).length;
  if (packed > LARGEST_ZIP) fail(`${DIST} packs to ${packed} bytes, more than ${LARGEST_ZIP}`);
  await (process.argv.includes('--check') ? check(bytes) : write(bytes));
  console.log(`${DIST}: ${bytes.length} bytes, ${packed} packed, sha256 ${sha256(bytes)}`);
}
