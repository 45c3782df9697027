//! Rules against requests, after the AWS WAF developer guide.

use serde_json::json;

use super::*;
use crate::message::{Headers, Viewer};

fn request(path: &str) -> Request {
    let (uri, query) = path
        .split_once('?')
        .map_or((path, None), |(u, q)| (u, Some(q.to_owned())));
    let mut headers = Headers::default();
    headers.set("user-agent", "test");
    Request {
        method: "GET".to_owned(),
        host: "app.example.com".to_owned(),
        uri: uri.to_owned(),
        query,
        headers,
        body: bytes::Bytes::new(),
        viewer: Viewer {
            address: "192.0.2.7".parse().unwrap(),
            country: "DE".to_owned(),
            tls: None,
            https: true,
        },
        id: "id".to_owned(),
    }
}

fn acl(rules: Value) -> WebAcl {
    let sets = HashMap::from([
        (
            "arn:ip".to_owned(),
            json!({"Addresses": ["192.0.2.0/24", "2001:db8::/32"]}),
        ),
        (
            "arn:re".to_owned(),
            json!({"RegularExpressionList": [{"RegexString": "^/wp-"}]}),
        ),
    ]);
    let bodies = json!({"sorry": {"ContentType": "TEXT_PLAIN", "Content": "later"}});
    WebAcl::from_json(
        &json!({"DefaultAction": {"Allow": {}}, "Rules": rules, "CustomResponseBodies": bodies}),
        sets,
    )
}

fn block_if(statement: Value) -> WebAcl {
    acl(json!([{"Name": "r", "Priority": 0, "Statement": statement, "Action": {"Block": {}}}]))
}

/// The status the firewall answers with, or 0 when it lets the request pass.
fn status(acl: &WebAcl, request: &Request) -> u16 {
    match acl.inspect(request, &Counters::default(), 0, &[]) {
        Ok(Verdict::Allow(_)) => 0,
        Ok(Verdict::Block(response)) => response.status,
        Err(refusal) => refusal.status,
    }
}

#[track_caller]
fn check(statement: Value, path: &str, expected: u16) {
    assert_eq!(
        status(&block_if(statement.clone()), &request(path)),
        expected,
        "{statement} {path}"
    );
}

fn byte(field: Value, search: &str, constraint: &str) -> Value {
    use base64::Engine;
    let search = base64::engine::general_purpose::STANDARD.encode(search);
    json!({"ByteMatchStatement": {"SearchString": search, "FieldToMatch": field, "PositionalConstraint": constraint,
        "TextTransformations": [{"Priority": 0, "Type": "LOWERCASE"}]}})
}

#[test]
fn statements_look_at_what_they_name() {
    check(byte(json!({"UriPath": {}}), "/admin", "STARTS_WITH"), "/ADMIN/x", 403);
    check(byte(json!({"UriPath": {}}), "/admin", "STARTS_WITH"), "/x/admin", 0);
    check(byte(json!({"UriPath": {}}), "/admin", "EXACTLY"), "/admin", 403);
    check(
        byte(json!({"QueryString": {}}), "evil", "CONTAINS_WORD"),
        "/?a=evil",
        403,
    );
    check(
        byte(json!({"QueryString": {}}), "evil", "CONTAINS_WORD"),
        "/?a=evils",
        0,
    );
    check(
        byte(json!({"SingleHeader": {"Name": "User-Agent"}}), "test", "EXACTLY"),
        "/",
        403,
    );
    check(
        byte(json!({"SingleQueryArgument": {"Name": "a"}}), "x", "EXACTLY"),
        "/?b=x&a=x",
        403,
    );
    check(byte(json!({"JA3Fingerprint": {}}), "x", "EXACTLY"), "/", 503);
    check(json!({"GeoMatchStatement": {"CountryCodes": ["DE", "FR"]}}), "/", 403);
    check(json!({"GeoMatchStatement": {"CountryCodes": ["FR"]}}), "/", 0);
    check(
        json!({"NotStatement": {"Statement": {"GeoMatchStatement": {"CountryCodes": ["FR"]}}}}),
        "/",
        403,
    );
    check(json!({"IPSetReferenceStatement": {"ARN": "arn:ip"}}), "/", 403);
    check(
        json!({"RegexPatternSetReferenceStatement": {"ARN": "arn:re", "FieldToMatch": {"UriPath": {}}, "TextTransformations": []}}),
        "/wp-login",
        403,
    );
    check(
        json!({"RegexMatchStatement": {"RegexString": "\\.php$", "FieldToMatch": {"UriPath": {}}, "TextTransformations": []}}),
        "/a.php",
        403,
    );
    check(
        json!({"SizeConstraintStatement": {"Size": 3, "ComparisonOperator": "GT", "FieldToMatch": {"QueryString": {}}, "TextTransformations": []}}),
        "/?abcd",
        403,
    );
    check(
        json!({"AndStatement": {"Statements": [{"GeoMatchStatement": {"CountryCodes": ["DE"]}}, {"IPSetReferenceStatement": {"ARN": "arn:ip"}}]}}),
        "/",
        403,
    );
    check(json!({"SomethingNewStatement": {}}), "/", 503);
    check(json!({"IPSetReferenceStatement": {"ARN": "arn:unread"}}), "/", 503);
}

