// Our own answers. None is cached, framed or sniffed; a browser gets a page, anybody else a problem document.

// The audit line: fixed fields, never a token, a cookie or a path.
const audit = (x, decision, reason) => cf.logCustomData('v1 ' + decision + ' ' + reason + ' r' + x.i + ' p' + x.p + ' h' + x.h);

const safe = ['GET', 'HEAD'];

const navigates = (q) => {
  var h = q.headers || {};
  if (!safe.includes(q.method) || h['sec-websocket-key'] || ~(one(h['sec-purpose']) + one(h.purpose)).search(/prefetch/i)) return;
  if (h['sec-fetch-mode']) return one(h['sec-fetch-mode']) === 'navigate';
  return ~one(h.accept).search(/text\/html/i) && !h.origin && !h['x-requested-with'];
};

const answer = (x, refusal) => {
  var code = refusal[0];
  var reason = refusal[1];
  var body = refusal[2];
  x.n = navigates(x.q);
  audit(x, code > 500 ? 'error' : code < 300 ? 'allow' : code === 401 ? 'login' : 'deny', reason);
  // No session that counts: a navigation goes to the login and comes back, anything else is told.
  if (code === 401 && (!x.n || x.f & 1)) x.o['www-authenticate'] = `Bearer realm="${T.a}"` + (reason === 'none' ? '' : ', error=' + (x.d || '"invalid_token"'));
  else if (code === 401) {
    code = 302;
    var query = x.q.rawQueryString();
    var back = x.q.uri + (query === undefined ? '' : '?' + query);
    x.o.location = `${T.p}/start?rd=` + Buffer.from(back[2000] ? '/' : back).toString('base64url') + (body || '');
  }
  if (code > 500) x.o['retry-after'] = '5';
  if (code > 302 && code !== 404) {
    body = JSON.stringify({ type: 'about:blank', title: reason, status: code, code: reason, login: T.p + '/start' });
    // A browser goes on from a 403 to the readable page, which is a 403 too; nothing there comes back here.
    if (x.n) body = `<!doctype html><title>${reason}</title><${code === 403 ? 'meta http-equiv=refresh content="0;url=' : 'a href="'}${T.p}/denied?code=${reason}">${reason}`;
  }
  var out = { statusCode: code, headers: {}, cookies: x.c || {} };
  if (code !== 302 && body) {
    x.o['content-type'] = body[0] === '<' ? 'text/html' : `application/${code > 300 ? 'problem+' : ''}json`;
    out.body = body;
  }
  Object.assign(x.o, {
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=31536000',
    'x-zt-reason': reason
  });
  for (var name in x.o) out.headers[name] = { value: x.o[name] };
  return out;
};

// An expired cookie; for a browser name, Path, Domain and the prefix's rules decide which one it replaces.
const expired = (domain) => ({ value: '', attributes: 'Max-Age=0; Path=/; Secure' + domain });

// Two cookies of one name: which one the browser meant cannot be known. The page expires every one that could be ours.
const duplicate = (x, name) => {
  var all = [expired('')];
  for (var host = x.m; host.includes('.'); host = host.replace(/^[^.]*\./, '')) all.push(expired('; Domain=' + host));
  x.c = { '__Host-zt-session': all[0] };
  x.c[name || '__Secure-zt-' + T.a] = { value: '', multiValue: all };
  throw [400, 'duplicate'];
};
