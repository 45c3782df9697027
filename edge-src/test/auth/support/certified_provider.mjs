/** The npm package `oidc-provider`, which is certified by the OpenID Foundation, on https with its own login pages. */
import { createServer } from 'node:https';
import Provider from 'oidc-provider';
import { listen } from './listen.mjs';

const ACCOUNTS = {
  ada: { email: 'Ada@Example.com', email_verified: true, name: 'Ada Lovelace', groups: ['staff', 'admins'], roles: ['auditor'] },
  bob: { email: 'bob@elsewhere.example', email_verified: false, name: 'Bob', groups: ['guests'], roles: [] },
};

/** `fetch` stands for the network on which the provider calls its clients. */
export async function startCertifiedProvider(certificate, clients, { fetch } = {}) {
  const server = createServer(certificate);
  const issuer = `https://localhost:${await listen(server)}`;
  // The package speaks of its development pages on the console; they are what this test is about.
  const quiet = [console.warn, console.info];
  [console.warn, console.info] = [() => {}, () => {}];
  const provider = new Provider(issuer, {
    clients,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups', 'roles'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true }, backchannelLogout: { enabled: true }, revocation: { enabled: true } },
    // Without a consent for offline access: the refresh token lives as long as the provider's session.
    issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
    ...(fetch === undefined ? {} : { fetch }),
    pkce: { required: () => true },
    findAccount: (_context, sub) => (sub in ACCOUNTS ? { accountId: sub, claims: () => ({ sub, ...ACCOUNTS[sub] }) } : undefined),
    cookies: { keys: ['a key of the test'] },
    jwks: undefined,
    ttl: { Session: 86_400, Grant: 86_400, Interaction: 3_600, AccessToken: 3_600, IdToken: 3_600, AuthorizationCode: 60, RefreshToken: 86_400 },
  });
  [console.warn, console.info] = quiet;
  server.on('request', provider.callback());
  return {
    issuer,
    endpoints: {
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: `${issuer}/session/end`,
    },
    revocationEndpoint: `${issuer}/token/revocation`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
