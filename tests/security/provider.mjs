// Guards of the provider, each taken out of a copy of the tree: the tests of its row, and they alone among those run, must turn
// red. `node provider.mjs [--id X]` prints `mutant <id> <killed|SURVIVED|NO VERDICT> <test>` for each and closes with the counts.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KILLED, SURVIVED, UNJUDGED, closing, isProof, judgeAll } from './verdicts.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const R = 'provider/resources/src/edge_app/';

/** id, what is taken out, file, guard, what stands there instead, crate, words of the test's name */
export const MUTANTS = [
  ['K1', 'the wait of a new key until edge locations know it', `${R}documents.rs`, 'wanted.now.plus(wanted.rotation.propagation)', 'wanted.now', 'zt-resources', 'a_trigger_adds_a_key_that_signs_later'],
  ['K2', 'the end of other keys in an emergency', `${R}documents.rs`, 'if new(&done.emergency, &asked.emergency) {', 'if false {', 'zt-resources', 'an_emergency_leaves_one_new_key'],
  ['K6', 'the one store of the writer’s role', 'provider/resources/src/session_store/writer/role.rs', '"Resource": access.store', '"Resource": "*"', 'zt-resources', 'the_role_may_do_nothing_anywhere_else'],
  ['K9', 'the size limit of the session function', 'provider/edge/src/session_function.rs', 'if code.len() <= FUNCTION_LIMIT {', 'if true {', 'zt-edge', 'what_does_not_fit_says_so_before_anything_is_created'],
  ['K11', 'replicas told apart from other refusals', 'provider/aws/src/error/classify.rs', 'if message.contains("replicated function")', 'if message.contains("no such words")', 'zt-aws', 'replicas_at_the_edge_are_in_use'],
  ['K12', 'the closed door while a distribution changes', 'provider/model/src/compile/routes.rs', '            access: Access::Policies(Vec::new()),\n            methods: None,', '            access: Access::Public,\n            methods: None,', 'zt-resources', 'paths_that_are_delivered_otherwise_are_closed_and_no_others'],
  ['K13', 'the comparison of a distribution with what is wanted', `${R}component/distribution.rs`, 'normal(one) == normal(other)', 'normal(one).comment == normal(other).comment', 'zt-resources', 'a_missing_association_is_a_difference'],
  ['K14', 'the refusal of a route without a policy', 'provider/model/src/compile/routes.rs', 'self.problems\n                    .add(self.path.clone(), ProblemKind::RouteWithoutPolicy { pattern });\n                return None;', 'return Some(Access::Public);', 'zt-resources', 'routes_that_say_nobody_or_nothing'],
  ['K15', 'the rate limit of the login', 'provider/resources/src/firewall/compile.rs', '            Some(login),\n', '            Some(login).filter(|_| false),\n', 'zt-resources', 'the_login_has_a_limit_of_its_own'],
  ['K16', 'the hash of a shipped bundle', 'edge-src/dist/SHA256SUMS', '  session.js', '  other.js', 'zt-edge', 'the_bundles_are_those_the_edge_build_made'],
  ['P13', 'the one distribution that may read a bucket', `${R}component/bucket_policy.rs`, '        "Condition": { "StringEquals": { "AWS:SourceArn": distribution_arn } },\n', '        "Condition": { "StringLike": { "AWS:SourceArn": "*" }, "Null": { "x": distribution_arn } },\n', 'zt-resources', 'the_statement_names_one_distribution_and_one_bucket'],
].map(([id, what, file, from, to, crate, test]) => ({ id, what, file, from, to, crate, test }));

/** A copy of the sources that keeps its own build between runs. */
function copy() {
  const place = join(ROOT, 'target/security/tree');
  mkdirSync(place, { recursive: true });
  const names = spawnSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).stdout.trim().split('\n');
  for (const name of names) {
    const [from, to] = [join(ROOT, name), join(place, name)];
    if (!existsSync(from)) continue;
    // Unchanged files keep their times, so that the build starts from the last one.
    if (existsSync(to) && readFileSync(from).equals(readFileSync(to))) continue;
    cpSync(from, to);
  }
  return place;
}

function run(place, { crate, test }) {
  const environment = { ...process.env, CARGO_TARGET_DIR: join(ROOT, 'target/security/build') };
  const arguments_ = ['nextest', 'run', '--package', crate, '--no-tests=fail', '-E', `test(${test})`];
  const { status, stdout, stderr } = spawnSync('cargo', arguments_, { cwd: place, env: environment, encoding: 'utf8' });
  const red = /\n\s+FAIL /.test(stdout + stderr);
  return { green: status === 0, red };
}

/** Red means that the test ran and failed: a mutant that does not compile proves nothing. */
function judge(place, mutant) {
  const path = join(place, mutant.file);
  const text = readFileSync(path, 'utf8');
  if (text.split(mutant.from).length !== 2) throw new Error(`mutant ${mutant.id}: its text must stand once in ${mutant.file}`);
  if (!run(place, mutant).green) return { verdict: UNJUDGED, note: ' (its test is not green to begin with)' };
  writeFileSync(path, text.replace(mutant.from, () => mutant.to));
  try {
    const { green, red } = run(place, mutant);
    return { verdict: red ? KILLED : green ? SURVIVED : UNJUDGED };
  } finally {
    writeFileSync(path, text);
  }
}

async function main() {
  const only = process.argv.includes('--id') ? process.argv[process.argv.indexOf('--id') + 1] : null;
  const place = copy();
  const chosen = MUTANTS.filter(({ id }) => only === null || id === only);
  const counts = await judgeAll(chosen, (mutant) => judge(place, mutant), ({ id, test }, { verdict, note = '' }) => process.stdout.write(`mutant ${id} ${verdict} ${test}${note}\n`));
  process.stdout.write(`${closing(counts)}\n`);
  process.exit(isProof(counts) ? 0 : 1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
