//! The web ACL: the first thing a request meets.
//!
//! Machine endpoints of the login are called by servers of identity providers, from hosting networks and other
//! countries: geography and managed groups leave them alone, the general rate limit does not. The login's own limit would: a
//! provider tells of everybody's logout from a few addresses, and never a second time (Back-Channel Logout 1.0, 2.8).

use std::collections::BTreeMap;

use zt_aws::error::optional;
use zt_aws::wafv2::{Action, DefaultAction, Override, PathPosition, Rule, Statement, WebAcl, WebAclConfig};

use super::{Fault, Scope};
use crate::edge_app::config::Firewall;
use crate::edge_app::config::firewall::{Geo, ManagedGroup};
use crate::marks::Mark;

const WINDOW: u32 = 300;
const MACHINE_ENDPOINTS: [&str; 3] = ["backchannel-logout", "events", "jwks.json"];

/// The settings that a firewall asks for, with the path of the login.
pub(in crate::edge_app) fn wanted(scope: &Scope<'_>, firewall: &Firewall, auth_prefix: &str) -> WebAclConfig {
    WebAclConfig {
        name: scope.names.stem.clone(),
        description: scope.mark.to_string(),
        default_action: DefaultAction::Allow,
        rules: rules(firewall, auth_prefix),
    }
}

/// The rules in their order.
fn rules(firewall: &Firewall, auth_prefix: &str) -> Vec<Rule> {
    let mut rules = Vec::new();
    rules.extend(geo(&firewall.geo, auth_prefix));
    let login = Statement::And(vec![
        path(&format!("{auth_prefix}/"), PathPosition::Start),
        not_machine(auth_prefix),
    ]);
    rules.push(rate("auth-rate-limit", firewall.auth_rate_limit, Some(login)));
    for (index, (prefix, limit)) in firewall.path_rate_limits.iter().enumerate() {
        rules.push(rate(
            &format!("path-rate-limit-{index}"),
            *limit,
            Some(path(prefix, PathPosition::Start)),
        ));
    }
    rules.push(rate("rate-limit", firewall.rate_limit, None));
    rules.extend(firewall.groups.iter().map(|group| managed(group, auth_prefix)));
    for (priority, rule) in (0..).zip(&mut rules) {
        rule.priority = priority;
    }
    rules
}

fn rule(name: &str, statement: Statement, action: Action) -> Rule {
    Rule {
        name: name.to_owned(),
        priority: 0,
        statement,
        action,
        labels: Vec::new(),
    }
}

/// Paths are compared in lower case.
fn path(text: &str, position: PathPosition) -> Statement {
    Statement::Path {
        text: text.to_ascii_lowercase(),
        position,
    }
}

fn not_machine(auth_prefix: &str) -> Statement {
    let endpoints = MACHINE_ENDPOINTS
        .iter()
        .map(|name| path(&format!("{auth_prefix}/{name}"), PathPosition::Exactly))
        .collect();
    Statement::Not(Box::new(Statement::Or(endpoints)))
}

fn geo(geo: &Geo, auth_prefix: &str) -> Option<Rule> {
    let countries = |list: &[String]| Statement::Countries(list.iter().cloned().collect());
    let refused = match geo {
        Geo::Anywhere => return None,
        Geo::Allow(list) => Statement::Not(Box::new(countries(list))),
        Geo::Block(list) => countries(list),
    };
    Some(rule(
        "countries",
        Statement::And(vec![refused, not_machine(auth_prefix)]),
        Action::Block(None),
    ))
}

fn rate(name: &str, limit: i64, scope: Option<Statement>) -> Rule {
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let statement = Statement::Rate {
        limit,
        window_seconds: WINDOW,
        scope: scope.map(Box::new),
    };
    rule(name, statement, Action::Block(Some(429)))
}

fn managed(group: &ManagedGroup, auth_prefix: &str) -> Rule {
    let overrides: BTreeMap<String, Override> = group
        .count_rules
        .iter()
        .map(|name| (name.clone(), Override::Count))
        .collect();
    let statement = Statement::Managed {
        vendor: group.vendor.clone(),
        name: group.name.clone(),
        version: group.version.clone(),
        overrides,
        scope: Some(Box::new(not_machine(auth_prefix))),
    };
    let action = if group.count_only {
        Action::GroupCount
    } else {
        Action::Group
    };
    rule(&format!("{}-{}", group.vendor, group.name), statement, action)
}

