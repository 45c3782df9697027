// What the viewer sent under our names or could mislead the origin goes; what the session says is set afresh.

// The only value of a header; a duplicate is nobody's value.
const one = (header) => (header && !header.multiValue ? header.value : '');

// `_`, `.` and letter case are no disguise: servers map them to one name.
const plain = (name) => name.toLowerCase().replace(/[^a-z\d]/g, '-');

const strip = (q) => {
  var odd = ~Object.keys(q.headers).join('').search(/[^a-z\d-]/); // CloudFront's names are lower case; a disguise is rare, and its mapping slow
  for (var name in q.headers)
    if (odd || name in T.i || name[0] === 'x' || name[0] === 'f') {
      var mapped = odd ? plain(name) : name;
      if (~mapped.search(/^(x-(zt-|original-|rewrite-|http-method|method-|forwarded-(?!(for|proto|port)$))|forwarded$)/) || mapped in T.i) delete q.headers[name];
    }
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
