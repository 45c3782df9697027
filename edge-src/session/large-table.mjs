// The table of the size budget (DESIGN 7): 100 routes, 30 policies, names and patterns of the length people write.
const AREAS = ['reports', 'billing', 'customers', 'orders', 'settings', 'api/v1', 'api/v2', 'admin', 'team', 'docs'];

export function largeTable() {
  const policies = Array.from({ length: 30 }, (_, i) => `policy-${i}`);
  const routes = Array.from({ length: 99 }, (_, i) => {
    const route = [`/${AREAS[i % 10]}/section-${i}/*`, i % 3 ? 0 : 1, [i % 30]];
    if (i % 10 === 0) route.push(['GET', 'HEAD', 'POST']);
    return route;
  });
  return {
    a: 'members',
    c: '__Host-zt-session',
    h: ['app.example.com', 'www.example.com'],
    w: ['https://app.example.com', 'https://www.example.com'],
    p: '/oauth2',
    u: '/.zt/userinfo',
    g: 7,
    k: policies.map((_, i) => [i, 1 + (i % 7)]),
    n: policies,
    i: { 'x-zt-email': 'email', 'x-zt-name': 'name' },
    r: [['/public/*', 0], ...routes]
  };
}
