//! What a plan can tell of a token: what it mints, when it ends, and what to think of that before an apply.

use zt_framework::{Context, Diagnostics, Path, Plan, Value};
use zt_model::instant::Instant;

use super::content::end;
use super::source::Source;
use crate::connection::Connection;
use crate::session_revocation::time;
use crate::tagging;

/// What apply decides when it mints.
const OF_THE_SECRET: [&str; 3] = ["minted_at", "previous_expires", "secret_expires_at"];

/// What an apply will do with the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// A first one.
    Mint,
    /// Another one in its place.
    Rotate,
    /// Whatever the repair needs.
    Repair,
    /// At most its end moves.
    Keep,
}

/// Checks across attributes.
pub(super) fn validate(context: &Context, config: &Value, diagnostics: &mut Diagnostics) {
    let given = |name: &str| !config.get(name).is_null();
    let at = |name: &str| Path::root().attribute(name);
    if given("expires_at") && given("lifetime") {
        diagnostics.error_at(
            at("lifetime"),
            "Two ends of one token",
            "expires_at names a time, lifetime counts from each new secret on. Give one of them.",
        );
    }
    if given("secret_wo") != given("secret_wo_version") {
        diagnostics.error_at(
            at("secret_wo_version"),
            "An own secret needs its version",
            "secret_wo is never stored, so nobody could tell whether it has changed. Give it together with \
             secret_wo_version, a number to raise with each new secret; or neither, and apply mints a secret.",
        );
    }
    if given("secret_wo") && given("rotation_triggers") {
        diagnostics.error_at(
            at("rotation_triggers"),
            "An own secret is not minted",
            "rotation_triggers ask for a new minted secret. Bring a new one of your own by secret_wo and a greater \
             secret_wo_version.",
        );
    }
    if given("secret_wo") && !context.client.write_only_attributes_allowed {
        diagnostics.error_at(
            at("secret_wo"),
            "Let the secret be minted",
            "This Terraform knows no write-only attributes. Leave secret_wo out: apply mints a secret, and secret_arn \
             says where it is.",
        );
    }
}

/// Fills in what is known of the computed values and says what is odd.
pub(super) async fn refine(
    (connection, context): (&Connection, &Context),
    prior: Option<&Value>,
    plan: &mut Plan,
    diagnostics: &mut Diagnostics,
) {
    let connected = connection.get(context);
    match &connected {
        Some(connected) => tagging::plan(plan, &connected.default_tags),
        None => plan.mark_unknown(Path::root().attribute("tags_all")),
    }
    plan.planned.set("in_force", true);
    let turn = turn(prior, &plan.planned);
    settle(turn, prior, &mut plan.planned);
    let arn = plan.planned.get("session_store").get("arn").as_str();
    if let (Some(connected), Some(arn)) = (&connected, arn) {
        connected.writers.of(&connected.aws, arn).expect_edits();
    }
    if !has_end(&plan.planned) && turn != Turn::Rotate {
        return;
    }
    // Only AWS's clock decides at the edge; ours is good enough where AWS cannot be asked yet.
    let now = match (&connected, arn) {
        (Some(connected), Some(arn)) => connected.aws.keyvalue(arn).aws_time().await.ok(),
        _ => None,
    };
    let now = now.map_or_else(own_clock, Instant::from_seconds);
    judge(turn, prior, (&plan.planned, now), diagnostics);
}

fn turn(prior: Option<&Value>, planned: &Value) -> Turn {
    let Some(prior) = prior else { return Turn::Mint };
    if prior.get("in_force").as_bool() != Some(true) {
        return Turn::Repair;
    }
    let known = ["rotation_triggers", "secret_wo_version"]
        .iter()
        .all(|name| planned.get(name).is_wholly_known());
    match !known || Source::read(prior).asks_for_another(&Source::read(planned)) {
        true => Turn::Rotate,
        false => Turn::Keep,
    }
}

