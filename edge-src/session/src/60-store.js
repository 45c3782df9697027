// The two documents of the session store. What is absent or not in its exact form is a fault: it throws, and a throw is 503.
// `>>> 0` leaves whole numbers up to the year 2106 as they are and nothing else.

// Checks the application document and refuses everybody while a block of everyone stands.
const opened = (doc, now) => {
  if (doc.v !== 1 || doc.nb >>> 0 !== doc.nb || doc.k.constructor !== Object || ('e' in doc && doc.e.constructor !== Object)) throw 1;
  for (var id in doc.k) {
    var entry = doc.k[id];
    if (entry.length !== 3 || entry[0].search(/^[\w-]{43}$(?!\n)/) || entry[1] >>> 0 !== entry[1] || entry[2] >>> 0 !== entry[2]) throw 1;
  }
  for (id in doc.e) {
    var end = doc.e[id];
    if (end >>> 0 !== end) throw 1;
    if (end === 0 || end > now) throw [403, 'blocked'];
  }
};

// The greatest time among the page's slots that begin with this kind and fingerprint; -1 when there is none.
const latest = (page, slot) => {
  var time = -1;
  for (var at = page.indexOf(slot, 7); at >= 0; at = page.indexOf(slot, at + 1))
    if (at % 15 === 7) time = Math.max(time, number(page.slice(at + 9, at + 15)));
  return time;
};

// Refuses a session that the page, or the not-before of everyone, ends.
const standing = (page, x, t, everyone) => {
  if (page[1024] || page.search(/^1[\da-z]{6}(?:(?:[uso]|b[\w-]{8}[\da-z]{6}i)[\w-]{8}[\da-z]{6})*$(?!\n)/)) throw 1;
  var user = t[3].slice(2, 10);
  var named = page.includes(user); // seldom, and then two searches are saved
  var block = named && latest(page, 'b' + user);
  if (block > x.t || block === 2176782335) throw [403, 'blocked']; // zzzzzz: never ends
  if (latest(page, 's' + t[2].slice(0, 8)) >= 0) throw [401, 'revoked', '&fresh=1'];
  var before = Math.max(everyone, number(page.slice(1, 7)), named && latest(page, 'u' + user), ~t[4].search(/[^A]/) ? latest(page, 'o' + t[4].slice(0, 8)) : 0);
  if (!(number(t[5]) > before)) stale(x, t, 'notbefore', '&fresh=1');
};
