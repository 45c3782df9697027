// What is too long for CI: for each suite the command that runs it whole (by Node, where it names no other program), the arguments for
// CI's sample where this lane takes one, and the sources its verdict depends on. A suite with `parts` runs and is recorded part by part;
// `reads` tells which of the sources a part does not depend on.
import { readFileSync } from 'node:fs';
import AUTH_LOGIN from '../../edge-src/test/auth/mutants/login.mjs';
import AUTH_SESSION from '../../edge-src/test/auth/mutants/session.mjs';
import { MUTANTS as PROVIDER } from './provider.mjs';

const TARGET = process.env.CARGO_TARGET_DIR ?? 'target';
const EDGE = ['edge-src/session/src', 'edge-src/auth', 'edge-src/store-writer'];
const VERDICTS = 'tests/security/verdicts.mjs';

const LOAD = ['by_file', 'crowd_firewall', 'crowd_flood', 'crowd_page', 'load'].map((name) => `tests/acceptance/tests/lane/${name}.rs`);

/** The runner of these mutants takes up only the tests that carry a mutant's checklist id in their names. */
const AUTH_IDS = [...new Set([...AUTH_LOGIN, ...AUTH_SESSION].map(({ id }) => id))].sort();
const readsForAuth = (id, path) => !path.endsWith('.test.mjs') || readFileSync(path, 'utf8').includes(`[${id}]`);

export const SUITES = {
  session: { all: ['edge-src/test/session/mutants.mjs'], sample: ['--sample', '8'], covers: ['edge-src/session/src', 'edge-src/test/session/cases', 'edge-src/test/session/guards.mjs'] },
  auth: { all: ['edge-src/test/auth/mutants/run.mjs'], sample: ['--sample', '3'], covers: ['edge-src/auth', 'edge-src/test/auth', VERDICTS], parts: AUTH_IDS, reads: readsForAuth },
  'store-writer': { all: ['edge-src/test/store-writer/mutants.mjs'], sample: ['a page written from the messages alone'], covers: ['edge-src/store-writer', 'edge-src/test/store-writer', VERDICTS] },
  provider: { all: ['tests/security/provider.mjs'], covers: [...new Set(PROVIDER.map(({ file }) => file)), VERDICTS].sort() },
  fuzz: { all: ['tests/fuzz/run.mjs', '--cases', '1000000'], covers: ['edge-src/session/src', 'edge-src/auth', 'tests/fuzz'] },
  faults: { program: `${TARGET}/debug/faults`, all: [`${TARGET}/faults`, '--all'], covers: [...EDGE, 'tests/faults'] },
  load: { program: 'bash', all: ['tests/security/load.sh'], covers: [...EDGE, 'provider/resources/src/session_revocation', ...LOAD] },
};
