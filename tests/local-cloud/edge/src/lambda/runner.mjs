// Runs one function version in one process, as Lambda's Node runtime does: one event at a time, answers as lines of JSON.
// Arguments: the module, the name of the exported handler. Standard output is the protocol's; the function's goes to standard error.
import { createInterface } from 'node:readline';
import { Console } from 'node:console';
import { pathToFileURL } from 'node:url';

const answer = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
globalThis.console = new Console(process.stderr, process.stderr);

// The edge's clock, which tests move.
let offset = 0;
const RealDate = Date;
globalThis.Date = class Date extends RealDate {
  constructor(...args) { if (args.length === 0) super(RealDate.now() + offset); else super(...args); }
  static now() { return RealDate.now() + offset; }
};

const [file, name] = process.argv.slice(2);
const describe = (e) => ({ name: e?.name ?? 'Error', message: String(e?.stack ?? e) });
let handler;
let failure;
const first = createInterface({ input: process.stdin });
const lines = first[Symbol.asyncIterator]();
// The first line only sets the clock, so that code at module level sees it too.
offset = JSON.parse((await lines.next()).value).offset;
try {
  handler = (await import(pathToFileURL(file).href))[name];
  if (typeof handler !== 'function') throw new Error(`${name} is not a function`);
  if (handler.length >= 3) throw new Error('callback handlers are not supported: the handler must be async');
} catch (e) {
  failure = describe(e);
}
answer(JSON.stringify({ ready: failure === undefined, error: failure }) + '\n');
for (let line = await lines.next(); !line.done; line = await lines.next()) {
  const asked = JSON.parse(line.value);
  offset = asked.offset;
  let reply;
  try {
    const result = await handler(asked.event, asked.context);
    reply = { id: asked.id, result: result === undefined ? null : result };
  } catch (e) {
    reply = { id: asked.id, error: describe(e) };
  }
  answer(JSON.stringify(reply) + '\n');
}
process.exit(0);
