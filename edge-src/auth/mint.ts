/**
 * Makes a session of a proven identity: at a login, or at a refresh, which keeps who it is and when it began. What the
 * session may do is always computed afresh, from these claims and the present membership document.
 */
import type { Trail } from './audit.ts';
import { assertionHash, signAssertion } from './assertion.ts';
import { b64u } from './bytes.ts';
import type { ClaimNames, Config } from './config.ts';
import { contextKept, contextOf } from './context.ts';
import { expire, setCookie } from './cookies.ts';
import type { Identity } from './identity.ts';
import { signer, type Keys } from './keys.ts';
import { grantsOf, verifiedEmail, type Membership } from './membership.ts';
import type { Tokens } from './provider.ts';
import { asStrings, member, type Json } from './record.ts';
import { dropHint, dropRefresh, hasHint, hasRefresh, hintCookie, refreshCookie } from './refresh_cookie.ts';
import { Refusal } from './refusal.ts';
import type { Incoming } from './request.ts';
import { LARGEST_COOKIE } from './response.ts';
import { fingerprint, formatSession, handleOf, NO_PROVIDER_SESSION, sessionCookie, type Session } from './session.ts';
import type { Surroundings } from './surroundings.ts';
import { issuersOf } from './tenant.ts';

/** The claims of a session, encoded, may take so many characters. */
const LARGEST_CLAIMS = 1_024;
/**
 * CloudFront refuses a request whose headers are too large, and with it every way to log in or out. Login attempts may take
 * 8 kB more, so what can be spared goes before the rest gets there.
 */
const LARGEST_TOGETHER = 9_000;

export interface Documents {
  readonly keys: Keys;
  readonly pepper: Buffer;
  readonly membership: Membership;
}

export interface Basis extends Documents {
  readonly request: Incoming;
  /** What the token endpoint gave with the identity; a bearer exchange has none. */
  readonly tokens: Tokens | undefined;
  /** The session that is being renewed; a login has none. */
  readonly previous: Previous | undefined;
  /** What bounds the session of a bearer besides. */
  readonly bounds?: { readonly lifetime: number; readonly expires: number };
}

export interface Previous extends Pick<Session, 'sid' | 'user' | 'providerSession' | 'loginTime' | 'context'> {
  /** The absolute deadline as it was set at the login. */
  readonly deadline: number;
}

export interface Minted {
  readonly session: Session;
  readonly value: string;
  readonly cookies: readonly string[];
  readonly assertion: string | undefined;
}

/** The documents of this application, the membership as new as this generation where it can be. */
export async function documentsOf({ secrets }: Surroundings, generation: number): Promise<Documents> {
  const [keys, pepper, membership] = await Promise.all([secrets.keys(), secrets.pepper(), secrets.membershipOf(generation)]);
  return { keys, pepper, membership };
}

export async function mint(identity: Identity, from: Basis, around: Surroundings, trail: Trail): Promise<Minted> {
  const { config, now } = around;
  const issued = now();
  const deadline = deadlineOf(identity, from, config);
  if (!(deadline > issued)) throw new Refusal('absolute');
  const own = isOwn(identity, config);
  const claims = own ? identity.claims : withoutPerson(identity.claims, config.claims);
  const grants = grantsOf(from.membership, claims, config.claims, own);
  const selected = sessionClaims(own ? claims : { ...claims, sub: identity.user }, around);
  const { lifetime, expires: latest } = from.bounds ?? { lifetime: config.lifetime, expires: deadline };
  const expires = Math.min(issued + config.lifetime, issued + lifetime, deadline, latest);
  const unsigned = {
    ...personOf(identity, from, around),
    issued,
    expires,
    generation: from.membership.generation,
    grants: grants.bits,
    claims: selected.encoded,
    assertionHash: '',
  };
  trail.handle = handleOf(unsigned.user, b64u(unsigned.sid));
  trail.generation = unsigned.generation;
  trail.grants = unsigned.grants;
  trail.dropped = selected.dropped;
  const assertion = await assert(unsigned, { identity, policies: grants.policies, request: from.request }, around);
  const session = assertion === undefined ? unsigned : { ...unsigned, assertionHash: assertionHash(assertion) };
  const value = formatSession(session, signer(from.keys, issued, config.lifetime));
  const cookies = [sessionCookie(config, value, deadline - issued), ...(assertion === undefined ? [] : [assertionCookie(config, assertion, deadline - issued)])];
  return { session, value, assertion, cookies: await withCompanions(cookies, identity, session, { ...from, deadline }, around) };
}

const deadlineOf = ({ loginTime }: Identity, { previous }: Basis, { absoluteLifetime }: Config): number =>
  previous === undefined ? loginTime + absoluteLifetime : Math.min(previous.loginTime + absoluteLifetime, previous.deadline);

