// `make local` as its user has it: the program in a terminal, the sheet it prints, a second shell beside it, and Ctrl-C.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { family, living } from './processes.mjs';

export class Local {
  /** Starts the program in a folder and reads until it says that it is ready. */
  static async start(program, home) {
    const local = new Local();
    // A process group of its own, as a terminal gives it.
    local.child = spawn(program, [home], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    local.ended = once(local.child, 'exit');
    local.printed = [];
    const lines = createInterface({ input: local.child.stdout });
    await new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        local.printed.push(line);
        if (line.startsWith('ready')) resolve();
      });
      lines.on('close', () => reject(new Error(`it ended before it was ready:\n${local.printed.join('\n')}`)));
      local.child.on('error', reject);
    });
    return local;
  }

  /** What the sheet says behind a label. */
  says(label) {
    const row = this.printed.find((line) => line.startsWith(`  ${label}  `));
    if (row === undefined) throw new Error(`the sheet has no row "${label}":\n${this.printed.join('\n')}`);
    return row.slice(label.length + 2).trim();
  }

  /** Types lines of the sheet into a new shell, as they are printed; `answers` is typed into what they start. */
  async type(labels, answers = '') {
    const lines = labels.map((label) => this.says(label));
    // The person's own shell knows nothing of this cloud.
    const { HOME, PATH, ZT_TERRAFORM } = process.env;
    const env = Object.fromEntries(Object.entries({ HOME, PATH, ZT_TERRAFORM }).filter(([, value]) => value !== undefined));
    const shell = spawn('bash', ['-euc', lines.join('\n')], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [shell.stdout, shell.stderr]) stream.setEncoding('utf8').on('data', (text) => { output += text; });
    shell.stdin.on('error', () => {}); // A command that asks nothing may have ended already.
    shell.stdin.end(answers);
    const [code] = await once(shell, 'close');
    if (code !== 0) throw new Error(`${lines.join('; ')} ended with ${code}:\n${output}`);
    return output;
  }

  /** Ctrl-C, as a terminal sends it: to the whole foreground group. Tells how the program ended and who outlived it. */
  async interrupt() {
    const known = family(this.child.pid);
    process.kill(-this.child.pid, 'SIGINT');
    const [code, signal] = await this.ended;
    return { code, signal, started: known.length, left: living(known) };
  }

  /** For a lane that has failed: nothing may stay. */
  async abandon() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    process.kill(-this.child.pid, 'SIGTERM');
    await this.ended;
  }
}
