// What the viewer sent under our names or could mislead the origin goes; what the session says is set afresh.

// The only value of a header; a duplicate is nobody's value.
const one = (header) => (header && !header.multiValue ? header.value : '');

// `_`, `.` and letter case are no disguise: servers map them to one name, so `[\W_]` stands for every such character.
// The few that CloudFront itself may set stay in exactly its spelling. The first letter is looked at first: it costs a tenth of the search.
const strip = (q) => {
  for (var name in q.headers)
    if (
      'xXfFcC'.includes(name[0]) &&
      ~name.search(/^(?!x-forwarded-(for|proto|port)$)(x[\W_]((zt|original|rewrite|method|forwarded)[\W_]|http[\W_]method)|forwarded$|cloudfront(-.*)?[^a-z\d-])/i)
    )
      delete q.headers[name];
  for (name in q.cookies) if (~name.search(/^[\W_]{2}(host|secure)[\W_]zt[\W_]/i)) delete q.cookies[name];
  return q;
};

// Printable ASCII stays, but `%`, a space at either end (servers trim it off), and `,` inside a list, so that an origin can
// split and decode it. `(?!\n)`: njs lets `$` match before a final line feed.
const printable = (value) => {
  var text = String(value);
  return ~text.search(/^ | $|[^ -$&-~]/) ? text.replace(/^ | $(?!\n)|[^ -$&-~]+/g, encodeURIComponent) : text;
};

const element = (text) => printable(text).split(',').join('%2C');

const identify = (q, claims) => {
  for (var name in T.i) {
    var value = claims[T.i[name]];
    if (Object.keys(claims).includes(T.i[name])) q.headers[name] = { value: value.map ? value.map(element).join() : printable(value) };
  }
  return q;
};
