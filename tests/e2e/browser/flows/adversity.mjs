// Logins that somebody disturbs: a slow person, an impatient one, another site, somebody else's answer. They hold with either provider.
import assert from 'node:assert/strict';

const DEEP = '/members/reports/2026?quarter=3';

const encoded = (text) => Buffer.from(text).toString('base64url');
const isCallback = (url) => new URL(url).pathname === '/oauth2/callback';

/** An answer of the provider that does not reach the application: the address that the browser was about to load. */
async function interceptedAnswer(visitor, name) {
  const page = await visitor.tab();
  await visitor.open(page, DEEP);
  await visitor.fill(page, name);
  // Routes of the page would miss it: it is the end of a chain of redirects.
  const devtools = await visitor.context.newCDPSession(page);
  await devtools.send('Fetch.enable', { patterns: [{ urlPattern: '*/oauth2/callback*' }] });
  const paused = new Promise((resolve) => { devtools.once('Fetch.requestPaused', resolve); });
  await page.click('button[type=submit]', { noWaitAfter: true });
  const { requestId, request } = await paused;
  await devtools.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
  await devtools.send('Fetch.disable');
  return { page, address: request.url };
}

/** A cookie that does not verify: for its first minute the edge may not know the key yet, after that there is a login. */
async function isRefused(visitor, page, advance) {
  const answer = await visitor.open(page, '/admin/panel');
  assert.equal(answer.status(), 503);
  assert.equal(await page.textContent('body').then((text) => text.includes('x-zt-subject')), false);
  await advance(61);
  // A provider that remembers the person sends a good session back, which does not do here.
  const later = await visitor.open(page, '/admin/panel');
  assert.ok(visitor.isAtProvider(page) || later.status() === 403, `${later.status()} ${page.url()}`);
}

export const adversity = {
  async 'an answer loaded twice ends at the application'(visitor) {
    const page = await visitor.tab();
    const seen = visitor.trace(page);
    await visitor.open(page, DEEP);
    await visitor.signIn(page, 'alice');
    await visitor.shows(page, DEEP, 'alice');
    const { sid } = await visitor.session();
    await page.goto(seen.find(isCallback));
    await visitor.shows(page, '/', 'alice');
    assert.equal((await visitor.session()).sid, sid);
  },

  async 'somebody else\'s answer makes no session'(visitor, { another }) {
    const attacker = await another();
    const { address } = await interceptedAnswer(attacker, 'bob');
    const page = await visitor.tab();
    const answer = await page.goto(address);
    assert.equal(answer.status(), 400);
    assert.match(await page.textContent('h1'), /Sign-in not found/);
    await visitor.show(page, 'not-mine');
    assert.equal(await visitor.session(), undefined);
    await visitor.follow(page, 'Start again');
    await visitor.signIn(page, 'alice');
    await visitor.shows(page, '/', 'alice');
  },

  async 'an answer with another state makes no session'(visitor) {
    const { page, address } = await interceptedAnswer(visitor, 'alice');
    const url = new URL(address);
    const state = url.searchParams.get('state');
    url.searchParams.set('state', state.slice(0, 16) + state.slice(16).split('').reverse().join(''));
    const answer = await page.goto(url.href);
    assert.equal(answer.status(), 400);
    assert.equal(await visitor.session(), undefined);
  },

  async 'a person who takes long starts again, and comes to the page'(visitor, { advance }) {
    const { page, address } = await interceptedAnswer(visitor, 'alice');
    await advance(660);
    const answer = await page.goto(address);
    assert.equal(answer.status(), 400);
    assert.match(await page.textContent('h1'), /Sign-in took too long/);
    await visitor.show(page, 'too-long');
    await visitor.follow(page, 'Start again');
    if (visitor.isAtProvider(page)) await visitor.signIn(page, 'alice');
    await visitor.shows(page, DEEP, 'alice');
  },

  async 'a return address elsewhere is not followed'(visitor, { another }) {
    const places = ['//evil.example/', 'https://evil.example/', '/\\evil.example/', '/%09/evil.example', '/oauth2/logout'];
    for (const place of places) {
      // A browser of its own for each: one that is signed in already is renewed, and a renewal of this Cognito forgets the groups.
      const stranger = await another();
      const page = await stranger.tab();
      await stranger.open(page, `/oauth2/start?rd=${encoded(place)}`);
      await stranger.signIn(page, 'alice');
      await stranger.shows(page, '/', 'alice');
    }
  },

  async 'the session of another application counts for nothing'(visitor, { another, advance, entra, cognito }) {
    const other = await another(visitor.application === entra ? cognito : entra);
    await other.enter('alice');
    const { cookie } = await other.session();
    await visitor.context.addCookies([{ ...cookie, domain: new URL(visitor.application.origin).hostname }]);
    const page = await visitor.tab();
    await isRefused(visitor, page, advance);
  },

  async 'a session with a grant added by hand counts for nothing'(visitor, { advance }) {
    const page = await visitor.enter('carol', '/account');
    const { cookie } = await visitor.session();
    const fields = cookie.value.split('.');
    fields[9] = 'f';
    await visitor.context.addCookies([{ ...cookie, value: fields.join('.') }]);
    await isRefused(visitor, page, advance);
  },
};
