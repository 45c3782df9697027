//! A rule of a web ACL: when, and what then.

use std::collections::BTreeMap;

use aws_sdk_wafv2::types as sdk;
use aws_smithy_types::error::operation::BuildError;

use super::statement::{self, Statement};

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name; it names the metric, too.
    pub name: String,
    /// Its place: lower ones are asked first.
    pub priority: u32,
    /// When.
    pub statement: Statement,
    /// What then.
    pub action: Action,
    /// Labels it puts on a request.
    pub labels: Vec<String>,
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Let it pass at once.
    Allow,
    /// Refuse it, with AWS's own 403 or with this answer.
    Block(Option<CustomAnswer>),
    /// Count it only.
    Count,
    /// Ask the browser to prove itself silently.
    Challenge,
    /// Ask the user for a puzzle.
    Captcha,
    /// For a managed group: what its rules say.
    Group,
    /// For a managed group: count whatever its rules say.
    GroupCount,
}

/// The answer to a refused request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomAnswer {
    /// Its status.
    pub status: u16,
    /// Key of its body among the web ACL's bodies.
    pub body: Option<String>,
}

/// A body that custom answers name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// What it is.
    pub kind: BodyKind,
    /// Its text.
    pub content: String,
}

/// Types of bodies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// `text/plain`
    Plain,
    /// `text/html`
    Html,
    /// `application/json`
    Json,
}

impl Body {
    pub(super) fn sdk(&self) -> Result<sdk::CustomResponseBody, BuildError> {
        let kind = match self.kind {
            BodyKind::Plain => sdk::ResponseContentType::TextPlain,
            BodyKind::Html => sdk::ResponseContentType::TextHtml,
            BodyKind::Json => sdk::ResponseContentType::ApplicationJson,
        };
        let body = sdk::CustomResponseBody::builder().content_type(kind);
        body.content(&self.content).build()
    }

    pub(super) fn from_sdk(body: sdk::CustomResponseBody) -> Self {
        let kind = match body.content_type {
            sdk::ResponseContentType::TextHtml => BodyKind::Html,
            sdk::ResponseContentType::ApplicationJson => BodyKind::Json,
            _ => BodyKind::Plain,
        };
        Self {
            kind,
            content: body.content,
        }
    }
}

/// What a rule of a managed group does instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Override {
    /// Count only.
    Count,
    /// Refuse.
    Block,
    /// Let pass.
    Allow,
    /// Ask for a puzzle.
    Captcha,
    /// Ask for a silent proof.
    Challenge,
}

/// What happens when no rule ends the evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultAction {
    /// Let it pass.
    Allow,
    /// Refuse it.
    Block,
}

impl DefaultAction {
    pub(super) fn sdk(self) -> sdk::DefaultAction {
        match self {
            Self::Allow => sdk::DefaultAction::builder()
                .allow(sdk::AllowAction::builder().build())
                .build(),
            Self::Block => sdk::DefaultAction::builder()
                .block(sdk::BlockAction::builder().build())
                .build(),
        }
    }

    pub(super) fn from_sdk(action: Option<sdk::DefaultAction>) -> Self {
        match action {
            Some(action) if action.allow.is_some() => Self::Allow,
            _ => Self::Block,
        }
    }
}

/// Metrics are always on, under the name. Samples are off: they show every header of a request, cookies and tokens included,
/// to whoever may read in the account, and what logging leaves out they do not.
pub(super) fn metrics(name: &str) -> Result<sdk::VisibilityConfig, BuildError> {
    sdk::VisibilityConfig::builder()
        .sampled_requests_enabled(false)
        .cloud_watch_metrics_enabled(true)
        .metric_name(name)
        .build()
}

