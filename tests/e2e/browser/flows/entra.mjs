// What only the provider dressed as Entra ID can do: a second factor, logout by the back channel, tenants, group overage.
import assert from 'node:assert/strict';

const HOUR = 3600;
const VAULT = '/strong/vault?box=3';

export const entra = {
  async 'a live session at the provider needs no second password'(visitor) {
    const page = await visitor.enter('alice');
    await visitor.context.clearCookies({ domain: new URL(visitor.application.origin).hostname });
    const seen = visitor.trace(page);
    await visitor.open(page, '/members/again?x=1');
    await visitor.shows(page, '/members/again?x=1', 'alice');
    assert.ok(seen.some((url) => url.startsWith(visitor.application.provider)));
  },

  async 'a page that wants a second factor asks for it, once'(visitor) {
    const page = await visitor.enter('alice');
    const before = await visitor.session();
    const told = await page.evaluate(async () => {
      const answer = await fetch('/strong/data');
      return { status: answer.status, challenge: answer.headers.get('www-authenticate') };
    });
    assert.equal(told.status, 401);
    assert.match(told.challenge, /error="insufficient_user_authentication".*acr_values="mfa"/);

    await visitor.open(page, VAULT);
    assert.ok(visitor.isAtProvider(page), page.url());
    await visitor.fill(page, 'alice', { code: 'wrong' });
    await page.click('button[type=submit]');
    await page.waitForSelector('[role=alert]');
    await visitor.show(page, 'step-up');
    await visitor.signIn(page, 'alice', { code: visitor.application.people.alice.code });
    await visitor.shows(page, VAULT, 'alice');
    await visitor.show(page, 'stepped-up');
    assert.notEqual((await visitor.session()).sid, before.sid);
    assert.equal((await page.reload()).status(), 200);
    await visitor.open(page, '/members');
    await visitor.shows(page, '/members', 'alice');
  },

  async 'a renewed session keeps its second factor'(visitor, { advance }) {
    const page = await visitor.enter('alice');
    await visitor.open(page, VAULT);
    await visitor.signIn(page, 'alice', { code: visitor.application.people.alice.code });
    await visitor.shows(page, VAULT, 'alice');
    await advance(HOUR + 60);
    const seen = visitor.trace(page);
    await visitor.open(page, VAULT);
    await visitor.shows(page, VAULT, 'alice');
    assert.deepEqual(seen.filter((url) => url.startsWith(visitor.application.provider)), []);
  },

  async 'a person without a second factor is told so, with no loop'(visitor) {
    const page = await visitor.tab();
    const seen = visitor.trace(page);
    await visitor.open(page, VAULT);
    await visitor.fill(page, 'carol');
    await page.click('button[type=submit]');
    // The login went well, the page asks for more, the provider asks for a code.
    await page.waitForSelector('input[name=code]');
    await visitor.signIn(page, 'carol');
    assert.match(await page.textContent('h1'), /Stronger sign-in needed/);
    await visitor.show(page, 'no-second-factor');
    assert.equal(seen.filter((url) => url.includes('/oauth2/start')).length, 2, seen.join('\n'));
    assert.ok(await page.isVisible('a:text-is("Use another account")'));
  },

  async 'tabs that renew at once stay in where a used token is dead'(visitor, { advance, administer }) {
    await administer('/settings', { rotation: 'rotate' });
    try {
      const first = await visitor.enter('alice');
      const tabs = [first, await visitor.tab(), await visitor.tab()];
      await advance(HOUR + 60);
      const paths = ['/members/a', '/members/b', '/members/c'];
      await Promise.all(tabs.map((page, at) => visitor.open(page, paths[at])));
      await Promise.all(tabs.map((page, at) => visitor.shows(page, paths[at], 'alice')));
      await advance(HOUR + 60);
      await visitor.open(first, '/members/later');
      await visitor.shows(first, '/members/later', 'alice');
    } finally {
      await administer('/settings', { rotation: 'none' });
    }
  },

  async 'a renewal sees that somebody left a group'(visitor, { advance, administer }) {
    const bob = visitor.application.people.bob;
    const page = await visitor.enter('bob', '/admin/panel');
    try {
      await administer('/users', { user: bob.user, groups: ['staff'] });
      await visitor.open(page, '/admin/panel');
      await visitor.shows(page, '/admin/panel', 'bob');
      await advance(HOUR + 60);
      await visitor.open(page, '/admin/panel');
      await page.waitForURL(visitor.url('/oauth2/denied?code=policy'));
      await visitor.open(page, '/members');
      await visitor.shows(page, '/members', 'bob');
    } finally {
      await administer('/users', { user: bob.user, groups: bob.groups });
    }
  },

  async 'a sign-out at the provider ends the session by the back channel'(visitor, { another, advance, administer }) {
    const page = await visitor.enter('alice');
    const bob = await another();
    const beside = await bob.enter('bob');
    await advance(61);
    const { told } = await administer('/logout', { user: visitor.application.people.alice.user });
    assert.ok(told.length > 0 && told.every(({ answer }) => answer === 200), JSON.stringify(told));
    await visitor.untilRefused(page, '/members/private');
    assert.ok(visitor.isAtProvider(page), page.url());
    assert.match(page.url(), /\/interaction\//, 'the provider asks anew');
    await visitor.show(page, 'after-back-channel');
    assert.equal((await beside.reload()).status(), 200, 'somebody else stays');

    await advance(61);
    await visitor.open(page, '/members/private');
    await visitor.signIn(page, 'alice');
    await visitor.shows(page, '/members/private', 'alice');
  },

  async 'somebody of another tenant is refused'(visitor) {
    const page = await visitor.tab();
    await visitor.open(page, '/members/team?t=1');
    await visitor.signIn(page, 'erin');
    assert.match(await page.textContent('h1'), /Sign-in refused/);
    await visitor.show(page, 'another-tenant');
    assert.equal(await visitor.session(), undefined);
    await visitor.follow(page, 'Use another account');
    await visitor.signIn(page, 'alice');
    await visitor.shows(page, '/members/team?t=1', 'alice');
  },

  async 'an outage of the provider shows a page, and the next try works'(visitor, { administer, forgive }) {
    const page = await visitor.tab();
    await visitor.open(page, '/members/x?y=1');
    await administer('/faults', { kind: 'error', path: '/oauth2/v2.0/token', status: 500, count: 1 });
    try {
      await visitor.signIn(page, 'alice');
      assert.match(await page.textContent('h1'), /Sign-in not available/);
      await visitor.show(page, 'outage');
      assert.equal(await visitor.session(), undefined);
    } finally {
      await forgive();
    }
    await visitor.follow(page, 'Try again');
    await visitor.shows(page, '/members/x?y=1', 'alice');
  },

  async 'groups beyond the ID token are looked up'(visitor) {
    const page = await visitor.enter('dora');
    await visitor.shows(page, '/members', 'dora');
  },
};
