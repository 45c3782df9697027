// The signed assertion goes on with every request of a session, if it is the one that the session was minted with.
const assertion = (x, t) => {
  var q = x.q;
  var name = T.c === '__Host-zt-session' ? '__Host-zt-assertion' : T.c + '-assertion';
  var shown = x.j ? q.headers['x-zt-assertion'] : q.cookies[name];
  // No login would help: the one that a neighbour laid beside ours would still be there.
  if (!x.j && shown && shown.multiValue) duplicate(x, name);
  var text = one(shown);
  if (crypto.createHash('sha256').update(text).digest().slice(0, 16).toString('base64url') !== t[12]) stale(x, t, 'assertion');
  forward(x);
  q.headers['x-zt-assertion'] = { value: text };
  return q;
};
