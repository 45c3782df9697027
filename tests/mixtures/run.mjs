/**
 * Edge locations that lag: every mixture of old and new session function, auth function (settings, and secrets cached a second before the
 * change), secrets, store documents and distribution, at two locations that take turns, at several times after the change.
 *
 * Held against each: no pass that old and new both refuse, none for what a location has been told is over; at most three logins
 * before an answer that stays; who is let in by both is never told no, only asked to wait, and gets in.
 * `node tests/mixtures/run.mjs [--only "policy narrowed"]`
 */
import { load, Outside } from '../fuzz/auth_function.mjs';
import { Visitor } from './browser.mjs';
import { clock, loginTime, sessionId } from './place.mjs';
import { application, CONFIGS, fingerprint, PEOPLE, SCENARIOS, secrets } from './scenarios.mjs';

const EPOCH = 1_790_000_000;
const ARRIVED = 121; // seconds after which every location has everything
const SHOWN = 4;
const SIDES = ['old', 'new'];
const PLACES = ['A', 'B'];

let runs = 0;
let failed = 0;
const kinds = new Map();
const outside = new Outside();

function complain(text) {
  failed += 1;
  if (failed <= SHOWN) process.stdout.write(`FAILED ${text}\n`);
}

/** Every way to give each of the names a side. */
const mixtures = (names) => names.reduce((all, name) => all.flatMap((one) => SIDES.map((side) => ({ ...one, [name]: side }))), [{}]);

/** One change, at a time of its own, so that no cache remembers another. */
class Change {
  constructor(scenario, functions, person) {
    Object.assign(this, { scenario, functions, person, sub: `user-${person}`, at: EPOCH + runs * 10_000 });
    this.keys = scenario.keys(this.at);
    this.secrets = Object.fromEntries(SIDES.map((side) => [side, secrets(this.keys[side], scenario.members[side])]));
    this.visitor = new Visitor(outside, { sub: this.sub, groups: PEOPLE[person] }, this.at - 700);
  }

  /** A location in a mixture; what a scenario does not vary is new from the start, and so is everything once it has arrived. */
  place(name, mixture) {
    const side = (what) => (clock.now - this.at >= ARRIVED ? 'new' : (mixture[what] ?? 'new'));
    const { scenario, at } = this;
    const changes = scenario.document(at);
    const kept = application(this.keys[side('application')], changes[side('application')] ?? {});
    const cell = `p:${fingerprint(this.sub).slice(0, 2)}`;
    return {
      name, table: scenario.tables[side('table')], auth: this.functions[name][side('config')], origins: scenario.origins[side('distribution')],
      store: { 'a:members': kept, [cell]: scenario.page(at, this.sub, this.sid)[side('page')] }, told: side(scenario.ends ?? scenario.blocks ?? 'none') === 'new',
    };
  }

  /** A session from before the change; and functions whose secrets were read a second before it. */
  async before(had, pair) {
    const old = Object.fromEntries(['table', 'application', 'page', 'config', 'distribution'].map((what) => [what, 'old']));
    outside.secrets = this.secrets.old;
    clock.now = this.at - 600;
    if (had) await this.visitor.open('/oauth2/start?rd=L2E', () => this.place('A', old));
    this.sid = sessionId(this.visitor.jar);
    this.first = this.visitor.jar['__Host-zt-session'];
    clock.now = this.at - 1;
    for (const [index, mixture] of pair.entries()) {
      if (mixture.cache === 'old') await new Visitor(outside, { sub: 'somebody', groups: ['a'] }, this.at - 700).open('/oauth2/start?rd=L2E', () => this.place(PLACES[index], { ...old, config: mixture.config }));
    }
    outside.secrets = this.secrets[pair[0].read ?? 'new'];
  }