/** Who it is and how the login was: kept by a refresh, new at every login. */
function personOf(identity: Identity, { pepper, membership, previous }: Basis, { config, random }: Surroundings) {
  const { claims, issuer, user, providerSession, loginTime } = identity;
  if (previous !== undefined) {
    const { sid, user: usr, providerSession: ses, loginTime: lt } = previous;
    return { sid, user: usr, providerSession: ses, loginTime: lt, context: contextKept(previous.context, membership.contexts, claims) };
  }
  return {
    sid: random(16),
    user: fingerprint(pepper, issuer, user),
    providerSession: providerSession === undefined ? NO_PROVIDER_SESSION : fingerprint(pepper, issuer, providerSession),
    loginTime,
    context: isOwn(identity, config) ? contextOf(membership.contexts, claims) : '',
  };
}

const isOwn = ({ issuer }: Identity, config: Config): boolean => issuersOf(config).includes(issuer);

/**
 * Who is in which group, owns which address and logged in how strongly is for the login provider to say. A further issuer may call
 * somebody else by the same name, or let anybody name the audience; policies admit its tokens by claims of their own.
 */
function withoutPerson(claims: Json, names: ClaimNames): Json {
  const ofPerson = new Set([...Object.values(names), 'sub', 'email', 'email_verified', 'groups', 'roles', 'acr', 'amr']);
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !ofPerson.has(name)));
}

interface Whose {
  readonly identity: Identity;
  readonly policies: readonly string[];
  readonly request: Incoming;
}

async function assert(session: Session, { identity, policies, request }: Whose, { config, secrets }: Surroundings): Promise<string | undefined> {
  if (config.assertion === null) return undefined;
  const claims = session.claims === '' ? {} : (JSON.parse(Buffer.from(session.claims, 'base64url').toString('utf8')) as Json);
  return signAssertion(
    {
      ...claims,
      iss: request.origin + config.prefix,
      aud: config.assertion.audience,
      sub: identity.user,
      iss_idp: identity.issuer,
      iat: session.issued,
      exp: session.expires,
      auth_time: session.loginTime,
      sid: handleOf(session.user, b64u(session.sid)),
      policies,
    },
    await secrets.assertionKeys(),
  );
}

const assertionName = ({ cookieDomain, application }: Config): string => (cookieDomain === null ? '__Host-zt-assertion' : `__Secure-zt-${application}-assertion`);

function assertionCookie(config: Config, assertion: string, seconds: number): string {
  const line = setCookie(assertionName(config), assertion, seconds, config.cookieDomain);
  if (line.length > LARGEST_COOKIE) throw new Refusal('cookie_size', { detail: 'assertion' });
  return line;
}

export const dropAssertion = (config: Config): string => expire(assertionName(config), config.cookieDomain);

/** What only this function reads later; what belongs to another session than this one goes. */
async function withCompanions(cookies: readonly string[], { claims, issuer }: Identity, session: Session, from: Basis & { readonly deadline: number }, { config }: Surroundings): Promise<string[]> {
  const { request, tokens, keys, deadline } = from;
  const { issued: now, user } = session;
  const sid = b64u(session.sid);
  const subject = member(claims, 'sub');
  const token = config.refresh ? tokens?.refreshToken : undefined;
  const sealing = { keys, config, now };
  const lines = [...cookies];
  if (token !== undefined && typeof subject === 'string') lines.push(await refreshCookie({ sid, user, issuer, subject, token, expires: deadline }, sealing));
  else if (hasRefresh(request, config)) lines.push(dropRefresh(config));
  const hint = config.endSessionEndpoint === null || tokens?.idToken === undefined ? undefined : await hintCookie(sid, tokens.idToken, deadline - now, sealing);
  if (hint !== undefined && lines.join().length + hint.length <= LARGEST_TOGETHER) lines.push(hint);
  else if (hasHint(request, config)) lines.push(dropHint(config));
  return lines;
}

/** The configured claims in their order, as many as fit; what does not fit is named in the audit line. */
function sessionClaims(claims: Json, { config }: Surroundings): { encoded: string; dropped: string[] } {
  let kept: Record<string, unknown> = {};
  let encoded = '';
  const dropped: string[] = [];
  for (const name of config.sessionClaims) {
    const value = name === config.claims.email ? verifiedEmail(claims, config.claims) : member(claims, name);
    if (value === undefined || !isPlain(value)) continue;
    const tried = { ...kept, [name]: wellFormed(value) };
    const text = b64u(Buffer.from(JSON.stringify(tried), 'utf8'));
    if (text.length > LARGEST_CLAIMS) dropped.push(name);
    else [kept, encoded] = [tried, text];
  }
  return { encoded, dropped };
}

/** Half a surrogate pair has no UTF-8: engines disagree on what becomes of it, so nobody gets to see one. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('utf8');
  return Array.isArray(value) ? value.map(wellFormed) : value;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value) || asStrings(value) !== undefined;
}
