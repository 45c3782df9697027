/**
 * Subject identifiers of security events (RFC 9493) as users of this application. A subject that cannot be mapped beyond
 * doubt is refused, because an event that is accepted and revokes nobody is a revocation lost.
 */
import type { Config } from './config.ts';
import { asRecord, member, type Json } from './record.ts';
import { Refusal } from './refusal.ts';
import { textOf } from './signed_message.ts';
import { issuersOf } from './tenant.ts';

export interface Who {
  readonly issuer: string;
  readonly user: string;
  readonly session: string | undefined;
}

export function whoIs(value: unknown, config: Config): Who {
  const subject = asRecord(value);
  if (subject === undefined) throw unknown('none');
  const format = member(subject, 'format');
  // Before RFC 9493 a complex subject had no format of its own.
  if (format === 'complex' || (format === undefined && Object.hasOwn(subject, 'user'))) return complex(subject, config);
  return { ...simple(subject, config), session: undefined };
}

function complex(subject: Json, config: Config): Who {
  const who = simple(asRecord(member(subject, 'user')) ?? {}, config);
  if (!Object.hasOwn(subject, 'session')) return { ...who, session: undefined };
  const session = asRecord(member(subject, 'session')) ?? {};
  const id = member(session, 'format') === 'opaque' ? textOf(session, 'id') : undefined;
  if (id === undefined) throw unknown('session');
  return { ...who, session: id };
}

function simple(subject: Json, config: Config): Omit<Who, 'session'> {
  switch (member(subject, 'format')) {
    case 'iss_sub': {
      const [issuer, user] = [textOf(subject, 'iss'), textOf(subject, 'sub')];
      if (issuer === undefined || user === undefined || !issuersOf(config).includes(issuer)) throw unknown('iss_sub');
      if (config.claims.user !== 'sub') throw unknown('user_claim');
      return { issuer, user };
    }
    case 'opaque':
      return { issuer: onlyIssuer(config), user: asKnown(textOf(subject, 'id') ?? refuse('opaque'), config) };
    case 'email': {
      if (config.claims.user !== config.claims.email) throw unknown('email');
      return { issuer: onlyIssuer(config), user: asKnown(textOf(subject, 'email') ?? refuse('email'), config) };
    }
    default:
      throw unknown('format');
  }
}

/** As a login knows the user: an address is in lower case there. */
export const asKnown = (user: string, { claims }: Pick<Config, 'claims'>): string => (claims.user === claims.email ? user.toLowerCase() : user);

/** With several tenants a user without an issuer could be anybody's. */
function onlyIssuer(config: Config): string {
  const [issuer, ...others] = issuersOf(config);
  return issuer === undefined || others.length > 0 ? refuse('issuer') : issuer;
}

const unknown = (detail: string): Refusal => new Refusal('subject', { detail });

function refuse(detail: string): never {
  throw unknown(detail);
}
