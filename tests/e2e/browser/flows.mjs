// Walks headless Chromium through every flow of both applications: node flows.mjs <endpoints.json> <folder>.
//
// Each flow has an empty browser of its own; one that fails leaves a screenshot and the others go on. Counts go into flows.json.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { options } from './chromium.mjs';
import { adversity } from './flows/adversity.mjs';
import { both } from './flows/both.mjs';
import { cognito } from './flows/cognito.mjs';
import { entra } from './flows/entra.mjs';
import { Visitor } from './flows/visitor.mjs';
import { readWorld } from './flows/world.mjs';

const [file, home, wanted = ''] = process.argv.slice(2);
const screenshots = join(home, 'screenshots');
const world = readWorld(file);
/** No flow takes a third of this; one that waits for ever must not hold up the others. */
const LONGEST = 120_000;
const slug = (text) => text.replaceAll(/\W+/g, '-').slice(0, 40);

function within(work) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('the flow does not end')), LONGEST); });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function walk(browser, application, [name, flow]) {
  const contexts = [];
  const another = async (theirs = application) => {
    const context = await browser.newContext();
    contexts.push(context);
    return new Visitor({ context, application: theirs, screenshots, label: `${application.name}-${slug(name)}` });
  };
  try {
    await within(flow(await another(), { ...world, another }));
    console.log(`  ok ${application.name}: ${name}`);
    return true;
  } catch (error) {
    console.log(`  FAILED ${application.name}: ${name}\n${error.stack ?? error}`);
    const pages = contexts.flatMap((context) => context.pages());
    for (const [at, page] of pages.entries()) {
      console.log(`    tab ${at} at ${page.url()}`);
      await page.screenshot({ path: join(screenshots, `failed-${application.name}-${slug(name)}-${at}.png`) }).catch(() => {});
    }
    return false;
  } finally {
    // A login of this flow must not be a moment old in the next one.
    for (const context of contexts) await context.close();
    await world.advance(61);
  }
}

rmSync(screenshots, { recursive: true, force: true });
mkdirSync(screenshots, { recursive: true });
const counts = { passed: 0, failed: 0 };
const browser = await chromium.launch(options(world.authority));
try {
  for (const [application, flows] of [[world.entra, { ...both, ...adversity, ...entra }], [world.cognito, { ...both, ...adversity, ...cognito }]]) {
    for (const entry of Object.entries(flows)) {
      if (!`${application.name}: ${entry[0]}`.includes(wanted)) continue;
      counts[(await walk(browser, application, entry)) ? 'passed' : 'failed'] += 1;
    }
  }
} finally {
  await browser.close();
}
writeFileSync(join(home, 'flows.json'), JSON.stringify(counts));
process.exitCode = counts.failed > 0 ? 1 : 0;
