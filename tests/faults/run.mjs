// Each dependency of the functions failing at each call of each flow: never a pass without a right, never a loop, never a lost revocation; an
// answer that can be read, an audit line, and a way through afterwards. `node run.mjs <endpoints.json> <folder> [--all] [--only <part of a name>]`
//
// Each flow is walked without faults first: what it calls then, twice alike, is what fails. Counts go into faults.json.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Counter, dependencies } from './dependencies.mjs';
import { FLOWS, getsThrough, isOver, pause, visitorOf } from './flows.mjs';
import { judge } from './judge.mjs';
import { everything, share } from './plan.mjs';
import { readWorld } from './world.mjs';

/** The longest way of a message to the writer, on a machine that is busy. */
const ARRIVAL = 30_000;
/** As long as the writer's patience is tried before the fault goes. */
const DURING = 3_000;
/** Virtual seconds a look, once the fault is gone: a message that failed comes back after its visibility timeout. */
const STEP = 20;
/** Virtual seconds that what is prepared once for several walks is good for: half a session. */
const KEPT = 1800;

/** A page of revocations holds what half a day brings; hundreds of logins of one person in minutes are nobody's day, and would fill it. */
const WALKS_OF_A_DAY = 20;
const LATER = 13 * 3600;

const { values: options, positionals: [file, home] } = parseArgs({ allowPositionals: true, options: { all: { type: 'boolean', default: false }, only: { type: 'string', default: '' } } });
const world = readWorld(file, home);
const known = dependencies(world);

let walks = 0;

async function prepared(flow) {
  walks += 1;
  if (walks % WALKS_OF_A_DAY === 0) await world.advance(LATER);
  // Many logouts of one person become one that ends every login up to its second.
  await world.advance(2);
  const visitor = visitorOf(world, flow);
  if (flow.prepareAll !== undefined && !((await world.now()) - flow.since < KEPT)) {
    flow.kept = await flow.prepareAll(visitorOf(world, flow));
    flow.since = await world.now();
  }
  visitor.cold = false;
  const state = flow.kept ?? (await flow.prepare?.(visitor)) ?? {};
  visitor.cold = true;
  visitor.seen = [];
  world.logs.forget();
  return { visitor, state };
}

/** Content that nobody had a right to, and sessions that a failed flow left behind. */
function passes({ visitor, flow, before }) {
  const wrong = [];
  for (const answer of visitor.seen.filter(({ path, status }) => !path.startsWith('/oauth2/') && status === 200)) {
    if (flow.never || !visitor.isShown(answer)) wrong.push(`${answer.path} is shown: ${answer.body.slice(0, 80)}`);
  }
  const refused = visitor.seen.some(({ path, status }) => path.startsWith('/oauth2/') && path !== '/oauth2/denied' && status >= 400);
  if (refused && visitor.session !== before) wrong.push('a flow that failed changed the session');
  return wrong;
}

/** The writer comes to its queue in its own time. */
async function isMet(dependency, nth) {
  const deadline = Date.now() + ARRIVAL;
  while ((await dependency.calls()) < nth && Date.now() < deadline) await pause(50);
}

/** One walk under one fault; everything that is wrong with it. */
async function walk(flow, dependency, { kind, nth } = {}) {
  const { visitor, state } = await prepared(flow);
  const before = visitor.session;
  await dependency.set(kind, nth);
  let answer;
  let calls;
  try {
    answer = await flow.act(visitor, state);
    if (flow.waits && kind !== undefined) await isMet(dependency, nth);
    if (flow.waits) await isOver(visitor, state.ended, { patience: kind === undefined ? undefined : DURING });
    calls = await dependency.calls();
  } finally {
    await dependency.clear();
  }
  const wrong = passes({ visitor, flow, before });
  const succeeded = flow.succeeded(visitor, answer);
  if ((kind === undefined || kind === 'slow') && !succeeded) wrong.push(`${answer.status} ${answer.path}: ${answer.body.slice(0, 200)}`);
  if (kind !== undefined && succeeded && !dependency.mayEndWell(kind)) wrong.push(`done, although ${dependency.name} gave no answer`);
  if (kind !== undefined && calls < nth) wrong.push(`only ${calls} calls`);
  if (!succeeded && answer.status !== 503) wrong.push(`neither done nor an outage: ${answer.status} ${answer.path}: ${answer.body.slice(0, 200)}`);
  if (!succeeded) wrong.push(...(await getsThrough(visitor, flow, state)));
  if (state.ended !== undefined && !(await isOver(visitor, state.ended, { step: flow.waits ? STEP : 0 }))) wrong.push('the revocation is lost');
  wrong.push(...(await judge(visitor, world)));
  return { calls, wrong, outcome: succeeded ? 'done' : `${answer.status}` };
}

/** What a flow calls when nothing fails; the counts of two walks must agree. */
async function record(flow, name) {
  const all = flow.dependencies.map((each) => known[each]);
  const [first, second] = [await walk(flow, new Counter(all)), await walk(flow, new Counter(all))];
  const wrong = [...first.wrong, ...second.wrong];
  const found = all.map((each) => ({ flow: name, dependency: each.name, family: each.family, calls: first.calls[each.name], kinds: Object.keys(each.kinds) }));
  for (const { dependency, calls } of found) if (!calls || calls !== second.calls[dependency]) wrong.push(`${dependency}: ${calls} calls, then ${second.calls[dependency]}`);
  tell(`${name}: no fault`, wrong);
  return found.filter(({ calls }) => calls > 0);
}

const counts = { passed: 0, failed: 0 };
function tell(name, wrong) {
  counts[wrong.length === 0 ? 'passed' : 'failed'] += 1;
  if (wrong.length > 0) console.log(`FAILED ${name}\n    ${[...new Set(wrong)].join('\n    ')}`);
}

async function attempt(name, work) {
  try {
    return await work();
  } catch (error) {
    tell(name, [error.stack ?? String(error)]);
    return undefined;
  }
}

const began = performance.now();
const seconds = () => ((performance.now() - began) / 1000).toFixed(0);
const recorded = [];
for (const [name, flow] of Object.entries(FLOWS).filter(([each]) => each.includes(options.only))) {
  recorded.push(...((await attempt(`${name}: no fault`, () => record(flow, name))) ?? []));
}
for (const { flow, dependency, calls } of recorded) console.log(`  ${flow}: ${calls} of ${dependency}`);
const cases = (options.all ? everything : share)(recorded);
console.log(`${cases.length} of ${everything(recorded).length} cases, after ${seconds()} s`);

const outcomes = new Map();
let tried = 0;
let flow;
for (const each of cases) {
  if (each.flow !== flow) {
    flow = each.flow;
    console.log(`  ${flow}, after ${seconds()} s`);
  }
  const name = `${each.flow}: ${each.dependency} call ${each.nth}, ${each.kind}`;
  const result = await attempt(name, () => walk(FLOWS[each.flow], known[each.dependency], each));
  if (result !== undefined) {
    tell(name, result.wrong);
    const key = `${each.dependency}, ${each.kind}: ${result.outcome}`;
    outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
  }
  tried += 1;
}
if (tried !== cases.length || tried === 0) tell('as many cases as were recorded', [`${tried} of ${cases.length}`]);
for (const [key, count] of [...outcomes].sort()) console.log(`  ${count} times ${key}`);
writeFileSync(join(home, 'faults.json'), JSON.stringify(counts));
console.log(`${counts.passed} held, ${counts.failed} did not, after ${seconds()} s`);
process.exitCode = counts.failed > 0 ? 1 : 0;
