// The origin's files. A protected one says so, whoever serves it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const PROTECTED = 'PROTECTED';
const FILES = {
  'index.html': 'open', 'open.txt': 'open', 'public/a.txt': 'open', 'public/index.html': 'open', 'public/deep/b.txt': 'open', 'assets/a.txt': 'open', 'members/a.txt': 'open', 'members/index.html': 'open',
  'admin/index.html': PROTECTED, 'admin/secret.txt': PROTECTED, 'admin/deep/secret.txt': PROTECTED, 'admin/a.txt': PROTECTED,
  'members/private/index.html': PROTECTED, 'members/private/secret.txt': PROTECTED, 'public/internal/secret.txt': PROTECTED, 'public/internal/index.html': PROTECTED
};

export function plant(root) {
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), `${text} ${name}\n`);
  }
}

// What the application says of that tree. The session of this lane holds `staff`, so whatever passes was public or weaker.
export const TABLE = {
  a: 'members', c: '__Host-zt-session', h: ['app.example.com'], w: [], p: '/oauth2', u: '/.zt/userinfo', g: 1, k: [[0, 1], [1, 1]], n: ['staff', 'admins'], i: {},
  r: [['/public/internal/*', 0, [1]], ['/public/*', 0], ['/static/internal/*', 0, [1]], ['/static/*', 0], ['/assets/*', 6], ['/admin/*', 0, [1]], ['/members/private/*', 0, [1]], ['/members/*', 6, [0]], ['/*', 0, [0]]]
};
