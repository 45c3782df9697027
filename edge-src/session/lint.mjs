// The grammar of cloudfront-js-2.0, as a list of what it has not. CreateFunction and PublishFunction do not parse,
// so a slip here would be an outage. Reasons: each of these is a SyntaxError in njs, undocumented by AWS, or both.
import { parse } from 'acorn';

const BANNED_NODES = {
  ForOfStatement: 'for-of',
  ClassDeclaration: 'class',
  ClassExpression: 'class',
  ObjectPattern: 'destructuring',
  ArrayPattern: 'destructuring',
  AssignmentPattern: 'default parameter',
  SpreadElement: 'spread',
  ChainExpression: '?.',
  TaggedTemplateExpression: 'tagged template',
  YieldExpression: 'generator',
  ImportExpression: 'dynamic import',
  WithStatement: 'with',
  LabeledStatement: 'label',
  ExportNamedDeclaration: 'export',
  ExportDefaultDeclaration: 'export',
  ExportAllDeclaration: 'export'
};
const BANNED_NAMES = ['Map', 'Set', 'WeakMap', 'WeakSet', 'Proxy', 'Reflect', 'BigInt', 'eval', 'Function', 'URL', 'URLSearchParams', 'setTimeout', 'require', 'fetch', 'process'];
const BANNED_MEMBERS = ['replaceAll', 'flat', 'flatMap', 'at', 'fromEntries', 'matchAll', 'toSorted', 'bytesFrom', 'fromUTF8', 'random'];
const IMPORTS = ['cloudfront', 'crypto', 'querystring'];
const FUNCTIONS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];

export function tree(code) {
  return parse(code, { ecmaVersion: 2024, sourceType: 'module' });
}

export function children(node) {
  const out = [];
  for (const key of Object.keys(node)) {
    for (const child of [node[key]].flat()) if (child && typeof child.type === 'string') out.push(child);
  }
  return out;
}

function contains(node, type) {
  if (node.type === type) return true;
  return !FUNCTIONS.includes(node.type) && children(node).some((child) => contains(child, type));
}

function faultsOf(node, inAsync) {
  const faults = [];
  if (BANNED_NODES[node.type]) faults.push(BANNED_NODES[node.type]);
  if (node.type === 'CatchClause' && !node.param) faults.push('catch without binding');
  if (node.type === 'LogicalExpression' && node.operator === '??') faults.push('??');
  if (node.type === 'AssignmentExpression' && ['??=', '||=', '&&='].includes(node.operator)) faults.push(node.operator);
  if (node.type === 'Property' && node.shorthand) faults.push('shorthand property');
  if (node.type === 'Literal' && typeof node.value === 'bigint') faults.push('BigInt');
  if (node.type === 'Literal' && node.regex && /[^gimy]|y/.test(node.regex.flags)) faults.push('regular expression flag');
  if (node.type === 'Literal' && node.regex && /\(\?<[=!]/.test(node.regex.pattern)) faults.push('lookbehind');
  if (['CallExpression', 'NewExpression'].includes(node.type) && node.arguments.some((a) => contains(a, 'AwaitExpression'))) faults.push('await in call arguments');
  if (FUNCTIONS.includes(node.type) && inAsync) faults.push('function inside an async function');
  if (FUNCTIONS.includes(node.type) && node.generator) faults.push('generator');
  if (node.type === 'ForOfStatement' && node.await) faults.push('for await');
  if (node.type === 'Identifier' && BANNED_NAMES.includes(node.name)) faults.push(node.name);
  if (node.type === 'MemberExpression' && !node.computed && BANNED_MEMBERS.includes(node.property.name)) faults.push(node.property.name);
  if (node.type === 'ImportDeclaration' && !IMPORTS.includes(node.source.value)) faults.push('import ' + node.source.value);
  return faults;
}

// Every fault as `what at offset`; an empty list means that the code stays inside the runtime's grammar.
export function lint(code) {
  const faults = [];
  const visit = (node, inAsync) => {
    for (const fault of faultsOf(node, inAsync)) faults.push(`${fault} at ${node.start}`);
    const inside = FUNCTIONS.includes(node.type) ? node.async : inAsync;
    for (const child of children(node)) visit(child, inside);
  };
  const program = tree(code);
  const last = program.body.at(-1);
  for (const node of program.body) if (contains(node, 'AwaitExpression')) faults.push('await at the top');
  visit(program, false);
  if (!last || !program.body.some((n) => n.type === 'FunctionDeclaration' && n.id.name === 'handler' && n.async)) faults.push('no async handler');
  return faults;
}
