// Flows that hold with either provider. Each begins with an empty browser.
import assert from 'node:assert/strict';

const HOUR = 3600;
const DEEP = '/members/reports/2026?quarter=3&q=a%20b%26c';
/** Open to everybody who is signed in: ministack's Cognito leaves the groups out of renewed ID tokens, which AWS does not. */
const ACCOUNT = '/account/profile?tab=2';

export const both = {
  async 'login keeps the deep link'(visitor) {
    const page = await visitor.tab();
    await visitor.open(page, DEEP);
    assert.ok(visitor.isAtProvider(page), page.url());
    await visitor.show(page, 'login');
    await visitor.signIn(page, 'alice');
    await visitor.shows(page, DEEP, 'alice');
    await visitor.show(page, 'deep-link');
    const { cookie } = await visitor.session();
    assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.sameSite, cookie.path], [true, true, 'Lax', '/']);
    assert.deepEqual((await visitor.ours()).filter((name) => name.startsWith('__Host-zt-tx-')), []);
    const seen = await page.evaluate(() => document.cookie);
    assert.equal(seen, '', 'scripts see no cookie');
  },

  async 'a public page asks nobody'(visitor) {
    const page = await visitor.tab();
    const answer = await visitor.open(page, '/public/about');
    assert.equal(answer.status(), 200);
    assert.equal(page.url(), visitor.url('/public/about'));
    assert.equal((await visitor.echo(page)).headers['x-zt-subject'], undefined);
  },

  async 'a script without a session gets 401, not a login page'(visitor) {
    const page = await visitor.tab();
    await visitor.open(page, '/public/about');
    const told = await page.evaluate(async () => {
      const answer = await fetch('/members/data');
      return { status: answer.status, redirected: answer.redirected, body: await answer.json() };
    });
    assert.deepEqual([told.status, told.redirected, told.body.login], [401, false, '/oauth2/start']);
  },

  async 'three tabs at once end each on its own page'(visitor) {
    const paths = ['/members/one?n=1', '/members/two?n=2', '/members/three?n=3'];
    const tabs = await Promise.all(paths.map(() => visitor.tab()));
    await Promise.all(tabs.map((page, at) => visitor.open(page, paths[at])));
    const attempts = (await visitor.ours()).filter((name) => name.startsWith('__Host-zt-tx-'));
    assert.equal(attempts.length, 3, 'each tab has an attempt of its own');
    for (const page of tabs) await visitor.fill(page, 'alice');
    await Promise.all(tabs.map((page) => visitor.submit(page)));
    await Promise.all(tabs.map((page, at) => visitor.shows(page, paths[at], 'alice')));
    assert.deepEqual((await visitor.ours()).filter((name) => name.startsWith('__Host-zt-tx-')), []);
    await visitor.show(tabs[2], 'third-tab');
    for (const page of tabs) {
      const answer = await page.reload();
      assert.equal(answer.status(), 200);
    }
  },

  async 'the browser goes back over a login without harm'(visitor) {
    const page = await visitor.tab();
    await visitor.open(page, '/public/about');
    await visitor.open(page, '/members/first');
    await visitor.signIn(page, 'alice');
    await visitor.shows(page, '/members/first', 'alice');
    const before = await visitor.session();
    await page.goBack();
    await page.goForward();
    await visitor.open(page, '/members/second');
    await visitor.shows(page, '/members/second', 'alice');
    assert.equal((await visitor.session()).sid, before.sid);
  },

  async 'an expired session is renewed without the provider\'s page'(visitor, { advance }) {
    const page = await visitor.enter('alice', '/account');
    const before = await visitor.session();
    await advance(HOUR + 60);
    const seen = visitor.trace(page);
    await visitor.open(page, ACCOUNT);
    await visitor.shows(page, ACCOUNT, 'alice');
    const after = await visitor.session();
    assert.deepEqual(seen.filter((url) => url.startsWith(visitor.application.provider)), []);
    assert.deepEqual([after.sid, after.usr, after.login], [before.sid, before.usr, before.login], 'the same session');
    assert.ok(after.minted >= before.minted + HOUR && after.expires > before.expires, 'minted anew');
  },

  async 'three tabs renew the same session at once'(visitor, { advance, administer }) {
    // As with Entra ID and Cognito, a refresh token that has been used is good for a while yet.
    await administer('/settings', { rotation: 'none' });
    const first = await visitor.enter('alice', '/account');
    const { sid } = await visitor.session();
    const tabs = [first, await visitor.tab(), await visitor.tab()];
    await advance(HOUR + 60);
    const paths = ['/account/a', '/account/b', '/account/c'];
    const seen = tabs.map((page) => visitor.trace(page));
    await Promise.all(tabs.map((page, at) => visitor.open(page, paths[at])));
    await Promise.all(tabs.map((page, at) => visitor.shows(page, paths[at], 'alice')));
    assert.equal((await visitor.session()).sid, sid);
    assert.deepEqual(seen.flat().filter((url) => url.startsWith(visitor.application.provider)), []);
    // What is left in the browser is good for the next time too.
    await advance(HOUR + 60);
    await visitor.open(first, '/account/again');
    await visitor.shows(first, '/account/again', 'alice');
    assert.equal((await visitor.session()).sid, sid);
  },

  async 'a script renews the session with a POST of its own'(visitor, { advance }) {
    const page = await visitor.enter('alice');
    const before = await visitor.session();
    await advance(HOUR / 2);
    const status = await page.evaluate(async () => (await fetch('/oauth2/refresh', { method: 'POST' })).status);
    assert.equal(status, 204);
    const after = await visitor.session();
    assert.equal(after.sid, before.sid);
    assert.ok(after.expires > before.expires);
  },

  async 'the longest time of a session ends it for good'(visitor, { advance }) {
    const page = await visitor.enter('alice');
    const before = await visitor.session();
    await advance(12 * HOUR + 60);
    await visitor.open(page, DEEP);
    assert.ok(visitor.isAtProvider(page), page.url());
    await visitor.signIn(page, 'alice');
    await visitor.shows(page, DEEP, 'alice');
    const after = await visitor.session();
    assert.notEqual(after.sid, before.sid);
    assert.ok(after.login > before.login + 12 * HOUR);
  },

  async 'a page that wants a recent login asks for one, once'(visitor, { advance }) {
    const page = await visitor.enter('alice', '/recent/payment?id=7');
    const before = await visitor.session();
    await advance(600);
    await visitor.open(page, '/members');
    await visitor.shows(page, '/members', 'alice');
    await visitor.open(page, '/recent/payment?id=8');
    assert.ok(visitor.isAtProvider(page), page.url());
    await visitor.show(page, 'login-once-more');
    await visitor.signIn(page, 'alice');
    await visitor.shows(page, '/recent/payment?id=8', 'alice');
    const after = await visitor.session();
    assert.ok(after.login >= before.login + 600);
    assert.notEqual(after.sid, before.sid);
    assert.equal((await page.reload()).status(), 200);
  },

  async 'logout ends the session, here and in every copy'(visitor, { another, advance }) {
    const page = await visitor.enter('alice');
    const { cookie } = await visitor.session();
    const thief = await another();
    await thief.context.addCookies([cookie]);
    const copy = await thief.tab();
    await thief.open(copy, '/members');
    await thief.shows(copy, '/members', 'alice');

    await visitor.signOut(page);
    await page.waitForURL(visitor.url('/oauth2/signed-out**'));
    assert.match(await page.textContent('h1'), /Signed out/);
    await visitor.show(page, 'signed-out');
    assert.deepEqual(await visitor.ours(), []);
    await thief.untilRefused(copy, '/members');
    assert.ok(thief.isAtProvider(copy), copy.url());

    await page.goBack().catch(() => {});
    await visitor.open(page, DEEP);
    assert.ok(visitor.isAtProvider(page), 'the provider has ended its session too');
    await advance(61);
    await visitor.open(page, '/oauth2/signed-out');
    await visitor.follow(page, 'Sign in again');
    await visitor.signIn(page, 'alice');
    await visitor.shows(page, '/', 'alice');
  },

  async 'a page of another site cannot sign anybody out'(visitor, { entra, cognito }) {
    const page = await visitor.enter('alice');
    const foreign = await visitor.tab();
    const elsewhere = visitor.application.origin === entra.origin ? cognito.origin : entra.origin;
    await foreign.goto(`${elsewhere}/public/about`);
    const answer = await visitor.signOut(foreign, visitor.url('/oauth2/logout'));
    assert.equal(answer.status(), 403);
    assert.match(await foreign.textContent('h1'), /Request refused/);
    await visitor.show(foreign, 'refused');
    assert.equal((await page.reload()).status(), 200);
    assert.ok(await visitor.session());
  },

  async 'the denied page says why, and lets another account in'(visitor) {
    const page = await visitor.enter('alice');
    const answer = await visitor.open(page, '/admin/panel');
    assert.equal(answer.status(), 403);
    await page.waitForURL(visitor.url('/oauth2/denied?code=policy'));
    const text = await page.textContent('body');
    assert.match(text, /No access/);
    assert.match(text, /Reason: policy\. Request: \S+/);
    assert.equal(await page.getAttribute('a:text-is("Get help")', 'href'), 'https://support.example.com/access');
    await visitor.show(page, 'denied');
    const before = await visitor.session();

    await visitor.follow(page, 'Use another account');
    await page.waitForSelector('input[type=password]');
    assert.ok(visitor.isAtProvider(page), 'the provider asks who it is');
    await visitor.show(page, 'another-account');
    await visitor.signIn(page, 'bob');
    await visitor.shows(page, '/', 'bob');
    await visitor.open(page, '/admin/panel');
    await visitor.shows(page, '/admin/panel', 'bob');
    const after = await visitor.session();
    assert.notEqual(after.usr, before.usr);
    assert.notEqual(after.sid, before.sid);
  },

  async 'a person without any group is refused, with no loop'(visitor) {
    const page = await visitor.tab();
    const seen = visitor.trace(page);
    await visitor.open(page, DEEP);
    await visitor.signIn(page, 'carol');
    await page.waitForURL(visitor.url('/oauth2/denied?code=policy'));
    await visitor.show(page, 'no-group');
    assert.ok(seen.filter((url) => url.includes('/oauth2/start')).length <= 1, seen.join('\n'));
    const answer = await page.goto(visitor.url('/.zt/userinfo'));
    assert.equal(answer.status(), 200);
    assert.deepEqual((await answer.json()).grants, ['anyone']);
  },
};
