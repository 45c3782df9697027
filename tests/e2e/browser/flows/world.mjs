// The world of the flows, as `endpoints.json` tells of it: two applications, their people, the clock, and what an administrator of
// the identity provider may do.
import { readFileSync } from 'node:fs';

async function ask(url, body, method = 'POST') {
  const answer = await fetch(url, { method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return text === '' ? {} : JSON.parse(text);
}

/** Everybody by the first part of the address, with what the other provider calls them. */
function people(first, others) {
  const all = [first, ...others].map((person) => [person.user.split('@')[0], person]);
  return Object.fromEntries(all);
}

export function readWorld(file) {
  const { edge, identity_provider: provider, cognito } = JSON.parse(readFileSync(file, 'utf8'));
  const origin = (host) => `https://${host}:${edge.port}`;
  // Her code stands only beside what Cognito says of her; the people are the same.
  const alice = { ...provider, code: cognito.code, groups: cognito.groups };
  return {
    authority: edge.ca_file,
    entra: {
      name: 'entra',
      origin: origin(edge.hosts[0]),
      provider: new URL(provider.issuer).origin,
      people: people(alice, provider.other_users),
      /** Fields of its login page. */
      field: 'user',
    },
    cognito: {
      name: 'cognito',
      origin: origin(edge.hosts[1]),
      provider: new URL(cognito.authorization_endpoint).origin,
      people: people(cognito, cognito.other_users),
      field: 'username',
    },
    /** Moves the clock of edge, functions and provider; browsers keep their own. */
    advance: (seconds) => ask(`${edge.admin}/clock?advance=${seconds * 1000}`),
    administer: (path, body) => ask(`${provider.admin}${path}`, body),
    /** Ends the faults of the provider. */
    forgive: () => ask(`${provider.admin}/faults`, undefined, 'DELETE'),
  };
}
