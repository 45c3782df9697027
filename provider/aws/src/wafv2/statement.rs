//! When a rule of a web ACL applies.
//!
//! A statement that our types cannot say is read as [`Statement::Foreign`] and never written.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_wafv2::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use super::rule::{self, Override};
use super::text::{self, Part, Position, Reading};

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// More requests of one address than `limit` in the window.
    Rate {
        /// Requests.
        limit: u32,
        /// 60, 120, 300 or 600 seconds.
        window_seconds: u32,
        /// Which requests count; all without it.
        scope: Option<Box<Statement>>,
    },
    /// The address lies in one of these countries.
    Countries(BTreeSet<String>),
    /// The address is in an IP set, by ARN.
    IpSet(String),
    /// The part of a request holds this text there.
    Text {
        /// What is looked at.
        part: Part,
        /// The text, as the reading leaves it.
        text: String,
        /// Where.
        position: Position,
        /// How the part is read before.
        reading: Reading,
    },
    /// The part of a request matches this expression.
    Regex {
        /// What is looked at.
        part: Part,
        /// The expression, as the reading leaves what it matches.
        expression: String,
        /// How the part is read before.
        reading: Reading,
    },
    /// The request carries a label.
    Label(String),
    /// A managed group of rules.
    Managed {
        /// Who manages it, such as `AWS`.
        vendor: String,
        /// Its name.
        name: String,
        /// Its version; the vendor's default without it.
        version: Option<String>,
        /// What some of its rules do instead.
        overrides: BTreeMap<String, Override>,
        /// How closely AWS's bot control looks, where this is that group.
        bot_control: Option<BotControl>,
        /// Which requests are inspected; all without it.
        scope: Option<Box<Statement>>,
    },
    /// The contrary.
    Not(Box<Statement>),
    /// All of them.
    And(Vec<Statement>),
    /// One of them.
    Or(Vec<Statement>),
    /// Something this type cannot say: only ever read, equal to nothing that we want.
    Foreign,
}

/// How closely AWS's bot control looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BotControl {
    /// At bots that say what they are.
    Common,
    /// At those that hide, too.
    Targeted {
        /// With analysis of the traffic of the last weeks.
        machine_learning: bool,
    },
}

pub(super) fn to_sdk(statement: &Statement) -> Result<sdk::Statement, BuildError> {
    let builder = sdk::Statement::builder();
    Ok(match statement {
        Statement::Rate { .. } => builder.set_rate_based_statement(rate_to_sdk(statement)?),
        Statement::Managed { .. } => builder.set_managed_rule_group_statement(managed_to_sdk(statement)?),
        Statement::Countries(codes) => {
            let codes = codes.iter().map(|code| code.as_str().into()).collect();
            let geo = sdk::GeoMatchStatement::builder().set_country_codes(Some(codes));
            builder.geo_match_statement(geo.build())
        }
        Statement::IpSet(arn) => {
            let set = sdk::IpSetReferenceStatement::builder().arn(arn);
            builder.ip_set_reference_statement(set.build()?)
        }
        Statement::Text {
            part,
            text,
            position,
            reading,
        } => builder.byte_match_statement(text::match_to_sdk((part, *reading), (text, *position))?),
        Statement::Regex {
            part,
            expression,
            reading,
        } => builder.regex_match_statement(
            sdk::RegexMatchStatement::builder()
                .regex_string(expression)
                .field_to_match(text::field(part)?)
                .set_text_transformations(Some(text::transformations(part, *reading)?))
                .build()?,
        ),
        Statement::Label(key) => {
            let label = sdk::LabelMatchStatement::builder().scope(sdk::LabelMatchScope::Label);
            builder.label_match_statement(label.key(key).build()?)
        }
        Statement::Not(inner) => {
            let not = sdk::NotStatement::builder().statement(to_sdk(inner)?);
            builder.not_statement(not.build())
        }
        Statement::And(all) => {
            let and = sdk::AndStatement::builder().set_statements(Some(list_to_sdk(all)?));
            builder.and_statement(and.build()?)
        }
        Statement::Or(any) => {
            let or = sdk::OrStatement::builder().set_statements(Some(list_to_sdk(any)?));
            builder.or_statement(or.build()?)
        }
        // An empty statement: AWS refuses it, so what was not understood is never written back as something else.
        Statement::Foreign => builder,
    }
    .build())
}

fn rate_to_sdk(statement: &Statement) -> Result<Option<sdk::RateBasedStatement>, BuildError> {
    let Statement::Rate {
        limit,
        window_seconds,
        scope,
    } = statement
    else {
        return Ok(None);
    };
    sdk::RateBasedStatement::builder()
        .limit((*limit).into())
        .evaluation_window_sec((*window_seconds).into())
        .aggregate_key_type(sdk::RateBasedStatementAggregateKeyType::Ip)
        .set_scope_down_statement(scope_to_sdk(scope.as_deref())?)
        .build()
        .map(Some)
}

fn managed_to_sdk(statement: &Statement) -> Result<Option<sdk::ManagedRuleGroupStatement>, BuildError> {
    let Statement::Managed {
        vendor,
        name,
        version,
        overrides,
        bot_control,
        scope,
    } = statement
    else {
        return Ok(None);
    };
    let overrides = rule::overrides_to_sdk(overrides)?;
    sdk::ManagedRuleGroupStatement::builder()
        .vendor_name(vendor)
        .name(name)
        .set_version(version.clone())
        .set_managed_rule_group_configs(bot_control.map(bot_control_to_sdk).transpose()?.map(|one| vec![one]))
        .set_rule_action_overrides(Some(overrides).filter(|list| !list.is_empty()))
        .set_scope_down_statement(scope_to_sdk(scope.as_deref())?)
        .build()
        .map(Some)
}

