//! From configurations to rules.

use zt_aws::wafv2::{Action, CustomAnswer, Part, Position, Reading, Rule, Statement};
use zt_framework::{Diagnostics, Path, Value};

use super::{Named, Wanted, check, read, wanted};

fn compiled_at(value: &Value, auth_prefix: &str) -> Wanted {
    let named = Named {
        name: "zt-main--app",
        mark: "mark",
        auth_prefix,
    };
    wanted(&read(value).unwrap(), &named)
}

fn compiled(value: &Value) -> Wanted {
    compiled_at(value, "/oauth2")
}

fn rule(value: &Value, name: &str) -> Rule {
    let rules = compiled(value).acl.rules;
    let named = |rule: &Rule| rule.name == name;
    rules
        .into_iter()
        .find(named)
        .unwrap_or_else(|| panic!("no rule {name}"))
}

fn names(wanted: &Wanted) -> Vec<&str> {
    wanted.acl.rules.iter().map(|rule| rule.name.as_str()).collect()
}

fn path(text: &str, position: Position, reading: Reading) -> Statement {
    Statement::Text {
        part: Part::Path,
        text: text.to_owned(),
        position,
        reading,
    }
}

fn people(prefix: &str) -> Statement {
    let machines = ["backchannel-logout", "events", "jwks.json"]
        .map(|name| path(&format!("{prefix}/{name}"), Position::Exactly, Reading::AsSent));
    Statement::Not(Box::new(Statement::Or(machines.into())))
}

fn countries(codes: &[&str]) -> Statement {
    Statement::Countries(codes.iter().map(|code| (*code).to_owned()).collect())
}

fn not(statement: Statement) -> Statement {
    Statement::Not(Box::new(statement))
}

/// Checklist: K15. The login has a stricter limit of its own, on every spelling of its paths and on no other; servers of
/// identity providers have the general one.
#[test]
fn the_login_has_a_limit_of_its_own() {
    let wanted = compiled_at(&Value::Null, "/OAuth2");
    let limits: Vec<_> = wanted.acl.rules.iter().take(2).collect();
    let login = Statement::And(vec![
        path("/oauth2/", Position::Start, Reading::Folded),
        people("/OAuth2"),
    ]);
    let limit = |limit, scope: Option<Statement>| Statement::Rate {
        limit,
        window_seconds: 300,
        scope: scope.map(Box::new),
    };
    assert_eq!(limits[0].statement, limit(100, Some(login)));
    assert_eq!(limits[1].statement, limit(2000, None));
    let refused = Action::Block(Some(CustomAnswer {
        status: 429,
        body: None,
    }));
    assert!(limits.iter().all(|rule| rule.action == refused));
    assert!(wanted.acl.rules.iter().map(|rule| rule.priority).eq(0..5));
}

/// Checklist: K15. Another spelling of an exempt path is no exempt path.
#[test]
fn what_refuses_servers_spares_the_machine_endpoints_byte_by_byte() {
    let value = Value::object([
        ("geo", Value::object([("block", vec!["KP"].into())])),
        ("bot_control", Value::object([])),
    ]);
    for name in ["AWS-AWSManagedRulesCommonRuleSet", "bot-control"] {
        let Statement::Managed { scope, .. } = rule(&value, name).statement else {
            panic!("{name} is no group")
        };
        assert_eq!(scope.as_deref(), Some(&people("/oauth2")), "{name}");
    }
    let expected = Statement::And(vec![countries(&["KP"]), people("/oauth2")]);
    assert_eq!(rule(&value, "countries").statement, expected);
}

#[test]
fn countries_may_be_allowed_and_blocked_at_once() {
    let geo = |lists: Value| rule(&Value::object([("geo", lists)]), "countries").statement;
    let both = Value::object([("allow", vec!["DE", "FR"].into()), ("block", vec!["FR"].into())]);
    let refused = Statement::Or(vec![not(countries(&["DE", "FR"])), countries(&["FR"])]);
    assert_eq!(geo(both), Statement::And(vec![refused, people("/oauth2")]));
    let only = Value::object([("allow", vec!["DE"].into())]);
    assert_eq!(
        geo(only),
        Statement::And(vec![not(countries(&["DE"])), people("/oauth2")])
    );
}

#[test]
fn addresses_become_sets_by_version_and_stand_first() {
    let arn = "arn:aws:wafv2:us-east-1:111122223333:global/ipset/partners/1";
    let block = Value::set_of(["192.0.2.0/24", "2001:DB8::/32", arn]);
    let addresses = Value::object([("block", block), ("trust", Value::set_of(["198.51.100.7/32"]))]);
    let wanted = compiled(&Value::object([("addresses", addresses)]));
    assert_eq!(names(&wanted)[..2], ["addresses-block", "addresses-trust"]);
    let sets = ["zt-main--app-block-v4", "zt-main--app-block-v6", arn];
    let sets = sets.map(|name| Statement::IpSet(name.to_owned()));
    assert_eq!(wanted.acl.rules[0].statement, Statement::Or(sets.into()));
    assert_eq!(wanted.acl.rules[1].action, Action::Allow);
    let v6 = &wanted.sets["zt-main--app-block-v6"];
    assert!(v6.addresses.iter().eq(["2001:db8::/32"]));
    assert_eq!(wanted.sets.len(), 3);
}

