// Every way a server may read a raw path, decoded. A path that is ambiguous beyond what a route may lift is refused;
// the rest goes to the origin raw, so what is decided is what is resolved.
const ambiguous = [400, 'path'];
const unmet = [403, 'policy'];

const decode = decodeURIComponent;

const readings = (raw) => {
  // Visible ASCII without `#`, `?` and `\`. Without the flag `i`: PCRE folds U+212A and U+017F into ASCII letters.
  if (raw[0] !== '/' || ~raw.search(/[^!"$->@-[\]-~]/)) throw ambiguous;
  if (!~raw.search(/[%;]|\/[/.]/)) return [raw]; // nothing of what follows can be in it
  // Half an escape; then an encoded control, `%`, unreserved character, backslash, DEL or C1 control.
  if (~raw.search(/%(?![\da-f]{2})|%([01]|2[5de]|3\d|[46][1-9a-f]|[57][\da]|5[cf]|7[ef]|c2%[89])/i)) throw ambiguous;
  try {
    var ways = [decode(raw)];
  } catch (e) {
    throw ambiguous; // not UTF-8: overlong, surrogate, cut short
  }
  if (~raw.search(/;|%(23|2f|3[bf])/i)) {
    // Several readings of a long path cost too much. And servers that cut at a mark do so before or after they decode, in
    // any order: with two kinds of marks every order is another reading.
    if (raw[1024] || [/;/, /%3b/i, /%(23|3f)/i].filter((mark) => ~raw.search(mark))[1]) throw ambiguous;
    // With an opaque slash; as servlet containers do, without `;...`; as a server that decodes before it looks for the query.
    ways.push(decode(raw.replace(/%2f/gi, '%252f')));
    ways = ways.concat(ways.map((path) => path.replace(/;[^/]*/g, '')));
    ways.push(decode(raw.replace(/;[^/]*/g, ''))); // and those that cut before they decode
    ways = ways.concat(ways.map((path) => path.split('?')[0].split('#')[0]));
  }
  if (~ways.join('\n').search(/\/(\/|\.\.?(\/|\n|$))/)) throw ambiguous;
  return ways;
};