/// The web ACL as it stands.
pub(in crate::edge_app) async fn look(scope: &Scope<'_>, arn: Option<&str>) -> Result<Option<WebAcl>, Fault> {
    let wafv2 = scope.aws.wafv2();
    let name = scope.names.stem.as_str();
    // The id is the last part of the ARN.
    let id = match arn.and_then(|arn| arn.rsplit('/').next()) {
        Some(id) => Some(id.to_owned()),
        None => wafv2.find_web_acl(name).await?.map(|(id, _)| id),
    };
    match id {
        Some(id) => Ok(optional(wafv2.web_acl(name, &id).await)?),
        None => Ok(None),
    }
}

/// Makes it, or changes it until it is as wanted; yields its ARN.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>, wanted: &WebAclConfig) -> Result<String, Fault> {
    let wafv2 = scope.aws.wafv2();
    let Some(found) = look(scope, None).await? else {
        return Ok(wafv2.create_web_acl(wanted, scope.tags).await?.1);
    };
    scope.may_take(
        "web ACL",
        &found.config.name,
        Mark::from_text(&found.config.description),
    )?;
    if found.config != *wanted {
        wafv2.update_web_acl(&found.id, &found.lock_token, wanted).await?;
    }
    let tags = wafv2.tags(&found.arn).await?;
    wafv2.set_tags(&found.arn, &tags, scope.tags).await?;
    Ok(found.arn)
}

/// Removes it.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>) -> Result<(), Fault> {
    let Some(found) = look(scope, None).await? else {
        return Ok(());
    };
    if !scope.owns(Mark::from_text(&found.config.description).as_ref()) {
        return Ok(());
    }
    let name = scope.names.stem.as_str();
    optional(
        scope
            .aws
            .wafv2()
            .delete_web_acl(name, &found.id, &found.lock_token)
            .await,
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checklist: K15.
    #[test]
    fn servers_of_identity_providers_meet_the_general_rate_limit_only() {
        let group = ManagedGroup {
            name: "AWSManagedRulesCommonRuleSet".into(),
            vendor: "AWS".into(),
            version: None,
            count_only: true,
            count_rules: vec!["SizeRestrictions_BODY".into()],
        };
        let rule = managed(&group, "/oauth2");
        assert_eq!(rule.action, Action::GroupCount);
        let Statement::Managed { overrides, scope, .. } = rule.statement else {
            panic!("not a group")
        };
        assert_eq!(overrides.get("SizeRestrictions_BODY"), Some(&Override::Count));
        assert_eq!(scope.as_deref(), Some(&not_machine("/oauth2")));
        let Statement::Rate {
            scope: None,
            limit: 2000,
            ..
        } = rate("rate-limit", 2000, None).statement
        else {
            panic!("rate limits hold for everybody")
        };
    }

    /// Checklist: K15. The login has a stricter limit of its own, on every spelling of its paths and on no other; servers of
    /// identity providers have the general one.
    #[test]
    fn the_login_has_a_limit_of_its_own() {
        let firewall = Firewall {
            rate_limit: 2000,
            auth_rate_limit: 100,
            path_rate_limits: BTreeMap::new(),
            geo: Geo::Anywhere,
            groups: Vec::new(),
        };
        let rules = rules(&firewall, "/OAuth2");
        let limits: Vec<_> = rules
            .iter()
            .map(|rule| (rule.name.as_str(), rule.statement.clone()))
            .collect();
        let path = |text: &str, position| Statement::Path {
            text: text.to_owned(),
            position,
        };
        let machines = ["/oauth2/backchannel-logout", "/oauth2/events", "/oauth2/jwks.json"]
            .map(|text| path(text, PathPosition::Exactly));
        let people = Statement::Not(Box::new(Statement::Or(machines.into())));
        let login = Statement::And(vec![path("/oauth2/", PathPosition::Start), people]);
        let limit = |limit, scope: Option<Statement>| Statement::Rate {
            limit,
            window_seconds: 300,
            scope: scope.map(Box::new),
        };
        assert_eq!(
            limits,
            [
                ("auth-rate-limit", limit(100, Some(login))),
                ("rate-limit", limit(2000, None))
            ]
        );
        assert!(rules.iter().map(|rule| rule.priority).eq(0..2));
    }

    #[test]
    fn countries_are_allowed_or_blocked() {
        assert_eq!(geo(&Geo::Anywhere, "/oauth2"), None);
        let rule = geo(&Geo::Allow(vec!["DE".into()]), "/oauth2").unwrap();
        let Statement::And(parts) = rule.statement else {
            panic!("not a conjunction")
        };
        assert!(matches!(parts[0], Statement::Not(_)));
    }
}
