// The identity providers of the local cloud: certified OpenID providers with a few users of their own, in memory, on loopback.
//
//   node src/main.mjs <configuration file>
//
// Configuration (JSON): certificate, key (files), port (0: a free one), edge_port (may be null), users, clients, redirect_uris,
// post_logout_redirect_uris; with tenants (a list) also Entra's dress, and ca (a file) for its own requests. Prints one line of JSON when it
// serves. Standard input keeps it alive: it ends when that closes, and takes lines `{"offset": <milliseconds>}` that move its clock, each
// printed again once it goes by it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createInterface } from 'node:readline';
import { moveClock } from './clock.mjs';
import { createRealms } from './realms.mjs';

const configuration = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const server = createServer({ cert: readFileSync(configuration.certificate), key: readFileSync(configuration.key) });
await new Promise((resolve, reject) => server.once('error', reject).listen(configuration.port ?? 0, '127.0.0.1', resolve));
const { port } = server.address();
const { handle, controls, told } = await createRealms(`https://localhost:${port}`, configuration);
server.on('request', (request, response) => {
  handle(request, response).catch((error) => {
    console.error(error);
    if (response.headersSent) response.end();
    else response.writeHead(400, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end('This sign-in is over. Start again.');
  });
});
process.stdout.write(`${JSON.stringify({ ready: true, port, ...told })}\n`);

function stop() {
  controls.close();
  controls.closeAllConnections();
  server.close(() => process.exit(0));
  server.closeAllConnections();
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue;
  const { offset } = JSON.parse(line);
  moveClock(offset);
  process.stdout.write(`${JSON.stringify({ offset })}\n`);
}
stop();