  /** Opens the page until it stays, waiting as told; every answer is judged as it comes. */
  async visit(pair, say) {
    let turn = 0;
    const next = () => {
      if (clock.now - this.at >= ARRIVED) outside.secrets = this.secrets.new;
      turn += 1;
      return this.place(PLACES[turn % 2], pair[turn % 2]);
    };
    const until = clock.now + 200;
    let logins = 0;
    for (;;) {
      const answer = await this.visitor.open(this.scenario.path ?? '/a', next, (seen, place) => this.judge(seen, place, say));
      if (answer.status === -1 || answer.logins > 3) say(`${answer.reason} after ${answer.logins} logins`);
      // A key that is gone at once takes logins along that it began: while caches differ, such a one is begun again, as its page says.
      const again = answer.reason === 'auth transaction_invalid' && clock.now - this.at < (this.scenario.restarts ?? 0);
      // Who starts again does so by hand, and is no loop.
      if (!again) logins += answer.logins;
      if (logins > 6) say(`${logins} logins while waiting`);
      if (answer.status !== 503 && !again) return answer;
      if (!again && answer.retry === undefined) say(`503 ${answer.reason} without Retry-After`);
      if (clock.now > until) {
        say(`still waits: ${answer.reason}`);
        return answer;
      }
      clock.now += Number(answer.retry ?? 10);
    }
  }

  judge(seen, place, say) {
    const { scenario, person } = this;
    const lets = SIDES.filter((side) => scenario.lets[side].includes(person));
    if (seen.status === 0) {
      if (lets.length === 0) say(`passes at ${place.name} though old and new refuse`);
      if (place.told && scenario.blocks) say(`passes at ${place.name} though the block is there`);
      const earlier = this.first !== undefined && this.visitor.jar['__Host-zt-session'] === this.first;
      const over = (scenario.ends && earlier) || (scenario.notBefore && loginTime(this.visitor.jar) <= this.at);
      if (place.told && over) say(`passes at ${place.name} with a login that is over there`);
      if (![scenario.origins.old, scenario.origins.new].some((of) => of(scenario.path ?? '/a') === seen.origin)) say(`goes to ${seen.origin}`);
    }
    if (lets.length === 2 && [401, 403].includes(seen.status)) say(`${seen.status} ${seen.reason} at ${place.name} though old and new let in`);
    if (lets.length === 2 && scenario.refusesNobody && this.first !== undefined && seen.status !== 0) say(`${seen.status} ${seen.reason} at ${place.name} in a rotation that refuses nobody`);
  }
}

async function one(name, scenario, functions, { person, had, offset, pair }) {
  runs += 1;
  const change = new Change(scenario, functions, person);
  const faults = [];
  const say = (fault) => faults.push(fault);
  await change.before(had, pair);
  clock.now = change.at + offset;
  const answer = await change.visit(pair, say);
  if (scenario.lets.old.includes(person) && scenario.lets.new.includes(person) && answer.status !== 0) say(`ends with ${answer.status} ${answer.reason}`);
  // When all has arrived, the new configuration alone speaks.
  clock.now = Math.max(clock.now, change.at + ARRIVED) + 100;
  const last = await change.visit([{}, {}], say);
  const wanted = scenario.lets.new.includes(person);
  if ((last.status === 0) !== wanted) say(`${last.status} ${last.reason} when all has arrived`);
  for (const fault of new Set(faults)) kinds.set(`${name}: ${fault}`, (kinds.get(`${name}: ${fault}`) ?? 0) + 1);
  if (faults.length) complain(`${name}: ${person}${had ? ' with a session' : ''}, ${offset} s after, A ${JSON.stringify(pair[0])} B ${JSON.stringify(pair[1])}: ${[...new Set(faults)].join('; ')}`);
}

/** Both locations read the same secrets; everything else is each one's own. */
const pairs = (varies) => mixtures(varies).flatMap((a) => mixtures(varies).map((b) => [a, b])).filter(([a, b]) => a.read === b.read);

async function main() {
  const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;
  outside.plug();
  const say = console.log;
  console.log = () => {};
  const functions = {};
  for (const name of PLACES) functions[name] = { old: await load(CONFIGS.old), new: await load(CONFIGS.new) };
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    if (only !== undefined && only !== name) continue;
    const before = runs;
    const began = performance.now();
    for (const pair of pairs(scenario.varies)) for (const person of Object.keys(PEOPLE)) for (const had of [true, false]) for (const offset of scenario.offsets) await one(name, scenario, functions, { person, had, offset, pair });
    process.stdout.write(`${name}: ${runs - before} runs in ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  }
  console.log = say;
  for (const [kind, count] of kinds) process.stdout.write(`${count} times ${kind}\n`);
  process.stdout.write(`mixtures: ${runs - failed} passed, ${failed} failed\n`);
  process.exit(failed || !runs ? 1 : 0);
}

await main();
