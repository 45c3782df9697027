// Some thousand raw paths around public and protected places, from a seed: the same every time.

function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const PLACES = [
  '/public/a.txt', '/public/deep/b.txt', '/assets/a.txt', '/members/a.txt', '/open.txt', '/static/a.txt', '/',
  '/admin/secret.txt', '/admin/deep/secret.txt', '/admin', '/members/private/secret.txt', '/members/private', '/public/internal/secret.txt'
];
const SPLICES = [
  '/..', '/../', '/.', '/./', '//', '/%2e%2e/', '/.%2e/', '/%2E%2e', '/%2e/', '\\', '/..\\', '%5c', '%5c..%5c', '%2f', '%2F..%2f', '%2f..%2f', '%252f', '%252e%252e%252f', ';', ';a=b', ';/', '/;/', '/..;/', '/..;a=b/', '%3b', '/..%3b/', ';x%3f', '%3b%23', '%3b%23/', ';%3f/', '%3bx%3f/',
  '?', '%3f', '%3F/', '#', '%23', '%23/', '%00', '%0a', '%0d%0a', '%09', '%20', '+', '%c0%af', '%c0%ae%c0%ae/', '%e0%80%af', '%ed%a0%80', '%ff', '%ef%bc%8f', '%ef%bc%8e%ef%bc%8e/', '%e2%80%8b', '%c2%85', '%7f', '%25', '%', '%2', '%zz', '%u002e',
  '...', '/.../', '~', '*', ':', '@', ',', '=', '!', '$', "'", '(', '%40', '%3a', '%5b', '%7c', '|', '[', '.', '..', '/', '/admin', '/admin/', 'admin/secret.txt', '../admin/secret.txt', '/private/secret.txt', '/internal/secret.txt', 'secret.txt'
];

const escape = (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`;

export function generate(seed, count) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const spot = (text) => Math.floor(next() * (text.length + 1));
  const boundary = (text) => {
    const all = [...text.matchAll(/\/|$/g)].map((m) => m.index);
    return next() < 0.7 ? pick(all) : spot(text);
  };
  const CHANGES = [
    (p) => ((i) => p.slice(0, i) + pick(SPLICES) + p.slice(i))(boundary(p)),
    (p) => ((i) => p.slice(0, i) + pick(SPLICES) + p.slice(i))(boundary(p)),
    (p) => p + pick(SPLICES),
    (p) => ((i) => (p[i] ? p.slice(0, i) + escape(p[i]) + p.slice(i + 1) : p))(spot(p)),
    (p) => ((i) => (p[i] ? p.slice(0, i) + p[i].toUpperCase() + p.slice(i + 1) : p))(spot(p)),
    (p) => p.replace('/', pick(['//', '/./', '\\', '/%2f', '/'])),
    (p) => pick(['/public', '/assets', '/static', '/members', '']) + pick(['/..', '/%2e%2e', '/..;', '/x/..', '', '%2f..', '/.']) + p,
    (p) => p.replace(/%/g, () => (next() < 0.3 ? '%25' : '%'))
  ];
  const paths = new Set(PLACES);
  while (paths.size < count) {
    let path = pick(PLACES);
    for (let n = 1 + Math.floor(next() * 3); n > 0; n--) path = pick(CHANGES)(path);
    paths.add(path);
  }
  return [...paths];
}
