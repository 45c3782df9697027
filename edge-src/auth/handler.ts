/**
 * The auth function: a Lambda@Edge viewer-request handler on `<prefix>/*`. It answers every request itself, so nothing ever
 * reaches the origin of its behaviour. `config.json` lies beside the bundle; secrets come from Secrets Manager.
 */
import { readFileSync } from 'node:fs';
import { auditLine, decisionOf, newTrail, type Trail } from './audit.ts';
import { backchannelLogout } from './backchannel.ts';
import { withinBudget } from './budget.ts';
import { callback } from './callback.ts';
import { parseConfig, type Config } from './config.ts';
import { denied } from './denied.ts';
import { events } from './events.ts';
import { jwks } from './jwks.ts';
import { logout } from './logout.ts';
import { refresh } from './refresh.ts';
import { Refusal, RefusalWithCookies, codeOf } from './refusal.ts';
import { lastResort, refused } from './refused.ts';
import { readRequest, requestIdOf, type EdgeEvent, type Incoming } from './request.ts';
import type { EdgeResponse } from './response.ts';
import { signedOut } from './signed_out.ts';
import { start } from './start.ts';
import { surroundingsOf, type Surroundings } from './surroundings.ts';
import { token } from './token.ts';

type Operation = (request: Incoming, around: Surroundings, trail: Trail) => EdgeResponse | Promise<EdgeResponse>;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['start', start],
  ['callback', callback],
  ['refresh', refresh],
  ['logout', logout],
  ['token', token],
  ['backchannel-logout', backchannelLogout],
  ['events', events],
  ['jwks.json', jwks],
  ['signed-out', signedOut],
  ['denied', denied],
]);

/** Reading the settings must not end the process: every request then gets an answer, and the answer is no. */
const around: Surroundings | undefined = load();

function load(): Surroundings | undefined {
  try {
    return surroundingsOf(parseConfig(readFileSync(new URL('./config.json', import.meta.url), 'utf8')));
  } catch (error) {
    console.error(JSON.stringify({ log: 'zt-auth', v: 1, endpoint: 'load', decision: 'error', code: 'config', detail: wordOf(error) }));
    return undefined;
  }
}

export const handler = async (event: EdgeEvent): Promise<EdgeResponse> => {
  const requestId = requestIdOf(event);
  if (around === undefined) return lastResort(requestId);
  const trail = newTrail();
  const { config } = around;
  const endpoint = endpointOf(event, config);
  const response = await answer(event, around, endpoint, trail).catch(() => lastResort(requestId));
  const status = Number(response.status);
  const seen = { application: config.application, endpoint, decision: decisionOf(endpoint, status, trail.decision), status, request: requestId, time: around.now() };
  console.log(auditLine(seen, trail));
  return response;
};

async function answer(event: EdgeEvent, around: Surroundings, endpoint: string, trail: Trail): Promise<EdgeResponse> {
  try {
    const request = readRequest(event, around.config);
    const operation = OPERATIONS.get(endpoint);
    if (operation === undefined) throw new Refusal('not_found');
    return await withinBudget(async () => operation(request, around, trail));
  } catch (error) {
    const { refusal, cookies } = refusalOf(error);
    trail.code = refusal.reason;
    trail.detail = refusal.detail ?? '';
    return refused(refusal, around.config, requestIdOf(event), endpoint, cookies);
  }
}

function refusalOf(error: unknown): { refusal: Refusal; cookies: readonly string[] } {
  if (error instanceof RefusalWithCookies) return error;
  if (error instanceof Refusal) return { refusal: error, cookies: [] };
  return { refusal: new Refusal('fault', { detail: codeOf(error) }), cookies: [] };
}

/** The name of the endpoint, or `other`: what stands in the audit line is never a viewer's text. */
function endpointOf(event: EdgeEvent, { prefix }: Config): string {
  const uri: unknown = event.Records?.[0]?.cf?.request?.uri;
  const name = typeof uri === 'string' && uri.startsWith(`${prefix}/`) ? uri.slice(prefix.length + 1) : '';
  return OPERATIONS.has(name) ? name : 'other';
}

/** A message of our own about the settings, which hold no secret. */
function wordOf(error: unknown): string {
  return error instanceof TypeError ? error.message : (codeOf(error) ?? 'unknown');
}
