// One person at one browser, in the words of the flows: opens pages, signs in, signs out, looks at what is there.
import { join } from 'node:path';
import { takePicture } from '../picture.mjs';

const OURS = /^__(Host|Secure)-zt-/;
const SESSION = '__Host-zt-session';
/** A page that leads on by itself has arrived when its address is the one waited for. */
const LONGEST = 20_000;

export class Visitor {
  constructor({ context, application, screenshots, label }) {
    Object.assign(this, { context, application, screenshots, label, taken: 0 });
  }

  async tab() {
    const page = await this.context.newPage();
    page.setDefaultTimeout(LONGEST);
    return page;
  }

  url(path) {
    return `${this.application.origin}${path}`;
  }

  path(page) {
    const { pathname, search } = new URL(page.url());
    return pathname + search;
  }

  open(page, path) {
    return page.goto(this.url(path));
  }

  /** Clicks a link by its words. */
  follow(page, words) {
    return page.click(`a:text-is("${words}")`);
  }

  isAtProvider(page) {
    return page.url().startsWith(this.application.provider);
  }

  /** What the login page of the provider shows: the person's name, and a code where one is asked for. */
  async fill(page, name, { code } = {}) {
    const person = this.application.people[name];
    await page.waitForSelector('input[type=password]');
    await page.fill(`input[name=${this.application.field}]`, person.user);
    await page.fill('input[type=password]', person.password);
    if (code !== undefined) await page.fill('input[name=code]', code);
  }

  /** Sends the login form; done when the browser is back at the application. */
  async submit(page) {
    await Promise.all([page.waitForURL((url) => url.origin === this.application.origin), page.click('button[type=submit]')]);
  }

  async signIn(page, name, more) {
    await this.fill(page, name, more);
    await this.submit(page);
  }

  /** A person who is signed in and looks at a page. */
  async enter(name, path = '/members') {
    const page = await this.tab();
    await this.open(page, path);
    await this.signIn(page, name);
    await this.shows(page, path);
    return page;
  }

  /** The origin answers with the request that it got: who asked for what. */
  async echo(page) {
    const text = await page.textContent('body');
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`${page.url()} does not show the application, but: ${text.slice(0, 300)}`);
    }
  }

  /** Asserts that the application shows this very page, to this person. */
  async shows(page, path, name) {
    await page.waitForURL(this.url(path));
    const { headers } = await this.echo(page);
    const subject = headers['x-zt-subject'];
    const wanted = name && this.application.people[name].subject;
    if (!subject || (wanted && subject !== wanted)) throw new Error(`${page.url()} is shown to ${subject}, not to ${name}`);
  }

  /** Presses the sign-out button of a page; the answer to where that leads. */
  async signOut(page, action = '/oauth2/logout') {
    const press = page.evaluate((to) => {
      const form = document.createElement('form');
      form.method = 'post';
      form.action = to;
      document.body.append(form);
      form.submit();
    }, action);
    const [answer] = await Promise.all([page.waitForNavigation(), press.catch(() => {})]);
    return answer;
  }

  /** All cookies of the application's host, those of its login's path too. */
  async cookies() {
    const host = new URL(this.application.origin).hostname;
    return (await this.context.cookies()).filter(({ domain }) => domain === host);
  }

  /** The session cookie's value taken apart (edge contract, section 1), or nothing. */
  async session() {
    const held = (await this.cookies()).filter(({ name }) => name === SESSION);
    if (held.length > 1) throw new Error('there are two session cookies');
    if (held.length === 0) return undefined;
    const [, kid, sid, usr, , lt, iat, exp] = held[0].value.split('.');
    const [login, minted, expires] = [lt, iat, exp].map((text) => parseInt(text, 36));
    return { kid, sid, usr, login, minted, expires, cookie: held[0] };
  }

  async ours() {
    return (await this.cookies()).map(({ name }) => name).filter((name) => OURS.test(name));
  }

  /** Addresses that the tab goes to from now on, in the main frame. */
  trace(page) {
    const seen = [];
    page.on('request', (request) => {
      if (request.isNavigationRequest() && request.frame() === page.mainFrame()) seen.push(request.url());
    });
    return seen;
  }

  /** Opens a page until it is no longer shown: revocations take the way of queue and store. */
  async untilRefused(page, path) {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const answer = await this.open(page, path);
      if (answer.status() !== 200 || this.isAtProvider(page)) return answer;
      if (Date.now() > deadline) throw new Error(`${path} is still shown after a minute`);
    }
  }

  async show(page, name) {
    this.taken += 1;
    await takePicture(page, join(this.screenshots, `${this.label}-${this.taken}-${name}.png`));
  }
}
