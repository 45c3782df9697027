// The vectors that the Rust model reads too (tests/vectors, made by Python): tokens, documents, pages, grants, paths, routes, headers.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { allowed, open, refused, toLogin, wait } from '../support/expect.mjs';
import { TABLE, b36, b64u, event, mint } from '../support/world.mjs';

const read = (name) => JSON.parse(readFileSync(fileURLToPath(new URL(`../../../../tests/vectors/${name}.json`, import.meta.url)), 'utf8'));
const ANYBODY = { ...TABLE, r: [['/*', 0, [0, 1, 2, 3]]] };
const PP = (cookie) => `p:${cookie.split('.')[3]?.slice(0, 2)}`;

function tokens() {
  const { now, document, cases } = read('tokens');
  const table = { ...TABLE, g: 3, k: [[0, 1]], n: ['any'], r: [['/*', 0, [0]]], i: {} };
  return cases.map(({ name, token, verdict, session }) => {
    const minted = parseInt(token.split('.')[6], 36);
    const waits = ['kid', 'mac'].includes(verdict) && Math.abs(now - minted) < 60;
    const expect = waits ? wait(verdict) : verdict !== 'valid' ? toLogin(verdict) : session.gen >= table.g + 64 ? toLogin('grant') : session.bits.includes(0) && session.gen >= 1 ? allowed() : session.gen < 1 ? toLogin('grant') : refused(403, 'policy');
    return { name: `token: ${name}`, now, table, event: event({ cookie: token }), store: { 'a:members': document, [PP(token)]: '1000000' }, expect };
  });
}

function documents() {
  const { now, application } = read('documents');
  const key = Buffer.from('BVJWl0x8iUyak2k9rCauoJUPj-WVn3s62eG-fB_l1mM', 'base64url');
  return application.flatMap(({ name, document, valid, keys, nb, blocked }) => {
    const one = (kid, lt, expect) => {
      const cookie = mint({ kid, key, lt: b36(lt), iat: b36(now - 100), exp: b36(now + 9), grants: '1', usr: 'ppAAAAAAAAzz' });
      return { name: `document: ${name}, ${kid}`, now, table: ANYBODY, event: event({ cookie }), store: { 'a:members': document, 'p:pp': '1000000' }, expect };
    };
    if (!valid) return [one('k1', now - 5, wait('store'))];
    const present = Object.keys(JSON.parse(document).k);
    const good = blocked ? refused(403, 'blocked') : allowed();
    return [...present, 'absent'].map((kid) => one(kid, Math.max(nb + 1, now - 500), keys.includes(kid) || blocked ? good : toLogin('kid')));
  });
}

function pages() {
  const { now, parse, judge } = read('pages');
  const one = (name, page, changes, expect) => {
    const cookie = mint({ usr: 'ppAAAAAAAAzz', sid: 'SSSSSSSSxxxxxxxxxxxxxx', ses: 'OOOOOOOOyyyy', lt: b36(now - 100), iat: b36(now - 90), exp: b36(now + 9), grants: '1', ...changes });
    const doc = JSON.stringify({ v: 1, nb: 0, k: { k7q2: [Buffer.alloc(32, 7).toString('base64url'), 0, 0] } });
    return { name: `page: ${name}`, now, table: ANYBODY, event: event({ cookie }), store: { 'a:members': doc, [PP(cookie)]: page }, expect };
  };
  const verdicts = { pass: allowed(), notbefore: toLogin('notbefore', '/members/a', { fresh: true }), revoked: toLogin('revoked', '/members/a', { fresh: true }), blocked: refused(403, 'blocked') };
  const other = { usr: 'ppzzzzzzzzzz', sid: 'zzzzzzzzzzzzzzzzzzzzzz', ses: 'zzzzzzzzzzzz', lt: b36(now + 9) };
  return [
    ...parse.map(({ name, page, valid }) => one(`${name}, to somebody else`, page, other, valid ? allowed() : wait('store'))),
    ...judge.map(({ name, page, usr, sid, ses, lt, verdict }) => one(name, page, { usr, sid, ses, lt: b36(lt) }, verdicts[verdict]))
  ];
}

function grants() {
  return read('grants').cases.map(({ name, g, policies, gen, grants, verdict }) => {
    const verdicts = { pass: allowed(), grant: toLogin('grant', '/members/a', { gen: b36(g) }), policy: refused(403, 'policy') };
    const table = { ...TABLE, g, k: policies, n: policies.map((_, i) => `policy${i}`), r: [['/*', 0, policies.map((_, i) => i)]] };
    return { name: `grant: ${name}`, table, event: event({ cookie: mint({ gen: b36(gen), grants }) }), expect: verdicts[verdict] };
  });
}

const FLAG = { encoded_slash: 2, semicolon: 4 };

function paths() {
  return read('paths').cases.flatMap(({ raw, readings, needs }) => {
    const flags = needs.reduce((sum, need) => sum | FLAG[need], 0);
    const one = (f, expect) => ({ name: `path: ${JSON.stringify(raw)} where ${f} is allowed`, table: { ...TABLE, r: [['/*', f]] }, event: event({ uri: raw, cookie: null }), expect });
    if (!readings.length) return [one(6, refused(400, 'path'))];
    const weaker = [2, 4].filter((bit) => flags & bit).map((bit) => one(6 & ~bit, refused(400, 'path')));
    return [one(flags, open()), ...weaker];
  });
}

function routes() {
  return read('routes').tables.flatMap(({ name, routes: r, cases }) =>
    cases.map(({ raw, route, status }) => {
      // Every route is made public, so that the audit line shows which one decided.
      const table = { ...TABLE, p: '/oauth2', r: r.map(([pattern, flags]) => [pattern, flags]) };
      const expect = status ? refused(status, status === 400 ? 'path' : 'policy') : open({ audit: `v1 public - r${route} ` });
      return { name: `route: ${name}: ${raw}`, table, event: event({ uri: raw, cookie: null }), expect };
    })
  );
}

function headers() {
  const vectors = read('headers');
  const at = { uri: '/public/a', cookie: null };
  const names = vectors.headers.filter(({ name }) => name !== 'host').map(({ name, removed }) => ({ name: `header: ${name}`, event: event({ ...at, headers: { [name]: 'mallory' } }), expect: open({ headers: { [name]: removed ? null : 'mallory' } }) }));
  const jar = vectors.cookies.map(({ name, removed }) => ({ name: `cookie: ${name}`, event: event({ ...at, cookies: { [name]: 'x' } }), expect: open({ cookies: removed ? [] : [name] }) }));
  const identity = vectors.identity.map(({ claim, header }) => ({ name: `identity: ${JSON.stringify(claim)}`, event: event({ cookie: mint({ claims: b64u(JSON.stringify({ email: claim })) }) }), expect: allowed({ headers: { 'x-zt-email': header } }) }));
  return [...names, ...jar, ...identity];
}

export const cases = [...tokens(), ...documents(), ...pages(), ...grants(), ...paths(), ...routes(), ...headers()].map((one) => ({ raw: null, ...one }));
