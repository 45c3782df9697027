// Who descends from a process, and who of them still lives, as the kernel tells it in /proc.
import { readdirSync, readFileSync } from 'node:fs';

function read(pid) {
  let text;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // It has just ended.
  }
  // The name stands in parentheses and may hold anything; the fields after it are proc(5)'s from the third on.
  const close = text.lastIndexOf(')');
  const fields = text.slice(close + 2).split(' ');
  return { pid, name: text.slice(text.indexOf('(') + 1, close), state: fields[0], parent: Number(fields[1]), started: fields[19] };
}

const all = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => read(Number(name))).filter(Boolean);

/** The process and all that descend from it. */
export function family(root) {
  const everybody = all();
  const found = everybody.filter((one) => one.pid === root);
  for (const parent of found) found.push(...everybody.filter((one) => one.parent === parent.pid));
  return found;
}

/** Those of them that have not ended. One that waits to be collected by its parent has. */
export function living(known) {
  return known.filter(({ pid, started }) => {
    const now = read(pid);
    return now?.started === started && now.state !== 'Z' && now.state !== 'X';
  });
}
