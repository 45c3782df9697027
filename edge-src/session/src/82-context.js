// Policies with context conditions. What a range of addresses or a step-up takes stands in parts of its own.

// One member of a condition: 0 it holds, 1 it does not but a step-up may change that, 2 it does not hold, 4 that cannot be decided, 8 that
// cannot be decided but a step-up may change it: a session tells which logins it was, not which it was not.
const member = (x, t, name, wanted) => {
  var value;
  if (name === 'v') return wanted.includes(x.q.method) ? 0 : 2;
  if (name === 's') return wanted.includes(x.s) ? 0 : 2;
  if (name === 'c') {
    value = one(x.q.headers['cloudfront-viewer-country']);
    return value.search(/^[A-Z]{2}$(?!\n)/) ? 4 : wanted.includes(value) ? 0 : 2;
  }
  if (name === 'i') {
    value = x.v = x.v || address(x.e.viewer.ip);
    return !value ? 4 : wanted.some((prefix) => value.startsWith(prefix)) ? 0 : 2;
  }
  if (name === 'A') return 0; // only told in the challenge
  if (!t) return 4;
  if (name === 'a') return [0, 6, 12, 18].some((at) => t[10].slice(at, at + 6) === wanted) ? 0 : 8;
  value = name === 'g' ? x.t - number(t[5]) : NaN;
  return value <= wanted ? 0 : value > wanted ? 1 : 4;
};

// Whether an alternative holds. `hope` 1: a grant that is not known yet would; 2: so would what a step-up may change. Negated, a
// condition must be plainly false.
const passes = (x, t, way, hope) => {
  if (way[0] >= 0 && atom(t, way[0]) > (hope & 1)) return;
  if (!(way[1] >= 0)) return way[0] >= 0;
  var known = (x.z = x.z || {}); // decided once a request, however many policies ask
  var all = known[way[1]];
  if (all === undefined) {
    var wanted = T.x[way[1]];
    Object.keys(wanted).forEach((name) => (all |= member(x, t, name, wanted[name])));
    known[way[1]] = all |= 0;
  }
  return way[2] ? all & 3 : !(all & (hope & 2 ? 6 : 15));
};

// How well a policy stands: an atom, or clauses that must all hold by one of their alternatives. None at all hold for nobody.
const clauses = (x, t, policy) => {
  if (typeof policy === 'number') return atom(t, policy);
  var wish;
  var under = (hope) =>
    policy.length && policy.every((clause) => clause.some((way) => passes(x, t, way, 0)) || (hope && clause.some((way) => passes(x, t, way, hope) && ((wish = Object.assign({}, T.x[way[1]], wish)), true))));
  if (under(0)) return 0;
  if (under(1)) return 1;
  wish = 0;
  if (!under(2)) return under(3) ? 1 : 3;
  x.w = x.w || wish;
  return 2;
};
