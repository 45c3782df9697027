// Every fenced block of shell commands in a document for readers is executed, or says above itself why not:
//
//     <!-- run -->                 here, as it stands: in a copy of the example's folder, or at the root for other documents
//     <!-- run by LANE -->         by that lane of `make test`
//     <!-- not run: REASON -->
//
//     node tests/documents/commands.mjs [--list]
//
// Every `make` target that a block names must exist, and every block must be the shell's language.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const TARGET = process.env.CARGO_TARGET_DIR ?? 'target';
const list = process.argv.includes('--list');
let passed = 0;
let failed = 0;

function documents() {
  const below = (folder) => readdirSync(folder).map((name) => `${folder}/${name}/README.md`).filter((path) => existsSync(path));
  const guides = readdirSync('docs/guides').map((name) => `docs/guides/${name}`);
  return ['README.md', 'CONTRIBUTING.md', ...guides, ...below('modules'), ...below('examples')].filter((path) => path.endsWith('.md'));
}

function blocks(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, at) => {
    if (!/^ *```(sh|bash|shell|console)$/.test(line)) return [];
    const end = lines.indexOf(line.replace(/```.*/, '```'), at + 1);
    return [{ path, line: at + 1, mark: (lines[at - 1] ?? '').trim(), text: lines.slice(at + 1, end).join('\n') }];
  });
}

function judge(block, problem) {
  if (!problem) passed += 1;
  else {
    failed += 1;
    console.log(`FAILED ${block.path}:${block.line}: ${problem}`);
  }
}

const lanes = new Set(execFileSync('cargo', ['xtask', 'lanes', '--list'], { encoding: 'utf8' }).split('\n').map((line) => line.split(' ')[0]));
const targets = new Set([...readFileSync('GNUmakefile', 'utf8').matchAll(/^([a-z-]+):/gm)].map(([, name]) => name));

function language({ text }) {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
  if (status !== 0) return stderr.trim();
  const unknown = [...text.matchAll(/(?:^|[;&|] *)make ([a-z-]+)/gm)].map(([, name]) => name).filter((name) => !targets.has(name));
  return unknown.length > 0 && `there is no make ${unknown.join(', ')}`;
}

function marked({ mark }) {
  const by = mark.match(/^<!-- run by ([a-z-]+) -->$/);
  if (by) return !lanes.has(by[1]) && `there is no lane ${by[1]}`;
  return !/^<!-- (run|not run: .+) -->$/.test(mark) && 'says neither that it is run nor why not';
}

/** The same commands in two documents are run once. */
const answers = new Map();

function run({ path, text }, place, environment) {
  const cwd = path.startsWith('examples/') ? join(place, dirname(path)) : process.cwd();
  const commands = `${cwd}\n${text.replace(/ +#.*$/gm, '')}`;
  if (!answers.has(commands)) answers.set(commands, execute(text, cwd, environment));
  return answers.get(commands);
}

function execute(text, cwd, environment) {
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', text], { cwd, env: environment, encoding: 'utf8', maxBuffer: 1 << 28 });
  return status !== 0 && `ended with ${status}\n${stdout.slice(-3000)}${stderr.slice(-3000)}`;
}

const all = documents().flatMap(blocks);
const place = mkdtempSync(join(tmpdir(), 'zt-documents-'));
try {
  const runnable = all.filter(({ mark }) => mark === '<!-- run -->');
  const environment = { ...process.env, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1', TF_CLI_ARGS: '-no-color' };
  if (!list) {
    environment.TF_CLI_CONFIG_FILE = execFileSync(`${TARGET}/debug/mirror`, [join(place, 'mirror')], { encoding: 'utf8' }).trim();
    for (const folder of ['modules', 'examples']) cpSync(folder, join(place, folder), { recursive: true });
  }
  for (const block of all) {
    judge(block, marked(block));
    judge(block, language(block));
  }
  for (const block of list ? [] : runnable) judge(block, run(block, place, environment));
  const count = (pattern) => all.filter(({ mark }) => pattern.test(mark)).length;
  console.log(`  ${all.length} blocks: ${runnable.length} run here, ${count(/^<!-- run by/)} by other lanes, ${count(/^<!-- not run/)} not, each with its reason`);
} finally {
  rmSync(place, { recursive: true });
}
console.log(`commands: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
