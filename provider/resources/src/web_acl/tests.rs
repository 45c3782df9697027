//! Plans of a firewall alone, and what an import finds.

use std::sync::Arc;

use zt_framework::Value;
use zt_framework::testing::Core;

use super::{FirewallAlone, written};
use crate::connection::Connection;
use crate::only::Only;

const ADDRESS: &str = "zt_web_acl.this";

fn core() -> Core {
    Only::resource(Arc::new(FirewallAlone::new(Connection::default())))
}

fn config() -> Value {
    Value::object([("name", "main".into())])
}

#[tokio::test]
async fn a_first_plan_knows_the_defaults() {
    let change = core().plan(ADDRESS, &config()).await.unwrap();
    assert_eq!(change.after.get("rate_limit").as_i64(), Some(2000));
    assert_eq!(change.after.get("in_force").as_bool(), Some(true));
    assert!(change.after.get("capacity").is_unknown());
}

/// Each value alone that AWS WAF would not take, with where the message stands and a word of it.
#[tokio::test]
async fn bad_values_are_refused_where_they_stand() {
    let one = |name: &'static str, value: Value| config().with(name, value);
    let in_object = |name: &'static str, inner: &'static str, value: Value| one(name, Value::object([(inner, value)]));
    let limit = |inner: &'static str, value: Value| {
        let limit = Value::object([("path", "/a".into()), ("limit", 100.into())]).with(inner, value);
        one("rate_limits", Value::map([("a", limit)]))
    };
    let rule = |inner: &'static str, value: Value| {
        let rule = Value::object([("action", "block".into()), ("paths", vec!["/a"].into())]).with(inner, value);
        one("rules", Value::map([("a", rule)]))
    };
    let block = |range: &str| in_object("addresses", "block", Value::set_of([range]));
    let logs = |arn: &str| in_object("logging", "destination_arn", arn.into());
    let cases = [
        (one("rate_limit", 9.into()), "rate_limit", "10 to 2000000000"),
        (one("rate_limit_window", 90.into()), "rate_limit_window", "60, 120, 300"),
        (
            one("rate_limit_action", "allow".into()),
            "rate_limit_action",
            "challenge",
        ),
        (limit("path", "api".into()), "rate_limits[\"a\"].path", "such as /api/*"),
        (limit("path", "//api/*".into()), "rate_limits[\"a\"].path", "never"),
        (limit("path", "/a/../b".into()), "rate_limits[\"a\"].path", "never"),
        (
            limit("path", format!("/{}", "a*".repeat(90)).as_str().into()),
            "rate_limits[\"a\"].path",
            "fewer",
        ),
        (
            one("path_rate_limits", Value::map([("/a%20b/", 10.into())])),
            "path_rate_limits",
            "decoded",
        ),
        (
            one("path_rate_limits", Value::map([("/a//b/", 10.into())])),
            "path_rate_limits",
            "never",
        ),
        (limit("limit", 1.into()), "rate_limits[\"a\"].limit", "10 to"),
        (limit("window", 1.into()), "rate_limits[\"a\"].window", "60, 120"),
        (
            limit("methods", vec!["get"].into()),
            "rate_limits[\"a\"].methods",
            "capital",
        ),
        (in_object("geo", "allow", vec!["de"].into()), "geo.allow", "capital"),
        (block("192.0.2.7"), "addresses.block", "192.0.2.7/32"),
        (block("192.0.2.7/24"), "addresses.block", "192.0.2.0/24"),
        (block("0.0.0.0/0"), "addresses.block", "every address"),
        (
            block("arn:aws:wafv2:eu-west-1:1:regional/ipset/a/1"),
            "addresses.block",
            "global",
        ),
        (block("office"), "addresses.block", "CIDR"),
        (rule("action", "drop".into()), "rules[\"a\"].action", "captcha"),
        (rule("paths", vec!["a"].into()), "rules[\"a\"].paths", "such as"),
        (
            rule("response", Value::object([("status", 200.into())])),
            "rules[\"a\"].response.status",
            "refuse",
        ),
        (one("rule_order", vec!["a", "a"].into()), "rule_order", "twice"),
        (
            in_object("bot_control", "level", "high".into()),
            "bot_control.level",
            "targeted",
        ),
        (
            in_object(
                "logging",
                "destination_arn",
                "arn:aws:logs:eu-west-1:1:log-group:aws-waf-logs-a".into(),
            ),
            "logging.destination_arn",
            "us-east-1",
        ),
        (
            logs("arn:aws:logs:us-east-1:1:log-group:a"),
            "logging.destination_arn",
            "aws-waf-logs-",
        ),
        (
            logs("arn:aws:logs:us-east-1:1:log-group:a/aws-waf-logs-b"),
            "logging.destination_arn",
            "aws-waf-logs-",
        ),
        (
            logs("arn:aws:s3:::a/aws-waf-logs-b"),
            "logging.destination_arn",
            "aws-waf-logs-",
        ),
        (
            logs("arn:aws:firehose:us-east-1:1:deliverystream/a"),
            "logging.destination_arn",
            "aws-waf-logs-",
        ),
    ];
    for (config, path, word) in cases {
        let told = match core().plan(ADDRESS, &config).await {
            Err(failure) => failure.diagnostics().cloned().unwrap_or_default(),
            Ok(_) => panic!("{path} was accepted"),
        };
        let found = told.errors().any(|error| {
            let at = error.path.as_ref().map(ToString::to_string).unwrap_or_default();
            at.starts_with(path) && format!("{} {}", error.summary, error.detail).contains(word)
        });
        assert!(found, "expected {word:?} at {path}, got {told}");
    }
}

#[tokio::test]
async fn what_was_written_is_found_again_in_the_web_acl() {
    let long = Value::set_of((0..100).map(|number| format!("192.0.2.{number}/32")));
    let addresses = Value::object([("block", long)]);
    let config = config().with("addresses", addresses);
    let change = core().plan(ADDRESS, &config).await.unwrap();
    let found = written::read(&written::bodies(&change.after, 51_200)).unwrap();
    assert_eq!(found.get("addresses"), change.after.get("addresses"));
    assert!(found.get("arn").is_null());
}

/// WAF Developer Guide, "Sending web ACL traffic logs": the names of log groups may have slashes, and a bucket a prefix in it.
#[tokio::test]
async fn logs_may_go_wherever_aws_takes_them() {
    for arn in [
        "arn:aws:logs:us-east-1:1:log-group:aws-waf-logs-a/b:*",
        "arn:aws:firehose:us-east-1:1:deliverystream/aws-waf-logs-a",
        "arn:aws:s3:::aws-waf-logs-a/prefix",
    ] {
        let logging = Value::object([("destination_arn", arn.into())]);
        assert!(
            core().plan(ADDRESS, &config().with("logging", logging)).await.is_ok(),
            "{arn}"
        );
    }
}

/// AWS takes 50 KB of bodies in one web ACL: answers of the user's own come first.
#[tokio::test]
async fn what_was_written_leaves_room_for_answers() {
    let change = core().plan(ADDRESS, &config()).await.unwrap();
    assert!(!written::bodies(&change.after, 51_200).is_empty());
    assert!(written::bodies(&change.after, 200).is_empty());
}
