/**
 * The identity provider as this function speaks with it: the authorization request, the redemption of a code, the address to
 * log out. Issuer and endpoints come from configuration, apart from each other; nothing is discovered at run time.
 */
import * as oauth from 'oauth4webapi';
import { boundedFetch, TooLarge } from './bounded_fetch.ts';
import { b64u, sha256 } from './bytes.ts';
import { clientAuthentication, type Credential } from './client_authentication.ts';
import type { Config } from './config.ts';
import type { Requirement } from './context.ts';
import type { Json } from './record.ts';
import { Refusal, codeOf } from './refusal.ts';
import { only } from './request.ts';
import type { Secrets } from './secrets.ts';
import { issuerOf, issuersOf } from './tenant.ts';
import type { Transaction } from './transaction.ts';

/** Below the limit of every Lambda@Edge viewer event there has been. */
const TOKEN_TIMEOUT = 5_000;
const REVOCATION_TIMEOUT = 2_000;
const LARGEST_TOKEN_RESPONSE = 256_000;
/** The skew granted to the provider's clock, everywhere. */
export const SKEW = 60;

export type CallbackParameters = ReturnType<typeof oauth.validateAuthResponse>;

/** What a step-up asks the provider for. */
export interface Step {
  readonly requirement: Requirement | undefined;
  readonly age: number | undefined;
}

