// The order of the checks: host, path, prefix, userinfo, route, TLS, preflight, method, WebSocket origin, public, session, policy.

// What needs no session. The request, when it passes without one.
const entrance = (x) => {
  var q = x.q;
  var h = q.headers;
  x.m = one(h.host).toLowerCase().split(':')[0];
  if (!(T.h.length ? T.h : [x.e.context.distributionDomainName]).includes(x.m)) throw [421, 'host'];
  var at = place(x);
  if (at === -1) throw unmet;
  var route = at < 0 ? [T.u, 1, '', safe] : T.r[at];
  var open = route.length < 3 || route[2] === 0;
  if (at >= 0) x.i = at;
  x.r = route;
  x.f = route[1];
  if (x.f & 32) tls(h);
  var method = h['access-control-request-method'];
  if (q.method === 'OPTIONS' && h.origin && method && (route[4] || !open)) {
    if (!route[4]) throw [403, 'preflight'];
    preflight(x, route[4], method);
  }
  if (route[3] && !route[3].includes(q.method)) {
    x.o.allow = route[3].join();
    throw [405, 'method'];
  }
  if (h['sec-websocket-key'] && !(T.w.length ? T.w : ['https://' + one(h.host)]).includes(one(h.origin))) throw [403, 'origin'];
  if (open) {
    audit(x, 'public', '-');
    return forward(x);
  }
};

// What a session that stands, or a service token, may do.
const admit = (x, t) => {
  if (x.r[2] === '') { // userinfo, for any session
    if (!t) throw unmet;
    var about = claimsOf(t);
    var names = T.n.filter((name, policy) => level(x, t, policy) === 0);
    throw [200, '-', JSON.stringify({ name: about.name || null, handle: x.h, grants: names, exp: number(t[7]), claims: about })];
  }
  x.p = T.n[permit(x, t)];
  var q = t && T.s ? assertion(x, t) : forward(x);
  audit(x, 'allow', '-');
  if (t) for (var name in T.i) return identify(q, t);
  return q;
};

async function handler(event) {
  var x = { e: event, q: event.request, t: Date.now() / 1000, o: {}, i: '-', p: '-', h: '-' };
  try {
    var open = entrance(x);
    if (open) return open;
    var value = T.m && presented(x);
    if (!x.k) {
      value = value || cookieOf(x);
      var t = fields(value);
    }
    var store = cf.kvs();
    if (x.k) var known = await service(x, store);
    var doc = await store.get('a:' + T.a, { format: 'json' });
    opened(doc, x.t);
    if (x.k) return vouch(x, known);
    var key = doc.k[t[1]];
    if (!key || !(key[2] === 0 || x.t < key[2])) stale(x, t, 'kid');
    if (!equal(crypto.createHmac('sha256', bytes(key[0])).update(value.slice(0, -44)).digest(), t[13])) stale(x, t, 'mac');
    x.h = t[3].slice(0, 2) + t[2].slice(0, 8);
    if (!(x.t < number(t[7]))) throw [401, 'expired'];
    var page = await store.get('p:' + t[3].slice(0, 2));
    standing(page, x, t, doc.nb);
    return admit(x, t);
  } catch (e) {
    return answer(x, e && e[0] > 0 ? e : [503, 'store']);
  }
}
