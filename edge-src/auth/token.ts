/**
 * `token`: a machine shows a JWT of a further issuer that is pinned in the settings and gets a short session for a header.
 * No cookie is read and none is set, so no browser can be made to use it.
 */
import type { Trail } from './audit.ts';
import { fromB64u } from './bytes.ts';
import type { Bearer } from './features.ts';
import { hookedClaims } from './hook.ts';
import { userOf, type Identity } from './identity.ts';
import { documentsOf, mint } from './mint.ts';
import { wordsOf } from './reasons.ts';
import { asCount, asRecord, asStrings, member } from './record.ts';
import { Refusal } from './refusal.ts';
import type { Incoming } from './request.ts';
import { json, problem, type EdgeResponse } from './response.ts';
import { textOf, verifyMessage, type SignedMessage } from './signed_message.ts';
import type { Surroundings } from './surroundings.ts';
import { issuersOf } from './tenant.ts';

const HEADER = 'x-zt-session';
const LARGEST = 16_384;

export async function token(request: Incoming, around: Surroundings, trail: Trail): Promise<EdgeResponse> {
  const { config } = around;
  if (config.bearer.length === 0) throw new Refusal('not_found');
  if (request.method !== 'POST') throw new Refusal('method');
  try {
    return await exchange(request, around, trail);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    trail.detail = error.detail ?? error.reason;
    if (error.isOutage) {
      trail.code = error.reason;
      return problem(503, wordsOf(error.reason).heading, { code: error.reason }, [['Retry-After', '10']]);
    }
    trail.code = 'token';
    // RFC 6750, 3.1: an error code only for a token that was shown.
    const shown = request.header('authorization').length > 0 ? ', error="invalid_token"' : '';
    return problem(401, wordsOf('token').heading, { code: 'token' }, [['WWW-Authenticate', `Bearer realm="${config.application}"${shown}`]]);
  }
}

async function exchange(request: Incoming, around: Surroundings, trail: Trail): Promise<EdgeResponse> {
  const { now } = around;
  const text = bearerOf(request);
  const trusted = trustedFor(text, around);
  const signers = { issuers: [trusted.issuer], audience: trusted.audience, algorithms: trusted.algorithms, keySet: around.keySetOf(trusted.jwksUri), required: ['exp', 'sub'] };
  const message = await verifyMessage(text, signers, now());
  checkKind(message, trusted);
  const expires = Math.floor(Number(member(message.claims, 'exp')));
  // The skew that its verification grants is not a second more for a session.
  if (!(expires > now())) throw new Refusal('token', { detail: 'claim_exp' });
  const documents = await documentsOf(around, 0);
  const from = { ...documents, request, tokens: undefined, previous: undefined, bounds: { lifetime: trusted.lifetime, expires } };
  const { session, value, assertion } = await mint(await hooked(identityOf(message, trusted, around), around), from, around, trail);
  trail.decision = 'exchange';
  const answer = { session: value, header: HEADER, expires_in: session.expires - session.issued };
  return json(200, assertion === undefined ? answer : { ...answer, assertion });
}

/** What the operators' hook says of a user holds for his tokens too. */
async function hooked(identity: Identity, { config, secrets, now }: Surroundings): Promise<Identity> {
  if (config.hook === null || !issuersOf(config).includes(identity.issuer)) return identity;
  return { ...identity, claims: await hookedClaims(identity, config, config.hook, await secrets.hookSecret(), now()) };
}

function bearerOf(request: Incoming): string {
  const lines = request.header('authorization');
  const [, text] = (lines.length === 1 ? /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(lines[0] ?? '') : null) ?? [];
  if (text === undefined || text.length > LARGEST) throw new Refusal('token', { detail: lines.length === 0 ? 'none' : 'form' });
  return text;
}

/** Which of the pinned issuers the token says it is of, before anything is fetched or believed. */
function trustedFor(text: string, { config }: Surroundings): Bearer {
  const payload = parsed(text.split('.')[1] ?? '');
  const audience = member(payload, 'aud');
  const audiences = asStrings(audience) ?? [audience];
  const ofIssuer = config.bearer.filter(({ issuer }) => issuer === member(payload, 'iss'));
  const found = ofIssuer.find((each) => audiences.includes(each.audience)) ?? ofIssuer[0];
  if (found === undefined) throw new Refusal('token', { detail: 'issuer' });
  return found;
}

function parsed(part: string) {
  try {
    return asRecord(JSON.parse((fromB64u(part) ?? Buffer.alloc(0)).toString('utf8'))) ?? {};
  } catch {
    throw new Refusal('token', { detail: 'form' });
  }
}

/** A token of another purpose is not a bearer token, although the same issuer signed it. */
function checkKind({ type, claims }: SignedMessage, trusted: Bearer): void {
  const wanted = trusted.type?.toLowerCase().replace(/^application\//, '');
  if (wanted !== undefined && type !== wanted) throw new Refusal('token', { detail: 'typ' });
  if (Object.hasOwn(claims, 'events')) throw new Refusal('token', { detail: 'events' });
  // Bound to a key that this caller has not shown (RFC 7800): whoever copied it could use it here.
  if (Object.hasOwn(claims, 'cnf')) throw new Refusal('token', { detail: 'cnf' });
}

/** A user of the login provider is the same here as in a browser, so that what ends his sessions ends these. */
function identityOf({ claims, issuedAt }: SignedMessage, { issuer }: Bearer, { config, now }: Surroundings): Identity {
  const user = issuersOf(config).includes(issuer) ? userOf(claims, config.claims) : textOf(claims, 'sub');
  if (typeof user !== 'string' || user === '') throw new Refusal('token', { detail: 'claim_user' });
  const said = member(claims, 'auth_time');
  const time = said === undefined ? issuedAt : asCount(said);
  if (time === undefined) throw new Refusal('token', { detail: 'auth_time' });
  return { issuer, claims, user, providerSession: textOf(claims, config.claims.session), loginTime: Math.min(time, now()) };
}
