// Every committed mutant: the row of the checklist it belongs to, what it takes out, and the suite that runs it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GUARDS } from '../../edge-src/test/session/guards.mjs';
import LOGIN from '../../edge-src/test/auth/mutants/login.mjs';
import SESSIONS from '../../edge-src/test/auth/mutants/session.mjs';
import { MUTANTS as PROVIDER } from './provider.mjs';
import { ROOT } from './table.mjs';

// The store writer's runner names each mutant by its row first.
function storeWriter() {
  const text = readFileSync(join(ROOT, 'edge-src/test/store-writer/mutants.mjs'), 'utf8');
  return [...text.matchAll(/^ {2}\['([LCTRPK]\d{1,2}) ([^']+)'/gm)].map(([, id, what]) => ({ id, what, suite: 'store-writer' }));
}

export function mutants() {
  const session = GUARDS.flatMap(([ids, what]) => ids.map((id) => ({ id, what, suite: 'session' })));
  const auth = [...LOGIN, ...SESSIONS].map(({ id, what, file }) => ({ id, what: what ?? `a guard of ${file}`, suite: 'auth' }));
  const provider = PROVIDER.map(({ id, what }) => ({ id, what, suite: 'provider' }));
  return [...session, ...auth, ...storeWriter(), ...provider];
}