fn settle(turn: Turn, prior: Option<&Value>, planned: &mut Value) {
    for name in OF_THE_SECRET {
        let kept = prior
            .filter(|_| turn == Turn::Keep)
            .map(|prior| prior.get(name).clone());
        planned.set(name, kept.unwrap_or_else(Value::unknown));
    }
    match turn {
        Turn::Mint => planned.set("previous_expires", Value::Null),
        // Who lost the secret for good gets another one, under another ARN.
        Turn::Repair => planned.set("secret_arn", Value::unknown()),
        Turn::Rotate | Turn::Keep => {}
    }
    if let Some(expiry) = expiry(turn, planned) {
        planned.set("secret_expires_at", expiry);
    }
    let former = former_end(planned.get("previous_expires"), planned.get("secret_expires_at"));
    planned.set("previous_expires", former);
}

/// The end of the former secret after apply: it never outlives the present one.
fn former_end(former: &Value, present: &Value) -> Value {
    if former.is_null() || former.is_unknown() || present.is_null() {
        return former.clone();
    }
    if present.is_unknown() {
        return Value::unknown();
    }
    let moment = |value: &Value| value.as_str().and_then(time::parse);
    match moment(present) < moment(former) {
        true => present.clone(),
        false => former.clone(),
    }
}

/// The end of the present secret after apply, where it can be told.
fn expiry(turn: Turn, planned: &Value) -> Option<Value> {
    let (until, lifetime) = (planned.get("expires_at"), planned.get("lifetime"));
    if !until.is_wholly_known() || !lifetime.is_wholly_known() {
        return Some(Value::unknown());
    }
    let minted = planned.get("minted_at").as_str().and_then(time::parse);
    if !lifetime.is_null() && (turn != Turn::Keep || minted.is_none()) {
        return Some(Value::unknown());
    }
    let expiry = Source::read(planned).expiry(minted.unwrap_or(Instant::ZERO));
    Some(end(expiry).map(time::format).into())
}

fn has_end(planned: &Value) -> bool {
    !planned.get("expires_at").is_null() || !planned.get("lifetime").is_null()
}

fn judge(turn: Turn, prior: Option<&Value>, (planned, now): (&Value, Instant), diagnostics: &mut Diagnostics) {
    let moment = |value: &Value| value.as_str().and_then(time::parse);
    let written = moment(planned.get("expires_at"));
    let before = prior.and_then(|prior| moment(prior.get("expires_at")));
    if written.is_some_and(|end| end <= now) && (written != before || matches!(turn, Turn::Mint | Turn::Rotate)) {
        diagnostics.error_at(
            Path::root().attribute("expires_at"),
            "The token would have ended before it begins",
            format!(
                "expires_at is in the past: it is {} now, by AWS's clock. Write a later time, or leave it out.",
                time::format(now)
            ),
        );
        return;
    }
    if turn == Turn::Keep && moment(planned.get("secret_expires_at")).is_some_and(|end| end <= now) {
        diagnostics.push_warning(
            format!(
                "Service token {} has expired",
                planned.get("name").as_str().unwrap_or_default()
            ),
            "Callers that send it are refused. Change rotation_triggers (with expires_at, move that too) to mint a new \
             secret, or remove the resource.",
        );
    }
    let former = prior.and_then(|prior| moment(prior.get("previous_expires")));
    if let (Turn::Rotate, Some(former)) = (turn, former.filter(|end| *end > now)) {
        diagnostics.push_warning(
            format!(
                "A third secret of {} ends the first",
                planned.get("name").as_str().unwrap_or_default()
            ),
            format!(
                "The secret before the present one would count until {}. A token has two secrets at most, so this \
                 rotation ends it at once. Wait until then if somebody still sends it.",
                time::format(former)
            ),
        );
    }
}

/// What a plan says at this time.
#[cfg(test)]
pub(super) fn judge_at(prior: Option<&Value>, planned: &Value, now: Instant, diagnostics: &mut Diagnostics) {
    judge(turn(prior, planned), prior, (planned, now), diagnostics);
}

/// What a plan tells of the secret.
#[cfg(test)]
pub(super) fn settled(prior: &Value, mut planned: Value) -> Value {
    settle(turn(Some(prior), &planned), Some(prior), &mut planned);
    planned
}

fn own_clock() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Instant::from_seconds(since.map_or(0, |since| since.as_secs()))
}
