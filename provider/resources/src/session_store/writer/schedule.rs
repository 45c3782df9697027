//! The schedule on which the writer prunes: a rule, its target, and the leave to call the function.

use serde_json::Value;
use zt_aws::events::{Rule, RuleConfig, Target};
use zt_aws::lambda::Permission;
use zt_framework::Diagnostic;

use super::Scope;
use crate::failure::diagnostic;
use crate::session_store::mark::StoreMark;

const TARGET: &str = "store-writer";
const STATEMENT: &str = "zt-prune";
/// What the function takes for the call of its schedule.
const EVENT: &str = r#"{"prune":true}"#;

fn config(scope: &Scope<'_>, schedule: &str) -> RuleConfig {
    RuleConfig {
        name: scope.names().rule,
        description: scope.description(),
        schedule: schedule.to_owned(),
        enabled: true,
    }
}

fn target(function_arn: &str) -> Target {
    Target {
        id: TARGET.to_owned(),
        arn: function_arn.to_owned(),
        input: EVENT.to_owned(),
    }
}

pub(super) async fn look(scope: &Scope<'_>) -> Result<Option<Rule>, Diagnostic> {
    let found = scope.aws.events(&scope.region).rule(&scope.names().rule).await;
    found.map_err(|error| diagnostic(&error))
}

pub(super) async fn ensure(scope: &Scope<'_>, function_arn: &str, schedule: &str) -> Result<(), Diagnostic> {
    let events = scope.aws.events(&scope.region);
    let wanted = config(scope, schedule);
    let tags = scope.marked();
    let found = look(scope).await?;
    if let Some(found) = &found {
        let mark = StoreMark::from_comment(&found.config.description);
        scope.may_take(mark.as_ref(), "rule", &wanted.name)?;
        let present = events.tags(&found.arn).await.map_err(|error| diagnostic(&error))?;
        let tagged = events.set_tags(&found.arn, &present, &tags).await;
        tagged.map_err(|error| diagnostic(&error))?;
    }
    let arn = match found {
        Some(found) if found.config == wanted => found.arn,
        _ => {
            let put = events.put_rule(&wanted, &tags).await;
            put.map_err(|error| diagnostic(&error))?
        }
    };
    permit(scope, &arn).await?;
    let wanted_target = target(function_arn);
    let targets = events.targets(&wanted.name).await.map_err(|error| diagnostic(&error))?;
    if !targets.contains(&wanted_target) {
        let put = events.put_target(&wanted.name, &wanted_target).await;
        put.map_err(|error| diagnostic(&error))?;
    }
    Ok(())
}

/// Lets the rule, and no other, call the function.
async fn permit(scope: &Scope<'_>, rule_arn: &str) -> Result<(), Diagnostic> {
    let lambda = scope.aws.lambda_in(&scope.region);
    let function = scope.names().function;
    let policy = lambda.policy(&function).await.map_err(|error| diagnostic(&error))?;
    match stated(policy.as_deref()) {
        Stated::For(source) if source == rule_arn => return Ok(()),
        Stated::Nothing => {}
        Stated::For(_) | Stated::Otherwise => {
            let removed = lambda.remove_permission(&function, STATEMENT).await;
            removed.map_err(|error| diagnostic(&error))?;
        }
    }
    let permission = Permission {
        id: STATEMENT.to_owned(),
        service: "events.amazonaws.com".to_owned(),
        source_arn: rule_arn.to_owned(),
    };
    let added = lambda.add_permission(&function, &permission).await;
    added.map_err(|error| diagnostic(&error))
}

/// What the function's policy says under our id.
#[derive(Debug, PartialEq, Eq)]
enum Stated {
    Nothing,
    For(String),
    Otherwise,
}

fn stated(policy: Option<&str>) -> Stated {
    let document: Value = policy
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let statements = document["Statement"].as_array().cloned().unwrap_or_default();
    let Some(statement) = statements.into_iter().find(|it| it["Sid"] == STATEMENT) else {
        return Stated::Nothing;
    };
    let conditions = statement["Condition"].as_object().cloned().unwrap_or_default();
    let mut sources = conditions.values().filter_map(|condition| {
        condition
            .get("AWS:SourceArn")
            .or_else(|| condition.get("aws:SourceArn"))
    });
    let service = &statement["Principal"]["Service"];
    match sources.next().and_then(Value::as_str) {
        Some(source) if service == "events.amazonaws.com" => Stated::For(source.to_owned()),
        _ => Stated::Otherwise,
    }
}

pub(super) async fn is_as_wanted(
    scope: &Scope<'_>,
    rule: &Rule,
    function_arn: &str,
    schedule: &str,
) -> Result<bool, Diagnostic> {
    let events = scope.aws.events(&scope.region);
    let lambda = scope.aws.lambda_in(&scope.region);
    let targets = events
        .targets(&rule.config.name)
        .await
        .map_err(|error| diagnostic(&error))?;
    let policy = lambda.policy(&scope.names().function).await;
    let policy = policy.map_err(|error| diagnostic(&error))?;
    Ok(rule.config == config(scope, schedule)
        && targets.contains(&target(function_arn))
        && stated(policy.as_deref()) == Stated::For(rule.arn.clone()))
}

pub(super) async fn remove(scope: &Scope<'_>) -> Result<(), Diagnostic> {
    let events = scope.aws.events(&scope.region);
    let Some(found) = look(scope).await? else {
        return Ok(());
    };
    if !scope.owns(StoreMark::from_comment(&found.config.description).as_ref()) {
        return Ok(());
    }
    let name = found.config.name.as_str();
    let targets = events.targets(name).await.map_err(|error| diagnostic(&error))?;
    if !targets.is_empty() {
        let ids = targets.into_iter().map(|target| target.id).collect();
        let removed = events.remove_targets(name, ids).await;
        removed.map_err(|error| diagnostic(&error))?;
    }
    let deleted = zt_aws::error::optional(events.delete_rule(name).await);
    deleted.map(drop).map_err(|error| diagnostic(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(principal: &str, condition: &str) -> String {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"other","Effect":"Allow"}},{{"Sid":"zt-prune","Effect":"Allow",
            "Principal":{{"Service":"{principal}"}},"Action":"lambda:InvokeFunction","Condition":{condition}}}]}}"#
        )
    }

    #[test]
    fn only_a_statement_for_one_rule_counts() {
        let ours = policy("events.amazonaws.com", r#"{"ArnLike":{"AWS:SourceArn":"arn:r"}}"#);
        assert_eq!(stated(Some(&ours)), Stated::For("arn:r".to_owned()));
        for wider in [
            policy("events.amazonaws.com", "{}"),
            policy("*", r#"{"ArnLike":{"AWS:SourceArn":"arn:r"}}"#),
        ] {
            assert_eq!(stated(Some(&wider)), Stated::Otherwise);
        }
        for absent in [None, Some(""), Some(r#"{"Statement":[]}"#)] {
            assert_eq!(stated(absent), Stated::Nothing);
        }
    }
}
