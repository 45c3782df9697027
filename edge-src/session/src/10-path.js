// Every way a server may read a raw path, decoded. A path that is ambiguous beyond what a route may lift is refused;
// the rest goes to the origin raw, so what is decided is what is resolved.
const ambiguous = [400, 'path'];
const unmet = [403, 'policy'];

// Servlet containers drop `;...` of each segment before they resolve it.
const withoutParameters = (path) => path.replace(/;[^/]*/g, '');

// A server that decodes before it looks for the query ends the path here.
const beforeQuery = (path) => path.split(/[?#]/)[0];

const readings = (raw) => {
  // Visible ASCII without `#`, `?` and `\`. Without the flag `i`: PCRE folds U+212A and U+017F into ASCII letters.
  if (raw[0] !== '/' || /[^!"$->@-[\]-~]/.test(raw)) throw ambiguous;
  var ways = [raw];
  if (/[%;]/.test(raw)) {
    // Half an escape; then an encoded control, `%`, unreserved character, backslash, DEL or C1 control.
    if (/%(?![\da-f]{2})|%([01]|2[5de]|3\d|[46][1-9a-f]|[57][\da]|5[cf]|7[ef]|c2%[89])/i.test(raw)) throw ambiguous;
    try {
      ways = [decodeURIComponent(raw)];
    } catch (e) {
      throw ambiguous; // not UTF-8: overlong, surrogate, cut short
    }
    if (/;|%(23|2f|3[bf])/i.test(raw)) {
      ways.push(decodeURIComponent(raw.replace(/%2f/gi, '%252f')));
      ways = ways.concat(ways.map(withoutParameters));
      ways = ways.concat(ways.map(beforeQuery));
    }
  }
  if (/\/(\/|\.\.?(\/|\n|$))/.test(ways.join('\n'))) throw ambiguous;
  return ways;
};
