//! What a function may do, sees and gets, after AWS's pages on the runtime, its restrictions and its helper methods.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use local_cloud_function_runtime::{FunctionErrorKind, FunctionRuntime, MemoryStore, Outcome, RawQuery, RunOptions};
use serde_json::{Value, json};

fn event() -> Value {
    json!({"version": "1.0", "context": {"eventType": "viewer-request"}, "viewer": {"ip": "192.0.2.1"},
           "request": {"method": "GET", "uri": "/a", "querystring": {}, "headers": {}, "cookies": {}}})
}

fn run(body: &str, store: Option<&MemoryStore>) -> Result<Outcome, FunctionErrorKind> {
    let code = format!("import cf from 'cloudfront';\nasync function handler(event) {{ {body} }}");
    let store = store.map(|s| s as &dyn local_cloud_function_runtime::KeyValues);
    FunctionRuntime::new()
        .run(&code, &event(), store, &RunOptions::at(1_700_000_000_123))
        .map_err(|e| e.kind)
}

#[track_caller]
fn check(body: &str, expected: Value) {
    let store = MemoryStore::new([("k", "{\"a\":1}"), ("empty", "")]);
    let outcome = run(
        &format!("return {{ x: await (async function () {{ {body} }})() }};"),
        Some(&store),
    )
    .unwrap();
    assert_eq!(outcome.result["x"], expected, "{body}");
}

#[test]
fn the_store_answers_get_exists_and_meta() {
    check("const v = await cf.kvs().get('k'); return v", json!("{\"a\":1}"));
    check(
        "const v = await cf.kvs().get('k', {format: 'json'}); return v.a",
        json!(1),
    );
    check(
        "const v = await cf.kvs().get('k', {format: 'bytes'}); return v.length",
        json!(7),
    );
    check("const v = await cf.kvs().get('empty'); return v", json!(""));
    check("const v = await cf.kvs().exists('k'); return v", json!(true));
    check("const v = await cf.kvs().exists('absent'); return v", json!(false));
    check("const v = await cf.kvs().meta(); return v.keyCount", json!(2));
    check(
        "try { await cf.kvs().get('absent'); return 'found' } catch (e) { return 'rejected' }",
        json!("rejected"),
    );
    check(
        "const all = await Promise.all([cf.kvs().get('k'), cf.kvs().exists('k')]); return all[1]",
        json!(true),
    );
    check("try { cf.kvs('other') } catch (e) { return 'thrown' }", json!("thrown"));
}

#[test]
fn an_unreadable_or_missing_store_is_an_exception() {
    let mut store = MemoryStore::new([("k", "v")]);
    store.broken = true;
    let body = "const v = await cf.kvs().get('k'); return { v: v };";
    assert!(matches!(run(body, Some(&store)), Err(FunctionErrorKind::Thrown(_))));
    assert!(matches!(run(body, None), Err(FunctionErrorKind::Thrown(_))));
    store.broken = false;
    assert_eq!(run(body, Some(&store)).unwrap().kvs_reads, 1);
}

#[test]
fn time_stands_still_and_code_is_fixed() {
    check(
        "const a = Date.now(); for (let i = 0; i < 1000; i++) {} return [a, Date.now(), new Date().getTime()]",
        json!([1_700_000_000_123_i64, 1_700_000_000_123_i64, 1_700_000_000_123_i64]),
    );
    check(
        "try { new Function('return 1') } catch (e) { return 'thrown' }",
        json!("thrown"),
    );
    check(
        "try { (function () {}).constructor('return 1') } catch (e) { return 'thrown' }",
        json!("thrown"),
    );
    check(
        "try { (async function () {}).constructor('return 1') } catch (e) { return 'thrown' }",
        json!("thrown"),
    );
    check(
        "return [typeof setTimeout, typeof process, typeof fetch, typeof njs, typeof __module]",
        json!(["undefined", "undefined", "undefined", "undefined", "undefined"]),
    );
    check(
        "return [typeof require('crypto').createHash, typeof require('buffer').Buffer.from]",
        json!(["function", "function"]),
    );
}

