// Makes QuickJS look like cloudfront-js-2.0. Called once per run with the host's functions, before the function's code is read.
// Built-ins that remain are listed by name (from njs 0.7.9 by enumeration, plus what AWS's runtime page lists): all else is deleted.
(function (host) {
  'use strict';
  const TypedArray = Object.getPrototypeOf(Uint8Array);
  const stringify = JSON.stringify;
  const parse = JSON.parse;
  const construct = Reflect.construct;
  const remove = Reflect.deleteProperty;
  const frozenNow = host.now;

  // ---- Buffer
  const ENCODINGS = ['utf8', 'utf-8', 'hex', 'base64', 'base64url'];
  function encodingOf(name) {
    if (name === undefined) return 'utf8';
    if (ENCODINGS.indexOf(name) < 0) throw new TypeError('"' + name + '" encoding is not supported');
    return name;
  }
  function Buffer() { throw new TypeError('Buffer is not a constructor'); }
  const proto = Buffer.prototype = Object.create(Uint8Array.prototype, { constructor: { value: Buffer, writable: true, configurable: true } });
  Object.defineProperty(Buffer, Symbol.species, { value: Uint8Array });
  function wrap(bytes) { return Object.setPrototypeOf(bytes, proto); }
  function isBytes(x) { return x instanceof Uint8Array; }
  function toBytes(x, encoding, what) {
    if (typeof x === 'string') return host.decode(x, encodingOf(encoding));
    if (ArrayBuffer.isView(x)) return new Uint8Array(x.buffer, x.byteOffset, x.byteLength);
    throw new TypeError(what + ' "' + typeof x + '" is not a string or Buffer-like object');
  }
  Buffer.alloc = function (size, fill, encoding) {
    const out = wrap(new Uint8Array(size));
    return fill === undefined ? out : out.fill(fill, encoding);
  };
  Buffer.allocUnsafe = Buffer.allocUnsafeSlow = function (size) { return wrap(new Uint8Array(size)); };
  Buffer.from = function (x, encoding, length) {
    if (typeof x === 'string') return wrap(host.decode(x, encodingOf(encoding)));
    if (x instanceof ArrayBuffer) return wrap(new Uint8Array(x, encoding || 0, length));
    if (ArrayBuffer.isView(x) || Array.isArray(x)) return wrap(new Uint8Array(x));
    if (x && x.type === 'Buffer' && Array.isArray(x.data)) return wrap(new Uint8Array(x.data));
    throw new TypeError('first argument ' + x + ' is not a string or Buffer-like object');
  };
  Buffer.isBuffer = function (x) { return isBytes(x) && proto.isPrototypeOf(x); };
  Buffer.isEncoding = function (name) { return ENCODINGS.indexOf(name) >= 0; };
  Buffer.byteLength = function (x, encoding) { return toBytes(x, encoding, 'first argument').length; };
  Buffer.compare = function (a, b) {
    if (!isBytes(a) || !isBytes(b)) throw new TypeError('argument is not a Buffer-like object');
    const n = Math.min(a.length, b.length);
    for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
    return a.length === b.length ? 0 : a.length < b.length ? -1 : 1;
  };
  Buffer.concat = function (list, total) {
    if (total === undefined) total = list.reduce((n, b) => n + b.length, 0);
    const out = Buffer.alloc(total);
    let at = 0;
    list.forEach((b) => { const part = b.subarray(0, Math.max(0, total - at)); out.set(part, at); at += part.length; });
    return out;
  };
  function method(name, f) { Object.defineProperty(proto, name, { value: f, writable: true, configurable: true }); }
  method('toString', function (encoding, start, end) {
    return host.encode(new Uint8Array(this.subarray(start || 0, end === undefined ? this.length : end)), encodingOf(encoding));
  });
  method('toJSON', function () { return { type: 'Buffer', data: Array.prototype.slice.call(this) }; });
  method('subarray', function (start, end) {
    return wrap(Uint8Array.prototype.subarray.call(new Uint8Array(this.buffer, this.byteOffset, this.length), start, end));
  });
  method('slice', proto.subarray);
  method('equals', function (other) { return Buffer.compare(this, other) === 0; });
  method('compare', function (other, a, b, c, d) {
    return Buffer.compare(this.subarray(c || 0, d === undefined ? this.length : d), other.subarray(a || 0, b === undefined ? other.length : b));
  });
  method('copy', function (target, at, start, end) {
    const part = this.subarray(start || 0, end === undefined ? this.length : end).subarray(0, target.length - (at || 0));
    target.set(part, at || 0);
    return part.length;
  });
  method('fill', function (value, offset, end, encoding) {
    if (typeof offset === 'string') { encoding = offset; offset = 0; end = this.length; }
    offset = offset || 0;
    end = end === undefined ? this.length : end;
    if (typeof value === 'number') return Uint8Array.prototype.fill.call(this, value, offset, end);
    const bytes = toBytes(value, encoding, 'value argument');
    for (let i = offset; i < end; i++) this[i] = bytes.length ? bytes[(i - offset) % bytes.length] : 0;
    return this;
  });
  method('write', function (text, offset, length, encoding) {
    const bytes = host.decode(String(text), encodingOf(typeof offset === 'string' ? offset : encoding));
    const at = typeof offset === 'number' ? offset : 0;
    const part = bytes.subarray(0, Math.min(bytes.length, this.length - at, typeof length === 'number' ? length : Infinity));
    this.set(part, at);
    return part.length;
  });
  function search(buffer, value, from, encoding, last) {
    const needle = typeof value === 'number' ? new Uint8Array([value]) : toBytes(value, encoding, 'value argument');
    let i = last ? buffer.length - needle.length : from || 0;
    for (; last ? i >= 0 : i + needle.length <= buffer.length; i += last ? -1 : 1) {
      let j = 0;
      while (j < needle.length && buffer[i + j] === needle[j]) j++;
      if (j === needle.length) return i;
    }
    return -1;
  }
  method('indexOf', function (value, from, encoding) { return search(this, value, from, encoding, false); });
  method('lastIndexOf', function (value, from, encoding) { return search(this, value, from, encoding, true); });
  method('includes', function (value, from, encoding) { return search(this, value, from, encoding, false) >= 0; });
  function place(buffer, offset, size) {
    offset = offset === undefined ? 0 : offset;
    if (typeof offset !== 'number' || !(offset >= 0) || Math.floor(offset) !== offset) throw new RangeError('invalid index');
    if (offset + size > buffer.length) throw new RangeError('index ' + offset + ' is outside the bound of the buffer');
    return offset;
  }
  function view(buffer) { return new DataView(buffer.buffer, buffer.byteOffset, buffer.length); }
  [['Int8', 1], ['UInt8', 1], ['Int16', 2], ['UInt16', 2], ['Int32', 4], ['UInt32', 4], ['Float', 4, 'Float32'], ['Double', 8, 'Float64']].forEach((t) => {
    const raw = (t[2] || t[0]).replace('UInt', 'Uint');
    (t[1] === 1 ? [''] : ['BE', 'LE']).forEach((order) => {
      method('read' + t[0] + order, function (offset) { return view(this)['get' + raw](place(this, offset, t[1]), order === 'LE'); });
      method('write' + t[0] + order, function (value, offset) {
        const at = place(this, offset, t[1]);
        view(this)['set' + raw](at, value, order === 'LE');
        return at + t[1];
      });
    });
  });
  ['BE', 'LE'].forEach((order) => {
    function digit(i, size) { return order === 'BE' ? i : size - 1 - i; }
    function read(buffer, offset, size) {
      const at = place(buffer, offset, size);
      let n = 0;
      for (let i = 0; i < size; i++) n = n * 256 + buffer[at + digit(i, size)];
      return n;
    }
    function write(value, offset, size) {
      const at = place(this, offset, size);
      for (let i = size - 1; i >= 0; i--) { this[at + digit(i, size)] = value & 255; value = Math.floor(value / 256); }
      return at + size;
    }
    method('readUInt' + order, function (offset, size) { return read(this, offset, size); });
    method('readInt' + order, function (offset, size) {
      const n = read(this, offset, size);
      return n >= Math.pow(2, 8 * size - 1) ? n - Math.pow(2, 8 * size) : n;
    });
    method('writeUInt' + order, write);
    method('writeInt' + order, write);
  });
  [2, 4, 8].forEach((size) => method('swap' + size * 8, function () {
    if (this.length % size) throw new RangeError('Buffer size must be a multiple of ' + size * 8 + '-bits');
    for (let i = 0; i < this.length; i += size) Array.prototype.slice.call(this, i, i + size).reverse().forEach((b, j) => { this[i + j] = b; });
    return this;
  }));

  // ---- crypto
  function hasher(algorithm, key) {
    host.digest(algorithm, new Uint8Array(0)); // refuses an unknown algorithm
    const parts = [];
    let done = false;
    function open() { if (done) throw new Error('Digest already called'); }
    return {
      update(data, encoding) { open(); parts.push(new Uint8Array(toBytes(data, encoding, 'data argument'))); return this; },
      digest(encoding) {
        open();
        if (encoding !== undefined && ['hex', 'base64', 'base64url'].indexOf(encoding) < 0) throw new TypeError('Unknown digest encoding: "' + encoding + '"');
        done = true;
        const data = new Uint8Array(Buffer.concat(parts));
        const out = key === undefined ? host.digest(algorithm, data) : host.hmac(algorithm, key, data);
        return encoding === undefined ? wrap(out) : host.encode(out, encoding);
      },
    };
  }
  const crypto = {
    createHash(algorithm) { return hasher(algorithm); },
    createHmac(algorithm, key) { return hasher(algorithm, new Uint8Array(toBytes(key, undefined, 'key argument'))); },
  };

  // ---- querystring
  function unescape(text) {
    return text.replace(/\+/g, ' ').replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => host.encode(host.decode(run.replace(/%/g, ''), 'hex'), 'utf8'));
  }
  const querystring = {
    escape: encodeURIComponent,
    unescape: unescape,
    parse(text, separator, equals, options) {
      const out = {};
      const decode = (options && options.decodeURIComponent) || unescape;
      String(text).split(separator || '&').slice(0, (options && options.maxKeys) || 1000).forEach((pair) => {
        if (pair === '') return;
        const at = pair.indexOf(equals || '=');
        const key = decode(at < 0 ? pair : pair.slice(0, at));
        const value = at < 0 ? '' : decode(pair.slice(at + (equals || '=').length));
        if (!Object.prototype.hasOwnProperty.call(out, key)) out[key] = value;
        else if (Array.isArray(out[key])) out[key].push(value);
        else out[key] = [out[key], value];
      });
      return out;
    },
    stringify(object, separator, equals, options) {
      const encode = (options && options.encodeURIComponent) || encodeURIComponent;
      const text = (v) => (['string', 'number', 'boolean'].indexOf(typeof v) < 0 ? '' : encode(String(v)));
      return Object.keys(object).map((key) => (Array.isArray(object[key]) ? object[key] : [object[key]])
        .map((v) => encode(key) + (equals || '=') + text(v)).join(separator || '&')).join(separator || '&');
    },
  };
  querystring.decode = querystring.parse;
  querystring.encode = querystring.stringify;

  // ---- cloudfront
  const queue = [];
  const seen = { custom: null, origin: null };
  function ask(op, key, convert) {
    if (op !== 'meta' && typeof key !== 'string') throw new TypeError('key is not a string');
    return new Promise((resolve, reject) => {
      queue.push([op, key === undefined ? '' : key, (v) => { try { resolve(convert(v)); } catch (e) { reject(e); } }, (m) => reject(new Error(m))]);
    });
  }
  function unavailable(what) { return function () { throw new Error(what + ' is not available here'); }; }
  const viewerRequest = host.eventType === 'viewer-request';
  function originAction(name) {
    return function (a, b) {
      if (!viewerRequest) throw new Error(name + ' is for viewer-request functions');
      seen.origin = [name, a === undefined ? null : a, b === undefined ? null : b];
    };
  }
  const cloudfront = {
    kvs(id) {
      if (host.storeId === null) throw new Error('no key value store is associated with this function');
      if (id !== undefined && id !== host.storeId) throw new Error('this key value store is not associated with this function');
      return {
        get(key, options) {
          const format = options && options.format !== undefined ? options.format : 'string';
          if (['string', 'json', 'bytes'].indexOf(format) < 0) throw new TypeError('unknown format "' + format + '"');
          return ask('get', key, (v) => (format === 'json' ? parse(v) : format === 'bytes' ? Buffer.from(v) : v));
        },
        exists(key) { return ask('exists', key, (v) => v); },
        meta() { return ask('meta', undefined, parse); },
      };
    },
    edgeLocation: viewerRequest ? parse(host.edge) : {},
    logCustomData(text) {
      if (typeof text !== 'string') throw new TypeError('logCustomData takes a string');
      if (encodeURIComponent(text).length > 800) throw new RangeError('custom log data is longer than 800 bytes');
      seen.custom = text;
    },
    updateRequestOrigin: originAction('updateRequestOrigin'),
    selectRequestOriginById: originAction('selectRequestOriginById'),
    createRequestOriginGroup: originAction('createRequestOriginGroup'),
    cwt: { validateToken: unavailable('cwt'), generateToken: unavailable('cwt') },
    distributionTenant: { get id() { return unavailable('distributionTenant')(); }, parameters: { get: unavailable('distributionTenant') } },
  };
  const modules = { cloudfront: cloudfront, crypto: crypto, querystring: querystring, buffer: { Buffer: Buffer, constants: { MAX_LENGTH: 2147483647 }, kMaxLength: 2147483647 } };

  // ---- console, time, chance, text
  const logs = [];
  let logged = 0;
  const console = {
    log(x) {
      const line = (typeof x === 'string' || typeof x !== 'object' ? String(x) : stringify(x)).slice(0, Math.max(0, 10240 - logged));
      logged += line.length;
      if (line !== '' || x === '') logs.push(line);
    },
  };
  const RealDate = Date;
  function FrozenDate() {
    if (new.target === undefined) return new RealDate(frozenNow).toString();
    const args = arguments.length === 0 ? [frozenNow] : Array.prototype.slice.call(arguments);
    return construct(RealDate, args, new.target);
  }
  FrozenDate.prototype = RealDate.prototype;
  FrozenDate.UTC = RealDate.UTC;
  FrozenDate.parse = RealDate.parse;
  FrozenDate.now = function () { return frozenNow; };
  Object.defineProperty(FrozenDate, 'name', { value: 'Date' });
  Object.defineProperty(RealDate.prototype, 'constructor', { value: FrozenDate, writable: true, configurable: true });
  let seed = (Math.floor(frozenNow) ^ 0x9e3779b9) >>> 0 || 1;
  Math.random = function () {
    seed ^= seed << 13; seed >>>= 0; seed ^= seed >>> 17; seed ^= seed << 5; seed >>>= 0;
    return seed / 4294967296;
  };
  function atob(text) {
    const clean = String(text).replace(/[\t\n\f\r ]/g, '').replace(/={1,2}$/, '');
    if (!/^[A-Za-z0-9+/]*$/.test(clean) || clean.length % 4 === 1) throw new TypeError('the string to be decoded is not correctly encoded');
    return Array.prototype.map.call(host.decode(clean, 'base64'), (b) => String.fromCharCode(b)).join('');
  }
  function btoa(text) {
    const bytes = Array.prototype.map.call(String(text), (c) => c.charCodeAt(0));
    if (bytes.some((b) => b > 255)) throw new TypeError('invalid character (>= U+00FF)');
    return host.encode(new Uint8Array(bytes), 'base64');
  }
  function TextEncoder() {}
  TextEncoder.prototype = {
    encoding: 'utf-8',
    encode(text) { return host.decode(text === undefined ? '' : String(text), 'utf8'); },
    encodeInto(text, target) {
      const bytes = host.decode(String(text), 'utf8').subarray(0, target.length);
      target.set(bytes);
      return { read: text.length, written: bytes.length };
    },
  };
  function TextDecoder(label, options) {
    if (label !== undefined && ['utf8', 'utf-8'].indexOf(String(label).toLowerCase()) < 0) throw new RangeError('The "' + label + '" encoding is not supported');
    this.fatal = !!(options && options.fatal);
    this.ignoreBOM = !!(options && options.ignoreBOM);
  }
  TextDecoder.prototype = {
    encoding: 'utf-8',
    decode(data) {
      const bytes = data === undefined ? new Uint8Array(0) : new Uint8Array(toBytes(data instanceof ArrayBuffer ? new Uint8Array(data) : data));
      if (this.fatal && !host.valid(bytes)) throw new TypeError('The encoded data was not valid');
      const text = host.encode(bytes, 'utf8');
      return !this.ignoreBOM && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    },
  };
  function require(name) {
    if (!Object.prototype.hasOwnProperty.call(modules, name)) throw new Error('Cannot find module "' + name + '"');
    return modules[name];
  }

  // ---- no code from text
  function refuseCode() { throw new InternalError('Not implemented'); }
  [function () {}, async function () {}, function* () {}, async function* () {}].forEach((f) => {
    Object.defineProperty(Object.getPrototypeOf(f), 'constructor', { value: refuseCode, writable: false, configurable: false });
  });
  const NoFunction = function () { return refuseCode(); };
  NoFunction.prototype = Function.prototype;
  Object.defineProperty(NoFunction, 'name', { value: 'Function' });
  const added = { Buffer, console, Date: FrozenDate, atob, btoa, TextEncoder, TextDecoder, require, eval: refuseCode, Function: NoFunction };

  // ---- only what is listed remains
  const TYPED = 'Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array Float64Array'.split(' ');
  const error = ['', 'message name toString stack'];
  const allowed = {
    Array: ['isArray of', 'concat copyWithin entries every fill filter find findIndex forEach includes indexOf join keys lastIndexOf map pop push reduce reduceRight reverse shift slice some sort splice toString unshift values'],
    ArrayBuffer: ['isView', 'byteLength slice'],
    Boolean: ['', 'toString valueOf'],
    DataView: ['', 'buffer byteLength byteOffset getFloat32 getFloat64 getInt16 getInt32 getInt8 getUint16 getUint32 getUint8 setFloat32 setFloat64 setInt16 setInt32 setInt8 setUint16 setUint32 setUint8'],
    Date: ['UTC now parse', 'getDate getDay getFullYear getHours getMilliseconds getMinutes getMonth getSeconds getTime getTimezoneOffset getUTCDate getUTCDay getUTCFullYear getUTCHours getUTCMilliseconds getUTCMinutes getUTCMonth getUTCSeconds setDate setFullYear setHours setMilliseconds setMinutes setMonth setSeconds setTime setUTCDate setUTCFullYear setUTCHours setUTCMilliseconds setUTCMinutes setUTCMonth setUTCSeconds toDateString toISOString toJSON toLocaleDateString toLocaleString toLocaleTimeString toString toTimeString toUTCString valueOf'],
    JSON: ['parse stringify'],
    Math: ['E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2 abs acos acosh asin asinh atan atan2 atanh cbrt ceil clz32 cos cosh exp expm1 floor fround hypot imul log log10 log1p log2 max min pow random round sign sin sinh sqrt tan tanh trunc'],
    Number: ['EPSILON MAX_SAFE_INTEGER MAX_VALUE MIN_SAFE_INTEGER MIN_VALUE NEGATIVE_INFINITY NaN POSITIVE_INFINITY isFinite isInteger isNaN isSafeInteger parseFloat parseInt', 'toExponential toFixed toPrecision toString valueOf'],
    Object: ['assign create defineProperties defineProperty entries freeze getOwnPropertyDescriptor getOwnPropertyDescriptors getOwnPropertyNames getOwnPropertySymbols getPrototypeOf is isExtensible isFrozen isSealed keys preventExtensions seal setPrototypeOf values', 'hasOwnProperty isPrototypeOf propertyIsEnumerable toString valueOf __proto__'],
    Promise: ['all allSettled any race reject resolve', 'catch finally then'],
    RegExp: ['', 'exec flags global ignoreCase multiline source sticky test toString'],
    String: ['fromCharCode fromCodePoint', 'charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf match padEnd padStart repeat replace replaceAll search slice split startsWith substr substring toLowerCase toString toUpperCase trim trimEnd trimStart valueOf'],
    // (`dispose` and `asyncDispose` cannot be removed; nothing can be done with them.)
    Symbol: ['asyncDispose asyncIterator dispose for hasInstance isConcatSpreadable iterator keyFor match matchAll replace search species split toPrimitive toStringTag unscopables', 'description toString valueOf'],
    AggregateError: error, Error: error, EvalError: error, InternalError: error, RangeError: error, ReferenceError: error, SyntaxError: error, TypeError: error, URIError: error,
    globalThis: null, Infinity: null, NaN: null, undefined: null, isFinite: null, isNaN: null, parseFloat: null, parseInt: null,
    decodeURI: null, decodeURIComponent: null, encodeURI: null, encodeURIComponent: null,
  };
  TYPED.forEach((n) => { allowed[n] = ['BYTES_PER_ELEMENT', 'BYTES_PER_ELEMENT']; });
  function keepOnly(object, names) {
    const keep = (names + ' length name prototype constructor').split(' ');
    Object.getOwnPropertyNames(object).forEach((n) => { if (keep.indexOf(n) < 0 && !remove(object, n)) throw new Error('cannot remove ' + n); });
  }
  keepOnly(TypedArray, 'of from');
  keepOnly(TypedArray.prototype, 'buffer byteLength byteOffset copyWithin entries every fill filter find findIndex forEach includes indexOf join keys lastIndexOf map reduce reduceRight reverse set slice some sort subarray toString values');
  Object.keys(added).forEach((n) => Object.defineProperty(globalThis, n, { value: added[n], writable: true, configurable: true, enumerable: false }));
  Object.getOwnPropertyNames(globalThis).forEach((n) => {
    if (Object.prototype.hasOwnProperty.call(allowed, n)) {
      if (allowed[n] && globalThis[n]) {
        keepOnly(globalThis[n], allowed[n][0]);
        if (globalThis[n].prototype) keepOnly(globalThis[n].prototype, allowed[n][1] || '');
      }
    } else if (!Object.prototype.hasOwnProperty.call(added, n)) delete globalThis[n];
  });

  return {
    modules: modules,
    event(text, raw) {
      const event = parse(text);
      if (viewerRequest && event.request) {
        Object.defineProperty(event.request, 'rawQueryString', { value() { return raw === null ? undefined : raw; }, writable: true, configurable: true });
      }
      return event;
    },
    next() { return queue.shift(); },
    result(value) { return value !== null && typeof value === 'object' ? stringify(value) : undefined; },
    seen() { return stringify([logs, seen.custom, seen.origin]); },
    message(e) { return e instanceof Error ? String(e) : 'Thrown: ' + String(e); },
  };
})
