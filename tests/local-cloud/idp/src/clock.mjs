// The clock this process goes by: the machine's, moved by what a test says.

const RealDate = Date;
let offset = 0;

globalThis.Date = class Date extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + offset);
    else super(...args);
  }

  static now() {
    return RealDate.now() + offset;
  }
};

/** Puts the clock so many milliseconds ahead of the machine's. */
export function moveClock(milliseconds) {
  if (!Number.isSafeInteger(milliseconds)) throw new TypeError('offset is not a whole number of milliseconds');
  offset = milliseconds;
}
