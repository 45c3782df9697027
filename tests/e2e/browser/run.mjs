// The browser lane: starts `make local`'s own program, lets a browser and a shell use it by what it prints, and ends it.
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Local } from './local.mjs';
import { tour } from './tour.mjs';

const [program, home] = process.argv.slice(2);
let passed = 0;
function check(what, holds, detail = '') {
  if (!holds) throw new Error(`${what} ${detail}`);
  passed += 1;
  console.log(`  ok ${what}`);
}

/** Whether anybody listens where this address points. */
function answers(url) {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port) });
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}

async function lane() {
  const local = await Local.start(program, home);
  try {
    const page = await local.type(['or']);
    check('a client that trusts the printed authority reads the public page', page.includes('Public page'), page);
    const plan = await local.type(['first', 'see what there is']);
    check('terraform plan as printed finds nothing to do', plan.includes('No changes.'), plan);
    await tour({ local, check, screenshots: join(home, 'screenshots') });

    const places = [local.says('public page'), local.says('identity provider'), /'(http[^']+)'/.exec(local.says('let a minute pass'))[1]];
    const before = await Promise.all(places.map(answers));
    const end = await local.interrupt();
    check('Ctrl-C ends it with exit code 0', end.code === 0, `code ${end.code}, signal ${end.signal}`);
    check('none of its processes outlives it', end.started > 1 && end.left.length === 0, JSON.stringify(end));
    const after = await Promise.all(places.map(answers));
    check('nobody listens any more where it did', before.every(Boolean) && !after.some(Boolean), JSON.stringify({ places, before, after }));
    check('no file says that it still runs', !existsSync(join(home, 'state/endpoints.json')));
  } finally {
    await local.abandon();
  }
}

let failed = 0;
try {
  await lane();
} catch (error) {
  failed = 1;
  console.log(`FAILED ${error.stack ?? error}`);
}
console.log(`browser: ${passed} passed, ${failed} failed`);
process.exit(failed);
