/** The shipped bytes: they are the ones listed, fit their budget, load as Lambda loads them, and hold nothing of this machine. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { BUNDLE, Lambda } from './support/lambda.mjs';

const bytes = readFileSync(BUNDLE);
const text = bytes.toString('utf8');

test('the bundle has the hash that is committed with it', () => {
  const sums = readFileSync(fileURLToPath(new URL('../../dist/SHA256SUMS', import.meta.url)), 'utf8');
  assert.ok(sums.split('\n').includes(`${createHash('sha256').update(bytes).digest('hex')}  auth.mjs`));
});

test('the bundle fits its budget of 60 kB packed', () => {
  assert.ok(deflateRawSync(bytes).length < 60_000);
});

test('the bundle needs nothing but Node, and evaluates no text', () => {
  const imports = [...text.matchAll(/\b(?:from|import)\s*"([^"()]+)"/g)].map(([, name]) => name);
  assert.ok(imports.length > 0 && imports.every((name) => name.startsWith('node:')), imports.join());
  assert.doesNotMatch(text, /\beval\(|new Function\(|\brequire\(|Math\.random|sourceMappingURL/);
});

test('the bundle holds no path, no key and no placeholder', () => {
  assert.doesNotMatch(text, /\/home\/|\/work\/|\/root\/|node_modules|AKIA|BEGIN [A-Z ]*PRIVATE|\$\{Token|\{\{/);
});

test('the handler takes one argument: Node 24 on Lambda refuses callbacks', async () => {
  const lambda = await Lambda.start({});
  assert.equal(lambda.loaded.length, 1);
  lambda.stop();
});
