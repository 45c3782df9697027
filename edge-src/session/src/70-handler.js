// The order of the checks: host, path, prefix, userinfo, route, preflight, method, WebSocket origin, public, session, policy.

// What needs no session. The request, when it passes without one.
const entrance = (event, x) => {
  var q = x.q;
  var h = q.headers;
  x.m = one(h.host).toLowerCase().split(':')[0];
  if (!(T.h.length ? T.h : [event.context.distributionDomainName]).includes(x.m)) throw [421, 'host'];
  var at = place(q.uri);
  if (at === -1) throw unmet;
  var route = at < 0 ? [T.u, 1, [], ['GET', 'HEAD']] : T.r[at];
  var open = route.length < 3 || route[2] === 0;
  if (at >= 0) x.i = at;
  x.f = route[1];
  var method = h['access-control-request-method'];
  if (q.method === 'OPTIONS' && h.origin && method && (route[4] || !open)) preflight(x, route[4], method);
  if (route[3] && !route[3].includes(q.method)) {
    x.o.allow = route[3].join();
    throw [405, 'method'];
  }
  if (h['sec-websocket-key'] && !(T.w.length ? T.w : ['https://' + one(h.host)]).includes(one(h.origin))) throw [403, 'origin'];
  if (open) {
    audit(x, 'public', '-');
    return strip(q);
  }
  x.a = at < 0 ? 0 : route[2]; // 0: userinfo, for any session
};

// What a session that stands may do.
const admit = (x, t) => {
  var about = claimsOf(t);
  if (x.a !== 0) {
    x.p = T.n[permit(x, t)];
    audit(x, 'allow', '-');
    return identify(strip(x.q), about);
  }
  var met = T.n.filter((name, policy) => holds(t, policy));
  throw [200, '-', JSON.stringify({ name: about.name || null, handle: x.h, grants: met, exp: number(t[7]), claims: about })];
};

async function handler(event) {
  var x = { q: event.request, t: Date.now() / 1000, o: {}, i: '-', p: '-', h: '-' };
  try {
    var open = entrance(event, x);
    if (open) return open;
    var cookie = x.q.cookies[T.c];
    if (!cookie) throw [401, 'none'];
    if (cookie.multiValue) duplicate(x);
    var t = fields(cookie.value);
    var store = cf.kvs();
    var doc = await store.get('a:' + T.a, { format: 'json' });
    opened(doc, x.t);
    var key = doc.k[t[1]];
    if (!key || !(key[2] === 0 || x.t < key[2])) stale(x, t, 'kid');
    if (!signedBy(key[0], cookie.value)) stale(x, t, 'mac');
    x.h = t[3].slice(0, 2) + t[2].slice(0, 8);
    if (!(x.t < number(t[7]))) throw [401, 'expired'];
    var page = await store.get('p:' + t[3].slice(0, 2), { format: 'string' });
    standing(page, x, t, doc.nb);
    return admit(x, t);
  } catch (e) {
    return answer(x, e[0] > 0 ? e : [503, 'store']);
  }
}
