// The build's own gates: what the lint must refuse, what the renaming must keep, and that the committed bytes are fresh.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, manifest, partsOf, render } from '../../session/build.mjs';
import { largeTable } from '../../session/large-table.mjs';
import { lint } from '../../session/lint.mjs';
import { shorten } from '../../session/shorten.mjs';

const inside = (body) => `async function handler(event) { ${body} }`;
const BANNED = [
  ['for-of', inside('for (var x of [1]) {}')],
  ['destructuring', inside('var { a } = event;')],
  ['destructuring', inside('var [a] = event;')],
  ['destructuring', 'const f = ({ a }) => a;' + inside('')],
  ['spread', inside('f(...event);')],
  ['spread', inside('return [...event];')],
  ['class', 'class A {}' + inside('')],
  ['?.', inside('return event?.request;')],
  ['??', inside('return event ?? 1;')],
  ['??=', inside('event ??= 1;')],
  ['||=', inside('event ||= 1;')],
  ['catch without binding', inside('try {} catch {}')],
  ['default parameter', 'const f = (a = 1) => a;' + inside('')],
  ['await in call arguments', inside('f(await event);')],
  ['await in call arguments', inside('f(1 + (await event));')],
  ['await in call arguments', inside('new F([await event]);')],
  ['function inside an async function', inside('return [1].map((x) => x);')],
  ['shorthand property', inside('return { event };')],
  ['regular expression flag', inside('return /a/s;')],
  ['regular expression flag', inside('return /a/u;')],
  ['lookbehind', inside('return /(?<=a)b/;')],
  ['Map', inside('return new Map();')],
  ['eval', inside('eval(event);')],
  ['Function', inside('return Function(event);')],
  ['random', inside('return Math.random();')],
  ['replaceAll', inside("return event.replaceAll('a', 'b');")],
  ['BigInt', inside('return 1n;')],
  ['generator', 'function* g() {}' + inside('')],
  ['tagged template', inside('return f`x`;')],
  ['export', 'export const a = 1;' + inside('')],
  ['import fs', "import fs from 'fs';" + inside('')],
  ['no async handler', 'function other() {}']
];
const FINE = inside("var out; try { out = await event.request; } catch (e) { out = `a${1}`; } return out && /a(?=b)(?!c)/i.test(out) ? out : 0;");

const RENAMED = [
  ["const long = (value) => value.long; function handler(event) { return long({ value: 1, long: event.value }); }", /^const (\w)=?\s*=? ?\(?(\w)\)? ?=> \2\.long; function handler\((\w)\) \{ return \1\(\{ value: 1, long: \3\.value \}\); \}$/],
  ['var T = {}; function handler(event) { return T.event + event + Buffer; }', /^var T = \{\}; function handler\((\w)\) \{ return T\.event \+ \1 \+ Buffer; \}$/]
];

function clash() {
  try {
    shorten('const name = 1; function handler(name) { return name; }');
    return ['a name declared twice was renamed'];
  } catch {
    return [];
  }
}

// The sizes beside the bundle say what a function of a table will weigh, so that whoever has too much is told which parts cost how much.
function weighed(code, table) {
  const { limit, core, parts } = JSON.parse(manifest(code));
  const told = core + Buffer.byteLength(JSON.stringify(table)) + partsOf(table).reduce((sum, name) => sum + parts[name], 0);
  const real = Buffer.byteLength(render(code, table));
  return told === real && limit === 10240 ? [] : [`${told} told, ${real} bytes`];
}

export function buildFaults() {
  const shipped = readFileSync(fileURLToPath(new URL('../../dist/session.js', import.meta.url)), 'utf8');
  return [
    ...BANNED.map(([what, code]) => [`lint refuses ${what} in ${code}`, lint(code).some((fault) => fault.startsWith(what)) ? [] : [`only ${lint(code)}`]]),
    ['lint lets the rest pass', lint(FINE)],
    ...RENAMED.map(([code, want]) => [`renaming keeps properties and foreign names in ${code}`, want.test(shorten(code)) ? [] : [shorten(code)]]),
    ['renaming refuses an ambiguous name', clash()],
    ...[{}, largeTable(), { m: 1, s: 1, q: [0], x: [{ i: ['4c63364'] }, { g: 60 }], i: { 'x-zt-email': 'email' }, r: [['/a', 32, 0, 0, {}, '/b']] }].map((table, i) => [`the sizes tell what a function weighs, table ${i}`, weighed(shipped, table)]),
    ['the committed sizes are those of the committed bytes', manifest(shipped) === readFileSync(fileURLToPath(new URL('../../dist/session-sizes.json', import.meta.url)), 'utf8') ? [] : ['stale: run node edge-src/session/build.mjs']],
    ['the committed bytes are what the sources build', build() === shipped && build() === build() ? [] : ['stale: run node edge-src/session/build.mjs']]
  ];
}
