// Callers without cookies: a service token, or a session in a header. Whichever is shown decides alone.

// The session of the header, or nothing when there is none; a service token is left in `x.k`.
const presented = (x) => {
  var h = x.q.headers;
  var token = h['x-zt-service-token'];
  var header = h['x-zt-session'];
  if (token || header) x.f |= 1; // a program: never a redirect
  if (token) {
    if (one(token).search(/^[\w-]{12}\.[\w-]{42}[AEIMQUYcgkosw048]$(?!\n)/)) throw [401, 'token'];
    x.k = token.value;
  } else if (header) {
    if (!one(header)) throw [401, 'format'];
    x.j = 1;
    return header.value;
  }
};

// The request, if one of the token's secrets is the one shown. Each is compared, whatever the others say.
const vouch = (x, doc) => {
  var list = doc.s;
  if (Object.keys(doc).length !== 3 || doc.v !== 1 || doc.n.search(/^[a-z\d-]{1,32}$(?!\n)/) || !list.map || !list[0] || list[2]) throw 1;
  var digest = crypto.createHash('sha256').update(T.a + '.' + x.k).digest();
  var good = 0;
  list.forEach((secret) => {
    if (!secret.map || secret.length !== 2 || secret[0].search(/^[\w-]{43}$(?!\n)/) || secret[1] >>> 0 !== secret[1]) throw 1;
    good |= equal(digest, secret[0]) & (secret[1] === 0 || x.t < secret[1]);
  });
  if (!good) throw [401, 'token'];
  x.s = doc.n;
  x.h = '~' + doc.n;
  var q = admit(x);
  q.headers['x-zt-service'] = { value: x.s };
  return q;
};

// The document of a token. One that nobody knows is refused before anything else is read, which keeps it at two reads; a document
// that cannot be read is a fault.
async function service(x, store) {
  var name = 't:' + T.a + ':' + x.k.slice(0, 12);
  try {
    var doc = await store.get(name, { format: 'json' });
  } catch (e) {
    var lost = 1;
  }
  if (lost) {
    var there = await store.exists(name);
    throw there === false ? [401, 'token'] : 1;
  }
  return doc;
}
