//! Rules of web ACLs: scope, priorities, references, capacity, and deletes of what is in use.
//!
//! Facts: WAF API reference, `WAFInvalidParameterException` and the errors of each operation.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::ip_set;
use crate::call::Call;
use crate::directory::Directory;
use crate::firewall::{managed, statement};
use crate::gateway::Gateway;
use crate::http_message::Incoming;
use crate::refusal::Refusal;

/// WAF Developer Guide, "Quotas": the most a web ACL may use.
const CAPACITY_LIMIT: u64 = 5000;

pub(crate) async fn check(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let body = request.json();
    if body["Scope"] == "CLOUDFRONT" && call.region != "us-east-1" {
        return Err(invalid("The scope is not valid.", "SCOPE_VALUE", "CLOUDFRONT"));
    }
    match call.operation.as_str() {
        "CreateWebACL" | "UpdateWebACL" | "CreateRuleGroup" | "UpdateRuleGroup" | "CheckCapacity" => {
            rules(gateway, call, &body).await
        }
        "DeleteWebACL" => web_acl_in_use(gateway, call, &body).await,
        "CreateIPSet" | "UpdateIPSet" => ip_set::check(gateway, call, &body).await,
        "DeleteIPSet" => {
            ip_set::check(gateway, call, &body).await?;
            referenced(gateway, call, &body, "ipset").await
        }
        "DeleteRegexPatternSet" => referenced(gateway, call, &body, "regexpatternset").await,
        "DeleteRuleGroup" => referenced(gateway, call, &body, "rulegroup").await,
        _ => Ok(()),
    }
}

async fn rules(gateway: &Gateway, call: &Call, body: &Value) -> Result<(), Refusal> {
    let rules = body["Rules"].as_array().cloned().unwrap_or_default();
    let (mut priorities, mut names) = (BTreeSet::new(), BTreeSet::new());
    for rule in &rules {
        let name = rule["Name"].as_str().unwrap_or_default();
        if !priorities.insert(rule["Priority"].as_i64()) || !names.insert(name) {
            return Err(invalid(
                "You have used a priority or a name more than once.",
                "RULE",
                name,
            ));
        }
        if rule["VisibilityConfig"].is_null() {
            return Err(invalid("A rule needs a visibility configuration.", "METRIC_NAME", name));
        }
        action(rule, name)?;
        answer(rule, body, name)?;
        several(&rule["Statement"], name)?;
        references(gateway, call, &rule["Statement"]).await?;
    }
    let capacity: u64 = rules.iter().map(|rule| statement::capacity(&rule["Statement"])).sum();
    match capacity > CAPACITY_LIMIT {
        true => Err(Refusal::new(
            400,
            "WAFLimitsExceededException",
            "The web ACL uses more capacity than it may.",
        )),
        false => Ok(()),
    }
}

/// The body of a custom answer stands in the same request. `CheckCapacity` has no place for bodies.
fn answer(rule: &Value, body: &Value, name: &str) -> Result<(), Refusal> {
    let key = rule["Action"]["Block"]["CustomResponse"]["CustomResponseBodyKey"].as_str();
    match key.is_none_or(|key| body["CustomResponseBodies"][key].is_object()) {
        true => Ok(()),
        false => Err(invalid(
            "The custom response body does not exist.",
            "CUSTOM_RESPONSE_BODY",
            name,
        )),
    }
}

/// AND and OR are of more than one statement.
fn several(root: &Value, name: &str) -> Result<(), Refusal> {
    let lists = |one: &Value| {
        let lists = [&one["AndStatement"]["Statements"], &one["OrStatement"]["Statements"]];
        lists
            .into_iter()
            .all(|list| list.as_array().is_none_or(|list| list.len() > 1))
    };
    match statement::all(root).into_iter().all(lists) {
        true => Ok(()),
        false => Err(invalid(
            "A logical statement needs more than one statement.",
            "STATEMENT",
            name,
        )),
    }
}

/// A group takes `OverrideAction`, every other rule `Action`.
fn action(rule: &Value, name: &str) -> Result<(), Refusal> {
    let statement = &rule["Statement"];
    let is_group =
        !statement["ManagedRuleGroupStatement"].is_null() || !statement["RuleGroupReferenceStatement"].is_null();
    let (wanted, other) = if is_group {
        ("OverrideAction", "Action")
    } else {
        ("Action", "OverrideAction")
    };
    let one = rule[wanted].as_object().is_some_and(|choice| choice.len() == 1);
    match one && rule[other].is_null() {
        true => Ok(()),
        false => Err(invalid(
            "A rule has exactly one action; a rule group has an override action instead.",
            "RULE_ACTION",
            name,
        )),
    }
}

