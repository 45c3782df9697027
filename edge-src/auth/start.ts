/** `start`: opens a login attempt and sends the browser to the provider. */
import type { Trail } from './audit.ts';
import { FINGERPRINT } from './context.ts';
import { authorizationUrl, SKEW, type Step } from './provider.ts';
import { renewAtStart } from './refresh.ts';
import { Refusal } from './refusal.ts';
import { isNavigation, only, type Incoming } from './request.ts';
import { problem, redirect, type EdgeResponse } from './response.ts';
import { returnPath } from './return_path.ts';
import { readSession, type KnownSession } from './session.ts';
import type { Surroundings } from './surroundings.ts';
import { addTransaction, newTransaction, seal } from './transaction.ts';

export async function start(request: Incoming, around: Surroundings, trail: Trail): Promise<EdgeResponse> {
  if (!isNavigation(request)) {
    const { application, prefix } = around.config;
    trail.code = 'none';
    const challenge = ['WWW-Authenticate', `Bearer realm="${application}"`] as const;
    return problem(401, 'Sign-in needed', { code: 'none', login: `${prefix}/start` }, [challenge]);
  }
  return open(request, around, trail);
}

async function open(request: Incoming, around: Surroundings, trail: Trail): Promise<EdgeResponse> {
  const { config, secrets, now, random } = around;
  const rd = returnPath(only(request.query, 'rd'), config.prefix);
  const asked = askedFor(request.query, rd);
  const [keys, step] = await Promise.all([secrets.keys(), stepOf(asked, around, rd)]);
  const time = now();
  const { query, host } = request;
  const fresh = only(query, 'fresh') === '1';
  const switchAccount = only(query, 'switch') === '1';
  const gen = generation(only(query, 'gen'));
  const wish = { rd, host, fresh: fresh || cameToNothing(asked.age, readSession(request, config, keys, time), time), gen, ...asked };
  // A login of another kind than the last one is not what a refresh token stands for.
  const another = fresh || switchAccount || query.has('step') || query.has('age');
  // A link on another site may lead here; it must not cost the visitor what he holds.
  const crossing = request.header('sec-fetch-site').includes('cross-site');
  const earlier = await renewAtStart(request, around, trail, { next: rd, gen, another, fresh: fresh && !crossing });
  if (earlier.renewed !== undefined) return redirect(303, rd, earlier.renewed);
  const transaction = newTransaction(wish, time, random);
  const value = await seal(transaction, keys, config, time);
  const cookies = await addTransaction(request, value, transaction.id, keys, config, time);
  return redirect(302, authorizationUrl(config, transaction, redirectUri(request, config.prefix), { ...step, switchAccount }), [...cookies, ...earlier.dropped]);
}

interface Asked {
  readonly step?: string;
  readonly age?: number;
}

/** A step-up that cannot be read is refused: as an ordinary login it would lead back to the page that asked for more. */
function askedFor(query: URLSearchParams, next: string): Asked {
  const step = only(query, 'step');
  const age = only(query, 'age');
  if (query.has('step') && (step === undefined || !FINGERPRINT.test(step))) throw new Refusal('context', { detail: 'step', next });
  if (query.has('age') && (age === undefined || !/^\d{1,9}$/.test(age))) throw new Refusal('context', { detail: 'age', next });
  return { ...(step === undefined ? {} : { step }), ...(age === undefined ? {} : { age: Number(age) }) };
}

/**
 * A login of a moment ago, asked for by age, that only the minute of skew let through: the page has refused it, and would go on
 * to. So this one must be a login anew, which the callback tells by its time.
 */
function cameToNothing(age: number | undefined, known: KnownSession | undefined, now: number): boolean {
  if (age === undefined || known === undefined || now - known.issued > SKEW) return false;
  const old = now - known.loginTime;
  return old > age && old <= age + 2 * SKEW;
}

async function stepOf({ step, age }: Asked, { secrets }: Surroundings, next: string): Promise<Step> {
  if (step === undefined) return { requirement: undefined, age };
  const { contexts } = await secrets.membershipWith((document) => document.contexts.has(step));
  const requirement = contexts.get(step);
  if (requirement === undefined) throw new Refusal('context', { detail: 'unknown', next });
  return { requirement, age };
}

export const redirectUri = (request: Incoming, prefix: string): string => `${request.origin}${prefix}/callback`;

const generation = (text: string | undefined): number => (text !== undefined && /^[0-9a-z]{1,7}$/.test(text) ? parseInt(text, 36) : 0);
