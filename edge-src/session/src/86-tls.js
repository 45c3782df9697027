// The floor of a route that asks for TLS 1.3.
const tls = (h) => {
  if (!one(h['cloudfront-viewer-tls']).startsWith('TLSv1.3:')) throw [403, 'tls'];
};
