/**
 * The codes of refusals with their statuses and words. One table serves the answers of this function and the denied page,
 * whose `code` comes from the session function; a code that is not listed is shown as `denied`.
 */

export interface Wording {
  readonly status: number;
  readonly heading: string;
  readonly text: string;
}

const AGAIN = 'Please start the sign-in again.';
const LATER = 'Please try again in a moment.';

const WORDS = {
  host: [421, 'Unknown address', 'This address is not served here.'],
  path: [400, 'Unclear address', 'The address of the page is not written in its plain form.'],
  not_found: [404, 'Not found', 'There is nothing at this address.'],
  method: [405, 'Not possible this way', 'This address does not take that kind of request.'],
  none: [401, 'Sign-in needed', 'This address is for a browser that opens a page.'],
  return_too_long: [414, 'Address too long', 'The address of the page is too long to come back to after signing in.'],

  transaction_missing: [400, 'Sign-in not found', `This sign-in was not started in this browser, or it has already ended. ${AGAIN}`],
  transaction_invalid: [400, 'Sign-in not valid', `This sign-in does not belong to this browser. ${AGAIN}`],
  transaction_expired: [400, 'Sign-in took too long', `This sign-in has expired. ${AGAIN}`],
  state: [400, 'Sign-in not valid', `The answer does not belong to this sign-in. ${AGAIN}`],
  response: [400, 'Sign-in not valid', `The answer of the identity provider is not complete. ${AGAIN}`],
  issuer: [400, 'Sign-in not valid', 'The answer comes from another identity provider than the one that was asked.'],
  provider_denied: [403, 'Sign-in refused', 'The identity provider did not sign you in.'],
  provider_error: [400, 'Sign-in failed', 'The identity provider reported an error.'],
  provider_unavailable: [503, 'Sign-in not available', `The identity provider cannot be reached. ${LATER}`],
  provider_response: [503, 'Sign-in not available', `The identity provider gave an answer that cannot be read. ${LATER}`],
  provider_client: [503, 'Sign-in not available', 'The identity provider does not accept this application. Its operators have to look at it.'],
  code_refused: [400, 'Sign-in already used', 'The identity provider no longer accepts this sign-in. It may have been used already.'],
  id_token: [403, 'Sign-in refused', 'The proof of identity is not valid.'],
  fresh: [403, 'New sign-in needed', 'A new sign-in was asked for, but the identity provider did not confirm one.'],
  absolute: [403, 'Session ended', 'The longest time of a session has passed, and the identity provider did not confirm a new sign-in.'],
  context: [403, 'Stronger sign-in needed', 'This page asks for another kind of sign-in, and the identity provider did not confirm one.'],
  cookie_size: [403, 'Sign-in not possible', 'What the identity provider says about this account does not fit into a cookie. The operators have to look at it.'],
  groups_unavailable: [503, 'Sign-in not available', `Your groups cannot be read. ${LATER}`],
  hook_refused: [403, 'Sign-in refused', 'This application does not let your account in.'],
  hook_unavailable: [503, 'Sign-in not available', `What this application knows of your account cannot be read. ${LATER}`],

  refresh_refused: [401, 'Sign-in needed', 'The identity provider did not renew the session.'],
  refresh_identity: [403, 'Session ended', 'The identity provider renewed the session of another account.'],
  queue_unavailable: [503, 'Not possible now', `The end of the session cannot be recorded. ${LATER}`],
  token: [401, 'Token refused', 'The token is not valid here.'],
  authentication: [400, 'Message refused', 'The signature of the message is not valid here.'],
  request: [400, 'Message refused', 'The message is not valid.'],
  subject: [400, 'Message refused', 'The subject of the message is not known here.'],

  secrets_unavailable: [503, 'Sign-in not available', LATER],
  secrets_invalid: [503, 'Sign-in not available', LATER],
  config: [503, 'Sign-in not available', LATER],
  fault: [503, 'Sign-in not available', LATER],

  origin: [403, 'Request refused', 'This request did not come from a page of this application.'],
  denied: [403, 'No access', 'You do not have access to this page.'],
  policy: [403, 'No access', 'You are signed in, but your account does not have access to this page.'],
  blocked: [403, 'Access withdrawn', 'Your access has been withdrawn.'],
  revoked: [403, 'Session ended', 'Your session has been ended.'],
  notbefore: [403, 'Session ended', 'Your session has been ended.'],
  tls: [403, 'Connection too old', 'This page needs a browser that speaks TLS 1.3.'],
} as const satisfies Record<string, readonly [number, string, string]>;

export type Reason = keyof typeof WORDS;

export function wordsOf(reason: Reason): Wording {
  const [status, heading, text] = WORDS[reason];
  return { status, heading, text };
}

/** The reason a foreign code stands for on the denied page. */
export function deniedReason(code: string | null): Reason {
  const known: readonly Reason[] = ['policy', 'blocked', 'revoked', 'notbefore', 'origin', 'context', 'tls'];
  return known.find((reason) => reason === code) ?? 'denied';
}
