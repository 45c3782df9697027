// What only Cognito's hosted UI shows: its own way to log out, and no way to log out from behind.
import assert from 'node:assert/strict';

export const cognito = {
  async 'logout goes over the address that Cognito wants'(visitor) {
    const page = await visitor.enter('alice');
    const seen = visitor.trace(page);
    await visitor.signOut(page);
    await page.waitForURL(visitor.url('/oauth2/signed-out**'));
    const over = seen.map((url) => new URL(url)).find((url) => url.origin === visitor.application.provider);
    assert.equal(over.pathname, '/logout');
    assert.equal(over.searchParams.get('logout_uri'), visitor.url('/oauth2/signed-out'));
    assert.equal(page.url(), visitor.url('/oauth2/signed-out'));
  },

  async 'nobody can log out by a back channel that is not there'(visitor) {
    const page = await visitor.enter('alice');
    const status = await page.evaluate(async () => {
      const body = new URLSearchParams({ logout_token: 'a.b.c' });
      return (await fetch('/oauth2/backchannel-logout', { method: 'POST', body })).status;
    });
    assert.equal(status, 404);
    assert.equal((await page.reload()).status(), 200);
  },

  async 'a wrong password stays at Cognito'(visitor) {
    const page = await visitor.tab();
    await visitor.open(page, '/members');
    await page.waitForSelector('input[type=password]');
    await page.fill('input[name=username]', visitor.application.people.alice.user);
    await page.fill('input[type=password]', 'Wrong1!wrong');
    await page.click('button[type=submit]');
    await page.waitForSelector('.error');
    assert.ok(visitor.isAtProvider(page));
    await visitor.signIn(page, 'alice');
    await visitor.shows(page, '/members', 'alice');
  },
};
