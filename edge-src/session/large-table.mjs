// The table of the size budget (DESIGN 7): 100 routes, 30 policies, names and patterns of a length that people write.
const AREAS = ['reports', 'billing', 'orders', 'api/v1', 'admin', 'team', 'docs', 'help', 'files', 'shop'];
const POLICIES = ['staff', 'admins', 'finance', 'support', 'partners', 'auditors'];

export function largeTable() {
  const policies = Array.from({ length: 30 }, (_, i) => POLICIES[i % 6] + Math.floor(i / 6));
  const routes = Array.from({ length: 99 }, (_, i) => {
    const route = [`/${AREAS[i % 10]}/${i}/*`, i % 3 ? 0 : 1, [i % 30]];
    if (i % 20 === 0) route.push(['GET', 'POST']);
    return route;
  });
  return {
    a: 'members',
    c: '__Host-zt-session',
    h: [],
    w: [],
    p: '/oauth2',
    u: '/.zt/userinfo',
    g: 7,
    k: policies.map((_, i) => [i, 1 + (i % 7)]),
    n: policies,
    i: { 'x-zt-email': 'email', 'x-zt-name': 'name' },
    r: [['/public/*', 0], ...routes]
  };
}
