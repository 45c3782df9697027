// Every relative link and picture in a document for readers leads to something that is here: node tests/documents/links.mjs
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const documents = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { encoding: 'utf8' }).split('\n').filter(Boolean);
let passed = 0;
let failed = 0;
for (const path of documents.filter((each) => existsSync(each))) {
  const prose = readFileSync(path, 'utf8').replace(/^ *```[\s\S]*?^ *```$/gm, '').replace(/`[^`\n]*`/g, '');
  for (const [, target] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^(https?:|mailto:|#)/.test(target)) continue;
    if (existsSync(normalize(join(dirname(path), target.split('#')[0])))) passed += 1;
    else {
      failed += 1;
      console.log(`FAILED ${path}: ${target} leads nowhere`);
    }
  }
}
console.log(`links: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
