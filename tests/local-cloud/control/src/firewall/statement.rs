//! Statements of rules, nested as they may be, and the capacity units they use.
//!
//! Facts: WAF Developer Guide, "Rule statements list": the WCU paragraph of each statement.

use serde_json::Value;

use super::managed;

/// A statement and all statements in it.
pub(crate) fn all(root: &Value) -> Vec<&Value> {
    let mut found = vec![root];
    for nested in inner(root) {
        found.extend(all(nested));
    }
    found
}

/// The ARNs that a statement refers to.
pub(crate) fn arns(root: &Value) -> Vec<String> {
    all(root)
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(|statement| statement.values())
        .filter_map(|member| member["ARN"].as_str().map(str::to_owned))
        .collect()
}

/// The capacity units of a statement.
pub(crate) fn capacity(statement: &Value) -> u64 {
    let nested: u64 = inner(statement).into_iter().map(capacity).sum();
    let Some((kind, body)) = statement.as_object().and_then(|members| members.iter().next()) else {
        return 0;
    };
    let own = match kind.as_str() {
        "GeoMatchStatement" | "IPSetReferenceStatement" | "LabelMatchStatement" | "AsnMatchStatement" => 1,
        "RateBasedStatement" => 2 + 30 * count(&body["CustomKeys"]),
        "ByteMatchStatement" => field(body, byte_match(body)),
        "SizeConstraintStatement" => field(body, 1),
        "RegexMatchStatement" => field(body, 3),
        "RegexPatternSetReferenceStatement" => field(body, 25),
        "XssMatchStatement" => field(body, 40),
        "SqliMatchStatement" => field(body, if body["SensitivityLevel"] == "HIGH" { 30 } else { 20 }),
        "ManagedRuleGroupStatement" => managed::capacity(body["Name"].as_str().unwrap_or_default()).unwrap_or(0),
        _ => 0,
    };
    // The scope-down statement of a managed group is not counted against the web ACL's rules.
    if kind == "ManagedRuleGroupStatement" {
        own
    } else {
        own + nested
    }
}

fn inner(statement: &Value) -> Vec<&Value> {
    let list = |name: &str| statement[name]["Statements"].as_array().into_iter().flatten();
    let one = [
        &statement["NotStatement"]["Statement"],
        &statement["RateBasedStatement"]["ScopeDownStatement"],
        &statement["ManagedRuleGroupStatement"]["ScopeDownStatement"],
    ];
    list("AndStatement")
        .chain(list("OrStatement"))
        .chain(one.into_iter().filter(|nested| !nested.is_null()))
        .collect()
}

fn byte_match(body: &Value) -> u64 {
    match body["PositionalConstraint"].as_str() {
        Some("CONTAINS" | "CONTAINS_WORD") => 10,
        _ => 2,
    }
}

/// A base cost with what the request component and the transformations add.
fn field(body: &Value, base: u64) -> u64 {
    let component = &body["FieldToMatch"];
    let doubled = if component["JsonBody"].is_null() {
        base
    } else {
        base * 2
    };
    let all_arguments = if component["AllQueryArguments"].is_null() {
        0
    } else {
        10
    };
    let transformations = body["TextTransformations"].as_array();
    let changing = transformations
        .into_iter()
        .flatten()
        .filter(|one| one["Type"] != "NONE")
        .count();
    doubled + all_arguments + 10 * u64::try_from(changing).unwrap_or(0)
}

fn count(list: &Value) -> u64 {
    u64::try_from(list.as_array().map_or(0, Vec::len)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::capacity;
    use serde_json::{Value, json};

    fn check(statement: Value, expected: u64) {
        assert_eq!(capacity(&statement), expected, "{statement}");
    }

    #[test]
    fn capacity_is_what_the_guide_says() {
        let none = json!([{"Priority": 0, "Type": "NONE"}]);
        let lower = json!([{"Priority": 0, "Type": "LOWERCASE"}]);
        let geo = json!({"GeoMatchStatement": {"CountryCodes": ["KP"]}});
        let starts = json!({"ByteMatchStatement": {"PositionalConstraint": "STARTS_WITH", "FieldToMatch": {"UriPath": {}}, "TextTransformations": none}});
        check(geo.clone(), 1);
        check(json!({"IPSetReferenceStatement": {"ARN": "a"}}), 1);
        check(starts.clone(), 2);
        check(
            json!({"ByteMatchStatement": {"PositionalConstraint": "CONTAINS", "FieldToMatch": {"UriPath": {}}, "TextTransformations": lower}}),
            20,
        );
        check(
            json!({"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP"}}),
            2,
        );
        check(
            json!({"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP", "ScopeDownStatement": starts}}),
            4,
        );
        check(
            json!({"AndStatement": {"Statements": [geo, {"NotStatement": {"Statement": starts}}]}}),
            3,
        );
        check(
            json!({"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}),
            700,
        );
    }
}
