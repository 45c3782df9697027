// What passes on a public or weaker route must not be what an origin resolves into a protected place (DESIGN 3.4, 3.5).
// `node run.mjs` prints counts, exits 1 on a leak, and first proves itself: with the path check removed it finds leaks.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOnNjs } from '../../edge-src/test/session/engines/njs.mjs';
import { NOW, event, mint, store } from '../../edge-src/test/session/support/world.mjs';
import { build, render, sources } from '../../edge-src/session/build.mjs';
import { generate } from './generate.mjs';
import { ask, startResolvers } from './resolvers.mjs';
import { PROTECTED, TABLE, plant } from './tree.mjs';

const SEED = 20261123;
const COUNT = 5000;
const SHIPPED = readFileSync(fileURLToPath(new URL('../../edge-src/dist/session.js', import.meta.url)), 'utf8');

// Each part of the path check removed alone, then all of it.
const GUARDS = {
  'dot and empty segments': ["if (~ways.join('\\n').search(/\\/(\\/|\\.\\.?(\\/|\\n|$))/)) throw ambiguous;", ''],
  'escapes': ['|%([01]|2[5de]|3\\d|[46][1-9a-f]|[57][\\da]|5[cf]|7[ef]|c2%[89])', ''],
  'visible characters': [' || ~raw.search(/[^!"$->@-[\\]-~]/)', ''],
  'agreement of readings': ['for (var i = 1; i < ways.length; i++) if (pick(ways[i]) !== at) throw ambiguous;', '']
};

function without(names) {
  let source = sources();
  for (const name of names) {
    const [from, to] = GUARDS[name];
    if (source.split(from).length !== 2) throw new Error(`the guard of ${name} is not where it was`);
    source = source.replace(from, () => to);
  }
  return build(source);
}

// The paths that the function lets through with a session that is not admitted to the protected places.
function admitted(code, paths) {
  const rendered = render(code, TABLE);
  const cookie = mint({ grants: '1', gen: '1' });
  const cases = paths.map((uri) => ({ code: rendered, event: event({ uri, cookie }), now: NOW * 1000, raw: null, store: store(), fault: null }));
  const answers = runOnNjs(cases);
  return paths.filter((_, i) => answers[i].out && answers[i].out.statusCode === undefined);
}

async function leaks(targets, paths) {
  const found = new Map(targets.map((t) => [t.name, { open: 0, leaks: [] }]));
  const work = targets.flatMap((target) => paths.map((raw) => [target, raw]));
  const worker = async () => {
    for (let job = work.pop(); job; job = work.pop()) {
      const body = await ask(...job);
      const entry = found.get(job[0].name);
      if (body.includes(`${PROTECTED} `)) entry.leaks.push(job[1]);
      else if (/ 200 /.test(body.slice(0, 20))) entry.open++;
    }
  };
  await Promise.all(Array.from({ length: 24 }, worker));
  return found;
}

const total = (found) => [...found.values()].reduce((sum, f) => sum + f.leaks.length, 0);

async function check(targets, paths) {
  const faults = [];
  for (const names of [...Object.keys(GUARDS).map((n) => [n]), Object.keys(GUARDS)]) {
    const passing = admitted(without(names), paths);
    const found = await leaks(targets, passing);
    const where = [...found].filter(([, f]) => f.leaks.length).map(([name]) => name);
    process.stdout.write(`without ${names.length > 1 ? 'the path check' : names[0]}: ${passing.length} pass, ${total(found)} leaks in ${where.length} resolvers\n`);
    if (!total(found)) faults.push(`self-test: without ${names} nothing leaked`);
    if (names.length > 1 && where.length < targets.length) faults.push(`self-test: without the path check only ${where} leaked`);
  }
  const passing = admitted(SHIPPED, paths);
  const found = await leaks(targets, passing);
  for (const [name, f] of found) {
    process.stdout.write(`${name}: ${passing.length} paths, ${f.open} served, ${f.leaks.length} leaks\n`);
    if (f.open < 5) faults.push(`${name} served only ${f.open} paths: it proves nothing`);
    for (const raw of f.leaks.slice(0, 20)) faults.push(`${name} resolves ${raw} into a protected place`);
  }
  process.stdout.write(`${paths.length} paths generated, ${passing.length} pass the session function, each sent to ${targets.length} resolvers\n`);
  return { faults, asked: passing.length * targets.length - total(found) };
}

async function main() {
  const dir = mkdtempSync(join(tmpdir(), 'zt-paths-'));
  const root = join(dir, 'tree');
  plant(root);
  const resolvers = await startResolvers(dir, root);
  try {
    const { faults, asked } = await check(resolvers.targets, generate(SEED, COUNT));
    for (const fault of faults) process.stdout.write(`FAILED ${fault}\n`);
    process.stdout.write(`paths: ${asked} passed, ${faults.length} failed\n`);
    process.exitCode = faults.length ? 1 : 0;
  } finally {
    resolvers.stop();
    rmSync(dir, { recursive: true });
  }
}

await main();
