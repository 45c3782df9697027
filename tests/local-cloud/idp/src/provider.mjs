// What the provider offers: authorization code with PKCE for everybody, claims of a workforce directory, RP-initiated logout.
import './clock.mjs';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import Provider from 'oidc-provider';
import { logoutPage, signedOutPage, errorPage } from './pages.mjs';

const SCOPES = ['openid', 'profile', 'email', 'groups', 'offline_access'];
const EDGE_HOST = /^[a-z0-9-]+\.cloudfront\.net$/;

/** Whether a URI is one of the edge's: any distribution's domain on its port, at this path. */
function isAtEdge(value, port, path) {
  if (!port || !URL.canParse(value)) return false;
  const url = new URL(value);
  return url.protocol === 'https:' && EDGE_HOST.test(url.hostname) && url.port === (port === 443 ? '' : String(port))
    && url.pathname === path && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
}

function client(entry, configuration) {
  return {
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: entry.client_secret ? 'client_secret_basic' : 'none',
    redirect_uris: configuration.redirect_uris?.length ? configuration.redirect_uris : ['https://localhost/none'],
    post_logout_redirect_uris: configuration.post_logout_redirect_uris ?? [],
    require_auth_time: true,
    ...entry,
  };
}

function claimsOf(user) {
  const claims = { sub: user.sub, email: user.email, email_verified: user.email_verified ?? true, name: user.name };
  // A user without groups has no such claim at all, as with the large providers.
  if (user.groups) claims.groups = user.groups;
  return claims;
}

/** A provider for this issuer. */
export function createProvider(issuer, configuration) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: configuration.clients.map((entry) => client(entry, configuration)),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: randomBytes(8).toString('hex') }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    scopes: SCOPES,
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'], groups: ['groups'], sid: null, auth_time: null, acr: null, amr: null, iss: null },
    // Claims of the granted scopes go into the ID token itself.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    responseTypes: ['code'],
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => { ctx.body = logoutPage(form); },
        postLogoutSuccessSource: (ctx) => { ctx.body = signedOutPage(); },
      },
      revocation: { enabled: true },
    },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (ctx, sub) => {
      const user = configuration.users.find((u) => u.sub === sub);
      return user && { accountId: user.sub, claims: () => claimsOf(user) };
    },
    // Everybody here has agreed to everything.
    loadExistingGrant: async (ctx) => {
      const { client: asking, session } = ctx.oidc;
      const known = session.grantIdFor(asking.clientId);
      const grant = (known && (await provider.Grant.find(known))) || new provider.Grant({ clientId: asking.clientId, accountId: session.accountId });
      grant.addOIDCScope(SCOPES.join(' '));
      await grant.save();
      return grant;
    },
    ttl: { AccessToken: 3600, AuthorizationCode: 60, IdToken: 3600, RefreshToken: 86_400, Interaction: 3600, Session: 1_209_600, Grant: 1_209_600 },
    renderError: (ctx, out, error) => {
      ctx.type = 'html';
      ctx.body = errorPage(out);
      if (ctx.status >= 500) console.error(error);
    },
  });
  const { redirectUriAllowed, postLogoutRedirectUriAllowed } = provider.Client.prototype;
  Object.assign(provider.Client.prototype, {
    redirectUriAllowed(value) {
      return redirectUriAllowed.call(this, value) || isAtEdge(value, configuration.edge_port, '/oauth2/callback');
    },
    postLogoutRedirectUriAllowed(value) {
      return postLogoutRedirectUriAllowed.call(this, value) || isAtEdge(value, configuration.edge_port, '/oauth2/signed-out');
    },
    // Every ID token names the provider's session.
    includeSid: () => true,
  });
  return provider;
}
