//! Snippets of language, crypto, Buffer and querystring that must print the same under Debian's njs and under this host.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

use local_cloud_function_runtime::{FunctionRuntime, RunOptions};
use serde_json::json;

/// Each is an expression; an exception counts by its name.
const SNIPPETS: &[&str] = &[
    "crypto.createHash('sha512')",
    "crypto.createHash('sha256').update('a').update('b').digest('hex')",
    "crypto.createHash('md5').update('').digest('base64')",
    "crypto.createHash('sha1').update('\u{e9}').digest('base64url')",
    "crypto.createHash('sha1').update('a').digest()",
    "crypto.createHash('sha1').update('6162', 'hex').digest('hex')",
    "crypto.createHash('sha1').update(1).digest('hex')",
    "crypto.createHash('sha1').digest('latin1')",
    "(() => { let h = crypto.createHash('sha1'); h.digest('hex'); return h.digest('hex') })()",
    "(() => { let h = crypto.createHash('sha1'); h.digest('hex'); return h.update('a') })()",
    "crypto.createHmac('sha256', 'k').update('a').update('b').digest('base64url')",
    "crypto.createHmac('sha256', Buffer.from('00ff', 'hex')).update('a').digest('hex')",
    "crypto.createHmac('sha1', 'a key that is very much longer than the sixty-four bytes of one block of the hash').update('x').digest('hex')",
    "crypto.createHmac('md5', '').update('x').digest('hex')",
    "crypto.createHmac('sha1')",
    "typeof crypto.randomBytes + typeof crypto.timingSafeEqual",
    "Buffer.from('YWI=', 'base64url').toString()",
    "Buffer.from('YWI', 'base64').toString()",
    "Buffer.from('-_+/', 'base64url').toString('hex')",
    "Buffer.from('YWI*YWI', 'base64').toString()",
    "Buffer.from('YWJjZ', 'base64').toString()",
    "Buffer.from('abc', 'hex')",
    "Buffer.from('61zz62', 'hex')",
    "Buffer.from('zz', 'latin1')",
    "Buffer.from(3)",
    "Buffer.from(null)",
    "Buffer.from([1, 2, 300])",
    "Buffer.from('abc').readUInt32BE(0)",
    "Buffer.from('abcde').readUInt32BE(-1)",
    "Buffer.from('abcde').readUInt32BE(1)",
    "Buffer.from('abcde').readUInt32BE()",
    "[Buffer.from('\u{ff}').readInt8(0), Buffer.from('abcdefgh').readUInt16LE(1), Buffer.from('abcdefgh').readUIntBE(1, 3), Buffer.from('abcdefgh').readDoubleBE(0)]",
    "[Buffer.from('abcdefgh').readUIntLE(1, 3), Buffer.from([255, 254]).readInt16BE(0), Buffer.from([255, 254, 3]).readIntLE(0, 3)]",
    "(() => { let b = Buffer.alloc(8); b.writeUInt32BE(0xdeadbeef, 0); b.writeInt16LE(-2, 4); return b.toString('hex') })()",
    "(() => { let b = Buffer.alloc(5); return [b.write('h\u{e9}llo'), b.toString('hex')] })()",
    "Buffer.from('abcde').slice(1, 3).toString()",
    "Buffer.from('abcde').subarray(-2).toString()",
    "Buffer.from('abcde').toString('utf8', 1, 3)",
    "Buffer.from('abcde').toString('latin1')",
    "Buffer.from([0xff, 0x41, 0xc3]).toString()",
    "Buffer.concat([Buffer.from('a'), Buffer.from('b')]).toString()",
    "Buffer.concat([Buffer.from('ab'), Buffer.from('cd')], 3).toString()",
    "[Buffer.compare(Buffer.from('a'), Buffer.from('b')), Buffer.from('a').equals(Buffer.from('a')), Buffer.from('b').compare(Buffer.from('a'))]",
    "[Buffer.isBuffer(Buffer.alloc(1)), Buffer.isBuffer(new Uint8Array(1)), Buffer.isEncoding('hex'), Buffer.isEncoding('ascii'), Buffer.byteLength('\u{e9}')]",
    "Buffer.alloc(4, 'ab')",
    "Buffer.alloc(3, 1)",
    "Buffer.alloc(5).fill('ab').toString()",
    "[Buffer.from('abcabc').indexOf('ca'), Buffer.from('abc').includes('z'), Buffer.from('abcabc').lastIndexOf('ab')]",
    "Buffer.from('abc')[5]",
    "qs.parse('a=1&b=2&a=3&c&=x&d=%41+b&e=%zz')",
    "qs.stringify({ a: 1, b: ['x', 'y'], c: '\u{e4} b', d: null, e: undefined })",
    "qs.parse('a:1;b:2', ';', ':')",
    "[qs.escape('a b&\u{e4}'), qs.unescape('a+b%20%zz')]",
    "[atob('YWI='), btoa('ab\u{ff}')]",
    "atob('Y*')",
    "btoa('\u{100}')",
    "new TextDecoder().decode(new Uint8Array([0x61, 0xff]))",
    "new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0x61, 0xff]))",
    "new TextEncoder().encode('\u{e9}')",
    "decodeURIComponent('%')",
    "decodeURIComponent('%c0%af')",
    "decodeURIComponent('%ed%a0%80')",
    "encodeURIComponent(\"a b/\u{e9}'()*!\")",
    "JSON.parse('{')",
    "JSON.parse('[1,{\"a\":null}]')",
    "undefinedVariable",
    "null.x",
    "({}).x()",
    "eval('1')",
    "(() => { let o = Object.freeze({ a: 1 }); o.a = 2; return o })()",
    "(function () { return this === undefined })()",
    "[3, 1, 10].sort()",
    "'a'.padStart(3, '0')",
    "'abc'.substr(-2, 1)",
    "'a.b.c'.split('.', 2)",
    "'a-b'.replace(/-(.)/, (m, c) => c.toUpperCase())",
    "'aXbX'.replace(/X/g, '$&$&')",
    "'2020-01'.replace(/(?<y>\\d+)-(?<m>\\d+)/, '$<m>/$<y>')",
    "/\\w/.test('\u{e9}')",
    "parseInt('zz', 36)",
    "[parseInt('12px'), parseInt(''), Number(''), Number('0x10'), Number('1_0'), +'12 ']",
    "[(255).toString(36), 1 / 0, (1.005).toFixed(2)]",
    "Object.keys({ b: 1, a: 2 })",
    "Object.entries({ a: 1 })",
    "[typeof Map, typeof Set, typeof WeakMap, typeof Proxy, typeof Reflect, typeof BigInt, typeof Intl, typeof URL, typeof structuredClone, typeof queueMicrotask, typeof WeakRef]",
    "[typeof [].flat, typeof [].flatMap, typeof [].at, typeof ''.at, typeof Object.fromEntries, typeof Object.groupBy, typeof [].findLast, typeof ''.matchAll, typeof Object.hasOwn]",
    "[typeof [].includes, typeof [].find, typeof Array.of, typeof ''.trimStart, typeof Object.values, typeof Promise.any, typeof Promise.allSettled, typeof Symbol.for]",
    "new Date(0).toISOString()",
    "Date.parse('2026-01-01T00:00:00Z')",
    "new Date(2026, 0, 1) instanceof Date",
    "typeof Date()",
];

