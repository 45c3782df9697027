// What an engine gets for each case: the function with the case's table, the event, the time in milliseconds, the store.
import { render } from '../../../session/build.mjs';
import { NOW, TABLE, store } from './world.mjs';

export function prepare(list, code) {
  return list.map((one) => ({
    code: render(code, one.table ?? TABLE, one.parts), // the parts that the table asks for, unless the case says which
    event: one.event,
    now: (one.now ?? NOW) * 1000,
    raw: one.raw ?? null,
    store: one.store === undefined ? store() : one.store,
    fault: one.fault ?? null
  }));
}
