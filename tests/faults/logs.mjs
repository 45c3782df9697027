// What the edge and its functions write down, read on from where the last look ended.
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

class Tail {
  #file;
  #at = 0;
  #rest = '';

  constructor(file) {
    this.#file = file;
  }

  /** The whole lines that have come since. */
  lines() {
    if (!existsSync(this.#file)) return [];
    const size = statSync(this.#file).size;
    if (size === this.#at) return [];
    const bytes = Buffer.alloc(size - this.#at);
    const opened = openSync(this.#file, 'r');
    readSync(opened, bytes, 0, bytes.length, this.#at);
    closeSync(opened);
    this.#at = size;
    const lines = (this.#rest + bytes.toString('utf8')).split('\n');
    this.#rest = lines.pop();
    return lines;
  }
}

/** A line that is not one JSON text is none of anybody's, but for its request. */
function parsedLine(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { broken: text, request: /"request":"([^"]*)"/.exec(text)?.[1] };
  }
}

export class Logs {
  #edge;
  #tails = new Map();
  /** By request id. */
  access = new Map();
  auth = new Map();
  /** Every line as it is, since the last `forget`. */
  text = [];

  constructor(edge) {
    this.#edge = edge;
  }

  #tail(file) {
    if (!this.#tails.has(file)) this.#tails.set(file, new Tail(file));
    return this.#tails.get(file).lines();
  }

  read() {
    for (const line of this.#tail(this.#edge.access_log)) {
      this.text.push(line);
      const parsed = JSON.parse(line);
      this.access.set(parsed.request_id, parsed);
    }
    const folder = this.#edge.lambda_logs;
    // The folder comes with the first run of a function.
    const names = existsSync(folder) ? readdirSync(folder) : [];
    for (const name of names.filter((each) => each.endsWith('.log'))) {
      for (const line of this.#tail(join(folder, name))) {
        this.text.push(line);
        const at = line.indexOf('{"log":"zt-auth"');
        if (at < 0) continue;
        const parsed = parsedLine(line.slice(at));
        this.auth.set(parsed.request, [...(this.auth.get(parsed.request) ?? []), parsed]);
      }
    }
  }

  forget() {
    this.read();
    this.access.clear();
    this.auth.clear();
    this.text = [];
  }
}
