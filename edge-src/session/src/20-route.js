// Which route decides a path: its index, -1 for none, -2 for userinfo.

// `*` stands for any run of characters, `/` too; a pattern that ends in `/*` also covers the path without that ending.
const covers = (pattern, path) => {
  if (pattern === path) return 1;
  if (pattern[1] !== '*' && pattern[1] !== path[1]) return; // most routes end here
  var parts = pattern.split('*');
  var end = parts.pop();
  var at = 0;
  if (pattern.endsWith('/*')) path += '/';
  if (!parts.length || !path.startsWith(parts[0])) return;
  for (var i = 0; i < parts.length; i++) {
    at = path.indexOf(parts[i], at);
    if (at < 0) return;
    at += parts[i].length;
  }
  return path.slice(at).endsWith(end);
};

// ASCII only: engines disagree on the rest, and so do origins.
const lower = (text) => text.replace(/[A-Z]+/g, (run) => run.toLowerCase());

const pick = (path) => {
  if (path === T.p || path.startsWith(T.p + '/')) throw [404, 'path'];
  if (path === T.u) return -2;
  for (var i = 0; i < T.r.length; i++) {
    var pattern = T.r[i][0];
    if (T.r[i][1] & 8 ? covers(lower(pattern), lower(path)) : covers(pattern, path)) return i;
  }
  return -1;
};

// All readings must be decided by one route, and it must allow what made them differ.
const place = (raw) => {
  var ways = readings(raw);
  var at = pick(ways[0]);
  for (var i = 1; i < ways.length; i++) if (pick(ways[i]) !== at) throw ambiguous;
  var flags = at < 0 ? 0 : T.r[at][1];
  if ((/%2f/i.test(raw) && !(flags & 2)) || (/;|%3b/i.test(raw) && !(flags & 4))) throw ambiguous;
  return at;
};
