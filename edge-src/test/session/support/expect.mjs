// The vocabulary of the case files.
import { b64u } from './world.mjs';

export const allowed = (more = {}) => ({ pass: 'allow', ...more });
export const open = (more = {}) => ({ pass: 'public', reads: 0, ...more });
export const refused = (status, reason, more = {}) => ({ status, reason, ...more });
export const toLogin = (reason, back = '/members/a', more = {}) => ({
  status: 302, reason, headers: { location: `/oauth2/start?rd=${b64u(back)}${more.fresh ? '&fresh=1' : ''}` }, ...more
});
export const told = (reason, more = {}) => ({
  status: 401, reason, page: false, headers: { 'www-authenticate': `Bearer realm="members"${reason === 'none' ? '' : ', error="invalid_token"'}` }, ...more
});
export const wait = (reason, more = {}) => refused(503, reason, more);
