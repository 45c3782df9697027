// Which tests answer which row of the security checklist: found in the tests' own names, written to tests/SECURITY.md.
// A JavaScript test names its rows at the start (`C1, L7: a transaction …`) or in brackets (`[C1] …`); a Rust test in a line
// `/// Checklist: C1, L7` above it; a Python test in a line `# Checklist: C1`.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PLACES = ['edge-src/test', 'tests', 'provider', 'modules', 'examples'];
const SKIPPED = new Set(['node_modules', 'target', '.terraform', 'mutants']);
const ID = '[LCTRPK]\\d{1,2}';
const LIST = `${ID}(?:, ?${ID})*`;

/** Every row of the checklist: id, condition, response, reference. */
export function checklist() {
  const lines = readFileSync(join(ROOT, 'tests/security/checklist.tsv'), 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => {
    const [id, condition, response, reference] = line.split('\t');
    return { id, condition, response, reference };
  });
}

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    if (SKIPPED.has(name)) continue;
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else yield path;
  }
}

const idsOf = (list) => list.split(/, ?/);

function* javascript(text) {
  const strings = text.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`|"((?:[^"\\\n]|\\.)*)"/g);
  for (const match of strings) {
    const name = (match[1] ?? match[2] ?? match[3]).replace(/\\(.)/g, '$1');
    const start = new RegExp(`^(${LIST}): \\S`).exec(name);
    const bracketed = [...name.matchAll(new RegExp(`\\[(${LIST})\\]`, 'g'))].map((found) => found[1]);
    const ids = [start?.[1], ...bracketed].filter(Boolean).flatMap(idsOf);
    if (ids.length) yield { ids, name: name.replace(new RegExp(`^(?:${LIST}): |\\s*\\[${LIST}\\]\\s*`, 'g'), ' ').trim() };
  }
}

function* commented(text, mark, definition) {
  for (const match of text.matchAll(new RegExp(`${mark} Checklist: (${LIST})\\.?[^\\n]*\\n(?:(?!${mark} Checklist)[^\\n]*\\n){0,6}?\\s*${definition}`, 'g'))) {
    yield { ids: idsOf(match[1]), name: match[2].replaceAll('_', ' ') };
  }
}

function testsIn(path) {
  const text = readFileSync(path, 'utf8');
  if (path.endsWith('.mjs')) return [...javascript(text)];
  if (path.endsWith('.rs')) return [...commented(text, '///', '(?:async )?fn (\\w+)')];
  if (path.endsWith('.py')) return [...commented(text, '#', '(?:async )?def (\\w+)')];
  return [];
}

/** Tests by id, in the order of their files. */
export function testsById() {
  const found = new Map();
  for (const place of PLACES) {
    for (const path of files(join(ROOT, place))) {
      if (path.startsWith(join(ROOT, 'tests/security'))) continue;
      for (const { ids, name } of testsIn(path)) {
        for (const id of ids) {
          const tests = found.get(id) ?? found.set(id, []).get(id);
          const file = relative(ROOT, path);
          if (!tests.some((test) => test.file === file && test.name === name)) tests.push({ file, name });
        }
      }
    }
  }
  return found;
}
