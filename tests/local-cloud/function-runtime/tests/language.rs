//! What parses and what does not, by Debian's njs: the engine CloudFront Functions are built on is the judge.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

use local_cloud_function_runtime::{FunctionErrorKind, FunctionRuntime, RunOptions};
use serde_json::json;

/// What njs 0.7.9 prints first for a source that it refuses, or nothing.
fn njs_refuses(source: &str) -> bool {
    let file = tempfile::Builder::new().suffix(".js").tempfile().unwrap();
    std::fs::write(file.path(), source).unwrap();
    let output = Command::new("njs")
        .arg(file.path())
        .output()
        .expect("Debian's njs is installed");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    text.contains("SyntaxError") || text.contains("Invalid left-hand side")
}

fn we_refuse(source: &str) -> bool {
    let code = format!("{source}\nfunction handler(event) {{ return event.request; }}");
    let event = json!({"context": {"eventType": "viewer-request"}, "request": {"uri": "/"}});
    let kind = FunctionRuntime::new()
        .run(&code, &event, None, &RunOptions::at(0))
        .err()
        .map(|e| e.kind);
    matches!(kind, Some(FunctionErrorKind::Refused(_) | FunctionErrorKind::Syntax(_)))
}

#[track_caller]
fn check(expected_refused: bool, sources: &[&str]) {
    for source in sources {
        assert_eq!(njs_refuses(source), expected_refused, "njs on {source}");
        assert_eq!(we_refuse(source), expected_refused, "this host on {source}");
    }
}

#[test]
fn refuses_what_njs_refuses() {
    check(
        true,
        &[
            "class A {}",
            "for (var x of [1]) {}",
            "for (const x of [1]) {}",
            "var {a} = {a: 1};",
            "let [a] = [1];",
            "var a, b; [a, b] = [1, 2];",
            "var a; ({a} = {a: 1});",
            "function f({a}) {}",
            "function f([a]) {}",
            "var f = ({a}) => a;",
            "var o = { m({a}) {} };",
            "try { throw 1 } catch ({a}) {}",
            "Math.max(...[1, 2]);",
            "var a = [...[1]];",
            "var o = {...{}};",
            "function f(a = 1) {}",
            "var f = (a = 1) => a;",
            "var a = {}; a?.b;",
            "var a = {}; a?.['b'];",
            "var a; a ||= 1;",
            "var a; a &&= 1;",
            "var a; a ??= 1;",
            "try {} catch {}",
            "function* g() {}",
            "var g = function* () {};",
            "var g = { *x() {} };",
            "var n = 1n;",
            "async function f() { for await (var x in {}) {} }",
            "async function f() { Math.max(await 1); }",
            "async function f() { Math.max(1, await 2); }",
            "async function f() { Math.max([await 1]); }",
            "async function f() { Math.max((await 1)); }",
            "async function f() { new Date(await 1); }",
            "async function f() { return Math.max(1, 2) && Math.max(1, await 2); }",
            "async function f() { Math.max(`${await 1}`); }",
            "await 1;",
            "function f() { await 1; }",
            "export default 1;",
            "import {createHash} from 'crypto';",
            "import * as c from 'crypto';",
            "import 'crypto';",
            "import('crypto');",
            "function F() { return new.target; }",
            "/a/s.test('a');",
            "/a/u.test('a');",
            "var a = ;",
            "if (1 { }",
            "var s = 'a",
            "var s = `a",
            "var a = 1 @ 2;",
            "var #a = 1;",
        ],
    );
}

#[test]
fn accepts_what_njs_accepts() {
    check(
        false,
        &[
            "import crypto from 'crypto'; crypto.createHash('md5');",
            "const a = 1; let b = 2; var c = a ** b;",
            "var f = (a, ...b) => b.length; f(1, 2);",
            "function f(...a) { return a; }",
            "var a = null ?? 1;",
            "var o = { m() { return 1; }, get x() { return 1; }, async n() { await 1; }, ['a' + 1]: 2, m };  function m() {}",
            "var a = async (x) => { await x; }; var b = async x => await x;",
            "async function f() { Math.max(async () => await 1); }",
            "async function f() { Math.max(async function () { return await 1; }); }",
            "async function f() { (await 1); if (await 1) {} let x = [await 2]; let o = {a: await 1}; o[await 1] = 2; }",
            "async function f() { for (let i = await 1; i < 2; i++) {} while (await 0) {} return await 1; }",
            "async function f() { const g = x => x * 2\n const y = await g\n return y }",
            "async function f() { try { await 1 } catch (e) { } finally { } }",
            "var o = {class: 1, of: 2, await: 3, for: 4, export: 5}; o.class; o.of; o.export; o.import = 1;",
            "var of = 1; for (of = 1; of < 2; of++) {}",
            "var x = 10 / 2 / 1; if (x) /re/.test('a'); var y = (1) / 2; var z = [1][0] / 3;",
            "var re = /[/\\]]/g, t = 'a'.replace(/\\//g, '/');",
            "var b = true?.5:1;",
            "label: for (var i = 0; i < 2; i++) { continue label; }",
            "switch (1) { case 1: { let x = 1; break; } default: }",
            "var s = `a${`b${1}c`}d${{a: 1}.a}`;",
            "var n = [1_000, 0b1, 0o7, 0xff, 1e-3, .5];",
            "for (var x in {a: 1}) {}",
            "do { var i = 1 } while (0)",
            "Math.max(1, 2,); (function (a,) {});",
            "var a = [1]; a[0] = 2; a[a[0] - 2] = 3; if (a) { a = 1 }",
            "const f = () => ({a: 1}); (() => { return 1 })(); !function () {}();",
            "/a/gimy.test('a'); /(?<y>a)(?<=a)b/.exec('ab');",
            "// class A {}\n/* for (x of y) */ var s = 'class A { ...x }' + \"await f(await 1)\";",
            "async function f() { return `${await 1}`; }",
            "debugger; void 0; delete ({}).x; typeof undeclared;",
            "var x = a => b => c => a + b + c; x(1)(2)(3);",
            "var r = function () { return /x/ }; var q = 1\n/2;",
        ],
    );
}

#[test]
fn minifier_output_that_breaks_cloudfront_breaks_here() {
    // Field reports of real cloudfront-js-2.0 error texts.
    let kind = |code: &str| {
        let event = json!({"request": {}});
        FunctionRuntime::new()
            .run(code, &event, None, &RunOptions::at(0))
            .unwrap_err()
            .kind
            .to_string()
    };
    assert_eq!(
        kind("\n\ntry{}catch{}"),
        "SyntaxError: Token \"{\" not supported in this version in 3"
    );
    assert_eq!(
        kind("for(const a of []){}"),
        "SyntaxError: Token \"of\" not supported in this version in 1"
    );
    assert!(kind("async function f(){g(await 1)}").contains("await in arguments not supported"));
    assert_eq!(
        kind("function h(event) { return event; }"),
        "the function has no handler"
    );
}
