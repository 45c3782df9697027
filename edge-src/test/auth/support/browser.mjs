/**
 * A browser as far as a login needs one: cookies by origin, redirects, forms. Pages of the application go to the function as
 * viewer-request events, pages of the provider go over TLS.
 */
import assert from 'node:assert/strict';
import { request as httpsRequest } from 'node:https';
import { cookieHeader, cookiesAfter, HOST, viewerRequest } from './application.mjs';

export class Browser {
  #lambda;
  #ca;
  #jars = new Map();
  history = [];
  /** Set by a test that wants an address instead of what is there. */
  stopBefore = () => false;

  constructor(lambda, ca) {
    this.#lambda = lambda;
    this.#ca = ca;
  }

  jar(origin) {
    return this.#jars.get(origin) ?? {};
  }

  /** Opens an address and follows redirects until a page stands still, or until the application's own page is reached. */
  async open(address, { method = 'GET', form, headers = {} } = {}) {
    let url = new URL(address);
    for (let hops = 0; hops < 15; hops += 1) {
      const answer = await this.#fetch(url, method, form, headers);
      this.history.push({ url: url.href, method, status: answer.status });
      if (answer.location === undefined) return { ...answer, url };
      const next = new URL(answer.location, url);
      if (answer.status !== 307 && answer.status !== 308) [method, form] = ['GET', undefined];
      headers = {};
      url = next;
      if (this.stopBefore(url)) return { status: 0, url, body: '' };
      if (url.host === HOST && !url.pathname.startsWith('/oauth2/')) return { status: 200, url, body: 'the page of the application' };
    }
    assert.fail(`a loop: ${this.history.map((step) => step.url).join(' ')}`);
  }

  /** Sends the one form of a page, with these fields beside its hidden ones. */
  async submit(page, fields = {}) {
    const action = /<form[^>]*action="([^"]+)"/.exec(page.body)?.[1].replaceAll('&amp;', '&');
    assert.ok(action !== undefined, `a form on ${page.url}`);
    const hidden = [...page.body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
    const form = new URLSearchParams([...hidden, ...Object.entries(fields)]);
    return this.open(new URL(action, page.url), { method: 'POST', form: form.toString() });
  }

  async #fetch(url, method, form, headers) {
    const jar = this.jar(url.origin);
    const cookie = Object.keys(jar).length === 0 ? {} : { cookie: cookieHeader(jar) };
    if (url.host === HOST) {
      const response = await this.#lambda.invoke(viewerRequest(url.pathname + url.search, { method, headers: { ...cookie, ...headers } }));
      this.#jars.set(url.origin, cookiesAfter(response, jar));
      return { status: Number(response.status), location: response.headers.location?.[0].value, body: response.body, response };
    }
    return this.#foreign(url, method, form, cookie);
  }

  #foreign(url, method, form, cookie) {
    const type = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(form) };
    return new Promise((resolve, reject) => {
      const request = httpsRequest(url, { method, ca: this.#ca, headers: { accept: 'text/html', ...cookie, ...type } }, async (response) => {
        const chunks = [];
        for await (const chunk of response) chunks.push(chunk);
        const lines = (response.headers['set-cookie'] ?? []).map((value) => ({ value: value.replace(/expires=Thu, 01 Jan 1970[^;]*/i, 'Max-Age=0') }));
        this.#jars.set(url.origin, cookiesAfter({ headers: { 'set-cookie': lines } }, this.jar(url.origin)));
        resolve({ status: response.statusCode, location: response.headers.location, body: Buffer.concat(chunks).toString() });
      });
      request.on('error', reject);
      request.end(form);
    });
  }
}
