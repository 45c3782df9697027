/**
 * A picture of a page, for people: no test judges it. Chromium without a screen sometimes draws no frame for half a minute, so one that
 * cannot be had is said and not waited for; who needs the file misses it.
 */
export const takePicture = (page, path) =>
  page.screenshot({ path, timeout: 10_000 }).catch((error) => console.log(`  no picture ${path}: ${error.message.split('\n')[0]}`));
