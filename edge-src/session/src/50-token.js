// The session cookie: one expression before anything else, the MAC before any field is used.
const number = (text) => parseInt(text, 36);

const bytes = (text) => Buffer.from(text, 'base64url');

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

// Constant time: every word is read, whatever the first ones say.
const signedBy = (key, value) => {
  var mac = crypto.createHmac('sha256', bytes(key)).update(value.slice(0, -44)).digest();
  var given = bytes(value.slice(-43));
  var difference = 0; // 43 characters of base64url are 32 bytes
  for (var i = 0; i < 32; i += 4) difference |= mac.readUInt32BE(i) ^ given.readUInt32BE(i);
  return difference === 0;
};

// Bit i is bit i mod 4 of the hexadecimal digit i div 4. A digit that is not there is NaN, and NaN has no bits.
const holds = (t, policy) => {
  var rule = T.k[policy];
  return number(t[8]) >= rule[1] && number(t[8]) < T.g + 64 && (parseInt(t[9][rule[0] >> 2], 16) >> (rule[0] & 3)) & 1;
};

// The policy of the list that the session meets. A cookie older than a grant, or of another numbering, is answered by a login.
const permit = (x, t) => {
  var met = x.a.find((policy) => holds(t, policy));
  if (met >= 0) return met;
  if (!(number(t[8]) < T.g + 64) || x.a.some((policy) => !(number(t[8]) >= T.k[policy][1]))) stale(x, t, 'grant');
  throw unmet;
};

// No claims is `{}`.
const claimsOf = (t) => JSON.parse(bytes(t[11] || 'e30').toString());

// Edge locations are not updated together: who has just logged in waits, he is not sent round again.
const stale = (x, t, reason, fresh) => {
  throw [Math.abs(x.t - number(t[6])) < 60 ? 503 : 401, reason, fresh];
};
