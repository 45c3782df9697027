// What the session says is set afresh.

// Printable ASCII stays, but `%`, a space at either end (servers trim it off), and `,` inside a list, so that an origin can
// split and decode it. `(?!\n)`: njs lets `$` match before a final line feed.
const printable = (value) => {
  var text = String(value);
  return ~text.search(/^ | $|[^ -$&-~]/) ? text.replace(/^ | $(?!\n)|[^ -$&-~]+/g, encodeURIComponent) : text;
};

const element = (text) => printable(text).split(',').join('%2C');

// Own members of the claims only: a claim may be called like something that every object has.
const identify = (q, t) => {
  var claims = claimsOf(t);
  var own = Object.keys(claims);
  for (var name in T.i) {
    if (!own.includes(T.i[name])) continue;
    var value = claims[T.i[name]];
    q.headers[name] = { value: value.map ? value.map(element).join() : printable(value) };
  }
  return q;
};