fn bot_control_to_sdk(control: BotControl) -> Result<sdk::ManagedRuleGroupConfig, BuildError> {
    let set = sdk::AwsManagedRulesBotControlRuleSet::builder();
    let set = match control {
        BotControl::Common => set.inspection_level(sdk::InspectionLevel::Common),
        BotControl::Targeted { machine_learning } => set
            .inspection_level(sdk::InspectionLevel::Targeted)
            .enable_machine_learning(machine_learning),
    };
    Ok(sdk::ManagedRuleGroupConfig::builder()
        .aws_managed_rules_bot_control_rule_set(set.build()?)
        .build())
}

pub(super) fn from_sdk(statement: sdk::Statement) -> Statement {
    let read = if let Some(it) = statement.rate_based_statement {
        rate_from_sdk(it)
    } else if let Some(it) = statement.geo_match_statement {
        // The address of the connection is what we compare, never one that a header names.
        let codes = it.country_codes.unwrap_or_default();
        let codes = codes.iter().map(|code| code.as_str().to_owned()).collect();
        it.forwarded_ip_config.is_none().then_some(Statement::Countries(codes))
    } else if let Some(it) = statement.ip_set_reference_statement {
        it.ip_set_forwarded_ip_config
            .is_none()
            .then_some(Statement::IpSet(it.arn))
    } else if let Some(it) = statement.byte_match_statement {
        text_from_sdk(it)
    } else if let Some(it) = statement.regex_match_statement {
        regex_from_sdk(it)
    } else if let Some(it) = statement.label_match_statement {
        (it.scope == sdk::LabelMatchScope::Label).then_some(Statement::Label(it.key))
    } else if let Some(it) = statement.managed_rule_group_statement {
        managed_from_sdk(it)
    } else if let Some(it) = statement.not_statement {
        it.statement.map(|inner| Statement::Not(Box::new(from_sdk(*inner))))
    } else if let Some(it) = statement.and_statement {
        Some(Statement::And(it.statements.into_iter().map(from_sdk).collect()))
    } else {
        statement
            .or_statement
            .map(|it| Statement::Or(it.statements.into_iter().map(from_sdk).collect()))
    };
    read.unwrap_or(Statement::Foreign)
}

fn rate_from_sdk(rate: sdk::RateBasedStatement) -> Option<Statement> {
    if rate.aggregate_key_type != sdk::RateBasedStatementAggregateKeyType::Ip {
        return None;
    }
    // An answer without a window means AWS's default.
    let window = match rate.evaluation_window_sec {
        0 => 300,
        seconds => seconds,
    };
    Some(Statement::Rate {
        limit: u32::try_from(rate.limit).ok()?,
        window_seconds: u32::try_from(window).ok()?,
        scope: scope_from_sdk(rate.scope_down_statement),
    })
}

fn managed_from_sdk(group: sdk::ManagedRuleGroupStatement) -> Option<Statement> {
    // The older form of an override to count.
    if group.excluded_rules.as_ref().is_some_and(|rules| !rules.is_empty()) {
        return None;
    }
    let bot_control = match group.managed_rule_group_configs.unwrap_or_default().as_slice() {
        [] => None,
        [one] => Some(bot_control_from_sdk(one)?),
        _ => return None,
    };
    Some(Statement::Managed {
        vendor: group.vendor_name,
        name: group.name,
        version: group.version,
        overrides: rule::overrides_from_sdk(group.rule_action_overrides),
        bot_control,
        scope: scope_from_sdk(group.scope_down_statement),
    })
}

fn bot_control_from_sdk(config: &sdk::ManagedRuleGroupConfig) -> Option<BotControl> {
    let set = config.aws_managed_rules_bot_control_rule_set.as_ref()?;
    match set.inspection_level {
        sdk::InspectionLevel::Common => Some(BotControl::Common),
        sdk::InspectionLevel::Targeted => Some(BotControl::Targeted {
            machine_learning: set.enable_machine_learning,
        }),
        _ => None,
    }
}

fn text_from_sdk(matched: sdk::ByteMatchStatement) -> Option<Statement> {
    let part = text::part(matched.field_to_match.as_ref())?;
    Some(Statement::Text {
        reading: text::reading(&part, &matched.text_transformations)?,
        part,
        text: String::from_utf8(matched.search_string.into_inner()).ok()?,
        position: Position::from_sdk(&matched.positional_constraint)?,
    })
}

fn regex_from_sdk(matched: sdk::RegexMatchStatement) -> Option<Statement> {
    let part = text::part(matched.field_to_match.as_ref())?;
    Some(Statement::Regex {
        reading: text::reading(&part, &matched.text_transformations)?,
        part,
        expression: matched.regex_string,
    })
}

fn scope_to_sdk(scope: Option<&Statement>) -> Result<Option<Box<sdk::Statement>>, BuildError> {
    scope.map(|it| to_sdk(it).map(Box::new)).transpose()
}

fn scope_from_sdk(scope: Option<Box<sdk::Statement>>) -> Option<Box<Statement>> {
    scope.map(|it| Box::new(from_sdk(*it)))
}

fn list_to_sdk(list: &[Statement]) -> Result<Vec<sdk::Statement>, BuildError> {
    list.iter().map(to_sdk).collect()
}
