/**
 * Every way a request can end without what it asked for. A refusal is a code; the status and the words a person reads
 * hang on the code in `reasons.ts`, so that no message can carry a value of the request.
 */
import { wordsOf, type Reason } from './reasons.ts';

export interface RefusalDetails {
  /** A constant of a library or of the provider (`invalid_grant`), for the audit line only. */
  readonly detail?: string | undefined;
  /** Where the page's link leads: a path of this origin that has been validated. */
  readonly next?: string | undefined;
  /** The provider's own explanation; escaped and cut by the page. */
  readonly explanation?: string | undefined;
  readonly cause?: unknown;
}

export class Refusal extends Error {
  readonly reason: Reason;
  readonly detail: string | undefined;
  readonly next: string | undefined;
  readonly explanation: string | undefined;

  constructor(reason: Reason, details: RefusalDetails = {}) {
    super(reason, { cause: details.cause });
    this.name = 'Refusal';
    this.reason = reason;
    this.detail = details.detail ?? codeOf(details.cause);
    this.next = details.next;
    this.explanation = details.explanation;
  }

  /** Whether we, or what we depend on, failed, rather than the one who asks. */
  get isOutage(): boolean {
    return wordsOf(this.reason).status >= 500;
  }

  /** The same refusal with a way onward, unless it already has one. */
  leadingTo(next: string): Refusal {
    const { reason, detail, explanation, cause } = this;
    return new Refusal(reason, { detail, explanation, cause, next: this.next ?? next });
  }
}

/** A refusal that takes cookies of the browser with it. */
export class RefusalWithCookies extends Error {
  readonly refusal: Refusal;
  readonly cookies: readonly string[];

  constructor(refusal: Refusal, cookies: readonly string[]) {
    super(refusal.reason, { cause: refusal });
    this.refusal = refusal;
    this.cookies = cookies;
  }
}

/** The `code` of an error, of its cause or of a system call: constants by construction, never values. */
export function codeOf(error: unknown): string | undefined {
  for (let depth = 0; depth < 4 && error instanceof Error; depth += 1) {
    const code = (error as { code?: unknown }).code;
    if (typeof code === 'string' && /^[A-Za-z0-9_.-]{1,64}$/.test(code)) return code;
    if (error.cause === undefined) return error.name;
    error = error.cause;
  }
  return undefined;
}
