/** `start`: opens a login attempt and sends the browser to the provider. */
import type { Trail } from './audit.ts';
import { authorizationUrl } from './provider.ts';
import { isNavigation, only, type Incoming } from './request.ts';
import { problem, redirect, type EdgeResponse } from './response.ts';
import { returnPath } from './return_path.ts';
import type { Surroundings } from './surroundings.ts';
import { addTransaction, newTransaction, seal } from './transaction.ts';

export async function start(request: Incoming, { config, secrets, now, random }: Surroundings, trail: Trail): Promise<EdgeResponse> {
  if (!isNavigation(request)) {
    trail.code = 'none';
    const challenge = ['WWW-Authenticate', `Bearer realm="${config.application}"`] as const;
    return problem(401, 'Sign-in needed', { code: 'none', login: `${config.prefix}/start` }, [challenge]);
  }
  const keys = await secrets.keys();
  const time = now();
  const wish = {
    rd: returnPath(only(request.query, 'rd'), config.prefix),
    host: request.host,
    fresh: only(request.query, 'fresh') === '1',
    gen: generation(only(request.query, 'gen')),
  };
  const transaction = newTransaction(wish, time, random);
  const value = await seal(transaction, keys, config, time);
  const cookies = await addTransaction(request, value, transaction.id, keys, config, time);
  const switchAccount = only(request.query, 'switch') === '1';
  return redirect(302, authorizationUrl(config, transaction, redirectUri(request, config.prefix), switchAccount), cookies);
}

export const redirectUri = (request: Incoming, prefix: string): string => `${request.origin}${prefix}/callback`;

const generation = (text: string | undefined): number => (text !== undefined && /^[0-9a-z]{1,7}$/.test(text) ? parseInt(text, 36) : 0);
