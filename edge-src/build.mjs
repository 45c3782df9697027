/**
 * Builds what zt ships for Lambda. `node build.mjs` writes the bundles in `dist/` and their lines in `dist/SHA256SUMS`;
 * `node build.mjs --check` type-checks, builds again in memory, compares with what is committed, and verifies every line.
 * A name (`auth`, `store-writer`) builds or checks that one alone.
 */
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const SUMS = here('dist/SHA256SUMS');

const BUNDLES = {
  auth: {
    entry: 'auth/handler.ts',
    types: 'tsconfig.json',
    banner: '/* zt auth function. Contains jose and oauth4webapi, Copyright Filip Skokan, MIT license. */',
    // DESIGN section 7.
    largest: 60_000,
  },
  'store-writer': {
    entry: 'store-writer/handler.ts',
    types: 'store-writer/tsconfig.json',
    banner:
      '/* zt store writer. Contains @smithy/signature-v4 and -v4a, Copyright Amazon.com, Apache-2.0 license, with noble-curves, Copyright Paul Miller, MIT license. */',
    largest: 40_000,
  },
};

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

export async function bundle(name = 'auth') {
  const { entry, banner } = BUNDLES[name];
  const result = await build({
    entryPoints: [entry],
    absWorkingDir: here('.'),
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    charset: 'ascii',
    legalComments: 'none',
    banner: { js: banner },
    logLevel: 'warning',
    // Modules before their CommonJS twins: only what is used comes along.
    mainFields: ['module', 'main'],
  });
  return Buffer.from(result.outputFiles[0].contents);
}

function checkTypes(project) {
  const run = spawnSync(process.execPath, [here('node_modules/typescript/bin/tsc'), '-p', here(project)], { stdio: 'inherit' });
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

function check(file, bytes) {
  if (!bytes.equals(readFileSync(here(`dist/${file}`)))) fail(`dist/${file} is not what its source builds: run node build.mjs`);
  for (const [name, sum] of readSums()) {
    if (sha256(readFileSync(here(`dist/${name}`))) !== sum) fail(`dist/${name} does not have its hash in dist/SHA256SUMS`);
  }
  if (!readSums().has(file)) fail(`dist/SHA256SUMS does not list ${file}`);
}

function write(file, bytes) {
  writeFileSync(here(`dist/${file}`), bytes);
  const sums = readSums().set(file, sha256(bytes));
  writeFileSync(SUMS, [...sums].sort().map(([name, sum]) => `${sum}  ${name}\n`).join(''));
}

async function run(name) {
  const { types, largest } = BUNDLES[name];
  const file = `${name}.mjs`;
  checkTypes(types);
  const bytes = await bundle(name);
  const packed = deflateRawSync(bytes, { level: 9 }).length;
  if (packed > largest) fail(`dist/${file} packs to ${packed} bytes, more than ${largest}`);
  if (process.argv.includes('--check')) check(file, bytes);
  else write(file, bytes);
  console.log(`dist/${file}: ${bytes.length} bytes, ${packed} packed, sha256 ${sha256(bytes)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  for (const name of names.length > 0 ? names : Object.keys(BUNDLES)) {
    if (!Object.hasOwn(BUNDLES, name)) fail(`there is no bundle ${name}`);
    await run(name);
  }
}
