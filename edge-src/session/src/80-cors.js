// A preflight is answered by the route's rule and goes no further.
const preflight = (x, rule, method) => {
  var h = x.q.headers;
  var prefix = 'access-control-';
  var origin = one(h.origin);
  var wanted = h[prefix + 'request-headers'];
  if (
    !rule.o.includes(origin) ||
    !rule.m.includes(one(method)) ||
    (wanted && !(one(wanted) || '?').toLowerCase().split(' ').join('').split(',').every((name) => rule.h.includes(name)))
  )
    throw [403, 'preflight'];
  x.o[prefix + 'max-age'] = `${rule.s || 0}`;
  prefix += 'allow-';
  x.o[prefix + 'origin'] = origin;
  x.o[prefix + 'methods'] = rule.m.join();
  x.o[prefix + 'headers'] = rule.h.join();
  if (rule.c) x.o[prefix + 'credentials'] = 'true';
  throw [204, 'preflight'];
};
