// The session: one expression before anything else, the MAC before any field is used.
const number = (text) => parseInt(text, 36);

const bytes = (text) => Buffer.from(text, 'base64url');

const cookieOf = (x) => {
  var cookie = x.q.cookies[T.c];
  if (!cookie) throw [401, 'none'];
  if (cookie.multiValue) duplicate(x);
  return cookie.value;
};

const fields = (value) => {
  // At most 1,275 characters match; `(?!\n)`: njs lets `$` match before a final line feed.
  if (
    value.search(
      /^s1\.[a-z\d]{1,8}\.[\w-]{22}(\.[\w-]{12}){2}(\.[\da-z]{6,7}){3}\.[\da-z]{1,7}\.[\da-f]{0,64}\.([\w-]{6}){0,4}\.[\w-]{0,1024}\.([\w-]{22})?\.[\w-]{42}[AEIMQUYcgkosw048]$(?!\n)/
    )
  )
    throw [401, 'format'];
  return value.split('.');
};

// Two digests of 32 bytes, the second as base64url. Constant time: every byte is read, whatever the first ones say.
const equal = (digest, text) => {
  var given = bytes(text);
  var difference = 0;
  for (var i = 0; i < 32; i++) difference |= digest[i] ^ given[i];
  return difference === 0;
};

// Edge locations are not updated together: who has just logged in waits, he is not sent round again.
const stale = (x, t, reason, more) => {
  throw [Math.abs(x.t - number(t[6])) < 60 ? 503 : 401, reason, more];
};

// How well something stands, the best first: 0 it holds, 1 a new login may grant it, 2 a step-up may, 3 it does not hold.

// Bit i is bit i mod 4 of the hexadecimal digit i div 4. A digit that is not there is NaN, and NaN has no bits. A cookie older than
// a grant, or of another numbering, says nothing of it; a service token has no grants.
const atom = (t, index) => {
  if (!t) return 3;
  var rule = T.k[index];
  var gen = number(t[8]);
  if (!(gen >= rule[1] && gen < T.g + 64)) return 1;
  return (parseInt(t[9][rule[0] >> 2], 16) >> (rule[0] & 3)) & 1 ? 0 : 3;
};

const level = (x, t, policy) => (T.q ? clauses(x, t, T.q[policy]) : atom(t, policy));

// The first policy of the route that is met.
const permit = (x, t) => {
  var levels = x.r[2].map((policy) => level(x, t, policy));
  if (levels.includes(0)) return x.r[2][levels.indexOf(0)];
  if (levels.includes(1)) stale(x, t, 'grant', '&gen=' + T.g.toString(36));
  if (levels.includes(2)) stepUp(x, t);
  throw unmet;
};

// No claims is `{}`.
const claimsOf = (t) => JSON.parse(bytes(t[11] || 'e30').toString());
