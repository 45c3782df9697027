/**
 * Random requests from hostile pieces: whatever comes in, the answer is ours, leads nowhere else, and is never a failure of
 * ours. `ZT_FUZZ_CASES` says how many (make test-long: many), `ZT_FUZZ_SEED` which.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { cookieHeader, HOST, locationOf, setCookies, viewerRequest } from './support/application.mjs';
import { generator, PIECES } from './support/hostile.mjs';
import { World } from './support/world.mjs';

const CASES = Number(process.env.ZT_FUZZ_CASES ?? 1_500);
const SEED = Number(process.env.ZT_FUZZ_SEED ?? 20_260_101);

let world;
let known;
before(async () => {
  world = await World.start();
  known = await world.begin('/known');
});

function shapes(random) {
  const one = (list) => list[random(list.length)];
  const text = (most) => Array.from({ length: random(most) }, () => (random(4) === 0 ? String.fromCharCode(random(256)) : one(PIECES))).join('');
  const coded = (value) => one([(plain) => Buffer.from(plain, 'latin1').toString('base64url'), (plain) => Buffer.from(plain).toString('base64'), encodeURIComponent, (plain) => plain])(value.toWellFormed?.() ?? value.replace(/[\ud800-\udfff]/g, '?'));
  const value = () => one([() => coded(`/${text(6)}`), () => coded(text(6)), () => text(4), () => known.asked.state, () => world.config.issuer, () => '1', () => ''])();
  const query = () => Array.from({ length: random(5) }, () => `${one(['rd', 'fresh', 'gen', 'switch', 'step', 'age', 'code', 'state', 'iss', 'error', 'error_description', 'id_token', 'response', text(2)])}=${value()}`).join('&');
  const [[name, sealed]] = Object.entries(known.jar);
  const cut = () => sealed.slice(0, random(sealed.length)) + text(2) + sealed.slice(random(sealed.length));
  const cookie = () => one([
    () => cookieHeader({ [name]: one([cut, () => text(5), () => ''])() }),
    () => cookieHeader({ '__Host-zt-session': one([() => text(20), () => `s1.${Array.from({ length: 13 }, () => text(2)).join('.')}`])() }),
    () => text(12),
    () => Array.from({ length: random(40) }, () => `__Host-zt-tx-${text(2)}=${text(2)}`).join(';'),
    () => null,
  ])();
  const path = () => `/oauth2/${one(['start', 'callback', 'denied', 'signed-out', 'logout', text(3)])}?${query()}`;
  const headers = () => ({ cookie: cookie(), ...(random(6) === 0 ? { host: one([text(4), [HOST, text(2)], null]) } : {}), ...(random(6) === 0 ? { [one(['accept', 'origin', 'sec-fetch-mode', 'sec-fetch-site', 'purpose'])]: text(3) } : {}) });
  return () => viewerRequest(path(), { method: one(['GET', 'GET', 'GET', 'POST', 'HEAD', 'OPTIONS', text(1) || 'GET']), headers: headers() });
}

/** An answer of ours: never a failure, never to another place, and with cookies of our own names alone. */
function checkAnswer(response, described) {
  assert.match(response.status, /^(200|302|303|400|401|403|404|405|414|421)$/, described);
  const location = locationOf(response);
  if (location !== undefined) {
    const { origin, pathname } = new URL(location, `https://${HOST}`);
    assert.ok(origin === `https://${HOST}` || (origin === world.provider.issuer && pathname === '/authorize'), described);
  }
  for (const line of setCookies(response)) assert.match(line, /^__(?:Host-zt-(?:session|assertion|tx-[\w-]{16})|Secure-zt-members(?:-\w+)?)=[\w.-]*; Path=\/(?:oauth2\/)?; Secure; HttpOnly; SameSite=Lax; Max-Age=\d+$/, described);
  assert.doesNotMatch(response.body ?? '', /<script/i, described);
}

test('[C8] [C2] [C5] no request made of hostile pieces fails us, leads elsewhere or sets a cookie that is not ours', async () => {
  const next = shapes(generator(SEED));
  for (let count = 0; count < CASES; count += 1) {
    const event = next();
    checkAnswer(await world.lambda.invoke(event), `seed ${SEED}, case ${count}: ${JSON.stringify(event.Records[0].cf.request)}`);
  }
  assert.equal(world.provider.tokenRequests.length, 0, 'and none redeems anything');
});
