// Debian's njs: the engine that cloudfront-js is built on, so its verdict on syntax counts.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

function group(cases) {
  const groups = new Map();
  cases.forEach((one, index) => {
    if (!groups.has(one.code)) groups.set(one.code, []);
    groups.get(one.code).push(index);
  });
  return groups;
}

// Runs all cases, one process for each distinct function; answers in the order of the cases.
export function runOnNjs(cases) {
  const dir = mkdtempSync(join(tmpdir(), 'zt-njs-'));
  try {
    mkdirSync(join(dir, 'modules'));
    copyFileSync(here('njs-cloudfront.js'), join(dir, 'modules/cloudfront'));
    const driver = readFileSync(here('njs-driver.js'), 'utf8');
    const answers = [];
    for (const [code, indexes] of group(cases)) {
      const file = (name) => join(dir, name);
      writeFileSync(file('function.js'), `${code}\n${driver}`);
      writeFileSync(file('cases.json'), JSON.stringify(indexes.map((i) => ({ ...cases[i], code: undefined }))));
      rmSync(file('answers.json'), { force: true });
      const said = execFileSync('njs', ['-p', join(dir, 'modules'), file('function.js'), file('cases.json'), file('answers.json')], { encoding: 'utf8' });
      if (said.trim()) throw new Error(`njs: ${said}`);
      JSON.parse(readFileSync(file('answers.json'), 'utf8')).forEach((answer, i) => (answers[indexes[i]] = answer));
    }
    return answers;
  } finally {
    rmSync(dir, { recursive: true });
  }
}
