// What the viewer sent under our names or could mislead the origin goes; what the session says is set afresh.

// The only value of a header; a duplicate is nobody's value.
const one = (header) => (header && !header.multiValue ? header.value : '');

// `_`, `.` and letter case are no disguise: servers map them to one name.
const plain = (name) => name.toLowerCase().replace(/[^a-z\d]/g, '-');

const strip = (q) => {
  for (var name in q.headers) {
    var mapped = plain(name);
    if (/^(x-(zt-|original-|rewrite-|http-method|method-|forwarded-(?!(for|proto|port)$))|forwarded$)/.test(mapped) || mapped in T.i) delete q.headers[name];
  }
  for (name in q.cookies) if (/^--(host|secure)-zt-/.test(plain(name))) delete q.cookies[name];
  return q;
};

// Printable ASCII stays, but `%`, and `,` inside a list, so that an origin can split and decode it.
const printable = (text) => String(text).replace(/[^ -$&-~]+/g, encodeURIComponent);

const element = (text) => printable(text).replace(/,/g, '%2C');

const identify = (q, claims) => {
  for (var name in T.i) {
    var value = claims[T.i[name]];
    if (value !== undefined) q.headers[name] = { value: value.map ? value.map(element).join() : printable(value) };
  }
  return q;
};
