/** The shipped bytes: they are the ones listed, fit their budget, load as Lambda loads them, and hold nothing of this machine. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { ARN, BUNDLE, QUEUE } from './support/world.mjs';

const bytes = readFileSync(BUNDLE);
const text = bytes.toString('utf8');
const folder = mkdtempSync(join(tmpdir(), 'store-writer-'));
after(() => rmSync(folder, { recursive: true }));

const GOOD = { v: 1, store: 'main', arn: ARN, region: 'eu-central-1', dead_letter_queue_url: QUEUE, keyvaluestore_endpoint: null, sqs_endpoint: null };

test('the bundle has the hash that is committed with it', () => {
  const sums = readFileSync(fileURLToPath(new URL('../../dist/SHA256SUMS', import.meta.url)), 'utf8');
  assert.ok(sums.split('\n').includes(`${createHash('sha256').update(bytes).digest('hex')}  store-writer.mjs`));
});

test('the bundle is at most 40 kB packed, needs nothing but Node, and evaluates no text', () => {
  assert.ok(deflateRawSync(bytes).length < 40_000);
  const imports = [...text.matchAll(/\b(?:from|import)\s*"([^"()]+)"/g)].map(([, name]) => name);
  assert.ok(imports.length > 0 && imports.every((name) => name.startsWith('node:')), imports.join());
  assert.doesNotMatch(text, /\beval\(|new Function\(|\brequire\(|sourceMappingURL/);
  assert.doesNotMatch(text, /\/home\/|\/work\/|\/root\/|node_modules|AKIA|BEGIN [A-Z ]*PRIVATE/);
});

test('[W46] as Lambda loads it, it reads its configuration and asks AWS by the name of the account', async () => {
  copyFileSync(BUNDLE, join(folder, 'index.mjs'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify(GOOD));
  const { handler, parseConfig } = await import(pathToFileURL(join(folder, 'index.mjs')));
  assert.ok(handler.length <= 2);
  await assert.rejects(handler({}, { getRemainingTimeInMillis: () => 1 }), /neither/);
  const config = parseConfig(JSON.stringify(GOOD));
  assert.equal(config.keyValueStore, 'https://123456789012.cloudfront-kvs.global.api.aws');
  assert.equal(config.deadLetters.endpoint, 'https://sqs.eu-central-1.amazonaws.com');
});

test('a configuration that is not exactly right is refused', async () => {
  const { parseConfig } = await import(BUNDLE);
  const bad = [
    { v: 2 },
    { arn: 'arn:aws:cloudfront::1:key-value-store/x' },
    { arn: `${ARN}/../x` },
    { store: '' },
    { region: null },
    { dead_letter_queue_url: 5 },
    { keyvaluestore_endpoint: 'http://kvs.example.com' },
    { keyvaluestore_endpoint: 'https://kvs.example.com/?x' },
    { sqs_endpoint: 'ftp://127.0.0.1' },
  ];
  for (const change of bad) assert.throws(() => parseConfig(JSON.stringify({ ...GOOD, ...change })), JSON.stringify(change));
});