fn program() -> String {
    String::from(
        "import crypto from 'crypto';\nimport qs from 'querystring';\nvar out = [];\n\
         function t(f) { try { out.push(JSON.stringify(f())) } catch (e) { out.push('!' + e.name) } }\n",
    )
}

#[test]
fn snippets_answer_as_under_njs() {
    for chunk in SNIPPETS.chunks(20) {
        let mut source = program();
        for snippet in chunk {
            source += &format!("t(() => ({snippet}));\n");
        }
        let file = tempfile::Builder::new().suffix(".js").tempfile().unwrap();
        std::fs::write(file.path(), format!("{source}\nconsole.log(JSON.stringify(out));")).unwrap();
        let output = Command::new("njs")
            .arg(file.path())
            .output()
            .expect("Debian's njs is installed");
        let theirs: Vec<Option<String>> =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {output:?}"));

        let code = format!("{source}\nfunction handler(event) {{ return {{ out: out }}; }}");
        let ours = FunctionRuntime::new()
            .run(&code, &json!({}), None, &RunOptions::at(0))
            .unwrap();
        let ours: Vec<Option<String>> = serde_json::from_value(ours.result["out"].clone()).unwrap();
        for (snippet, (ours, theirs)) in chunk.iter().zip(ours.iter().zip(&theirs)) {
            assert_eq!(ours, theirs, "{snippet}");
        }
    }
}
