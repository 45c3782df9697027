// Headless Chromium that trusts one more authority, by its key, and no other unknown one.
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

function trustedKey(authority) {
  const certificate = new X509Certificate(readFileSync(authority));
  return createHash('sha256').update(certificate.publicKey.export({ type: 'spki', format: 'der' })).digest('base64');
}

/** How to start it; the flag for the key counts only with a profile of its own. */
export function options(authority) {
  return {
    executablePath: process.env.ZT_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', `--ignore-certificate-errors-spki-list=${trustedKey(authority)}`,
    ],
  };
}
