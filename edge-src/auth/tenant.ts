/**
 * Which issuer a token must name. With tenants the configured issuer is a template, and the token's own `tid` says which of
 * the listed tenants fills it: without that list anybody with a tenant of their own could log in.
 */
import type { Config } from './config.ts';
import { member, type Json } from './record.ts';

/** The issuer these claims must come from; nothing when no listed tenant is theirs. */
export function issuerOf({ issuer, tenants }: Pick<Config, 'issuer' | 'tenants'>, claims: Json): string | undefined {
  if (tenants === null) return issuer;
  const tenant = member(claims, 'tid');
  return typeof tenant === 'string' && tenants.includes(tenant) ? fill(issuer, tenant) : undefined;
}

/** Every issuer whose users may log in. */
export const issuersOf = ({ issuer, tenants }: Pick<Config, 'issuer' | 'tenants'>): readonly string[] =>
  tenants === null ? [issuer] : tenants.map((tenant) => fill(issuer, tenant));

export const fill = (template: string, tenant: string): string => template.replace('{tenantid}', () => tenant);