export function authorizationUrl(config: Config, transaction: Transaction, redirectUri: string, wish: Step & { readonly switchAccount: boolean }): string {
  const url = new URL(config.authorizationEndpoint);
  const parameters: Record<string, string> = {
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: redirectUri,
    scope: config.scopes.join(' '),
    state: transaction.state,
    nonce: transaction.nonce,
    code_challenge: b64u(sha256(transaction.verifier)),
    code_challenge_method: 'S256',
  };
  const { requirement, age, switchAccount } = wish;
  if (requirement?.acr !== undefined) parameters['acr_values'] = requirement.acr;
  // No parameter asks for a method; a login anew gives the provider the occasion.
  const login = transaction.fresh || (requirement !== undefined && requirement.acr === undefined);
  if (login) parameters['prompt'] = 'login';
  else if (switchAccount) parameters['prompt'] = 'select_account';
  // OIDC Core 2: whoever is asked for a maximum age must say when the user logged in.
  parameters['max_age'] = String(transaction.fresh ? 0 : Math.min(age ?? config.absoluteLifetime, config.absoluteLifetime));
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Checks `iss`, `state` and the error members of the provider's answer. The state itself was compared before. */
export function checkAnswer(config: Config, query: URLSearchParams, transaction: Transaction): CallbackParameters {
  const given = query.getAll('iss');
  const issuer = issuersOf(config).find((each) => each === given[0]);
  try {
    const answer = oauth.validateAuthResponse({ ...server(config), issuer: issuer ?? config.issuer }, client(config), query, transaction.state);
    if (!only(query, 'code')) throw new Refusal('response', { detail: 'code' });
    return answer;
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    if (cause instanceof oauth.AuthorizationResponseError) throw answeredError(cause);
    const issuerFits = given.length === 1 ? issuer !== undefined : given.length === 0 && !config.issParameter;
    throw new Refusal(issuerFits ? 'response' : 'issuer', { cause });
  }
}

function answeredError(error: oauth.AuthorizationResponseError): Refusal {
  const detail = /^[a-z_]{1,40}$/.test(error.error) ? error.error : 'unknown_error';
  // Why somebody was not let in is for them; what is wrong with this application is for its operators.
  if (detail === 'access_denied') return new Refusal('provider_denied', { detail, explanation: error.error_description?.slice(0, 300) });
  if (detail === 'server_error' || detail === 'temporarily_unavailable') return new Refusal('provider_unavailable', { detail });
  return new Refusal('provider_error', { detail });
}

/** What the token endpoint hands out. The ID token is still to be verified; none of them ever reaches the browser in clear. */
export interface Tokens {
  readonly idToken: string | undefined;
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
}

/** Redeems the code with the verifier of this browser. */
export async function redeem(config: Config, answer: CallbackParameters, transaction: Transaction, redirectUri: string, secrets: Secrets): Promise<Tokens> {
  const { verifier, nonce } = transaction;
  return ask(
    config,
    secrets,
    (authentication, options) => oauth.authorizationCodeGrantRequest(server(config), client(config), authentication, answer, redirectUri, verifier, options),
    (response) => oauth.processAuthorizationCodeResponse(server(config), client(config), response, { expectedNonce: nonce, requireIdToken: true }),
  );
}

/** Redeems a refresh token; the provider's `invalid_grant` is the refusal `code_refused`. */
export async function redeemRefreshToken(config: Config, refreshToken: string, secrets: Secrets): Promise<Tokens> {
  return ask(
    config,
    secrets,
    (authentication, options) => oauth.refreshTokenGrantRequest(server(config), client(config), authentication, refreshToken, options),
    (response) => oauth.processRefreshTokenResponse(server(config), client(config), response),
  );
}

/** RFC 7009; does nothing where no endpoint is configured, and throws a refusal when the provider does not confirm. */
export async function revokeRefreshToken(config: Config, refreshToken: string, secrets: Secrets): Promise<void> {
  if (config.revocationEndpoint === null) return;
  try {
    const options = { ...fetchWithin(REVOCATION_TIMEOUT), additionalParameters: { token_type_hint: 'refresh_token' } };
    const authentication = clientAuthentication(config, await secrets.credential(), time());
    const response = await oauth.revocationRequest(server(config), client(config), authentication, refreshToken, options);
    if (response.status >= 500 || response.status === 429) throw new Refusal('provider_unavailable', { detail: `status_${response.status}` });
    await oauth.processRevocationResponse(response);
  } catch (cause) {
    throw refusalOf(cause);
  }
}

type Options = ReturnType<typeof fetchWithin>;

async function ask(
  config: Config,
  secrets: Secrets,
  send: (authentication: oauth.ClientAuth, options: Options) => Promise<Response>,
  read: (response: Response) => Promise<oauth.TokenEndpointResponse>,
): Promise<Tokens> {
  const attempt = async (credential: Credential | undefined): Promise<Tokens> => {
    try {
      const response = await send(clientAuthentication(config, credential, time()), fetchWithin(TOKEN_TIMEOUT));
      if (response.status >= 500 || response.status === 429) throw new Refusal('provider_unavailable', { detail: `status_${response.status}` });
      const tokens = await read(response);
      return { idToken: tokens.id_token, accessToken: tokens.access_token, refreshToken: tokens.refresh_token };
    } catch (cause) {
      throw refusalOf(cause);
    }
  };
  const credential = await secrets.credential();
  try {
    return await attempt(credential);
  } catch (error) {
    // The client is judged before the code is touched, so a credential that was rotated a moment ago gets its one chance.
    const renewed = error instanceof Refusal && error.reason === 'provider_client' ? await secrets.renewedCredential(credential) : undefined;
    if (renewed === undefined) throw error;
    return attempt(renewed);
  }
}

const time = (): number => Math.floor(Date.now() / 1_000);

function fetchWithin(timeout: number) {
  const bounds = { timeout, largest: LARGEST_TOKEN_RESPONSE };
  return { [oauth.customFetch]: (url: string, init: unknown) => boundedFetch(url, init as RequestInit, bounds) };
}

export interface Ending {
  /** The page of ours that the browser comes back to. */
  readonly landing: string;
  readonly state: string;
  /** The ID token of the login, where we still have it. */
  readonly hint: string | undefined;
}

/** Where the browser goes to end the provider's own session (RP-Initiated Logout 1.0, and Cognito's own way). */
export function endSessionUrl(config: Config, { landing, state, hint }: Ending): string | undefined {
  if (config.endSessionEndpoint === null) return undefined;
  const url = new URL(config.endSessionEndpoint);
  url.searchParams.set('client_id', config.clientId);
  if (isCognito(config.issuer)) {
    url.searchParams.set('logout_uri', landing);
    return url.href;
  }
  url.searchParams.set('post_logout_redirect_uri', landing);
  url.searchParams.set('state', state);
  if (hint !== undefined) url.searchParams.set('id_token_hint', hint);
  return url.href;
}

/** Cognito knows neither a hint nor a state, and calls the landing page by a name of its own. */
const isCognito = (issuer: string): boolean => /^https:\/\/cognito-idp\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?\//.test(issuer);

/** How the library asks for the issuer of one ID token; with tenants it depends on the token's own claims. */
const EXPECTED_ISSUER = (oauth as unknown as { readonly _expectedIssuer: symbol })._expectedIssuer;

function server(config: Config): oauth.AuthorizationServer {
  return {
    issuer: config.issuer,
    [EXPECTED_ISSUER as never]: (token: { readonly claims: Json }) => issuerOf(config, token.claims),
    token_endpoint: config.tokenEndpoint,
    ...(config.revocationEndpoint === null ? {} : { revocation_endpoint: config.revocationEndpoint }),
    id_token_signing_alg_values_supported: [...config.algorithms],
    authorization_response_iss_parameter_supported: config.issParameter,
  };
}

const client = (config: Config): oauth.Client => ({ client_id: config.clientId, [oauth.clockTolerance]: SKEW });

const ID_TOKEN_CODES: ReadonlySet<string> = new Set([oauth.JWT_TIMESTAMP_CHECK, oauth.JWT_CLAIM_COMPARISON, oauth.UNSUPPORTED_OPERATION]);

function refusalOf(cause: unknown): Refusal {
  if (cause instanceof Refusal) return cause;
  if (cause instanceof oauth.ResponseBodyError) return refusedByProvider(cause);
  if (cause instanceof oauth.WWWAuthenticateChallengeError) return new Refusal('provider_client', { cause });
  if (cause instanceof TooLarge) return new Refusal('provider_response', { cause });
  const code = codeOf(cause);
  if (code !== undefined && ID_TOKEN_CODES.has(code)) return new Refusal('id_token', { cause, detail: code === oauth.JWT_TIMESTAMP_CHECK ? 'clock' : code });
  if (code?.startsWith('OAUTH_') === true) return new Refusal('provider_response', { cause });
  return new Refusal('provider_unavailable', { cause });
}

function refusedByProvider(error: oauth.ResponseBodyError): Refusal {
  const detail = /^[a-z_]{1,40}$/.test(error.error) ? error.error : 'unknown_error';
  if (detail === 'invalid_grant') return new Refusal('code_refused', { detail });
  if (detail === 'invalid_client' || detail === 'unauthorized_client') return new Refusal('provider_client', { detail });
  return new Refusal('provider_error', { detail });
}
