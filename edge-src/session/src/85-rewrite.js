// An application of one page: what is not a file is that page. The compiler has proved that the same route decides both.
const rewrite = (x) => {
  if (safe.includes(x.q.method) && !x.q.headers['sec-websocket-key'] && !x.l.some((path) => path.lastIndexOf('.') > path.lastIndexOf('/'))) x.q.uri = encodeURI(x.r[5]).replace(/[?#]/g, encodeURIComponent);
};
