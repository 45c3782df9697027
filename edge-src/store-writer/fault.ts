/** Why a call did not do what it was for, by what the caller can do about it. */
export type FaultKind =
  /** Another writer was faster: read and compute again. */
  | 'conflict'
  /** The store is full. */
  | 'full'
  /** It may go better later, and the call may even have been carried out: read again, then judge. */
  | 'passing'
  /** Repeating it cannot help. */
  | 'refused';

export class Fault extends Error {
  readonly kind: FaultKind;

  /** `what` names the call and the reason, never a value. */
  constructor(kind: FaultKind, what: string, cause?: unknown) {
    super(what, { cause });
    this.kind = kind;
  }
}
