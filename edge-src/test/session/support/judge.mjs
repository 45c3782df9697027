// Compares an answer with what a case expects, and every answer of our own with what holds for all of them.

const DECISION = (status) => (status >= 500 ? 'error' : status < 300 ? 'allow' : status === 302 || status === 401 ? 'login' : 'deny');
const FIXED = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000'
};
const AUDIT = /^v1 (allow|public|login|deny|error) (-|host|path|method|none|cookie|duplicate|format|kid|mac|expired|notbefore|revoked|blocked|policy|grant|context|token|assertion|tls|store|origin|preflight) r(\d+|-) p([\w-]+) h([\w-]{10}|~[a-z\d-]{1,32}|-)$/;

const value = (out, name) => out.headers?.[name]?.value;

function own(out, expect, say) {
  if (out.statusCode !== expect.status) return say(`status ${out.statusCode}, not ${expect.status}`);
  for (const [name, text] of Object.entries({ ...FIXED, 'x-zt-reason': expect.reason, ...expect.headers })) {
    const found = value(out, name) ?? null;
    if (text instanceof RegExp ? !text.test(found) : found !== text) say(`${name}: ${found}, not ${text}`);
  }
  if (expect.status !== 302 && 'location' in out.headers) say('a location that is no redirect');
  if (expect.status === 503 && value(out, 'retry-after') !== '5') say('no retry-after');
  const type = value(out, 'content-type') ?? '';
  if ([302, 204, 404].includes(expect.status) ? out.body !== undefined : typeof out.body !== 'string') say(`body: ${out.body}`);
  if (expect.page === true && !type.startsWith('text/html')) say(`a page was wanted, not ${type}`);
  if (expect.page === false) {
    const problem = type === 'application/problem+json' ? JSON.parse(out.body) : {};
    if (problem.status !== expect.status || problem.code !== expect.reason || problem.login !== '/oauth2/start') say(`no problem document: ${out.body}`);
  }
  if (expect.body) expect.body(out.body, say);
  if (expect.cookies && canonical(out.cookies) !== canonical(expect.cookies)) say(`cookies: ${JSON.stringify(out.cookies)}`);
}

function passed(out, expect, sent, say) {
  if (out.statusCode !== undefined) return say(`answered ${out.statusCode} ${value(out, 'x-zt-reason')} instead of passing`);
  for (const [name, text] of Object.entries(expect.headers ?? {})) if ((value(out, name) ?? null) !== text) say(`${name}: ${value(out, name)}, not ${text}`);
  const names = Object.keys(out.cookies).sort().join();
  if (names !== (expect.cookies ?? []).join()) say(`cookies left: ${names}`);
  if (out.uri !== (expect.uri ?? sent.uri) || out.method !== sent.method) say(`the request was changed: ${out.method} ${out.uri}`);
  if (JSON.stringify(out.querystring) !== JSON.stringify(sent.querystring)) say('the query was changed');
}

export function judge(one, answer) {
  const faults = [];
  const say = (text) => faults.push(text);
  const { expect } = one;
  if (answer.error) say(`threw: ${answer.error}`);
  else if (expect.pass) passed(answer.out, expect, one.event.request, say);
  else own(answer.out, expect, say);
  const line = expect.audit ?? `v1 ${expect.pass ?? DECISION(expect.status)} ${expect.pass ? '-' : expect.reason} `;
  if (!AUDIT.test(answer.log ?? '') || !answer.log.startsWith(line)) say(`audit: ${answer.log}, not ${line}`);
  if (answer.reads > (expect.reads ?? 2)) say(`${answer.reads} store reads`);
  const cookie = one.event.request.cookies?.['__Host-zt-session']?.value ?? '';
  const mac = cookie.split('.').at(-1);
  if (mac.length > 20 && (JSON.stringify(answer.out ?? '') + answer.log).includes(mac)) say('the cookie shows in the answer');
  return faults;
}

// What two engines must agree on: the answer, the audit line and the number of reads.
export const same = (a, b) => canonical([a.out, a.log, a.reads]) === canonical([b.out, b.log, b.reads]);

function canonical(x) {
  if (Array.isArray(x)) return `[${x.map(canonical)}]`;
  if (x && typeof x === 'object') return `{${Object.keys(x).sort().map((k) => JSON.stringify(k) + canonical(x[k]))}}`;
  return JSON.stringify(x) ?? 'null';
}
