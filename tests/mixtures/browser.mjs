/**
 * A visitor: follows redirects, logs in at once at a provider that keeps its own session, waits as long as a 503 says. Every request may
 * meet another location.
 */
import { ISSUER, jwt } from '../fuzz/auth_function.mjs';
import { clock, login, page } from './place.mjs';

const HOPS = 40;

export class Visitor {
  jar = {};
  /** How often the login was begun. */
  logins = 0;
  waits = 0;

  constructor(outside, { sub, groups }, since) {
    Object.assign(this, { outside, sub, groups, since });
  }

  /** The provider: asks again only when its own session is older than it may be. */
  #authorize(address) {
    const asked = new URL(address).searchParams;
    const longest = asked.get('max_age');
    if (asked.get('prompt') === 'login' || (longest !== null && clock.now - this.since > Number(longest)) || longest === '0') this.since = clock.now;
    const claims = { iss: ISSUER, aud: 'client-1', sub: this.sub, sid: `sid-${this.sub}`, exp: clock.now + 300, iat: clock.now, auth_time: this.since, nonce: asked.get('nonce'), groups: this.groups, email: `${this.sub}@example.com`, email_verified: true };
    this.outside.tokens = () => ({ access_token: 'a', token_type: 'Bearer', expires_in: 300, id_token: jwt(this.outside.key, claims) });
    return `/oauth2/callback?${new URLSearchParams({ code: 'c', state: asked.get('state'), iss: ISSUER })}`;
  }

  /** Opens a page; `next()` names the location of each request, `seen` hears every answer of a page. Without waiting: until a terminal answer. */
  async open(path, next, seen = () => {}) {
    let address = path;
    let logins = 0;
    for (let hop = 0; hop < HOPS; hop += 1) {
      const place = next();
      const authenticates = address.startsWith('/oauth2/');
      const answer = await (authenticates ? login(place, address, this.jar) : page(place, address, this.jar));
      if (!authenticates) seen(answer, place);
      if (answer.location === undefined) return { ...answer, logins };
      if (answer.location.startsWith('/oauth2/start')) logins += 1;
      address = answer.location.startsWith(ISSUER) ? this.#authorize(answer.location) : answer.location;
      if (logins > 3) return { status: -1, reason: 'loop', logins };
    }
    return { status: -1, reason: 'no end', logins };
  }
}
