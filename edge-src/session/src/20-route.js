// Which route decides a path: its index, -1 for none, -2 for userinfo.

// `*` stands for any run of characters, `/` too; a pattern that ends in `/*` also covers the path without that ending.
const covers = (pattern, path) => {
  var star = pattern.indexOf('*');
  if (star < 0) return pattern === path;
  if (pattern.endsWith('/*')) path += '/';
  if (!path.startsWith(pattern.slice(0, star))) return;
  var parts = pattern.slice(star + 1).split('*');
  var end = parts.pop();
  var at = star;
  for (var i = 0; i < parts.length; i++) {
    at = path.indexOf(parts[i], at);
    if (at < 0) return;
    at += parts[i].length;
  }
  return path.slice(at).endsWith(end);
};

// ASCII only: engines disagree on the rest, and so do origins. While it is encoded, all else is digits.
const lower = (text) => decode(encodeURIComponent(text).toLowerCase());

const pick = (path) => {
  if ((path + '/').startsWith(T.p + '/')) throw [404, 'path'];
  if (path === T.u) return -2;
  var routes = T.r;
  var initial = path[1];
  var small;
  for (var i = 0; i < routes.length; i++) {
    var route = routes[i];
    var letter = route[0][1];
    // Most routes end at their first letter: a call costs ten times as much.
    if (letter === initial || letter === '*' || route[1] & 8)
      if (route[1] & 8 ? covers(lower(route[0]), (small = small || lower(path))) : covers(route[0], path)) return i;
  }
  return -1;
};

// All readings must be decided by one route, and it must allow what made them differ.
const place = (x) => {
  var ways = (x.l = readings(x.q.uri));
  var at = pick(ways[0]);
  if (ways[1]) {
    for (var i = 1; i < ways.length; i++) if (pick(ways[i]) !== at) throw ambiguous;
    var flags = at < 0 ? 0 : T.r[at][1];
    // The second way keeps an encoded slash as text.
    if ((ways[0] !== ways[1] && !(flags & 2)) || (ways[0].includes(';') && !(flags & 4))) throw ambiguous;
  }
  return at;
};
