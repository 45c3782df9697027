// What the applications lean on that no local cloud has by itself: the claims hook, the secrets of hook and client, and STS's web
// identity tokens switched on. `node outside.mjs <endpoints.json>` prints one line of JSON when all is there and ends with its standard input.
import { readFileSync } from 'node:fs';
import { createServer as createPlain } from 'node:http';
import { createServer } from 'node:https';
import { dirname, join } from 'node:path';
import { createFaults } from '../local-cloud/idp/src/faults.mjs';
import { callAws } from './aws.mjs';

const file = process.argv[2];
const endpoints = JSON.parse(readFileSync(file, 'utf8'));
const { aws, identity_provider: provider } = endpoints;
const faults = createFaults();

async function textOf(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

const listening = async (server) => {
  await new Promise((resolve, reject) => { server.once('error', reject).listen(0, '127.0.0.1', resolve); });
  return server.address().port;
};

/** Adds nothing to what the provider says of anybody; who asked may have gone away meanwhile. */
async function hook(request, response) {
  await textOf(request).catch(() => {});
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"claims":{}}');
}

const state = dirname(file);
const tls = { cert: readFileSync(join(state, 'identity.pem')), key: readFileSync(join(state, 'identity-key.pem')) };
const hookPort = await listening(createServer(tls, async (request, response) => {
  const fault = faults.meet(request.url);
  if (fault) await faults.apply(fault, request, response, () => hook(request, response));
  else await hook(request, response);
}));

const adminPort = await listening(createPlain(async (request, response) => {
  const text = await textOf(request);
  if (request.method === 'DELETE') faults.clear();
  if (request.method === 'POST') faults.add(JSON.parse(text));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ rules: faults.list() }));
}));

async function secret(name, text) {
  const body = JSON.stringify({ Name: name, SecretString: text });
  return JSON.parse(await callAws(aws, { endpoint: aws.plain_endpoint, service: 'secretsmanager', target: 'secretsmanager.CreateSecret', type: '1.1', body })).ARN;
}

const federation = await callAws(aws, { endpoint: aws.endpoint, service: 'iam', body: 'Action=EnableOutboundWebIdentityFederation&Version=2010-05-08' });

console.log(JSON.stringify({
  hook_url: `https://localhost:${hookPort}/hook`,
  hook_secret_arn: await secret('faults/hook', 'a key for the hook of this lane alone'),
  client_secret_arn: await secret('faults/client', provider.client_secret),
  federation_issuer: /<IssuerIdentifier>([^<]+)</.exec(federation)[1],
  admin: `http://127.0.0.1:${adminPort}`,
}));
process.stdin.resume().on('end', () => process.exit(0));
