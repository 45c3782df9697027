// The world of the sweep, as `endpoints.json` tells of it: two applications, their people, the clock, and what the functions write down.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOutgoing } from '../local-cloud/idp/src/outgoing.mjs';
import { Logs } from './logs.mjs';

export async function control(url, body, method = body === undefined ? 'GET' : 'POST') {
  const answer = await fetch(url, { method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

function people(provider, code) {
  const all = [{ ...provider, code }, ...provider.other_users];
  return Object.fromEntries(all.map((person) => [person.user.split('@')[0], person]));
}

export function readWorld(file, home) {
  const endpoints = JSON.parse(readFileSync(file, 'utf8'));
  const outside = JSON.parse(readFileSync(join(home, 'outside.json'), 'utf8'));
  const { aws, edge, identity_provider: provider, cognito } = endpoints;
  const origin = (host) => `https://${host}:${edge.port}`;
  return {
    aws, edge, provider, outside,
    // Her code stands only beside what Cognito says of her; the people are the same.
    people: people(provider, cognito.code),
    providerOrigin: new URL(provider.issuer).origin,
    work: { name: 'work', origin: origin(edge.hosts[0]), client: provider.entra.federated_client_id, realm: 'organizations' },
    shop: { name: 'shop', origin: origin(edge.hosts[1]), client: provider.client_secret_client_id, realm: 'plain' },
    logs: new Logs(edge),
    send: createOutgoing(readFileSync(edge.ca_file)),
    /** Moves the clock of all parts. */
    advance: (seconds) => control(`${edge.admin}/clock?advance=${seconds * 1000}`, {}),
    now: async () => Math.floor((await control(`${edge.admin}/clock`)).now / 1000),
    cool: () => control(`${edge.admin}/lambda/cool`, {}),
    administer: (path, body) => control(`${provider.admin}${path}`, body),
  };
}
