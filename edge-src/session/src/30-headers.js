// What the viewer sent under our names or could mislead the origin goes; what the session says is set afresh.

// The only value of a header; a duplicate is nobody's value.
const one = (header) => (header && !header.multiValue ? header.value : '');

// `_`, `.` and letter case are no disguise: servers map them to one name, so `[^a-z\d]` stands for every such character.
// The first letter is looked at first: it costs a tenth of the search.
const strip = (q) => {
  for (var name in q.headers)
    if (
      'xXfF'.includes(name[0]) &&
      ~name.search(/^(x[^a-z\d]((zt|original|rewrite|method)[^a-z\d]|http[^a-z\d]method|forwarded[^a-z\d](?!(for|proto|port)$))|forwarded$)/i)
    )
      delete q.headers[name];
  for (name in q.cookies) if (~name.search(/^[^a-z\d]{2}(host|secure)[^a-z\d]zt[^a-z\d]/i)) delete q.cookies[name];
  return q;
};

// Printable ASCII stays, but `%`, and `,` inside a list, so that an origin can split and decode it.
const printable = (value) => {
  var text = String(value);
  return ~text.search(/[^ -$&-~]/) ? text.replace(/[^ -$&-~]+/g, encodeURIComponent) : text;
};

const element = (text) => printable(text).split(',').join('%2C');

const identify = (q, claims) => {
  for (var name in T.i) {
    var value = claims[T.i[name]];
    if (value !== undefined) q.headers[name] = { value: value.map ? value.map(element).join() : printable(value) };
  }
  return q;
};