#[test]
fn rules_stand_in_the_order_that_is_written() {
    let named = |action: &str, path: &str| Value::object([("action", action.into()), ("paths", vec![path].into())]);
    let rules = Value::map([("b", named("block", "/b")), ("a", named("allow", "/A"))]);
    let value = Value::object([("rules", rules)]);
    let own = |value: &Value| -> Vec<String> {
        let wanted = compiled(value);
        let own = names(&wanted).into_iter().filter(|name| name.starts_with("rule-"));
        own.map(str::to_owned).collect()
    };
    assert_eq!(own(&value), ["rule-a", "rule-b"]);
    let value = value.with("rule_order", vec!["b", "a"]);
    assert_eq!(own(&value), ["rule-b", "rule-a"]);
    // What lets pass compares the path as it was sent.
    let expected = vec![path("/A", Position::Exactly, Reading::AsSent), people("/oauth2")];
    assert_eq!(rule(&value, "rule-a").statement, Statement::And(expected));
    let expected = vec![path("/b", Position::Exactly, Reading::Folded), people("/oauth2")];
    assert_eq!(rule(&value, "rule-b").statement, Statement::And(expected));
}

#[test]
fn logs_never_hold_what_people_and_machines_prove_themselves_with() {
    let logging = Value::object([
        (
            "destination_arn",
            "arn:aws:logs:us-east-1:111122223333:log-group:aws-waf-logs-a:*".into(),
        ),
        ("redact_headers", Value::set_of(["x-api-key"])),
    ]);
    let wanted = compiled(&Value::object([("logging", logging)]));
    let logging = wanted.logging.unwrap();
    assert!(logging.destination.ends_with("log-group:aws-waf-logs-a"));
    let header = |name: &str| Part::Header(name.to_owned());
    for part in [
        header("authorization"),
        header("cookie"),
        header("x-zt-session"),
        header("x-zt-service-token"),
        header("x-api-key"),
        Part::Query,
    ] {
        assert!(logging.redacted.contains(&part), "{part:?}");
    }
}

#[track_caller]
fn refused(value: &Value, path: &str, word: &str) {
    let mut diagnostics = Diagnostics::default();
    check(value, &Path::root(), &mut diagnostics);
    let found = diagnostics.errors().any(|error| {
        let at = error.path.as_ref().map(ToString::to_string).unwrap_or_default();
        at == path && format!("{} {}", error.summary, error.detail).contains(word)
    });
    assert!(found, "expected {word:?} at {path}, got {diagnostics}");
}

#[test]
fn values_that_contradict_each_other_are_named() {
    let rules = |rule: Value| Value::object([("rules", Value::map([("r", rule)]))]);
    let block = Value::object([("action", "block".into())]);
    let count = Value::object([("action", "count".into()), ("paths", vec!["/a"].into())]);
    let sought = Value::object([("equals", "a".into()), ("contains", "b".into())]);
    refused(&rules(block.clone()), "rules[\"r\"]", "every request");
    let answered = count.clone().with("response", Value::object([("status", 404.into())]));
    refused(&rules(answered), "rules[\"r\"].response", "block");
    let doubled = block.with("headers", Value::map([("user-agent", sought)]));
    refused(&rules(doubled), "rules[\"r\"].headers[\"user-agent\"]", "exactly one");
    let never = count.clone().with("unless", Value::object([("methods", Value::Null)]));
    refused(&rules(never), "rules[\"r\"].unless", "no request");
    let ordered = rules(count.clone()).with("rule_order", vec!["r", "s"]);
    refused(&ordered, "rule_order", "not among");
    let unordered = rules(count).with("rule_order", Vec::<&str>::new());
    refused(&unordered, "rule_order", "\"r\"");
    let group = |name: &str| Value::object([("name", name.into()), ("count_rules", vec!["x"].into())]);
    let twice = Value::list([group("a"), group("a")]);
    refused(
        &Value::object([("managed_groups", twice)]),
        "managed_groups[1].name",
        "twice",
    );
    let decided = group("a").with("overrides", Value::map([("x", "block".into())]));
    let decided = Value::object([("managed_groups", Value::list([decided]))]);
    refused(&decided, "managed_groups[0].overrides[\"x\"]", "count_rules");
    let bots = Value::list([group("AWSManagedRulesBotControlRuleSet")]);
    let bots = Value::object([("managed_groups", bots), ("bot_control", Value::object([]))]);
    refused(&bots, "managed_groups[0].name", "Remove it");
}

/// AWS WAF takes letters, digits, hyphens and underscores in the name of a rule, and no name twice.
#[test]
fn groups_of_any_vendor_have_names_of_their_own() {
    let group = |vendor: &str, name: &str| Value::object([("vendor", vendor.into()), ("name", name.into())]);
    let groups = Value::list([
        group("Cyber Security Cloud Inc.", "HighSecurity"),
        group("a", "b-c"),
        group("a-b", "c"),
    ]);
    let wanted = compiled(&Value::object([("managed_groups", groups)]));
    assert_eq!(
        names(&wanted)[2..],
        ["Cyber-Security-Cloud-Inc--HighSecurity", "a-b-c", "a-b-c-2"]
    );
}

#[test]
fn only_a_firewall_that_differs_from_the_default_is_priced() {
    for (value, priced) in [
        (Value::Null, false),
        (Value::object([("rate_limit", 500.into())]), false),
        (
            Value::object([("path_rate_limits", Value::map([("/a", 10.into())]))]),
            true,
        ),
        (Value::object([("bot_control", Value::object([]))]), true),
        (
            Value::object([("geo", Value::object([("block", vec!["KP"].into())]))]),
            true,
        ),
    ] {
        assert_eq!(read(&value).unwrap().is_priced(), priced, "{value:?}");
    }
}
