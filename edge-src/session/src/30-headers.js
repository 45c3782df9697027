// What the viewer sent under our names or could mislead the origin goes.

// The only value of a header; a duplicate is nobody's value.
const one = (header) => (header && !header.multiValue ? header.value : '');

// `_`, `.` and letter case are no disguise: servers map them to one name, so `[\W_]` stands for every such character.
// The few that CloudFront itself may set stay in exactly its spelling; those of a client certificate go, since no table says that it is
// CloudFront who wrote them. The first letter is looked at first: it costs a tenth of the search.
const suspect = { x: 1, X: 1, f: 1, F: 1, c: 1, C: 1 };

const strip = (q) => {
  for (var name in q.headers)
    if (
      suspect[name[0]] &&
      ~name.search(/^(?!x-forwarded-(for|proto|port)$)(x[\W_]((zt|original|rewrite|method|forwarded)[\W_]|http[\W_]method)|forwarded$|cloudfront(-viewer-cert|(-.*)?[^a-z\d-]))/i)
    )
      delete q.headers[name];
  for (name in q.cookies) if (~name.search(/^[\W_]{2}(host|secure)[\W_]zt[\W_]/i)) delete q.cookies[name];
};

// What may go on, as the origin is to see it.
const forward = (x) => {
  strip(x.q);
  if (x.r[5]) rewrite(x);
  return x.q;
};
