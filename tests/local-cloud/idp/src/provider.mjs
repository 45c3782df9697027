// What a provider offers: authorization code with PKCE for everybody, claims of a workforce directory, refresh, logout towards and from its clients.
import './clock.mjs';
import { randomBytes } from 'node:crypto';
import Provider from 'oidc-provider';
import { logoutPage, signedOutPage, errorPage } from './pages.mjs';
import { createPolicy, STRONG } from './policy.mjs';
import { createStore } from './store.mjs';

const SCOPES = ['openid', 'profile', 'email', 'groups', 'offline_access'];
const EDGE_HOST = /^[a-z0-9-]+\.cloudfront\.net$/;
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** Whether a URI is one of the edge's: any distribution's domain on its port, at this path. */
function isAtEdge(value, port, path) {
  if (!port || !URL.canParse(value)) return false;
  const url = new URL(value);
  return url.protocol === 'https:' && EDGE_HOST.test(url.hostname) && url.port === (port === 443 ? '' : String(port))
    && url.pathname === path && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
}

/** A client's metadata, from what a configuration or an administrator says of it. */
export function clientOf(entry, configuration) {
  return {
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: entry.client_secret ? 'client_secret_basic' : 'none',
    redirect_uris: configuration.redirect_uris?.length ? configuration.redirect_uris : ['https://localhost/none'],
    post_logout_redirect_uris: configuration.post_logout_redirect_uris ?? [],
    backchannel_logout_session_required: true,
    require_auth_time: true,
    ...entry,
  };
}

function claimsOf(user) {
  const claims = { sub: user.sub, email: user.email, email_verified: user.email_verified ?? true, name: user.name };
  // A user without groups has no such claim at all, as with the large providers.
  if (user.groups) claims.groups = user.groups;
  if (user.roles) claims.roles = user.roles;
  return { ...claims, ...user.claims };
}

function features(issuer) {
  return {
    devInteractions: { enabled: false },
    claimsParameter: { enabled: true },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => { ctx.body = logoutPage(form); },
      postLogoutSuccessSource: (ctx) => { ctx.body = signedOutPage(); },
    },
    revocation: { enabled: true },
    userinfo: { enabled: true },
    ...issuer.features,
  };
}

/** Clients of the edge's own hosts, ID tokens with the provider's session, and logout tokens sent by our own means. */
function adapt(provider, { configuration, logoutToken, outgoing }) {
  const { redirectUriAllowed, postLogoutRedirectUriAllowed } = provider.Client.prototype;
  Object.assign(provider.Client.prototype, {
    redirectUriAllowed(value) {
      return redirectUriAllowed.call(this, value) || isAtEdge(value, configuration.edge_port, '/oauth2/callback');
    },
    postLogoutRedirectUriAllowed(value) {
      return postLogoutRedirectUriAllowed.call(this, value) || isAtEdge(value, configuration.edge_port, '/oauth2/signed-out');
    },
    includeSid: () => true,
    async backchannelLogout(sub, sid) {
      const body = new URLSearchParams({ logout_token: logoutToken(this.clientId, sub, sid) }).toString();
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await outgoing(this.backchannelLogoutUri, { method: 'POST', headers, body });
      if (answer.status !== 200 && answer.status !== 204) throw new Error(`${this.backchannelLogoutUri} answered ${answer.status}`);
      return answer;
    },
  });
}

/**
 * One issuer with its own sessions: `issuer` and `mount` say where it is, `dress` what it looks like.
 * @returns the realm: the provider, what it remembers, and how it speaks.
 */
export async function createRealm({ issuer, mount = '', tenant, dress = {}, around }) {
  const { configuration, directory, settings, signer, outgoing } = around;
  const store = createStore();
  const name = mount.replaceAll(/\W/g, '').slice(0, 8);
  const provider = new Provider(issuer, {
    adapter: store.Adapter,
    jwks: { keys: [signer.privateJwk] },
    cookies: { keys: [randomBytes(32).toString('base64url')], names: { session: `_session${name}`, interaction: `_interaction${name}`, resume: `_resume${name}` } },
    scopes: SCOPES,
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], profile: ['name'], email: ['email', 'email_verified'], groups: ['groups', 'roles'], sid: null, iss: null },
    acrValues: ['pwd', ...STRONG],
    // Claims of the granted scopes go into the ID token itself.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    responseTypes: ['code'],
    features: features(dress),
    routes: dress.routes ?? {},
    interactions: { policy: createPolicy(), url: (ctx, interaction) => `${mount}/interaction/${interaction.uid}` },
    findAccount: (ctx, sub) => {
      const user = directory.bySubject(sub);
      return user && { accountId: user.sub, claims: () => claimsOf(user) };
    },
    // The large providers ask for no consent before they hand out refresh tokens.
    issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    rotateRefreshToken: () => settings.rotation !== 'none',
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
  const realm = { provider, store, issuer, mount, tenant, directory, signer, dress };
  const issuerOf = (sub) => dress.issuerOf?.(directory.bySubject(sub)) ?? issuer;
  realm.logoutToken = (clientId, sub, sid, more = {}) => {
    const iat = Math.floor(Date.now() / 1000);
    const claims = { iss: issuerOf(sub), aud: clientId, sub, sid, iat, exp: iat + 120, jti: randomBytes(16).toString('base64url'), events: { [LOGOUT_EVENT]: {} } };
    return signer.sign({ ...claims, ...more }, { typ: 'logout+jwt' });
  };
  adapt(provider, { configuration, outgoing, logoutToken: realm.logoutToken });
  for (const entry of configuration.clients) await addClient(realm, clientOf(entry, configuration));
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.oidc?.route === 'token' && ctx.body && !settings.id_token_on_refresh && ctx.oidc.params.grant_type === 'refresh_token') delete ctx.body.id_token;
    if (ctx.path === '/.well-known/openid-configuration') ctx.body = { ...ctx.body, backchannel_logout_supported: true, backchannel_logout_session_supported: true };
    dress.after?.(realm, ctx);
  });
  provider.on('server_error', (ctx, error) => console.error(error));
  realm.serve = provider.callback();
  return realm;
}

/** Registers a client, or replaces it. */
export async function addClient({ provider }, metadata) {
  await provider.Client.adapter.upsert(metadata.client_id, metadata);
}

/** Ends every session of a user and tells the clients, as an administrator's "sign out everywhere" does. */
export async function endSessions({ provider, store }, sub) {
  const told = [];
  for (const known of store.all('Session').filter((session) => session.accountId === sub)) {
    for (const [clientId, { sid }] of Object.entries(known.authorizations ?? {})) {
      const client = await provider.Client.find(clientId);
      if (!client?.backchannelLogoutUri) continue;
      const answer = await client.backchannelLogout(sub, sid).then((a) => a.status, (error) => error.message);
      told.push({ client_id: clientId, sid, answer });
    }
    await (await provider.Session.find(known.jti))?.destroy();
  }
  return told;
}
