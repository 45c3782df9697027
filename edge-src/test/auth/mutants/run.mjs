/**
 * Proves the security tests: takes one guard out of a copy of the function, builds it, and runs only the tests whose names
 * carry the mutant's checklist id. They must be green with the guard and red without it.
 *
 *     node test/auth/mutants/run.mjs [--id C8 [--id C9]] [--sample 10]
 *
 * Prints `mutant <id> <killed|SURVIVED|NO VERDICT> <red tests> <file>` for each; one without verdict is run once more at the end.
 * Every other file of this folder exports such a list.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { UNJUDGED, closing, countTap, isProof, judgeAll, verdictOf } from '../../../../tests/security/verdicts.mjs';

const EDGE = fileURLToPath(new URL('../../../', import.meta.url));
const HERE = fileURLToPath(new URL('./', import.meta.url));
const VECTORS = fileURLToPath(new URL('../../../../tests/vectors', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../../../examples', import.meta.url));
const DOCS = fileURLToPath(new URL('../../../../docs-dev', import.meta.url));
/** A guard that kept a test from hanging is proved by a test that hangs. */
const TEST_TIMEOUT = 180_000;

const { values: options } = parseArgs({ options: { id: { type: 'string', multiple: true }, sample: { type: 'string' } } });

async function mutants() {
  const files = readdirSync(HERE).filter((name) => name.endsWith('.mjs') && name !== basename(import.meta.filename));
  const lists = await Promise.all(files.sort().map((name) => import(pathToFileURL(join(HERE, name)).href)));
  const all = lists.flatMap((list) => list.default).filter(({ id }) => options.id === undefined || options.id.includes(id));
  const wanted = options.sample === undefined ? all.length : Math.min(Number(options.sample), all.length);
  // Spread over the whole list, so that a sample meets every part of the function.
  return Array.from({ length: wanted }, (_, index) => all[Math.floor((index * all.length) / wanted)]);
}

/** A list that fell behind the sources proves nothing: found before any test runs. */
function checkPlaces(list) {
  for (const { id, also = [], ...guard } of list) {
    for (const { file, from } of [guard, ...also]) {
      const places = readFileSync(join(EDGE, 'auth', file), 'utf8').split(from).length - 1;
      if (places !== 1) throw new Error(`mutant ${id}: its text stands ${places} times in ${file}: ${from}`);
    }
  }
}

/** A copy of everything that the tests and the build read. */
function makeCopy() {
  const root = mkdtempSync(join(tmpdir(), 'zt-mutant-'));
  const edge = join(root, 'edge-src');
  const own = (path) => basename(path) !== 'node_modules';
  mkdirSync(join(edge, 'test'), { recursive: true });
  mkdirSync(join(root, 'tests'));
  for (const name of ['auth', 'dist', 'build.mjs', 'package.json', 'tsconfig.json']) cpSync(join(EDGE, name), join(edge, name), { recursive: true });
  cpSync(join(EDGE, 'test/auth'), join(edge, 'test/auth'), { recursive: true, filter: own });
  symlinkSync(join(EDGE, 'node_modules'), join(edge, 'node_modules'));
  symlinkSync(join(EDGE, 'test/auth/node_modules'), join(edge, 'test/auth/node_modules'));
  symlinkSync(VECTORS, join(root, 'tests/vectors'));
  symlinkSync(EXAMPLES, join(root, 'examples'));
  symlinkSync(DOCS, join(root, 'docs-dev'));
  return { root, edge };
}

async function build(edge) {
  const { bundle } = await import(pathToFileURL(join(edge, 'build.mjs')).href);
  writeFileSync(join(edge, 'dist/auth.mjs'), await bundle('auth'));
}

/** How many tests of this id finished, how many of them were red, and how the runner ended. */
async function runTests(edge, id) {
  const folder = join(edge, 'test/auth');
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.mjs') && readFileSync(join(folder, name), 'utf8').includes(`[${id}]`));
  if (files.length === 0) return { ran: 0, red: 0, code: 0 };
  const flags = ['--test', '--test-reporter=tap', `--test-timeout=${TEST_TIMEOUT}`, `--test-name-pattern=\\[${id}\\]`];
  const child = spawn(process.execPath, [...flags, ...files.map((name) => join(folder, name))], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) output += chunk;
  const code = child.exitCode ?? child.signalCode ?? (await once(child, 'exit'))[0];
  return { ...countTap(output, (name) => name.includes(`[${id}]`)), code };
}

/** Takes the guard out, wherever it has a twin (`also`), and returns what puts everything back. */
function takeOut(edge, { also = [], ...guard }) {
  const before = new Map();
  for (const { file, from, to } of [guard, ...also]) {
    const path = join(edge, 'auth', file);
    const source = readFileSync(path, 'utf8');
    if (!before.has(path)) before.set(path, source);
    writeFileSync(path, source.replace(from, () => to));
  }
  return () => before.forEach((source, path) => writeFileSync(path, source));
}

async function outcome(edge, mutant, greens) {
  if (!greens.has(mutant.id)) {
    await build(edge);
    greens.set(mutant.id, await runTests(edge, mutant.id));
  }
  const { ran, red, code } = greens.get(mutant.id);
  if (ran === 0 || red > 0 || code !== 0) {
    // Asked again with the next mutant of this row: what was red for another reason may be green then.
    greens.delete(mutant.id);
    return { verdict: UNJUDGED, note: `with the guard: ${ran} tests, ${red} of them red, exit ${code}` };
  }
  const putBack = takeOut(edge, mutant);
  try {
    await build(edge);
    const result = await runTests(edge, mutant.id);
    return { verdict: verdictOf(result), note: result.red };
  } finally {
    putBack();
  }
}

const list = await mutants();
checkPlaces(list);
const { root, edge } = makeCopy();
const greens = new Map();
let counts;
try {
  counts = await judgeAll(list, (mutant) => outcome(edge, mutant, greens), ({ id, file }, { verdict, note }) => console.log(`mutant ${id} ${verdict} ${note} ${file}`));
} finally {
  rmSync(root, { recursive: true, force: true });
}
console.log(closing(counts));
process.exitCode = isProof(counts) ? 0 : 1;
