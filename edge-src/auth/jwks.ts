/** `jwks.json`: the public keys by which origins verify the signed assertion. */
import { publicKeys } from './assertion.ts';
import { Refusal } from './refusal.ts';
import type { Incoming } from './request.ts';
import { respond, type EdgeResponse } from './response.ts';
import type { Surroundings } from './surroundings.ts';

export async function jwks(request: Incoming, { config, secrets, now }: Surroundings): Promise<EdgeResponse> {
  if (config.assertion === null) throw new Refusal('not_found');
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new Refusal('method');
  const keys = publicKeys(await secrets.assertionKeys(), now());
  return respond({
    status: 200,
    cache: 'public, max-age=60',
    headers: [['Content-Type', 'application/jwk-set+json']],
    body: JSON.stringify({ keys }),
  });
}
