// One person at one browser without a screen: cookies by host and path, redirects, the provider's login form. Every exchange is kept.

const HOPS = 20;
const SECONDS = 1000;
/** Parameters whose values are for one browser alone; a `code` may also be a reason, which is a word. */
const PRIVATE = ['code', 'state', 'nonce', 'code_challenge', 'id_token_hint'];
const SHORTEST = 16;

export class Loop extends Error {}

function parsed(line) {
  const [pair, ...attributes] = line.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  const known = Object.fromEntries(attributes.map((each) => {
    const [name, ...value] = each.split('=');
    return [name.toLowerCase(), value.join('=')];
  }));
  const gone = known['max-age'] === '0' || (known['max-age'] === undefined && known.expires !== undefined && Date.parse(known.expires) <= SECONDS);
  return { name: pair.slice(0, at), value: pair.slice(at + 1), path: known.path || '/', gone };
}

const covers = (path, of) => of === path || of.startsWith(path.endsWith('/') ? path : `${path}/`);

export class Visitor {
  /** `cold`: every request to the auth function finds a cold start. */
  constructor(world, application, person, { cold = true } = {}) {
    Object.assign(this, { world, application, person: world.people[person], cold });
    this.jars = new Map();
    /** Exchanges with the application. */
    this.seen = [];
    /** Texts that nobody may find in a log. */
    this.secrets = new Set([this.person.password, this.person.code].filter(Boolean));
  }

  #jar(host) {
    if (!this.jars.has(host)) this.jars.set(host, new Map());
    return this.jars.get(host);
  }

  /** The value of a cookie of the application. */
  cookie(name) {
    return [...this.#jar(new URL(this.application.origin).hostname).values()].find((each) => each.name === name)?.value;
  }

  get session() {
    return this.cookie('__Host-zt-session');
  }

  #keep(host, lines) {
    for (const cookie of lines.map(parsed)) {
      const key = `${cookie.name} ${cookie.path}`;
      if (cookie.gone) this.#jar(host).delete(key);
      else this.#jar(host).set(key, cookie);
      if (cookie.value.length >= SHORTEST) this.secrets.add(cookie.value);
    }
  }

  #note(url) {
    const { searchParams } = new URL(url);
    for (const name of PRIVATE) if ((searchParams.get(name) ?? '').length >= SHORTEST) this.secrets.add(searchParams.get(name));
  }

  /** One exchange, with the cookies that a browser would send. */
  async request(url, { method = 'GET', headers = {}, body = '' } = {}) {
    const { hostname, pathname, origin } = new URL(url);
    const ours = origin === this.application.origin;
    if (ours && this.cold && pathname.startsWith('/oauth2/')) await this.world.cool();
    const cookies = [...this.#jar(hostname).values()].filter(({ path }) => covers(path, pathname)).map(({ name, value }) => `${name}=${value}`);
    const sent = { 'user-agent': 'zt-faults', ...(cookies.length > 0 && { cookie: cookies.join('; ') }), ...headers };
    this.#note(url);
    const began = performance.now();
    const answer = await this.world.send(url, { method, headers: sent, body });
    const took = performance.now() - began;
    this.#keep(hostname, [answer.headers['set-cookie'] ?? []].flat());
    const exchange = { url, path: pathname, method, took, ...answer };
    if (answer.headers.location !== undefined) this.#note(new URL(answer.headers.location, url).href);
    if (ours) this.seen.push(exchange);
    return exchange;
  }

  /** Loads a page as its window does, until an answer that stays. */
  async open(path, first = {}) {
    const navigates = { accept: 'text/html,*/*;q=0.8', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    let next = { url: new URL(path, this.application.origin).href, ...first };
    for (let hop = 0; hop < HOPS; hop += 1) {
      const answer = await this.request(next.url, { ...next, headers: { ...navigates, ...next.headers } });
      next = this.#onward(answer);
      if (next === undefined) return answer;
    }
    throw new Loop(`${HOPS} answers lead on from ${path}: ${this.seen.slice(-6).map((each) => `${each.status} ${each.path}`).join(', ')}`);
  }

  #onward({ url, status, headers, body }) {
    if (headers.location !== undefined && status >= 300 && status < 400) return { url: new URL(headers.location, url).href };
    const refresh = /http-equiv=refresh content="0;url=([^"]+)"/.exec(body)?.[1];
    if (refresh !== undefined) return { url: new URL(refresh, url).href };
    const form = new URL(url).origin === this.world.providerOrigin ? /<form method="post" action="([^"]+)"/.exec(body) : null;
    if (form === null || !body.includes('name="password"')) return undefined;
    const { user, password, code } = this.person;
    const filled = new URLSearchParams({ user, password, ...(body.includes('name="code"') && { code }) });
    return { url: new URL(form[1], url).href, method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: filled.toString() };
  }

  /** A form of the application's own page. */
  post(path, headers = {}, body = '') {
    return this.request(`${this.application.origin}${path}`, { method: 'POST', headers: { origin: this.application.origin, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded', ...headers }, body });
  }

  /** Whether the application showed its page, to this person. */
  isShown({ status, url, body }) {
    if (status !== 200 || new URL(url).origin !== this.application.origin || url.includes('/oauth2/')) return false;
    try {
      return JSON.parse(body).headers['x-zt-subject'] === this.person.subject;
    } catch {
      return false;
    }
  }
}
