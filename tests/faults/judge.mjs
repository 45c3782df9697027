// What every answer must be, whatever failed behind it: of a kind that says whose fault it is, readable, written down, and silent about secrets.

const MEMBERS = 'log v time application endpoint decision code detail status handle generation grants dropped revoked request'.split(' ');
const DECISIONS = 'allow login refresh logout revoke exchange page deny error'.split(' ');
const TABLE_LINE = /^v1 (allow|public|login|deny|error) (-|[a-z]+) r(-|\d+) p(-|[\w./-]+) h(-|[\w-]{10}|~[a-z0-9-]+)$/;
const LATEST = 3000;
/** The timeout of the auth function: an answer after it is CloudFront's. */
const LONGEST = 15_000;

/** A status that says who must act: anything of 5xx but 503 would be a fault of ours. */
const isHonest = (status) => (status >= 200 && status < 500) || status === 503;

const isJson = (text) => { try { return typeof JSON.parse(text) === 'object'; } catch { return false; } };

/** Why a person, or a program, cannot read this answer; nothing when it can. */
function unreadable({ path, method, status, headers, body }) {
  if (status < 400) return undefined;
  if (status === 503 && !/^\d+$/.test(headers['retry-after'] ?? '')) return 'a 503 without Retry-After';
  if (headers['cache-control'] !== 'no-store') return 'an error that may be cached';
  const type = (headers['content-type'] ?? '').split(';')[0];
  if (/json/.test(type)) return isJson(body) ? undefined : 'broken JSON';
  if (type !== 'text/html') return `an error of type ${type || 'none'}`;
  if (!/<title>[^<]+</.test(body)) return 'a page without a title';
  // The session function's page has no room for one; it leads on to the one that has.
  if (!path.startsWith('/oauth2/')) return /\/oauth2\/denied\?code=\w+/.test(body) ? undefined : 'a page that leads nowhere';
  if (!/<h1>[^<]+</.test(body) || !/<p>[^<]{10,}</.test(body)) return 'a page without words';
  if (!body.includes(`Request: ${headers['x-amz-cf-id']}`)) return 'a page without the request id';
  return method === 'GET' && !/Reason: \w+/.test(body) ? 'a page without the reason' : undefined;
}

function authLine({ status, path }, lines = []) {
  if (lines.length !== 1) return `${lines.length} audit lines`;
  const [line] = lines;
  const wrong = [
    Object.keys(line).join(' ') !== MEMBERS.join(' ') && 'members',
    !DECISIONS.includes(line.decision) && 'decision',
    line.status !== status && 'status',
    path !== `/oauth2/${line.endpoint}` && 'endpoint',
    (status >= 500) !== (line.decision === 'error') && `decision ${line.decision} for ${status}`,
    status >= 400 && line.code === '' && 'code',
  ].filter(Boolean);
  return wrong.length > 0 ? `the audit line is wrong: ${wrong.join(', ')}: ${JSON.stringify(line)}` : undefined;
}

function sessionLine({ status, headers }, line) {
  const text = line['viewer-request-log-data'];
  const [, decision, reason] = TABLE_LINE.exec(text ?? '') ?? [];
  if (decision === undefined) return `the line of the session function is ${text}`;
  if (headers['x-zt-reason'] !== undefined && headers['x-zt-reason'] !== reason) return `${reason} is written, ${headers['x-zt-reason']} told`;
  return (status === 503) !== (decision === 'error') ? `decision ${decision} for ${status}` : undefined;
}

function unwritten(exchange, logs) {
  const line = logs.access.get(exchange.headers['x-amz-cf-id']);
  if (line === undefined) return 'no line in the access log';
  if (line.status !== exchange.status) return `the access log says ${line.status}`;
  return exchange.path.startsWith('/oauth2/') ? authLine(exchange, logs.auth.get(line.request_id)) : sessionLine(exchange, line);
}

/** Waits for what is still being written. */
async function written(exchanges, logs) {
  const deadline = Date.now() + LATEST;
  for (;;) {
    logs.read();
    const missing = exchanges.map((each) => unwritten(each, logs)).filter(Boolean);
    if (missing.length === 0 || Date.now() > deadline) return missing;
    await new Promise((wake) => { setTimeout(wake, 20); });
  }
}

/** Everything that is wrong with what a visitor has seen. */
export async function judge(visitor, { logs }) {
  const told = (exchange, what) => `${exchange.status} ${exchange.method} ${exchange.path}: ${what}`;
  const wrong = [];
  for (const exchange of visitor.seen) {
    if (!isHonest(exchange.status)) wrong.push(told(exchange, 'a fault of ours'));
    if (exchange.took > LONGEST) wrong.push(told(exchange, `after ${exchange.took.toFixed(0)} ms`));
    const why = unreadable(exchange);
    if (why !== undefined) wrong.push(told(exchange, why));
  }
  wrong.push(...(await written(visitor.seen, logs)));
  const text = logs.text.join('\n');
  for (const secret of visitor.secrets) if (text.includes(secret)) wrong.push(`a log holds ${secret.slice(0, 6)}… of ${secret.length} characters`);
  return wrong;
}
