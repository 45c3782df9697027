/** Runs the Python sample as an origin would: by its own interpreter, with exactly the packages it pins. */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SAMPLE = realpathSync(fileURLToPath(new URL('../../../../examples/verify-assertion/python', import.meta.url)));
const REQUIREMENTS = join(SAMPLE, 'requirements.txt');
const TARGET = join(SAMPLE, '../../../target');

let interpreter;

/** Made once for each text of the requirements, beside the other environments of tests. */
function environment() {
  if (interpreter !== undefined) return interpreter;
  const stamp = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const home = join(TARGET, `venv-verify-assertion-${stamp}`);
  if (!existsSync(home)) {
    mkdirSync(TARGET, { recursive: true });
    const made = mkdtempSync(`${home}.`);
    execFileSync('python3', ['-m', 'venv', made]);
    execFileSync(join(made, 'bin/python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes', '--only-binary', ':all:', '--requirement', REQUIREMENTS]);
    try {
      renameSync(made, home);
    } catch (error) {
      if (!existsSync(home)) throw error;
      rmSync(made, { recursive: true });
    }
  }
  interpreter = join(home, 'bin/python');
  return interpreter;
}

/** `{claims}` or `{refused}`. */
export async function verifyInPython(assertion, { jwks, issuer, audience, now }) {
  const python = environment();
  const directory = mkdtempSync(join(tmpdir(), 'zt-jwks-'));
  const file = join(directory, 'jwks.json');
  writeFileSync(file, JSON.stringify(jwks));
  try {
    const child = spawn(python, [join(SAMPLE, 'verify.py'), file, issuer, audience, String(now)], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.end(assertion);
    const [output, complaint, status] = await Promise.all([read(child.stdout), read(child.stderr), new Promise((resolve) => child.on('close', resolve))]);
    if (status !== 0 && !complaint.startsWith('refused: ')) throw new Error(`${dirname(SAMPLE)}: ${complaint}`);
    return status === 0 ? { claims: JSON.parse(output) } : { refused: complaint.trim() };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function read(stream) {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}
