// Shortens the names of variables, functions and parameters, then says each property name that is used often enough once and
// for all in a constant. Imports, `T`, `handler` and the keys of objects stay. Top-level names
// get one map; each top-level function gets another for all names declared anywhere inside it, which avoids every other name
// the function uses. A name declared both inside and at the top is refused, so a use can mean only one of them.
import { children, tree } from './lint.mjs';

const KEPT = ['handler', 'T', 'cf', 'crypto'];
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSUVWXYZ_$';
const WORDS = ['as', 'do', 'if', 'in', 'is', 'of'];

// All names of one letter, then all of two.
const everyName = () => ['', ...LETTERS].flatMap((a) => [...LETTERS].map((b) => a + b));

function isProperty(node, parent) {
  return !parent.computed && ((parent.type === 'MemberExpression' && parent.property === node) || (parent.type === 'Property' && parent.key === node));
}

function uses(root) {
  const found = [];
  const visit = (node) => {
    for (const child of children(node)) {
      if (child.type === 'Identifier' && !isProperty(child, node)) found.push({ node: child, parent: node });
      visit(child);
    }
  };
  visit(root);
  return found;
}

function declares({ node, parent }) {
  return (
    (parent.type === 'VariableDeclarator' && parent.id === node) ||
    (parent.type === 'CatchClause' && parent.param === node) ||
    (/Function/.test(parent.type) && (parent.id === node || parent.params.includes(node)))
  );
}

// The most used names get the shortest ones; ties by name, so that the same sources give the same bytes.
function assign(names, all, taken) {
  const count = (name) => all.filter((use) => use.node.name === name).length;
  const order = [...names].sort((a, b) => count(b) - count(a) || (a < b ? -1 : 1));
  const free = everyName().filter((name) => !taken.has(name) && !WORDS.includes(name));
  return new Map(order.map((name, i) => [name, free[i]]));
}

// Top-level declarations with their initialisers or bodies.
function topLevel(program) {
  const out = [];
  for (const node of program.body) {
    if (node.type === 'FunctionDeclaration') out.push({ name: node.id.name, body: node });
    if (node.type === 'VariableDeclaration') for (const d of node.declarations) out.push({ name: d.id.name, body: d });
  }
  return out;
}

function replace(code, edits) {
  let out = '';
  let from = 0;
  for (const { start, end, to } of edits.sort((a, b) => a.start - b.start)) {
    out += code.slice(from, start) + to;
    from = end;
  }
  return out + code.slice(from);
}

// `a.search(b)` becomes `a[S](b)` behind `const S="search";`, where that makes the core shorter. `mark` is the line it stands behind.
export function alias(code, mark) {
  const members = [];
  const visit = (node) => {
    for (const child of children(node)) visit(child);
    if (node.type === 'MemberExpression' && !node.computed) members.push(node);
  };
  const program = tree(code);
  visit(program);
  const counts = new Map();
  const core = (code + '\n//@').indexOf('\n//@'); // a constant is always there, a part is not
  for (const { property } of members) if (property.start < core) counts.set(property.name, (counts.get(property.name) ?? 0) + 1);
  const gain = (name, to) => counts.get(name) * (name.length - 1 - to.length) - (name.length + 4 + to.length);
  const order = [...counts.keys()].sort((a, b) => gain(b, '') - gain(a, '') || (a < b ? -1 : 1));
  const taken = new Set(uses(program).map((use) => use.node.name));
  const free = everyName().filter((name) => !taken.has(name) && !KEPT.includes(name) && !WORDS.includes(name));
  const short = new Map(order.map((name, i) => [name, free[i]]).filter(([name, to]) => gain(name, to) > 0));
  const edits = members.filter((node) => short.has(node.property.name)).map((node) => ({ start: node.property.start - 1, end: node.property.end, to: `[${short.get(node.property.name)}]` }));
  const constants = [...short].map(([name, to]) => `${to}="${name}"`).join();
  return replace(code, edits).replace(`${mark}\n`, () => `${mark}\nconst ${constants};\n`);
}

export function shorten(code) {
  const program = tree(code);
  const all = uses(program);
  const parts = topLevel(program);
  const tops = new Set(parts.map((part) => part.name));
  const locals = new Set(all.filter(declares).map((use) => use.node.name).filter((name) => !tops.has(name)));
  const foreign = new Set(all.map((use) => use.node.name).filter((name) => !tops.has(name) && !locals.has(name)));
  for (const name of KEPT) foreign.add(name), tops.delete(name), locals.delete(name);
  const outer = assign(tops, all, foreign);
  const edits = [];
  for (const part of parts) {
    const inside = uses(part.body);
    const mine = new Set(inside.filter((use) => declares(use) && use.parent !== part.body).map((use) => use.node.name));
    for (const use of inside) if (declares(use) && use.parent === part.body && part.body.params?.includes(use.node)) mine.add(use.node.name);
    for (const name of mine) if (tops.has(name) || KEPT.includes(name)) throw new Error(`${name} is declared at the top and inside ${part.name}`);
    const taken = new Set([...foreign, ...inside.map((use) => outer.get(use.node.name)).filter(Boolean)]);
    const inner = assign(mine, inside, taken);
    for (const { node } of inside) {
      const to = inner.get(node.name) ?? outer.get(node.name);
      if (to) edits.push({ node, to });
      else if (locals.has(node.name)) throw new Error(`${node.name} in ${part.name} is declared nowhere near`);
    }
  }
  return replace(code, edits.map(({ node, to }) => ({ start: node.start, end: node.end, to })));
}