#[test]
fn what_the_runtime_has_not_throws() {
    let thrown = |code: &str| {
        check(
            &format!("try {{ {code}; return 'done' }} catch (e) {{ return 'thrown' }}"),
            json!("thrown"),
        )
    };
    for algorithm in ["sha512", "sha384", "sha3-256", "none"] {
        thrown(&format!("require('crypto').createHash('{algorithm}')"));
        thrown(&format!("require('crypto').createHmac('{algorithm}', 'k')"));
    }
    for name in [
        "randomBytes(1)",
        "timingSafeEqual('a', 'a')",
        "createSign('RSA-SHA256')",
        "createCipheriv('aes-256-gcm', 'k', 'i')",
    ] {
        thrown(&format!("require('crypto').{name}"));
    }
    thrown("cf.cwt.validateToken('t', 'k')");
    thrown("cf.distributionTenant.parameters.get('a')");
    for module in ["fs", "http", "net", "child_process", "path"] {
        thrown(&format!("require('{module}')"));
    }
    for name in [
        "Map",
        "Set",
        "WeakMap",
        "Proxy",
        "Reflect",
        "BigInt",
        "URL",
        "URLSearchParams",
        "setInterval",
        "XMLHttpRequest",
    ] {
        check(&format!("return typeof {name}"), json!("undefined"));
    }
    check(
        "return [typeof Array.from, typeof [].flat, typeof [].at, typeof Object.fromEntries]",
        json!(["undefined", "undefined", "undefined", "undefined"]),
    );
}

#[test]
fn helpers_report_and_record() {
    let outcome = run("console.log('a', 'b'); console.log({a: 1}); cf.logCustomData('first'); cf.logCustomData('last'); return {e: cf.edgeLocation};", None).unwrap();
    assert_eq!(outcome.logs, ["a", "{\"a\":1}"]);
    assert_eq!(outcome.custom_log.as_deref(), Some("last"));
    assert_eq!(outcome.result["e"]["name"], "FRA");
    assert_eq!(
        run("cf.updateRequestOrigin({domainName: 'x'}); return event.request;", None)
            .unwrap()
            .origin
            .unwrap()[0],
        "updateRequestOrigin"
    );
    assert!(run("cf.logCustomData('%'.repeat(300)); return {};", None).is_err());
    assert!(run("cf.logCustomData({}); return {};", None).is_err());
}

#[test]
fn the_raw_query_is_as_sent() {
    let ask = |raw: RawQuery, query: Value| {
        let mut event = event();
        event["request"]["querystring"] = query;
        let code = "function handler(event) { const q = event.request.rawQueryString(); return { q: q === undefined ? 'none' : q }; }";
        let options = RunOptions {
            raw_query: raw,
            ..RunOptions::at(0)
        };
        FunctionRuntime::new().run(code, &event, None, &options).unwrap().result["q"].clone()
    };
    assert_eq!(ask(RawQuery::Given("a=%41&a".into()), json!({})), "a=%41&a");
    assert_eq!(ask(RawQuery::Given(String::new()), json!({})), "");
    assert_eq!(ask(RawQuery::Absent, json!({"a": {"value": "1"}})), "none");
    assert_eq!(
        ask(
            RawQuery::FromEvent,
            json!({"a": {"value": "1", "multiValue": [{"value": "1"}, {"value": "2"}]}})
        ),
        "a=1&a=2"
    );
    assert_eq!(ask(RawQuery::FromEvent, json!({})), "none");
}

#[test]
fn limits_end_a_run() {
    assert_eq!(run("while (true) {}", None).unwrap_err(), FunctionErrorKind::OutOfTime);
    assert_eq!(
        run("await 1; while (true) {}", None).unwrap_err(),
        FunctionErrorKind::OutOfTime
    );
    assert_eq!(
        run("let s = 'x'; while (s.length < 4e6) s += s + 'y'; return {s: s};", None).unwrap_err(),
        FunctionErrorKind::OutOfMemory
    );
    assert_eq!(
        run("await new Promise(() => {});", None).unwrap_err(),
        FunctionErrorKind::NeverSettled
    );
    assert_eq!(run("return 'text';", None).unwrap_err(), FunctionErrorKind::NoResult);
    assert_eq!(run("return;", None).unwrap_err(), FunctionErrorKind::NoResult);
    assert!(
        matches!(run("throw new Error('no')", None).unwrap_err(), FunctionErrorKind::Thrown(t) if t == "Error: no")
    );
    assert!(matches!(run("throw 'no'", None).unwrap_err(), FunctionErrorKind::Thrown(t) if t == "Thrown: no"));
    let spaces = " ".repeat(10_240);
    assert!(matches!(
        run(&spaces, None).unwrap_err(),
        FunctionErrorKind::TooLarge(_)
    ));
    let error = FunctionRuntime::new().run(
        "import x from 'fs'; function handler(e) { return e; }",
        &event(),
        None,
        &RunOptions::at(0),
    );
    assert!(error.is_err());
}

#[test]
fn runs_share_nothing() {
    let body = "globalThis.n = (globalThis.n || 0) + 1; return {n: n};";
    for _ in 0..3 {
        assert_eq!(run(body, None).unwrap().result["n"], 1);
    }
    let once = run("return {r: Math.random()};", None).unwrap();
    assert_eq!(
        once.result,
        run("return {r: Math.random()};", None).unwrap().result,
        "chance is seeded with the time of the run"
    );
    assert_eq!(
        once.utilization,
        run("return {r: Math.random()};", None).unwrap().utilization
    );
}
