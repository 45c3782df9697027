// One browser through the quickstart. Reads endpoints from the command line, asks its parent for each `terraform apply`
// by a line on stdout (`apply [subject]`) and goes on when a line comes back on stdin. Screenshots go into the folder given.
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const [endpointsFile, host, screenshots] = process.argv.slice(2);
const endpoints = JSON.parse(readFileSync(endpointsFile, 'utf8'));
const origin = `https://${host}:${endpoints.edge.port}`;
const { user, password } = endpoints.identity_provider;
mkdirSync(screenshots, { recursive: true });

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function apply(subject = '') {
  console.log(`apply ${subject}`.trim());
  const { done } = await answers.next();
  if (done) throw new Error('the parent went away');
}

let passed = 0;
function check(what, holds, detail = '') {
  if (!holds) throw new Error(`${what} ${detail}`);
  passed += 1;
  console.log(`  ok ${what}`);
}

// The browser trusts the local authority's key, and no other unknown one.
function trustedKey() {
  const certificate = new X509Certificate(readFileSync(endpoints.edge.ca_file));
  return createHash('sha256').update(certificate.publicKey.export({ type: 'spki', format: 'der' })).digest('base64');
}

async function logIn(page) {
  await page.waitForSelector('input[type=password]');
  await page.screenshot({ path: join(screenshots, 'login.png') });
  await page.fill('input[name=user]', user);
  await page.fill('input[type=password]', password);
  await Promise.all([page.waitForURL(`${origin}/**`), page.click('form button, form input[type=submit]')]);
}

async function tour(page) {
  const visit = (path) => page.goto(origin + path);
  const text = () => page.textContent('body');

  let answer = await visit('/public/index.html');
  check('a public page needs no session', answer.status() === 200 && (await text()).includes('Public page'));

  await visit('/members/index.html');
  check('a protected page leads to the identity provider', page.url().startsWith(endpoints.identity_provider.issuer), page.url());
  await logIn(page);
  check('after login the deep link is shown', page.url() === `${origin}/members/index.html`, page.url());
  check('the member page is shown', (await text()).includes("Members' area"), await text());
  await page.screenshot({ path: join(screenshots, 'members.png') });
  const cookies = await page.context().cookies(origin);
  const session = cookies.find((cookie) => cookie.name === '__Host-zt-session');
  check('the session cookie is host-only, secure and out of reach of scripts', session?.httpOnly && session.secure && session.sameSite === 'Lax');
  check('no transaction cookie is left', !cookies.some((cookie) => cookie.name.startsWith('__Host-zt-tx-')));

  answer = await visit('/admin/index.html');
  check('a page of another policy is refused', answer.status() === 403);
  await page.screenshot({ path: join(screenshots, 'denied.png') });
  answer = await visit('/api/hello');
  const subject = (await answer.json()).headers['x-zt-subject'];
  check('the API is told who calls', answer.status() === 200 && subject?.length > 0);

  await apply(subject);
  answer = await visit('/members/index.html');
  check('the revoked session is refused', answer.status() === 403 && !(await text()).includes("Members' area"), `${answer.status()} ${page.url()}`);
  await page.screenshot({ path: join(screenshots, 'revoked.png') });
  answer = await visit('/oauth2/start');
  check('a new login ends on the refusal, with no loop', answer.status() === 403 && page.url().startsWith(origin), `${answer.status()} ${page.url()}`);
  const stale = (await page.context().cookies(origin)).filter((cookie) => cookie.name === '__Host-zt-session');

  await apply();
  await page.context().addCookies(session ? [session] : []);
  answer = await visit('/members/index.html');
  check('after the block is lifted the old cookie stays dead', page.url().startsWith(endpoints.identity_provider.issuer), page.url());
  check('there was one session cookie at a time', stale.length <= 1);
  await logIn(page);
  check('a fresh login works', page.url() === `${origin}/members/index.html` && (await text()).includes("Members' area"), page.url());
}

const profile = mkdtempSync(join(tmpdir(), 'zt-browser-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.ZT_CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync', `--ignore-certificate-errors-spki-list=${trustedKey()}`,
  ],
});
let failed = 0;
try {
  await tour(await context.newPage());
} catch (error) {
  failed = 1;
  console.log(`FAILED ${error.stack ?? error}`);
}
await context.close();
console.log(`browser: ${passed} passed, ${failed} failed`);
process.exit(failed);
