/**
 * One JSON line for each request, of fixed fields: constants, numbers and handles. No value of a cookie, a token, a code, a
 * query or a header can get here, because nothing here takes one.
 */

export type Decision = 'allow' | 'login' | 'refresh' | 'logout' | 'revoke' | 'exchange' | 'page' | 'deny' | 'error';

export interface Trail {
  /** Set by the operations as they learn it. */
  code: string;
  detail: string;
  handle: string;
  generation: number;
  grants: string;
  dropped: readonly string[];
  /** What was put into the queue, as `<kind>:<key>`. */
  revoked: readonly string[];
  /** What was done, where the endpoint and the status do not say it. */
  decision: Decision | undefined;
}

export const newTrail = (): Trail => ({ code: '', detail: '', handle: '', generation: -1, grants: '', dropped: [], revoked: [], decision: undefined });

export interface Event {
  readonly application: string;
  readonly endpoint: string;
  readonly decision: Decision;
  readonly status: number;
  readonly request: string;
  readonly time: number;
}

export function auditLine(event: Event, trail: Trail): string {
  const { time, application, endpoint, decision, status, request } = event;
  const { code, detail, handle, generation, grants, dropped, revoked } = trail;
  return JSON.stringify({ log: 'zt-auth', v: 1, time, application, endpoint, decision, code, detail, status, handle, generation, grants, dropped, revoked, request });
}

export function decisionOf(endpoint: string, status: number, done: Decision | undefined): Decision {
  if (status >= 500) return 'error';
  if (status >= 400) return endpoint === 'denied' ? 'page' : 'deny';
  if (done !== undefined) return done;
  if (status === 200 || status === 202) return 'page';
  return endpoint === 'logout' ? 'logout' : endpoint === 'start' ? 'login' : 'allow';
}
