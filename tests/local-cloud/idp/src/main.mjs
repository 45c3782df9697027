// The identity provider of the local cloud: a certified OpenID provider with a few users of its own, in memory, on loopback.
//
//   node src/main.mjs <configuration file>
//
// Configuration (JSON): certificate, key (files), port (0: a free one), edge_port (may be null), users, clients, redirect_uris,
// post_logout_redirect_uris. Prints one line of JSON when it serves. Standard input keeps it alive: it ends when that closes, and takes
// lines `{"offset": <milliseconds>}` that move its clock.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createInterface } from 'node:readline';
import { moveClock } from './clock.mjs';
import { createProvider } from './provider.mjs';
import { handleInteraction } from './interaction.mjs';

const configuration = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const server = createServer({ cert: readFileSync(configuration.certificate), key: readFileSync(configuration.key) });
await new Promise((resolve, reject) => server.once('error', reject).listen(configuration.port ?? 0, '127.0.0.1', resolve));
const { port } = server.address();
const issuer = `https://localhost:${port}`;
const provider = createProvider(issuer, configuration);
const serve = provider.callback();
server.on('request', (request, response) => {
  if (request.url.startsWith('/interaction/')) {
    handleInteraction(provider, configuration.users, request, response).catch((error) => {
      console.error(error);
      response.writeHead(400, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end('This sign-in is over. Start again.');
    });
  } else {
    serve(request, response);
  }
});
process.stdout.write(`${JSON.stringify({ ready: true, issuer, port, clients: configuration.clients.map((c) => c.client_id) })}\n`);

function stop() {
  server.close(() => process.exit(0));
  server.closeAllConnections();
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() !== '') moveClock(JSON.parse(line).offset);
}
stop();
