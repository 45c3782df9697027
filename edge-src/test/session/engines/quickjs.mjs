// QuickJS, in the host that the local cloud's edge uses: grammar gate, 2 MB, a fresh engine for each case.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export function runOnQuickJs(cases) {
  const dir = mkdtempSync(join(tmpdir(), 'zt-quickjs-'));
  try {
    const [from, to] = [join(dir, 'cases.json'), join(dir, 'answers.json')];
    writeFileSync(from, JSON.stringify(cases));
    execFileSync('cargo', ['run', '--quiet', '--package', 'zt-session-cases', '--', from, to], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
    return JSON.parse(readFileSync(to, 'utf8'));
  } finally {
    rmSync(dir, { recursive: true });
  }
}
