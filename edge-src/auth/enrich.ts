/**
 * What is known of a user beyond the ID token, at a login and at a refresh: groups that did not fit into it, then what the
 * operators' hook says. Either fails closed.
 */
import { withGroups } from './groups.ts';
import { hookedClaims } from './hook.ts';
import type { Identity } from './identity.ts';
import type { Surroundings } from './surroundings.ts';

export async function enrich(identity: Identity, accessToken: string, { config, secrets, now }: Surroundings): Promise<Identity> {
  const grouped = { ...identity, claims: await withGroups(identity.claims, accessToken, config) };
  if (config.hook === null) return grouped;
  return { ...grouped, claims: await hookedClaims(grouped, config, config.hook, await secrets.hookSecret(), now()) };
}
