//! Two locations that lag, each kind of thing by itself, with functions and stores of their own; and what the viewer's connection tells.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::{Value, json};
use support::documents::{Behavior, Distribution};
use support::{Ask, World};

const CODE: &str = "import cf from 'cloudfront';\nasync function handler(event) { const v = await cf.kvs().get('k'); \
                    return {statusCode: 200, body: JSON.stringify(['f1', v])}; }";
const AUTH: &str = "let calls = 0; export const handler = async () => ({status: '200', body: JSON.stringify(['l1', ++calls, process.env.AWS_REGION])});";

/// A default behaviour with the function, and one with a Lambda function: its pattern and that function's name.
fn deploy(world: &World, (pattern, lambda): (&'static str, &str)) {
    world.deploy(|aws| {
        let behavior = |pattern, more| Behavior {
            pattern,
            more,
            ..Behavior::default()
        };
        let mut distribution = Distribution::new(world.origin, behavior("", Behavior::function("session")));
        distribution.behaviors.push(behavior(pattern, Behavior::lambda(lambda)));
        aws.distribution(&distribution);
    });
}

async fn world() -> World {
    let world = World::new().await;
    world.write_keys(&[("k", Some("s1"))]);
    world.deploy(|aws| {
        aws.function("session", CODE);
        aws.lambda("auth", AUTH, &json!({}));
    });
    deploy(&world, ("/auth1", "auth"));
    world
}

/// What the two locations answer: function code, store, and which of both behaviours `/auth1` and `/auth2` are led to.
async fn seen(world: &World, location: &str) -> [Value; 3] {
    let at = |path| Ask::get(path).header("x-local-edge-location", location);
    let page = world.ask(at("/")).await.seen();
    let auth = world.ask(at("/auth2")).await.seen();
    [page[0].clone(), page[1].clone(), auth[0].clone()]
}

/// Everything is changed; after the delay of one kind it, and only it, is new at the far location.
async fn check(member: &str, expected: [&str; 3]) {
    let world = world().await;
    let mut delays = json!({"name": "IAD89", "all_ms": 120_000});
    assert_eq!(world.control("POST", "/locations", delays.clone()).await.0, 200);
    delays = json!({"name": "IAD89", member: 10_000});
    assert_eq!(world.control("POST", "/locations", delays).await.0, 200);
    let old = ["f1", "s1", "f1"].map(Value::from);
    let new = ["f2", "s2", "l1"].map(Value::from);
    assert_eq!(seen(&world, "FRA2").await, old);
    world.write_keys(&[("k", Some("s2"))]);
    world.deploy(|aws| aws.function("session", &CODE.replace("f1", "f2")));
    deploy(&world, ("/auth2", "auth"));
    assert_eq!(seen(&world, "FRA2").await, new, "{member}");
    assert_eq!(seen(&world, "IAD89").await, old, "{member}");
    world.control("POST", "/clock?advance=11000", Value::Null).await;
    assert_eq!(seen(&world, "IAD89").await, expected.map(Value::from), "{member}");
    world.control("POST", "/clock?advance=121000", Value::Null).await;
    assert_eq!(seen(&world, "IAD89").await, new, "{member}");
}

#[tokio::test]
async fn each_kind_of_change_arrives_by_itself() {
    check("function_ms", ["f2", "s1", "f2"]).await;
    check("store_ms", ["f1", "s2", "f1"]).await;
    check("distribution_ms", ["f1", "s1", "l1"]).await;
    check("lambda_ms", ["f1", "s1", "f1"]).await;
}

#[tokio::test]
async fn a_new_version_of_the_lambda_may_lag_behind_its_distribution() {
    let world = world().await;
    let delays = json!({"name": "IAD89", "lambda_ms": 60_000});
    assert_eq!(world.control("POST", "/locations", delays).await.0, 200);
    let far = || Ask::get("/auth1").header("x-local-edge-location", "IAD89");
    assert_eq!(world.ask(far()).await.seen()[0], "l1");
    world.deploy(|aws| aws.lambda("later", &AUTH.replace("l1", "l2"), &json!({})));
    deploy(&world, ("/auth1", "later"));
    assert_eq!(world.get("/auth1").await.seen()[0], "l2");
    assert_eq!(world.ask(far()).await.seen()[0], "l1");
    world.control("POST", "/clock?advance=61000", Value::Null).await;
    assert_eq!(world.ask(far()).await.seen()[0], "l2");
}

#[tokio::test]
async fn a_clock_put_back_leaves_nothing_under_way() {
    let world = world().await;
    world.control("POST", "/clock?advance=600000", Value::Null).await;
    world.control("POST", "/locations", json!({"all_ms": 60_000})).await;
    assert_eq!(seen(&world, "IAD89").await[1], "s1");
    world.write_keys(&[("k", Some("s2"))]);
    world.control("POST", "/clock?reset", Value::Null).await;
    assert_eq!(seen(&world, "IAD89").await[1], "s2");
}

#[tokio::test]
async fn what_is_no_location_or_delay_is_refused() {
    let world = World::new().await;
    for wanted in [
        json!({"name": "XXX1"}),
        json!({"other_ms": 1}),
        json!({"store_ms": "1"}),
        json!(1),
    ] {
        assert_eq!(
            world.control("POST", "/locations", wanted.clone()).await.0,
            400,
            "{wanted}"
        );
    }
    let known = world.control("GET", "/locations", Value::Null).await.1;
    assert_eq!(known["locations"][1]["name"], "IAD89");
}

#[tokio::test]
async fn a_function_that_is_warm_at_one_location_is_cold_at_the_other() {
    let world = world().await;
    let calls = async |location: &str| {
        let ask = Ask::get("/auth1").header("x-local-edge-location", location);
        world.ask(ask).await.seen()
    };
    assert_eq!(calls("FRA2").await, json!(["l1", 1, "eu-central-1"]));
    assert_eq!(calls("FRA2").await[1], 2);
    assert_eq!(calls("IAD89").await, json!(["l1", 1, "us-east-1"]));
    world.control("POST", "/lambda/cool?location=FRA2", Value::Null).await;
    assert_eq!(
        (calls("FRA2").await[1].as_i64(), calls("IAD89").await[1].as_i64()),
        (Some(1), Some(2))
    );
}

#[tokio::test]
async fn reads_of_the_store_fail_as_asked() {
    let world = World::new().await;
    world.write_keys(&[("k", Some("value!"))]);
    world.deploy(|aws| {
        aws.distribution(&Distribution::new(
            world.origin,
            Behavior {
                more: Behavior::function("session"),
                ..Behavior::default()
            },
        ));
        aws.function(
            "session",
            "import cf from 'cloudfront';\nasync function handler(event) { let r; try { r = await cf.kvs().get('k'); } catch (e) { r = 'rejected'; } \
             return {statusCode: 200, body: r}; }",
        );
    });
    let check = async |rule: Value, expected: &str| {
        assert_eq!(world.control("POST", "/faults", rule.clone()).await.0, 200);
        assert_eq!(world.get("/").await.text(), expected, "{rule}");
        assert_eq!(world.control("DELETE", "/faults", Value::Null).await.0, 200);
        assert_eq!(world.get("/").await.text(), "value!");
    };
    check(json!({"kind": "error"}), "rejected").await;
    check(json!({"kind": "timeout", "delay_ms": 1}), "rejected").await;
    check(json!({"kind": "missing"}), "rejected").await;
    check(json!({"kind": "truncated"}), "val").await;
    check(json!({"kind": "garbage"}), "<!DOCTYPE html><title>{\"\u{fffd}").await;
    check(json!({"kind": "slow", "delay_ms": 1}), "value!").await;
    check(json!({"kind": "error", "key": "other"}), "value!").await;
    check(json!({"kind": "error", "location": "IAD89"}), "value!").await;
    check(json!({"kind": "error", "nth": 2}), "value!").await;
    assert_eq!(
        world.control("POST", "/faults", json!({"kind": "nonsense"})).await.0,
        400
    );
}

#[tokio::test]
async fn the_viewer_s_headers_are_set_where_a_policy_asks_and_never_taken_from_the_viewer() {
    let world = World::new().await;
    let code = "function handler(event) { const out = {}; for (const n in event.request.headers) { if (n.indexOf('cloudfront-') === 0) { out[n] = event.request.headers[n].value; } } \
                return {statusCode: 200, body: JSON.stringify(out)}; }";
    let with = |policy: &str| {
        world.deploy(|aws| {
            aws.put(
                "/2020-05-31/origin-request-policy/viewer",
                format!(
                    "<OriginRequestPolicy><OriginRequestPolicyConfig><HeadersConfig>{policy}</HeadersConfig><CookiesConfig><CookieBehavior>all</CookieBehavior></CookiesConfig>\
                     <QueryStringsConfig><QueryStringBehavior>all</QueryStringBehavior></QueryStringsConfig></OriginRequestPolicyConfig></OriginRequestPolicy>"
                ),
            );
            let more = format!("{}<OriginRequestPolicyId>viewer</OriginRequestPolicyId>", Behavior::function("session"));
            let behavior = Behavior {
                more,
                ..Behavior::default()
            };
            aws.distribution(&Distribution::new(world.origin, behavior));
            aws.function("session", code);
        });
    };
    let forged = || {
        Ask::get("/")
            .header("cloudfront-viewer-country", "KP")
            .header("cloudfront-viewer-tls", "TLSv1.3:x:y")
            .header("x-local-viewer-country", "DE")
            .header("x-local-viewer-address", "192.0.2.9")
    };
    with("<HeaderBehavior>allViewer</HeaderBehavior>");
    assert_eq!(world.ask(forged()).await.seen(), json!({}));
    with(
        "<HeaderBehavior>allViewerAndWhitelistCloudFront</HeaderBehavior><Headers><Items><Name>CloudFront-Viewer-Country</Name>\
         <Name>CloudFront-Viewer-Address</Name><Name>CloudFront-Viewer-TLS</Name></Items></Headers>",
    );
    let seen = world.ask(forged()).await.seen();
    assert_eq!(seen["cloudfront-viewer-country"], "DE");
    assert_eq!(seen["cloudfront-viewer-address"], "192.0.2.9:443");
    let tls = seen["cloudfront-viewer-tls"].as_str().unwrap();
    assert!(
        tls.starts_with("TLSv1.3:TLS_") && tls.ends_with(":fullHandshake"),
        "{tls}"
    );
    let unknown = Ask::get("/").header("x-local-viewer-country", "-").header(
        "x-local-viewer-tls",
        "TLSv1.2:ECDHE-RSA-AES128-GCM-SHA256:fullHandshake",
    );
    let seen = world.ask(unknown).await.seen();
    assert_eq!(seen["cloudfront-viewer-country"], Value::Null);
    assert_eq!(
        seen["cloudfront-viewer-tls"],
        "TLSv1.2:ECDHE-RSA-AES128-GCM-SHA256:fullHandshake"
    );
    assert_eq!(
        world.ask(Ask::get("/").plain()).await.status,
        403,
        "this behaviour takes TLS only"
    );
}

#[tokio::test]
async fn addresses_of_the_firewall_s_secret_lists_have_stand_ins() {
    let world = World::new().await;
    world.deploy(|aws| {
        let group = |name: &str, priority: u64| {
            json!({"Name": name, "Priority": priority, "OverrideAction": {"None": {}},
                   "Statement": {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}}})
        };
        let acl = aws.web_acl(json!([
            group("AWSManagedRulesAnonymousIpList", 0),
            group("AWSManagedRulesAmazonIpReputationList", 1),
            group("AWSManagedRulesCommonRuleSet", 2),
        ]));
        let mut distribution = Distribution::new(world.origin, Behavior::default());
        distribution.more += &acl;
        aws.distribution(&distribution);
    });
    let status = async |address: &str, agent: Option<&str>| {
        let ask = Ask::get("/").header("x-local-viewer-address", address);
        let ask = agent
            .into_iter()
            .fold(ask, |ask, agent| ask.header("user-agent", agent));
        world.ask(ask).await.status
    };
    assert_eq!(status("192.0.2.1", Some("test")).await, 200);
    assert_eq!(status("192.0.2.1", None).await, 403, "no user agent");
    for listed in ["198.18.0.7", "198.19.0.7", "198.19.200.7"] {
        assert_eq!(status(listed, Some("test")).await, 403, "{listed}");
    }
}