async fn references(gateway: &Gateway, call: &Call, root: &Value) -> Result<(), Refusal> {
    for one in statement::all(root) {
        if let Some(group) = one["ManagedRuleGroupStatement"].as_object() {
            let name = group.get("Name").and_then(Value::as_str).unwrap_or_default();
            let vendor = group.get("VendorName").and_then(Value::as_str).unwrap_or_default();
            if vendor != "AWS" || managed::capacity(name).is_none() {
                return Err(invalid(
                    "The managed rule group does not exist.",
                    "MANAGED_RULE_SET",
                    name,
                ));
            }
        }
        for (member, kind) in [
            ("IPSetReferenceStatement", "ipset"),
            ("RegexPatternSetReferenceStatement", "regexpatternset"),
            ("RuleGroupReferenceStatement", "rulegroup"),
        ] {
            if !one[member].is_null() {
                let arn = one[member]["ARN"].as_str().unwrap_or_default();
                reference(gateway, call, kind, arn).await?;
            }
        }
    }
    Ok(())
}

async fn reference(gateway: &Gateway, call: &Call, kind: &str, arn: &str) -> Result<(), Refusal> {
    let prefix = format!("arn:aws:wafv2:{}:{}:", call.region, call.account);
    let parts: Vec<&str> = arn.strip_prefix(&prefix).unwrap_or_default().split('/').collect();
    let [scope, named, name, id] = parts.as_slice() else {
        return Err(invalid("The ARN isn't valid.", "RESOURCE_ARN", arn));
    };
    let scope = match *scope {
        "global" => "CLOUDFRONT",
        _ => "REGIONAL",
    };
    let operation = match kind {
        "ipset" => "GetIPSet",
        "regexpatternset" => "GetRegexPatternSet",
        _ => "GetRuleGroup",
    };
    let body = json!({"Name": name, "Id": id, "Scope": scope});
    let found = Directory::new(gateway, &call.account).waf(operation, &body).await?;
    match *named == kind && !found.is_null() {
        true => Ok(()),
        false => Err(Refusal::new(
            400,
            "WAFNonexistentItemException",
            "AWS WAF couldn't perform the operation because your resource doesn't exist.",
        )),
    }
}

async fn web_acl_in_use(gateway: &Gateway, call: &Call, body: &Value) -> Result<(), Refusal> {
    let end = format!("/{}", body["Id"].as_str().unwrap_or_default());
    let standing = Directory::new(gateway, &call.account).distributions().await?;
    associated(standing.iter().any(|known| known.web_acl.ends_with(&end)))
}

/// Whether any web ACL or rule group of the scope refers to the object.
async fn referenced(gateway: &Gateway, call: &Call, body: &Value, kind: &str) -> Result<(), Refusal> {
    let directory = Directory::new(gateway, &call.account);
    let end = format!("/{kind}/{}/{}", text(&body["Name"]), text(&body["Id"]));
    let mut used = false;
    for (list, members, get, member) in [
        ("ListWebACLs", "WebACLs", "GetWebACL", "WebACL"),
        ("ListRuleGroups", "RuleGroups", "GetRuleGroup", "RuleGroup"),
    ] {
        let listed = directory.waf(list, &json!({"Scope": body["Scope"]})).await?;
        for one in listed[members].as_array().into_iter().flatten() {
            let ask = json!({"Name": one["Name"], "Id": one["Id"], "Scope": body["Scope"]});
            let found = directory.waf(get, &ask).await?;
            let rules = found[member]["Rules"].as_array().cloned().unwrap_or_default();
            let arns = rules.iter().flat_map(|rule| statement::arns(&rule["Statement"]));
            used |= arns.into_iter().any(|arn| arn.ends_with(&end));
        }
    }
    associated(used)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn associated(used: bool) -> Result<(), Refusal> {
    match used {
        true => Err(Refusal::new(
            400,
            "WAFAssociatedItemException",
            "AWS WAF couldn't perform the operation because your resource is being used by another resource or it's \
             associated with another resource.",
        )),
        false => Ok(()),
    }
}

pub(super) fn invalid(reason: &str, field: &str, parameter: &str) -> Refusal {
    Refusal::new(
        400,
        "WAFInvalidParameterException",
        format!("Error reason: {reason}, field: {field}, parameter: {parameter}"),
    )
}
