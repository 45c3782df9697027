// The vocabulary of the case files.
import { TABLE, b36, b64u } from './world.mjs';

export const allowed = (more = {}) => ({ pass: 'allow', ...more });
export const open = (more = {}) => ({ pass: 'public', reads: 0, ...more });
export const refused = (status, reason, more = {}) => ({ status, reason, ...more });
// A refusal by a grant says which generation is expected; `more.gen` where it is not that of the usual table.
export const toLogin = (reason, back = '/members/a', { fresh, gen = b36(TABLE.g), ...more } = {}) => ({
  status: 302, reason, headers: { location: `/oauth2/start?rd=${b64u(back)}${fresh ? '&fresh=1' : ''}${reason === 'grant' ? `&gen=${gen}` : ''}` }, ...more
});
export const stepUp = (back, asks, more = {}) => ({ status: 302, reason: 'context', headers: { location: `/oauth2/start?rd=${b64u(back)}${asks}` }, ...more });
export const askedForMore = (parameters, more = {}) => ({
  status: 401, reason: 'context', headers: { 'www-authenticate': `Bearer realm="members", error="insufficient_user_authentication"${parameters}`, location: null }, ...more
});
export const noToken = (more = {}) => told('token', { page: undefined, ...more });
export const told = (reason, more = {}) => ({
  status: 401, reason, page: false, headers: { 'www-authenticate': `Bearer realm="members"${reason === 'none' ? '' : ', error="invalid_token"'}` }, ...more
});
export const wait = (reason, more = {}) => refused(503, reason, more);
