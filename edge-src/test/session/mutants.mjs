// Each guard removed from the sources, one at a time: the cases of that guard, and only they, must turn red.
import { build, sources } from '../../session/build.mjs';
import { runOnNjs } from './engines/njs.mjs';
import { judge } from './support/judge.mjs';
import { prepare } from './support/prepare.mjs';

// [what is removed, text, its replacement, names of the cases that may turn red]
const MUTANTS = [
  ['the host check', "throw [421, 'host'];", ';', /host|repeats the request/],
  ['the duplicate host', "header && !header.multiValue ? header.value", 'header ? header.value', /two hosts|two origins|two fetch modes/],
  ['the port in the WebSocket origin', "'https://' + one(h.host)", "'https://' + x.m", /own origin by host and port/],
  ['the leading slash', "raw[0] !== '/' || ", '', /ambiguous ("\*"|"public\/a"|""|"http)/],
  ['the visible characters', '~raw.search(/[^!"$->@-[\\]-~]/)', 'false', /ambiguous/],
  ['the escapes', '|%([01]|2[5de]|3\\d|[46][1-9a-f]|[57][\\da]|5[cf]|7[ef]|c2%[89])', '', /ambiguous/],
  ['half escapes', '%(?![\\da-f]{2})|', '', /^$/, 'decodeURIComponent refuses them too'],
  ['the C1 controls', '|c2%[89]', '', /ambiguous "\/public\/%[cC]2%/],
  ['dot and empty segments', "~ways.join('\\n').search(/\\/(\\/|\\.\\.?(\\/|\\n|$))/)", 'false', /ambiguous|session: |preflight to an ambiguous/],
  ['path parameters', "ways = ways.concat(ways.map((path) => path.replace(/;[^/]*/g, '')));", '', /ambiguous|prefix behind a parameter/],
  ['the early query', "ways = ways.concat(ways.map((path) => path.split('?')[0].split('#')[0]));", '', /ambiguous|question mark that is encoded/],
  ['the length of a path with several readings', 'raw[1024] || ', '', /too long/],
  ['one kind of mark', ' || [/;/, /%3b/i, /%(23|3f)/i].filter((mark) => ~raw.search(mark))[1]', '', /two kinds of marks/],
  ['the opaque slash', "ways.push(decodeURIComponent(raw.replace(/%2f/gi, '%252f')));", 'ways.push(ways[0]);', /ambiguous/],
  ['agreement of readings', 'if (pick(ways[i]) !== at) throw ambiguous', 'pick(ways[i])', /ambiguous|question mark that is encoded/],
  ['the lift of an encoded slash', '(ways[0] !== ways[1] && !(flags & 2)) || ', '', /ambiguous/],
  ['the lift of a semicolon', " || (ways[0].includes(';') && !(flags & 4))", '', /ambiguous|semicolon/],
  ['the auth prefix', "if (path === T.p || path.startsWith(T.p + '/')) throw [404, 'path'];", '', /prefix/],
  ['the end of a pattern', 'return path.slice(at).endsWith(end);', 'return true;', /star in the middle|userinfo|ambiguous/],
  ['the start of a pattern', ' || !path.startsWith(parts[0])', '', /pattern begins further in|star in the middle/],
  ['methods', 'if (route[3] && !route[3].includes(q.method))', 'if (false)', /method|HEAD is listed|by POST|next route/],
  ['the preflight', "if (q.method === 'OPTIONS' && h.origin", "if (false && h.origin", /preflight|unless it has a rule|public route with a rule/],
  ['the origin of a preflight', '!rule.o.includes(origin) ||', '', /preflight of (another|a null|two)|public route with a rule/],
  ['the method of a preflight', '!rule.m.includes(one(method)) ||', '', /preflight for another method/],
  ['the headers of a preflight', '.every((name) => rule.h.includes(name))', '.every(() => true)', /preflight for another header/],
  ['the WebSocket origin', "throw [403, 'origin'];", ';', /WebSocket|origin|another port/],
  ['the WebSocket as navigation', " || h['sec-websocket-key'] || ", ' || ', /calls itself a navigation/],
  ['the prefetch', " || ~(one(h['sec-purpose']) + one(h.purpose)).search(/prefetch/i)", '', /purpose/i],
  ['the method of a navigation', "!['GET', 'HEAD'].includes(q.method) || ", '', /POST|GET|OPTIONS|method|gRPC/],
  ['the origin of an old navigation', ' && !h.origin', '', /old browser with an origin/],
  ['XMLHttpRequest', " && !h['x-requested-with']", '', /XMLHttpRequest/],
  ['always 401', "!x.n || x.f & 1", '!x.n', /always 401|userinfo/],
  ['stripping of headers', ")/i)\n    )\n      delete q.headers[name];", ")/i)\n    )\n      ;", /headers: /],
  ['letter case of header names', "cloudfront(-.*)?[^a-z\\d-])/i", "cloudfront(-.*)?[^a-z\\d-])/", /headers: /],
  ['letter case of the first letter', "'xXfFcC'", "'xfc'", /headers: /],
  ['disguise of header names', "x[\\W_]((zt|original|rewrite|method|forwarded)[\\W_]|", 'x-((zt|original|rewrite|method|forwarded)-|', /headers: /],
  ['stripping of cookies', 'delete q.cookies[name];', ';', /cookies|identity|pass|headers: |session: |policy: |entrance: |clients: /],
  ['the comma in a list', ".split(',').join('%2C')", '', /comma inside a list/],
  ['disguise of CloudFront’s own headers', '|cloudfront(-.*)?[^a-z\\d-]', '', /headers: cloudfront/i],
  ['encoding of identity', 'text.replace(/^ | $(?!\\n)|[^ -$&-~]+/g, encodeURIComponent)', 'text', /encoded/],
  ['spaces at the ends of identity', '/^ | $|[^ -$&-~]/', '/[^ -$&-~]/', /space at an end/],
  ['own claims only', 'Object.keys(claims).includes(T.i[name])', 'claims[T.i[name]] !== undefined', /only a prototype|own claims of such names/],
  ['the duplicate cookie', 'if (cookie.multiValue) duplicate(x);', '', /two cookies|same cookie twice/],
  ['the expression of the cookie', "throw [401, 'format'];", ';', /malformed|version/],
  ['the line feed behind the cookie', '[AEIMQUYcgkosw048]$(?!\\n)/', '[AEIMQUYcgkosw048]$/', /final line feed/],
  ['the version of the application document', 'doc.v !== 1 || ', '', /application document/],
  ['the keys of the application document', 'whole(entry[2])) throw 1;', 'whole(entry[2]));', /application document/],
  ['the length of a key', "entry[0].search(/^[\\w-]{43}$(?!\\n)/) || ", '', /application document/],
  ['the blocks in the application document', 'if (!whole(doc.e[id])) throw 1;', '', /application document/],
  ['maps in the application document', 'if (value.constructor !== Object) throw 1;', '', /application document/],
  ['the end of a key', ' || !(key[2] === 0 || x.t < key[2])', '', /key has ended/],
  ['the mac', "stale(x, t, 'mac');", ';', /tampered|signed|mac|another key under|forged|configured name|good cookie/],
  ['all words of the mac but the first', 'i < 32; i += 4', 'i < 4; i += 4', /tampered mac|last word|tampered/],
  ['all words of the mac but the last', 'var i = 0; i < 32; i += 4', 'var i = 28; i < 32; i += 4', /tampered mac|first byte|tampered/],
  ['the expiry', "throw [401, 'expired'];", ';', /end|expired/],
  ['the expiry by the second', '!(x.t < number(t[7]))', '!(x.t <= number(t[7]))', /at its end|expired/],
  ['blocks of everyone', "> now) throw [403, 'blocked'];", '> now) ;', /of everyone|blocked/],
  ['the page', ')) throw 1;\n  var user', ')) var none;\n  var user', /page: /],
  ['the line feed behind the page', '[\\da-z]{6})*$(?!\\n)/', '[\\da-z]{6})*$/', /page: a final line feed/],
  ['the block', "throw [403, 'blocked']; // zzzzzz", '; // zzzzzz', /block/],
  ['the block without end', ' || block === 2176782335', '', /^$/, 'no time is past it before 2038'],
  ['the revoked session', "throw [401, 'revoked', 1];", ';', /revoked|the session/],
  ['the not-before of everyone', 'Math.max(everyone, ', 'Math.max(', /everyone/],
  ['the not-before of the page', 'number(page.slice(1, 7)), ', '', /page/],
  ['the not-before of the user', "latest(page, 'u' + user), ", '', /user/],
  ['the not-before of the provider session', "latest(page, 'o' + t[4].slice(0, 8))", '0', /provider session/],
  ['the absent provider session', '~t[4].search(/[^A]/) ? ', 'true ? ', /no provider session/],
  ['the strict not-before', '!(number(t[5]) > before)', '!(number(t[5]) >= before)', /at the login/],
  ['alignment on the page', 'if (at % 15 === 7) ', '', /across two slots/],
  ['the later of two entries', 'time = Math.max(time, number(page.slice(at + 9, at + 15)))', 'time = number(page.slice(at + 9, at + 15))', /the later first|the second over/],
  ['waiting when fresh', '< 60 ? 503 : 401', '< 0 ? 503 : 401', /less than a minute|fresh/],
  ['the grant', '(parseInt(t[9][rule[0] >> 2], 16) >> (rule[0] & 3)) & 1', '1', /policy|bit|grant|narrower first|403 of a/],
  ['the birth of a grant', 'number(t[8]) >= rule[1] && ', '', /younger|generation zero/],
  ['another numbering', 'number(t[8]) < T.g + 64 && ', '', /numbering|without generation/],
  ['the second look at births', ' || x.a.some((policy) => !(number(t[8]) >= T.k[policy][1]))', '', /younger|generation zero/],
  ['the fence around everything', "return answer(x, e[0] > 0 ? e : [503, 'store']);", 'return x.q;', /./, 'every refusal passes']
];

function built(from, to) {
  const source = sources();
  if (source.split(from).length !== 2) return null;
  return build(source.replace(from, () => to));
}

function verdict(cases, [, from, to, red, why]) {
  const code = built(from, to);
  if (!code) return [`the text ${from} must stand once in the sources`];
  const answers = runOnNjs(prepare(cases, code));
  const turned = cases.filter((one, i) => judge(one, answers[i]).length).map((one) => one.name);
  if (red.source === '^$') return turned.length ? [`unexpected: ${turned}`] : []; // kept for depth: ${why}
  const strange = turned.filter((name) => !red.test(name));
  return [...(turned.length ? [] : ['survived']), ...(strange.length ? [`also red: ${strange.slice(0, 5).join(', ')} (${strange.length}; ${why ?? ''})`] : [])];
}

// For each mutant its name and what is wrong with it; nothing when exactly its own cases turned red.
export function survivors(cases) {
  return MUTANTS.map((mutant) => [`mutant without ${mutant[0]}`, verdict(cases, mutant)]);
}
