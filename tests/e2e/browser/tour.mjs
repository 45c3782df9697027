// One browser through the quickstart, with what `make local` prints and nothing else. Screenshots go into the folder given.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { options } from './chromium.mjs';
import { takePicture } from './picture.mjs';

/** What the sheet says, as a person reads it. */
function read(local) {
  const [user, password] = local.says('log in as').split(' / ');
  const [, authority] = /^add (.+) to the browser's authorities$/.exec(local.says('to trust it'));
  const page = (label) => new URL(local.says(label));
  return {
    user, password, authority,
    open: page('public page'), members: page("members' area"), admin: page('admin page'), api: page('API'),
    issuer: local.says('identity provider'),
  };
}

function logIn(page, sheet, screenshots) {
  return async () => {
    await page.waitForSelector('input[type=password]');
    await takePicture(page, join(screenshots, 'login.png'));
    await page.fill('input[name=user]', sheet.user);
    await page.fill('input[type=password]', sheet.password);
    await Promise.all([page.waitForURL(`${sheet.open.origin}/**`), page.click('form button, form input[type=submit]')]);
  };
}

async function walk(page, { local, check, screenshots }) {
  const sheet = read(local);
  const { origin } = sheet.open;
  const visit = (url) => page.goto(url.href);
  const text = () => page.textContent('body');
  const show = (name) => takePicture(page, join(screenshots, `${name}.png`));
  const sessions = async () => (await page.context().cookies(origin)).filter((cookie) => cookie.name === '__Host-zt-session');
  const enter = logIn(page, sheet, screenshots);

  let answer = await visit(sheet.open);
  check('a public page needs no session', answer.status() === 200 && (await text()).includes('Public page'));

  await visit(sheet.members);
  check('a protected page leads to the identity provider', page.url().startsWith(sheet.issuer), page.url());
  await enter();
  check('after login the deep link is shown', page.url() === sheet.members.href, page.url());
  check('the member page is shown', (await text()).includes("Members' area"), await text());
  await show('members');
  const [session] = await sessions();
  check('the session cookie is host-only, secure and out of reach of scripts', session?.httpOnly && session.secure && session.sameSite === 'Lax');
  const cookies = await page.context().cookies(origin);
  check('no transaction cookie is left', !cookies.some((cookie) => cookie.name.startsWith('__Host-zt-tx-')));

  answer = await visit(sheet.admin);
  check('a page of another policy is refused', answer.status() === 403);
  await show('denied');
  answer = await visit(sheet.api);
  const subject = (await answer.json()).headers['x-zt-subject'];
  check('the API is told who calls', answer.status() === 200 && subject?.length > 0 && local.says('lock the user out').includes(`"${subject}"`), subject);

  await local.type(['first', 'lock the user out'], 'yes\n');
  answer = await visit(sheet.members);
  check('the revoked session is refused', answer.status() === 403 && !(await text()).includes("Members' area"), `${answer.status()} ${page.url()}`);
  await show('revoked');
  answer = await visit(new URL('/oauth2/start', origin));
  check('a new login ends on the refusal, with no loop', answer.status() === 403 && page.url().startsWith(origin), `${answer.status()} ${page.url()}`);
  const stale = await sessions();

  await local.type(['first', 'let him in again', 'let a minute pass'], 'yes\n');
  await page.context().addCookies(session ? [session] : []);
  answer = await visit(sheet.members);
  check('after the block is lifted the old cookie stays dead', page.url().startsWith(sheet.issuer), page.url());
  check('there was one session cookie at a time', stale.length <= 1);
  await enter();
  check('a fresh login works', page.url() === sheet.members.href && (await text()).includes("Members' area"), page.url());
}

/** Walks one fresh Chromium through it. */
export async function tour({ local, check, screenshots }) {
  rmSync(screenshots, { recursive: true, force: true });
  mkdirSync(screenshots, { recursive: true });
  const profile = mkdtempSync(join(tmpdir(), 'zt-browser-'));
  const context = await chromium.launchPersistentContext(profile, options(read(local).authority));
  try {
    await walk(await context.newPage(), { local, check, screenshots });
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