#[test]
fn the_lowest_priority_that_terminates_decides_and_counting_goes_on() {
    let geo = json!({"GeoMatchStatement": {"CountryCodes": ["DE"]}});
    let labelled = acl(json!([
        {"Name": "c", "Priority": 9, "Statement": {"LabelMatchStatement": {"Scope": "LABEL", "Key": "seen"}}, "Action": {"Block": {"CustomResponse": {
            "ResponseCode": 429, "CustomResponseBodyKey": "sorry", "ResponseHeaders": [{"Name": "Retry-After", "Value": "7"}]}}}},
        {"Name": "a", "Priority": 1, "Statement": geo, "Action": {"Count": {}}, "RuleLabels": [{"Name": "seen"}]},
    ]));
    let Ok(Verdict::Block(response)) = labelled.inspect(&request("/"), &Counters::default(), 0, &[]) else {
        panic!("passed")
    };
    assert_eq!(
        (response.status, response.headers.get("retry-after"), &response.body[..]),
        (429, Some("7"), &b"later"[..])
    );

    let allowed = acl(json!([
        {"Name": "a", "Priority": 1, "Statement": geo, "Action": {"Allow": {"CustomRequestHandling": {"InsertHeaders": [{"Name": "Zone", "Value": "eu"}]}}}},
        {"Name": "b", "Priority": 2, "Statement": geo, "Action": {"Block": {}}},
    ]));
    let Ok(Verdict::Allow(headers)) = allowed.inspect(&request("/"), &Counters::default(), 0, &[]) else {
        panic!("blocked")
    };
    assert_eq!(headers, [("x-amzn-waf-zone".to_owned(), "eu".to_owned())]);
}

#[test]
fn rates_count_by_key_in_a_moving_window() {
    let limited = |key: &str| {
        block_if(
            json!({"RateBasedStatement": {"Limit": 10, "EvaluationWindowSec": 60, "AggregateKeyType": key,
        "ScopeDownStatement": byte(json!({"UriPath": {}}), "/oauth2/", "STARTS_WITH")}}),
        )
    };
    let counters = Counters::default();
    let ask = |acl: &WebAcl, request: &Request, now: i64| {
        matches!(acl.inspect(request, &counters, now, &[]), Ok(Verdict::Allow(_)))
    };
    let by_ip = limited("IP");
    let mut other = request("/oauth2/start");
    other.viewer.address = "192.0.2.8".parse().unwrap();
    for i in 0..10 {
        assert!(ask(&by_ip, &request("/oauth2/start"), i));
    }
    assert!(
        !ask(&by_ip, &request("/oauth2/start"), 10),
        "the eleventh of one address"
    );
    assert!(ask(&by_ip, &other, 11), "another address has its own count");
    assert!(ask(&by_ip, &request("/page"), 12), "out of scope");
    assert!(ask(&by_ip, &request("/oauth2/start"), 70_000), "the window has passed");
    assert!(status(&limited("FORMULA"), &request("/oauth2/start")) == 503);
}

#[test]
fn managed_groups_match_by_stand_in_or_on_request() {
    let group = |name: &str, more: Value| {
        let mut statement = json!({"VendorName": "AWS", "Name": name});
        statement
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({"Name": "g", "Priority": 0, "Statement": {"ManagedRuleGroupStatement": statement}, "OverrideAction": {"None": {}}})
    };
    let common = acl(json!([group("AWSManagedRulesCommonRuleSet", json!({}))]));
    let mut silent = request("/");
    silent.headers.remove("user-agent");
    assert_eq!(status(&common, &silent), 403);
    assert_eq!(status(&common, &request("/")), 0);
    assert_eq!(status(&common, &request("/?q=<script>")), 403);

    let relaxed = json!({"RuleActionOverrides": [{"Name": "NoUserAgent_HEADER", "ActionToUse": {"Count": {}}}]});
    assert_eq!(
        status(&acl(json!([group("AWSManagedRulesCommonRuleSet", relaxed)])), &silent),
        0
    );
    let mut counted = group("AWSManagedRulesCommonRuleSet", json!({}));
    counted["OverrideAction"] = json!({"Count": {}});
    assert_eq!(status(&acl(json!([counted])), &silent), 0);
    assert_eq!(
        status(
            &acl(json!([group("AWSManagedRulesUnheardOf", json!({}))])),
            &request("/")
        ),
        503
    );

    let hosting = acl(json!([group("AWSManagedRulesAnonymousIpList", json!({}))]));
    let forced = ["AWSManagedRulesAnonymousIpList/HostingProviderIPList".to_owned()];
    assert!(matches!(
        hosting.inspect(&request("/"), &Counters::default(), 0, &forced),
        Ok(Verdict::Block(_))
    ));
}

#[test]
fn ranges_hold_addresses() {
    let inside = |a: &str, r: &str| statements::in_range(a.parse().unwrap(), r);
    assert!(inside("10.1.2.3", "10.0.0.0/8") && inside("10.1.2.3", "10.1.2.3/32") && inside("1.1.1.1", "0.0.0.0/0"));
    assert!(inside("2001:db8::1", "2001:db8::/32"));
    assert!(
        !inside("11.0.0.1", "10.0.0.0/8")
            && !inside("2001:db9::1", "2001:db8::/32")
            && !inside("10.0.0.1", "2001:db8::/32")
    );
}
