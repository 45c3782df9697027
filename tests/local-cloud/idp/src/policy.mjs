// When a person is asked: as oidc-provider's own policy, and when a stronger login or another account is wanted.
import { interactionPolicy } from 'oidc-provider';

/** The authentication contexts of a login with a one-time code; a password alone is `pwd`. */
export const STRONG = ['mfa', 'c1'];

/** The strong context that a request asks for, by acr_values or by the claims parameter. */
export function strongContext(params, claims) {
  const asked = claims?.id_token ?? {};
  const named = [params.acr_values?.split(' ') ?? [], asked.acr?.values ?? [], asked.acr?.value ?? [], asked.acrs?.values ?? [], asked.acrs?.value ?? []].flat();
  return named.find((name) => STRONG.includes(name));
}

export function createPolicy() {
  const { Prompt, Check, base } = interactionPolicy;
  const policy = base();
  policy.get('login').checks.add(new Check('stronger', 'a stronger authentication is required', (ctx) => {
    const { session, params, claims, result } = ctx.oidc;
    const wanted = strongContext(params, claims);
    // Once: a person without a second factor is let go with what there is, and the relying party judges.
    return wanted && session.acr !== wanted && !result?.login ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
  }));
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0);
  return policy;
}
