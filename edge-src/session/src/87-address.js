// The viewer's address, for conditions that name ranges.

// An address as `4` and 8 or `6` and 32 hexadecimal digits; nothing for what is none. An IPv4 address inside `::ffff:` is that address.
const address = (ip) => {
  var text = `${ip}`.toLowerCase();
  var start = text.lastIndexOf(':') + 1;
  var quad = text.slice(start);
  if (!quad.search(/^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}$(?!\n)/)) {
    quad = quad.split('.').map((octet) => (256 + +octet).toString(16).slice(1)).join('');
    if (!start) return '4' + quad;
    text = text.slice(0, start) + quad.slice(0, 4) + ':' + quad.slice(4);
  }
  text = text.replace(/^::/, '0::').replace(/::$/, '::0');
  var gap = 9 - text.split(':').length;
  if (gap >= 0) text = text.replace('::', ':' + '0:'.repeat(gap));
  if (text.search(/^([\da-f]{1,4}(:(?!$)|$)){8}$(?!\n)/)) return;
  text = text.split(':').map((group) => group.padStart(4, '0')).join('');
  return text.startsWith('00000000000000000000ffff') ? '4' + text.slice(24) : '6' + text;
};