pub(super) fn to_sdk(rule: &Rule) -> Result<sdk::Rule, BuildError> {
    let labels = rule
        .labels
        .iter()
        .map(|label| sdk::Label::builder().name(label).build())
        .collect::<Result<Vec<_>, _>>()?;
    let builder = sdk::Rule::builder()
        .name(&rule.name)
        .priority(i32::try_from(rule.priority).unwrap_or(i32::MAX))
        .statement(statement::to_sdk(&rule.statement)?)
        .set_rule_labels(Some(labels).filter(|labels| !labels.is_empty()))
        .visibility_config(metrics(&rule.name)?);
    match &rule.action {
        Action::Group => builder.override_action(
            sdk::OverrideAction::builder()
                .none(sdk::NoneAction::builder().build())
                .build(),
        ),
        Action::GroupCount => builder.override_action(
            sdk::OverrideAction::builder()
                .count(sdk::CountAction::builder().build())
                .build(),
        ),
        action => builder.action(action_to_sdk(action)?),
    }
    .build()
}

fn action_to_sdk(action: &Action) -> Result<sdk::RuleAction, BuildError> {
    let builder = sdk::RuleAction::builder();
    Ok(match action {
        Action::Allow => builder.allow(sdk::AllowAction::builder().build()),
        Action::Block(answer) => {
            let mut block = sdk::BlockAction::builder();
            if let Some(answer) = answer {
                let response = sdk::CustomResponse::builder().response_code(answer.status.into());
                let response = response.set_custom_response_body_key(answer.body.clone());
                block = block.custom_response(response.build()?);
            }
            builder.block(block.build())
        }
        Action::Challenge => builder.challenge(sdk::ChallengeAction::builder().build()),
        Action::Captcha => builder.captcha(sdk::CaptchaAction::builder().build()),
        Action::Count | Action::Group | Action::GroupCount => builder.count(sdk::CountAction::builder().build()),
    }
    .build())
}

pub(super) fn from_sdk(rule: sdk::Rule) -> Rule {
    let action = match (rule.action, rule.override_action) {
        (Some(action), _) => action_from_sdk(&action),
        (None, Some(action)) if action.count.is_some() => Action::GroupCount,
        (None, _) => Action::Group,
    };
    Rule {
        name: rule.name,
        priority: u32::try_from(rule.priority).unwrap_or_default(),
        statement: rule.statement.map_or(Statement::Foreign, statement::from_sdk),
        action,
        labels: rule
            .rule_labels
            .unwrap_or_default()
            .into_iter()
            .map(|label| label.name)
            .collect(),
    }
}

fn action_from_sdk(action: &sdk::RuleAction) -> Action {
    if let Some(block) = &action.block {
        let answer = block.custom_response.as_ref().and_then(|response| {
            Some(CustomAnswer {
                status: u16::try_from(response.response_code).ok()?,
                body: response.custom_response_body_key.clone(),
            })
        });
        Action::Block(answer)
    } else if action.allow.is_some() {
        Action::Allow
    } else if action.challenge.is_some() {
        Action::Challenge
    } else if action.captcha.is_some() {
        Action::Captcha
    } else {
        Action::Count
    }
}

pub(super) fn overrides_to_sdk(
    overrides: &BTreeMap<String, Override>,
) -> Result<Vec<sdk::RuleActionOverride>, BuildError> {
    overrides
        .iter()
        .map(|(name, action)| {
            let action = match action {
                Override::Count => Action::Count,
                Override::Block => Action::Block(None),
                Override::Allow => Action::Allow,
                Override::Captcha => Action::Captcha,
                Override::Challenge => Action::Challenge,
            };
            sdk::RuleActionOverride::builder()
                .name(name)
                .action_to_use(action_to_sdk(&action)?)
                .build()
        })
        .collect()
}

pub(super) fn overrides_from_sdk(overrides: Option<Vec<sdk::RuleActionOverride>>) -> BTreeMap<String, Override> {
    overrides
        .unwrap_or_default()
        .into_iter()
        .map(|it| {
            let action = it.action_to_use.as_ref().map(action_from_sdk);
            let action = match action {
                Some(Action::Block(_)) => Override::Block,
                Some(Action::Allow) => Override::Allow,
                Some(Action::Captcha) => Override::Captcha,
                Some(Action::Challenge) => Override::Challenge,
                _ => Override::Count,
            };
            (it.name, action)
        })
        .collect()
}
