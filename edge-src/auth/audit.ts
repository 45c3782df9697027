/**
 * One JSON line for each request, of fixed fields: constants, numbers and handles. No value of a cookie, a token, a code, a
 * query or a header can get here, because nothing here takes one.
 */

export type Decision = 'allow' | 'login' | 'logout' | 'page' | 'deny' | 'error';

export interface Trail {
  /** Set by the operations as they learn it. */
  code: string;
  detail: string;
  handle: string;
  generation: number;
  grants: string;
  dropped: readonly string[];
}

export const newTrail = (): Trail => ({ code: '', detail: '', handle: '', generation: -1, grants: '', dropped: [] });

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
  const { code, detail, handle, generation, grants, dropped } = trail;
  return JSON.stringify({ log: 'zt-auth', v: 1, time, application, endpoint, decision, code, detail, status, handle, generation, grants, dropped, request });
}

export function decisionOf(endpoint: string, status: number): Decision {
  if (status >= 500) return 'error';
  if (status >= 400) return endpoint === 'denied' ? 'page' : 'deny';
  if (status === 200) return 'page';
  return endpoint === 'logout' ? 'logout' : endpoint === 'start' ? 'login' : 'allow';
}
