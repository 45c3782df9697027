// The clock of regional functions: the machine's, moved by what a test says. The offset stands in a file that is read at most every 10 ms.
'use strict';
const fs = require('node:fs');

const file = process.env.LOCAL_CLOUD_CLOCK;
delete process.env.NODE_OPTIONS;
const RealDate = Date;
let offset = 0;
let read = -Infinity;

function ahead() {
  const now = performance.now();
  if (now - read > 10) {
    read = now;
    const told = Number(fs.readFileSync(file, 'utf8'));
    if (Number.isSafeInteger(told)) offset = told;
  }
  return offset;
}

globalThis.Date = class Date extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + ahead());
    else super(...args);
  }

  static now() {
    return RealDate.now() + ahead();
  }
};
