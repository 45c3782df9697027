/**
 * Plays Lambda for one function: loads the bundle as Lambda does (by file, with its reserved environment), calls the handler
 * with one argument, answers over IPC. The clock is the parent's, so that no test has to wait for time to pass.
 */
const RealDate = Date;
let ahead = 0;

globalThis.Date = class extends RealDate {
  constructor(...values) {
    if (values.length === 0) super(RealDate.now() + ahead);
    else super(...values);
  }

  static now() {
    return RealDate.now() + ahead;
  }
};

// A guessable source must change nothing: all secrets of a login come from the operating system (checklist L1).
Math.random = () => 0.5;

let handler;

process.on('message', async ({ id, load, event, advance }) => {
  try {
    if (advance !== undefined) ahead += Math.round(advance * 1000);
    if (load !== undefined) ({ handler } = await import(load));
    const answer = event === undefined ? { length: handler.length, now: Date.now() } : await handler(event);
    process.send({ id, answer });
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) });
  }
});
