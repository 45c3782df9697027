/**
 * Entra's group overage: a user with too many groups gets a token that names the place of the list instead of the list. It is
 * asked for there, or the groups stay undecidable; "no groups" is never what an overage means.
 */
import { boundedFetch, mediaType } from './bounded_fetch.ts';
import type { Config } from './config.ts';
import { asRecord, asStrings, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';

/** Entra's largest answer is 11,000 ids. */
const BOUNDS = { timeout: 3_000, largest: 1_000_000, repeatable: true };

/** Whether the list of this name is elsewhere. `hasgroups` speaks of groups, whatever they are called here. */
export function isElsewhere(claims: Json, name: string, groups: string): boolean {
  const names = member(claims, '_claim_names');
  const has = member(claims, 'hasgroups');
  return (names !== undefined && (asRecord(names) === undefined || Object.hasOwn(names as Json, name))) || (name === groups && has !== undefined && has !== false);
}

/** The claims with the user's groups in them, when the token says that they are elsewhere and the settings say where. */
export async function withGroups(claims: Json, accessToken: string, { claims: names, overage }: Config): Promise<Json> {
  if (overage === null || !isElsewhere(claims, names.groups, names.groups)) return claims;
  const groups = await memberObjects(overage.endpoint, accessToken);
  const { _claim_names: elsewhere, hasgroups: _, ...rest } = claims;
  const others = Object.fromEntries(Object.entries(asRecord(elsewhere) ?? {}).filter(([name]) => name !== names.groups));
  return { ...rest, ...(Object.keys(others).length === 0 ? {} : { _claim_names: others }), [names.groups]: groups };
}

async function memberObjects(endpoint: string, accessToken: string): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json', accept: 'application/json' };
  try {
    const response = await boundedFetch(endpoint, { method: 'POST', headers, body: '{"securityEnabledOnly":false}' }, BOUNDS);
    if (response.status !== 200) throw new Refusal('groups_unavailable', { detail: `status_${response.status}` });
    const answer = mediaType(response) === 'application/json' ? (asRecord(await response.json()) ?? {}) : {};
    const groups = asStrings(member(answer, 'value'));
    // A list that goes on elsewhere is not the list.
    if (groups === undefined || member(answer, '@odata.nextLink') !== undefined) throw new Refusal('groups_unavailable', { detail: 'answer' });
    return groups;
  } catch (cause) {
    throw cause instanceof Refusal ? cause : new Refusal('groups_unavailable', { cause });
  }
}
