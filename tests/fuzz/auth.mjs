/**
 * The auth function's parsers: requests, cookies, sealed cookies, return paths, ID tokens, logout tokens, security events and bearer
 * tokens, mostly right and wrong somewhere. Whatever comes in: an answer of ours, never a throw, never a 5xx, no way elsewhere,
 * nothing of the input unescaped in a page or at all in a log, and nothing signed by a stranger gets anything.
 */
import { randomBytes } from 'node:crypto';
import { ARN, bindingOf, clock, configOf, cookieHeader, HOST, ISSUER, jwt, keep, keyOf, lambdaEvent, load, Outside } from './auth_function.mjs';
import { randomOf, STRANGE, wound } from './random.mjs';

const CANARY = 'zqCANARYqz';
const MARKED = `${CANARY}<i>"'&`;
const CONFIG = configOf({
  refresh: true, revocation_endpoint: `${ISSUER}/revoke`, backchannel: true, queue: { url: 'https://queue.example.com/1/x.fifo', region: 'eu-central-1', endpoint: 'https://queue.example.com' },
  events: { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks`, audience: 'https://app.example.com/events', algorithms: ['ES256'] },
  bearer: [{ issuer: 'https://machines.example.com', jwks_uri: `${ISSUER}/jwks`, audience: 'api', algorithms: ['ES256'], type: null, lifetime: 900 }],
});
const PIECES = ['/', '//', '\\', '..', '%2f', '%5c', '%00', '%0d%0a', '%25', '%', '%c0%af', ';', '?', '#', '@', 'evil.example', HOST, 'https:', 'javascript:', 'oauth2', 'start', '&', '=', '"', '<script>', '__proto__', 'constructor', '\t', '\r\n', '\0', ' ', '\u00a0', 'é', 'A'.repeat(60), '1', '-1', 'null', '[]', '{}', 'eyJhbGciOiJkaXIifQ', MARKED, ...STRANGE];
const VALUES = [null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, '', 'x', MARKED, [], {}, [[]], [null], ['client-1'], ['client-1', 'x'], { a: 1 }, '__proto__', 'A'.repeat(3000), '\ud800'.toWellFormed(), '0', '1790000000', clock.now, clock.now + 1, clock.now - 400, clock.now + 86_400];
const OWN = { origin: `https://${HOST}`, 'sec-fetch-site': 'same-origin' };
const BACKCHANNEL = 'http://schemas.openid.net/event/backchannel-logout';
const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
const COOKIES = /^__(?:Host-zt-(?:session|assertion|tx-[\w-]{16})|Secure-zt-members(?:-\w+)?)=[\w.-]*; Path=\/(?:oauth2\/)?; Secure; HttpOnly; SameSite=Lax; Max-Age=\d+$/;

class World {
  outside = new Outside();
  stranger = keyOf('ec-1');

  static async start() {
    const world = new World();
    const { outside } = world;
    const secret = () => randomBytes(32).toString('base64url');
    const selectors = { staff: { require: [], any: [{ groups: ['staff'] }, { email_domains: ['example.com'] }], none: [{ roles: ['guest'] }] }, other: { require: [{ claims: { dept: ['x'] } }], any: [], none: [] } };
    outside.secrets.set(ARN('pepper'), JSON.stringify({ v: 1, pepper: secret() }));
    outside.secrets.set(ARN('members/keys'), JSON.stringify({ v: 1, keys: [{ kid: 'k7q2', secret: secret(), sign_after: 0, verify_until: 0, binding: bindingOf(CONFIG) }] }));
    outside.secrets.set(ARN('members/membership'), JSON.stringify({
      v: 1, gen: 3, kid: 'k7q2', ledger: [{ bit: 0, policy: 'staff', digest: 'A'.repeat(22), birth: 1 }, { bit: 5, policy: 'other', digest: 'B'.repeat(22), birth: 3 }], policies: selectors, contexts: { wFafJy: { acr: 'gold' } },
    }));
    outside.plug();
    world.handler = await load(CONFIG);
    world.claims = (nonce) => ({ iss: ISSUER, aud: 'client-1', sub: 'ada', sid: 'provider-session', exp: clock.now + 300, iat: clock.now, auth_time: clock.now - 5, nonce, email: 'ada@example.com', email_verified: true, groups: ['staff'], name: 'Ada' });
    const attempt = await world.begin('');
    outside.tokens = () => ({ access_token: 'a', token_type: 'Bearer', expires_in: 300, refresh_token: 'the-refresh-token', id_token: jwt(outside.key, world.claims(attempt.nonce)) });
    const done = await world.handler(lambdaEvent({ uri: '/oauth2/callback', query: attempt.back, headers: { cookie: cookieHeader(attempt.jar) } }));
    world.jar = keep(attempt.jar, done);
    if (done.status !== '303' || world.jar['__Host-zt-session'] === undefined) throw new Error(`the plain login failed: ${done.status} ${done.body}`);
    return world;
  }

  async begin(query) {
    const response = await this.handler(lambdaEvent({ uri: '/oauth2/start', query: `rd=L2E${query}` }));
    const asked = new URL(response.headers.location[0].value).searchParams;
    return { nonce: asked.get('nonce'), back: `code=c&state=${asked.get('state')}&iss=${encodeURIComponent(ISSUER)}`, jar: keep({}, response) };
  }
}

/** Right claims with something wrong in them. */
function twist(random, claims) {
  const made = { ...claims };
  for (let i = random.below(3); i >= 0; i -= 1) {
    const member = random.one([...Object.keys(claims), 'azp', 'nbf', 'roles', 'dept', '_claim_names', 'acr', 'amr', 'tid', 'events', 'nonce', 'jti']);
    if (random.chance(25)) delete made[member];
    else made[member] = random.chance(30) && typeof made[member] === 'string' ? wound(random, made[member]).toWellFormed() : random.one(VALUES);
  }
  return random.chance(5) ? wound(random, JSON.stringify(made)).toWellFormed() : made;
}

/** What a value decodes to: a wound may leave it whole, as a space at its end or spare bits of its last letter do. */
const bytesOf = (text) => text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex')).join('.');

/** A token of these claims: who signed it, and whether that is whom we trust. */
function tokenOf(random, world, claims, header = {}) {
  const trusted = random.chance(80);
  const odd = random.chance(85) ? header : { ...header, [random.one(['alg', 'typ', 'kid', 'crit', 'jwk', 'jku', 'zip', 'b64'])]: random.one(['none', 'HS256', 'RS256', 'ES256', '', MARKED, null, [], {}, ['b64'], 'JWT']) };
  const text = jwt(trusted ? world.outside.key : world.stranger, claims, odd);
  if (!random.chance(10)) return { text, trusted };
  const wounded = wound(random, text).toWellFormed();
  return { text: wounded, trusted: trusted && bytesOf(wounded) === bytesOf(text) };
}

const junk = (random, most) => random.many(most, () => random.one(PIECES)).join('').toWellFormed();
const coded = (random, text) => random.one([(plain) => Buffer.from(plain).toString('base64url'), encodeURIComponent, (plain) => plain])(text);
const post = (uri, type, body, headers = {}) => ({ uri, method: 'POST', headers: { 'content-type': type, ...headers }, body });

function anything(random, world) {
  const value = () => random.one([() => coded(random, `/${junk(random, 6)}`), () => coded(random, junk(random, 6)), () => junk(random, 3), () => '1', () => ISSUER])();
  const names = ['rd', 'fresh', 'gen', 'switch', 'step', 'age', 'code', 'state', 'iss', 'error', 'error_description'];
  const query = random.many(5, () => `${random.one([...names, junk(random, 2)])}=${value()}`).join('&');
  const cookie = random.one([() => null, () => junk(random, 20), () => cookieHeader(world.jar), () => random.many(40, () => `__Host-zt-tx-${junk(random, 2)}=${junk(random, 2)}`).join(';'), () => `__Host-zt-session=s1.${random.many(14, () => junk(random, 1)).join('.')}`])();
  const endpoint = random.one(['start', 'callback', 'refresh', 'logout', 'token', 'backchannel-logout', 'events', 'jwks.json', 'signed-out', 'denied', junk(random, 3)]);
  const headers = { cookie, ...(random.chance(20) ? { host: random.one([junk(random, 3), [HOST, 'x'], null]) } : {}), ...(random.chance(25) ? { [random.one(['accept', 'origin', 'sec-fetch-mode', 'sec-fetch-site', 'authorization', 'content-type', 'purpose'])]: junk(random, 3) } : {}) };
  return { event: { uri: `/oauth2/${endpoint}`, query, method: random.one(['GET', 'GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'get']), headers, ...(random.chance(40) ? { body: junk(random, 8), truncated: random.chance(10) } : {}) }, trusted: cookie === cookieHeader(world.jar) };
}

async function idToken(random, world) {
  const attempt = await world.begin(random.one(['', '&fresh=1', '&step=wFafJy', '&age=60']));
  const { text, trusted } = tokenOf(random, world, random.chance(20) ? world.claims(attempt.nonce) : twist(random, world.claims(attempt.nonce)));
  world.outside.tokens = () => ({ access_token: 'a', token_type: 'Bearer', expires_in: 300, id_token: text });
  return { event: { uri: '/oauth2/callback', query: attempt.back, headers: { cookie: cookieHeader(attempt.jar) } }, trusted, provider: true };
}

async function sealedCookie(random, world) {
  const attempt = await world.begin('');
  const [[name, value]] = Object.entries(attempt.jar);
  const other = await world.begin('');
  const jar = random.one([() => ({ [name]: wound(random, value) }), () => ({ [name]: Object.values(other.jar)[0] }), () => ({ [wound(random, name)]: value }), () => ({ [name]: world.jar['__Secure-zt-members-refresh'] ?? 'x' })])();
  world.outside.tokens = () => ({ access_token: 'a', token_type: 'Bearer', expires_in: 300, id_token: jwt(world.outside.key, world.claims(attempt.nonce)) });
  return { event: { uri: '/oauth2/callback', query: random.chance(80) ? attempt.back : wound(random, attempt.back).toWellFormed(), headers: { cookie: cookieHeader(jar).toWellFormed() } }, trusted: Object.entries(jar).some(([shown, text]) => shown.trim() === name && bytesOf(text) === bytesOf(value)) };
}

function renewal(random, world) {
  const jar = { ...world.jar };
  const names = Object.keys(jar);
  const name = random.one(names);
  const whole = jar[name];
  jar[name] = random.chance(50) ? wound(random, whole).toWellFormed() : jar[random.one(names)];
  const { text } = tokenOf(random, world, random.chance(40) ? world.claims(undefined) : twist(random, world.claims(undefined)));
  world.outside.tokens = () => ({ access_token: 'a', token_type: 'Bearer', expires_in: 300, refresh_token: 'next', id_token: text });
  const uri = `/oauth2/${random.one(['refresh', 'start', 'logout'])}`;
  return { event: { uri, query: random.chance(50) ? '' : `rd=${coded(random, `/${junk(random, 4)}`)}`, method: uri.endsWith('logout') || random.chance(30) ? 'POST' : 'GET', headers: { ...OWN, cookie: cookieHeader(jar) } }, provider: true, trusted: true };
}

function logoutToken(random, world) {
  const claims = { iss: ISSUER, aud: 'client-1', sub: 'ada', sid: 'provider-session', iat: clock.now, exp: clock.now + 120, jti: `j${random.below(1e9)}`, events: { [BACKCHANNEL]: {} } };
  const { text, trusted } = tokenOf(random, world, random.chance(20) ? claims : twist(random, claims), { typ: 'logout+jwt' });
  const body = random.chance(90) ? `logout_token=${encodeURIComponent(text)}` : `${junk(random, 3)}&logout_token=${text}&logout_token=${text}`;
  return { event: post('/oauth2/backchannel-logout', 'application/x-www-form-urlencoded', body, { 'sec-fetch-mode': null }), trusted };
}

function securityEvent(random, world) {
  const subject = random.one([{ format: 'iss_sub', iss: ISSUER, sub: 'ada' }, { format: 'opaque', id: 'ada' }, { format: 'email', email: 'ada@example.com' }, { user: { format: 'opaque', id: 'ada' }, session: { format: 'opaque', id: 's' } }, ...VALUES]);
  const claims = { iss: ISSUER, aud: 'https://app.example.com/events', iat: clock.now, jti: `j${random.below(1e9)}`, sub_id: subject, events: { [random.one([CAEP, CAEP, 'urn:x', MARKED])]: random.one([{}, { subject, event_timestamp: clock.now }, ...VALUES]) } };
  const { text, trusted } = tokenOf(random, world, random.chance(30) ? claims : twist(random, claims), { typ: 'secevent+jwt' });
  return { event: post('/oauth2/events', 'application/secevent+jwt', text, { 'sec-fetch-mode': null }), trusted };
}

function bearer(random, world) {
  const claims = { iss: 'https://machines.example.com', aud: 'api', sub: 'robot', iat: clock.now, exp: clock.now + 600, groups: ['staff'] };
  const { text, trusted } = tokenOf(random, world, random.chance(30) ? claims : twist(random, claims));
  return { event: post('/oauth2/token', 'application/json', '', { authorization: `Bearer ${text}`, 'sec-fetch-mode': null }), trusted };
}

const KINDS = [anything, anything, anything, idToken, idToken, sealedCookie, renewal, renewal, logoutToken, securityEvent, bearer];

/** What is wrong with an answer. */
function against(response, { trusted = false, provider = false }, logs, queued, world) {
  const { status, headers, body = '' } = response;
  const allowed = /^(200|202|204|302|303|400|401|403|404|405|414|421)$/;
  // An answer of the provider that cannot be read at all is the provider's failure, not the visitor's.
  if (!allowed.test(status) && !(provider && status === '503' && /"code":"provider_response"/.test(logs))) return `status ${status} ${logs}`;
  const location = headers.location?.[0].value;
  if (location !== undefined) {
    const { origin, pathname } = new URL(location, `https://${HOST}`);
    if (origin !== `https://${HOST}` && !(origin === ISSUER && pathname === '/authorize')) return `leads to ${location}`;
  }
  for (const { value } of headers['set-cookie'] ?? []) {
    if (!COOKIES.test(value)) return `sets ${value}`;
    if (!trusted && /^__Host-zt-session=s1/.test(value)) return 'a session for what nobody vouches for';
  }
  if (!trusted && (queued || /"session":"s1\./.test(body))) return 'a message or a token for what nobody vouches for';
  if (body.includes(`${CANARY}<`) || /<script/i.test(body)) return 'the input stands in the page as it came';
  if (logs.includes(CANARY) || logs.includes(world.jar['__Host-zt-session'])) return `the input stands in a log: ${logs}`;
  return undefined;
}

export async function run({ cases, seed, report }) {
  const print = { log: console.log, error: console.error };
  console.log = () => {};
  const world = await World.start();
  const random = randomOf(seed ^ 0x5eed);
  for (let count = 0; count < cases; count += 1) {
    let logs = '';
    console.log = console.error = (line) => (logs += `${line}\n`);
    let one = {};
    let fault;
    const before = world.outside.messages.length;
    try {
      one = await random.one(KINDS)(random, world);
      logs = '';
      const response = await world.handler(lambdaEvent(one.event));
      // Only a logout of this very session may enqueue without a token.
      const queued = world.outside.messages.length > before && one.event.uri !== '/oauth2/logout';
      fault = against(response, one, logs, queued, world);
    } catch (error) {
      fault = `threw ${error.stack}`;
    }
    Object.assign(console, print);
    if (fault === undefined) report.passed += 1;
    else report.fail(`auth: ${fault}; repeat: --only auth --seed ${seed} --cases ${count + 1}; case ${JSON.stringify(one.event)}`);
    world.outside.messages.length = 0;
  }
}
