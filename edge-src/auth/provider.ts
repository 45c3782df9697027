/**
 * The identity provider as this function speaks with it: the authorization request, the redemption of a code, the address to
 * log out. Issuer and endpoints come from configuration, apart from each other; nothing is discovered at run time.
 */
import * as oauth from 'oauth4webapi';
import { boundedFetch, TooLarge } from './bounded_fetch.ts';
import { b64u, sha256 } from './bytes.ts';
import type { Config } from './config.ts';
import { Refusal, codeOf } from './refusal.ts';
import { only } from './request.ts';
import type { Secrets } from './secrets.ts';
import type { Transaction } from './transaction.ts';

/** Below the limit of every Lambda@Edge viewer event there has been. */
const TOKEN_TIMEOUT = 5_000;
const REVOCATION_TIMEOUT = 2_000;
const LARGEST_TOKEN_RESPONSE = 256_000;
/** The skew granted to the provider's clock, everywhere. */
export const SKEW = 60;

export type CallbackParameters = ReturnType<typeof oauth.validateAuthResponse>;

export function authorizationUrl(config: Config, transaction: Transaction, redirectUri: string, switchAccount: boolean): string {
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
  if (transaction.fresh) {
    parameters['prompt'] = 'login';
    parameters['max_age'] = '0';
  } else {
    if (switchAccount) parameters['prompt'] = 'select_account';
    // OIDC Core 2: whoever is asked for a maximum age must say when the user logged in.
    parameters['max_age'] = String(config.absoluteLifetime);
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** Checks `iss`, `state` and the error members of the provider's answer. The state itself was compared before. */
export function checkAnswer(config: Config, query: URLSearchParams, transaction: Transaction): CallbackParameters {
  try {
    const answer = oauth.validateAuthResponse(server(config), client(config), query, transaction.state);
    if (!only(query, 'code')) throw new Refusal('response', { detail: 'code' });
    return answer;
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    if (cause instanceof oauth.AuthorizationResponseError) throw answeredError(cause);
    const issuers = query.getAll('iss');
    const issuerFits = issuers.length === 1 ? issuers[0] === config.issuer : issuers.length === 0 && !config.issParameter;
    throw new Refusal(issuerFits ? 'response' : 'issuer', { cause });
  }
}

function answeredError(error: oauth.AuthorizationResponseError): Refusal {
  const detail = /^[a-z_]{1,40}$/.test(error.error) ? error.error : 'unknown_error';
  const details = { detail, explanation: error.error_description?.slice(0, 300) };
  if (detail === 'access_denied') return new Refusal('provider_denied', details);
  if (detail === 'server_error' || detail === 'temporarily_unavailable') return new Refusal('provider_unavailable', details);
  return new Refusal('provider_error', details);
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
    const response = await oauth.revocationRequest(server(config), client(config), await clientAuthentication(config, secrets), refreshToken, options);
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
  const authentication = await clientAuthentication(config, secrets);
  try {
    const response = await send(authentication, fetchWithin(TOKEN_TIMEOUT));
    if (response.status >= 500 || response.status === 429) throw new Refusal('provider_unavailable', { detail: `status_${response.status}` });
    const tokens = await read(response);
    return { idToken: tokens.id_token, accessToken: tokens.access_token, refreshToken: tokens.refresh_token };
  } catch (cause) {
    throw refusalOf(cause);
  }
}

function fetchWithin(timeout: number) {
  const bounds = { timeout, largest: LARGEST_TOKEN_RESPONSE };
  return { [oauth.customFetch]: (url: string, init: unknown) => boundedFetch(url, init as RequestInit, bounds) };
}

/** Where the browser goes to end the provider's own session; the ID token is not kept, so the client is named instead. */
export function endSessionUrl(config: Config, landing: string): string | undefined {
  if (config.endSessionEndpoint === null) return undefined;
  const url = new URL(config.endSessionEndpoint);
  url.searchParams.set('client_id', config.clientId);
  url.searchParams.set('post_logout_redirect_uri', landing);
  return url.href;
}

function server(config: Config): oauth.AuthorizationServer {
  return {
    issuer: config.issuer,
    token_endpoint: config.tokenEndpoint,
    ...(config.revocationEndpoint === null ? {} : { revocation_endpoint: config.revocationEndpoint }),
    id_token_signing_alg_values_supported: [...config.algorithms],
    authorization_response_iss_parameter_supported: config.issParameter,
  };
}

const client = (config: Config): oauth.Client => ({ client_id: config.clientId, [oauth.clockTolerance]: SKEW });

async function clientAuthentication(config: Config, secrets: Secrets): Promise<oauth.ClientAuth> {
  switch (config.clientAuthentication) {
    case 'none':
      return oauth.None();
    case 'client_secret_basic':
      return oauth.ClientSecretBasic(await secrets.clientSecret());
    case 'client_secret_post':
      return oauth.ClientSecretPost(await secrets.clientSecret());
    default:
      throw new Refusal('config', { detail: 'client_authentication' });
  }
}

const ID_TOKEN_CODES: ReadonlySet<string> = new Set([oauth.JWT_TIMESTAMP_CHECK, oauth.JWT_CLAIM_COMPARISON, oauth.UNSUPPORTED_OPERATION]);

function refusalOf(cause: unknown): Refusal {
  if (cause instanceof Refusal) return cause;
  if (cause instanceof oauth.ResponseBodyError) return refusedByProvider(cause);
  if (cause instanceof oauth.WWWAuthenticateChallengeError) return new Refusal('provider_client', { cause });
  if (cause instanceof TooLarge) return new Refusal('provider_response', { cause });
  const code = codeOf(cause);
  if (code !== undefined && ID_TOKEN_CODES.has(code)) return new Refusal('id_token', { cause });
  if (code?.startsWith('OAUTH_') === true) return new Refusal('provider_response', { cause });
  return new Refusal('provider_unavailable', { cause });
}

function refusedByProvider(error: oauth.ResponseBodyError): Refusal {
  const detail = /^[a-z_]{1,40}$/.test(error.error) ? error.error : 'unknown_error';
  if (detail === 'invalid_grant') return new Refusal('code_refused', { detail });
  if (detail === 'invalid_client' || detail === 'unauthorized_client') return new Refusal('provider_client', { detail });
  return new Refusal('provider_error', { detail });
}
