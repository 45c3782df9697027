// oidc-provider dressed as Entra ID: issuers by tenant, its paths, its claims, group overage with a place to ask, federated client
// assertions, no iss parameter, no revocation endpoint.
import { verified, readPart } from './signer.mjs';

/** More groups than this, and the token names the place of the list instead of the list. */
const MOST_GROUPS = 200;
export const FEDERATED_CLIENT = 'zt-entra-federated';
export const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const ROUTES = {
  authorization: '/oauth2/v2.0/authorize',
  token: '/oauth2/v2.0/token',
  jwks: '/discovery/v2.0/keys',
  end_session: '/oauth2/v2.0/logout',
  userinfo: '/oidc/userinfo',
  revocation: '/none/revocation',
};

/** What Entra's discovery does not name. */
const ABSENT = ['authorization_response_iss_parameter_supported', 'revocation_endpoint', 'code_challenge_methods_supported', 'acr_values_supported'];

/** The dress of one tenant, or of all with `issuer` a template. */
export function createDress({ base, template }) {
  const issuerOf = (user) => `${base}/${user.tenant}/v2.0`;
  return {
    routes: ROUTES,
    issuerOf,
    after(realm, ctx) {
      if (ctx.path === '/.well-known/openid-configuration') ctx.body = discovery(ctx.body, template ?? realm.issuer);
      if (ctx.oidc?.route === 'token' && ctx.body?.id_token) ctx.body.id_token = dressed(realm, ctx.body.id_token, base);
      const to = ctx.response.get('location');
      if (to && URL.canParse(to) && new URL(to).searchParams.has('iss')) ctx.set('location', withoutIssuer(to));
    },
  };
}

function discovery(document, issuer) {
  const shown = { ...document, issuer };
  for (const name of ABSENT) delete shown[name];
  return shown;
}

function withoutIssuer(location) {
  const url = new URL(location);
  url.searchParams.delete('iss');
  return url.href;
}

/** The ID token with Entra's claims. */
function dressed(realm, token, base) {
  const { email_verified: _, groups: listed, ...claims } = realm.signer.read(token);
  const user = realm.directory.bySubject(claims.sub);
  if (!user) return token;
  const entra = { iss: `${base}/${user.tenant}/v2.0`, tid: user.tenant, oid: user.object_id, preferred_username: user.user, ver: '2.0', nbf: claims.iat };
  return realm.signer.sign({ ...claims, ...entra, ...groups(listed, user, base), ...user.claims }, { typ: 'JWT' });
}

function groups(listed, user, base) {
  if (!listed) return {};
  if (listed.length <= MOST_GROUPS) return { groups: listed };
  const endpoint = `${base}/graph/${user.tenant}/users/${user.object_id}/getMemberObjects`;
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } };
}

/** An ID token as hint: of the tenant's issuer, while a realm of all tenants knows itself by another name. */
export function undressedHint(realm, url) {
  const at = new URL(url, 'https://localhost');
  const hint = at.searchParams.get('id_token_hint');
  const claims = hint && realm.signer.read(hint);
  if (!claims || claims.iss === realm.issuer) return url;
  at.searchParams.set('id_token_hint', realm.signer.sign({ ...claims, iss: realm.issuer }));
  return at.pathname + at.search;
}

/** Microsoft Graph's `me/getMemberObjects`, asked with the access token of the login. */
export async function memberObjects(realms, request, response) {
  const token = /^Bearer ([\w-]+)$/.exec(request.headers.authorization ?? '')?.[1];
  let user;
  for (const realm of realms) {
    const known = token && (await realm.provider.AccessToken.find(token));
    user ??= known && realm.directory.bySubject(known.accountId);
  }
  let text = '';
  for await (const chunk of request) text += chunk;
  const send = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (request.method !== 'POST') return send(405, { error: { code: 'Request_BadRequest' } });
  if (!user) return send(401, { error: { code: 'InvalidAuthenticationToken' } });
  if (typeof JSON.parse(text || '{}').securityEnabledOnly !== 'boolean') return send(400, { error: { code: 'Request_BadRequest' } });
  return send(200, { '@odata.context': `${new URL(realms[0].issuer).origin}/graph/v1.0/$metadata#Collection(Edm.String)`, value: user.groups ?? [] });
}

/** Judges client assertions of foreign issuers by the credentials that an administrator registered. */
export function createFederation({ outgoing, secret }) {
  const credentials = [];
  const refused = (text) => ({ error: 'invalid_client', error_description: `AADSTS700213: ${text}`, error_codes: [700213] });
  async function judge(assertion) {
    const claims = readPart(String(assertion).split('.')[1] ?? '');
    // Nothing is fetched for an issuer that nobody registered.
    const known = credentials.find((c) => c.issuer === claims.iss && c.subject === claims.sub && c.audience === claims.aud);
    if (!known) return 'No matching federated identity record found for the presented assertion.';
    const { body } = await outgoing(`${known.issuer}/.well-known/openid-configuration`);
    const { keys } = JSON.parse((await outgoing(JSON.parse(body).jwks_uri)).body);
    const now = Date.now() / 1000;
    if (!verified(assertion, keys)) return 'The signature of the assertion is not valid.';
    return claims.exp > now && claims.iat <= now + 60 ? null : 'The assertion is expired or not yet valid.';
  }
  return {
    credentials,
    add({ issuer, subject, audience = 'api://AzureADTokenExchange' }) {
      if (![issuer, subject, audience].every((text) => typeof text === 'string' && text)) throw new TypeError('issuer, subject and audience are texts');
      credentials.push({ issuer, subject, audience });
    },
    /** The form with our own secret instead of the assertion, or the refusal. */
    async exchange({ client_assertion: assertion, client_assertion_type: type, ...form }) {
      if (type !== ASSERTION) return { refusal: refused('client_assertion_type is not that of a JWT.') };
      const problem = await judge(assertion).catch((error) => error.message);
      return problem ? { refusal: refused(problem) } : { form: { ...form, client_secret: secret } };
    },
  };
}
