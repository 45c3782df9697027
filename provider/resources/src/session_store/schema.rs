//! What a user may write about a session store, and what the provider tells back.

use zt_framework::timeouts::{self, Operation};
use zt_framework::{Attribute, IdentityAttribute, IdentitySchema, Schema, Value};
use zt_model::duration::Duration;
use zt_model::ids::StoreName;

use super::settings::{self, RETENTION_DAYS, SCHEDULE};
use crate::tagging;

/// Pages of revocations: two characters of base64url, 64 × 64.
pub(super) const PAGES: i64 = 4_096;

/// Longest session lifetime that a store can allow: thirty days.
pub(super) const LONGEST: Duration = Duration::from_seconds(2_592_000);
/// The shortest.
const SHORTEST: Duration = Duration::from_seconds(300);

pub(super) fn schema() -> Schema {
    Schema::new(
        "A session store: the KeyValueStore that the session functions of any number of applications read on every \
         request, with all its pages of revocations, and the pepper that hides who a page entry is about. Whoever may read a \
         store may forge sessions of its applications; AWS's ReadOnlyAccess may.\n\nRevocations that the applications \
         learn of themselves (logouts, signals of the identity provider) come through a queue: a function in the provider's \
         region, the store writer, takes them into the store one batch at a time. What nobody can carry out ends in a \
         dead-letter queue; watch its length. The region stays that of the first apply.",
    )
    .version(1)
    .attributes(written())
    .attributes(tagging::attributes())
    .attributes(computed())
}

pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::new([IdentityAttribute::required("name", "Name of the store.")])
}

fn written() -> [Attribute; 5] {
    [
        Attribute::string(
            "name",
            "Name of the store, unique in the account: one to 24 lower-case letters, digits and single hyphens. Changing \
             it replaces the store, and with it every session.",
        )
        .required()
        .requires_replace()
        .validate(|value| StoreName::parse(text(value)).map(drop).map_err(|error| format!("{error}."))),
        Attribute::string(
            "max_session_lifetime",
            "Longest session lifetime that applications of this store may ask for, from `5m` to `30d`. Revocations are kept \
             that long. Default `12h`.",
        )
        .default("12h")
        .validate(lifetime)
        .same_when(same_duration),
        Attribute::number(
            "secret_recovery_days",
            "Days in which the deleted pepper can be restored, 7 to 30; 0 deletes it at once. Default 7.",
        )
        .default(7)
        .validate(|value| match value.as_i64() {
            Some(0 | 7..=30) => Ok(()),
            _ => Err("Secrets Manager accepts 7 to 30 days; write that, or 0 to delete at once.".to_owned()),
        }),
        writer(),
        timeouts::attribute(&[Operation::Create]),
    ]
}

fn writer() -> Attribute {
    Attribute::single(
        "writer",
        "Settings of the store writer. Without it, all have their defaults.",
        [
            Attribute::number(
                "log_retention_days",
                "Days that the store writer's log lines are kept, one of the numbers that CloudWatch Logs takes, such as \
                 7, 30, 90 or 365. Default 30.",
            )
            .default(RETENTION_DAYS)
            .validate(log_retention),
            Attribute::string(
                "prune_schedule",
                "When expired revocations are removed from pages that nobody writes: a `rate(…)` or `cron(…)` \
                 expression of EventBridge, in UTC. Default `rate(1 day)`.",
            )
            .default(SCHEDULE)
            .validate(schedule),
        ],
    )
    .optional()
}

/// Days for which CloudWatch Logs keeps lines.
pub(crate) fn log_retention(value: &Value) -> Result<(), String> {
    match value.as_i64() {
        Some(days) if RETENTIONS.contains(&days) => Ok(()),
        _ => Err(format!(
            "CloudWatch Logs keeps lines for certain numbers of days only: {RETENTIONS:?}."
        )),
    }
}

/// What CloudWatch Logs takes for `retentionInDays`.
const RETENTIONS: [i64; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

fn schedule(value: &Value) -> Result<(), String> {
    let wrong = "write it as rate(1 day) or cron(0 3 * * ? *)";
    let inner = |prefix: &str| text(value).strip_prefix(prefix).and_then(|rest| rest.strip_suffix(')'));
    if let Some(fields) = inner("cron(") {
        return match fields.split(' ').filter(|field| !field.is_empty()).count() {
            6 => Ok(()),
            _ => Err(format!("A cron expression of EventBridge has six fields; {wrong}.")),
        };
    }
    let (number, unit) = inner("rate(").and_then(|rate| rate.split_once(' ')).unwrap_or_default();
    let units = match number.parse::<u32>() {
        Ok(1) => ["minute", "hour", "day"],
        Ok(2..) => ["minutes", "hours", "days"],
        _ => return Err(format!("{:?} is no schedule; {wrong}.", text(value))),
    };
    match units.contains(&unit) {
        true => Ok(()),
        false => Err(format!("A rate of {number} is one of {units:?}; {wrong}.")),
    }
}

fn computed() -> [Attribute; 10] {
    [
        Attribute::string("arn", "ARN of the KeyValueStore.")
            .computed()
            .keep_prior(),
        Attribute::string("pepper_secret_arn", "ARN of the secret with the pepper.")
            .computed()
            .keep_prior(),
        Attribute::string("instance_id", "Id with which every AWS object of this store is marked.")
            .computed()
            .keep_prior(),
        Attribute::number(
            "pages",
            "Pages of revocations that are in place. Fewer than 4096 shows as an update that restores them.",
        )
        .computed(),
        Attribute::string("queue_url", "URL of the queue of revocations.")
            .computed()
            .keep_prior(),
        Attribute::string("queue_arn", "ARN of the queue of revocations.")
            .computed()
            .keep_prior(),
        Attribute::string(
            "dead_letter_queue_arn",
            "ARN of the queue of messages that could not be carried out. Set an alarm on its length.",
        )
        .computed()
        .keep_prior(),
        Attribute::string("writer_function_arn", "ARN of the store writer.")
            .computed()
            .keep_prior(),
        Attribute::string(
            "writer_revision",
            "Version of the store writer's code that is in place. Null, and with it an update, when any part of the \
             writer is not as it has to be.",
        )
        .computed(),
        Attribute::single(
            "session_store",
            "All of the above that applications and revocations need, to hand over as one value.",
            [
                Attribute::string("arn", "ARN of the KeyValueStore.").computed(),
                Attribute::string("name", "Name of the store.").computed(),
                Attribute::string("max_session_lifetime", "Longest session lifetime.").computed(),
                Attribute::string("pepper_secret_arn", "ARN of the secret with the pepper.").computed(),
                Attribute::single(
                    "queue",
                    "The queue of revocations; null for a store of an earlier version that was not applied since.",
                    [
                        Attribute::string("url", "URL of the queue.").computed(),
                        Attribute::string("arn", "ARN of the queue.").computed(),
                        Attribute::string("region", "Region of the queue.").computed(),
                    ],
                )
                .computed(),
            ],
        )
        .computed(),
    ]
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn lifetime(value: &Value) -> Result<(), String> {
    let duration: Duration = text(value).parse().map_err(|error| format!("{error}."))?;
    match (SHORTEST..=LONGEST).contains(&duration) {
        true => Ok(()),
        false => Err(format!(
            "{} is out of range; write a lifetime from 5m to 30d, such as 12h.",
            text(value)
        )),
    }
}

fn same_duration(one: &Value, other: &Value) -> bool {
    let seconds = |value: &Value| text(value).parse::<Duration>().map(Duration::seconds).ok();
    seconds(one).is_some() && seconds(one) == seconds(other)
}

/// The `session_store` attribute, from what is planned; unknown parts stay unknown.
pub(super) fn reference(planned: &Value) -> Value {
    Value::object(
        ["arn", "name", "max_session_lifetime", "pepper_secret_arn"].map(|name| (name, planned.get(name).clone())),
    )
    .with("queue", queue(planned))
}

fn queue(planned: &Value) -> Value {
    let (url, arn) = (planned.get("queue_url"), planned.get("queue_arn"));
    if url.is_null() || arn.is_null() {
        return Value::Null;
    }
    let region = match arn.is_unknown() {
        true => Value::unknown(),
        false => settings::region(planned).into(),
    };
    Value::object([("url", url.clone()), ("arn", arn.clone()), ("region", region)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_have_bounds() {
        for good in ["5m", "12h", "30d", "300s"] {
            assert!(lifetime(&good.into()).is_ok(), "{good}");
        }
        for bad in ["4m", "31d", "0s", "12", "twelve hours", ""] {
            assert!(lifetime(&bad.into()).is_err(), "{bad}");
        }
    }

    #[test]
    fn schedules_are_those_of_eventbridge() {
        for good in ["rate(1 day)", "rate(12 hours)", "rate(1 minute)", "cron(0 3 * * ? *)"] {
            assert!(schedule(&good.into()).is_ok(), "{good}");
        }
        for bad in [
            "",
            "1 day",
            "rate(1 days)",
            "rate(2 day)",
            "rate(0 days)",
            "rate(1 week)",
            "cron(0 3 * * *)",
            "rate(1 day) ",
        ] {
            assert!(schedule(&bad.into()).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_reference_carries_the_queue_or_says_that_there_is_none() {
        let arn = "arn:aws:sqs:eu-central-1:1:q.fifo";
        let with = Value::object([("queue_url", "https://q".into()), ("queue_arn", arn.into())]);
        let queue = reference(&with).get("queue").clone();
        assert_eq!(queue.get("region").as_str(), Some("eu-central-1"));
        assert_eq!(
            (queue.get("url").as_str(), queue.get("arn").as_str()),
            (Some("https://q"), Some(arn))
        );
        assert!(reference(&Value::object([])).get("queue").is_null());
        let planned = Value::object([("queue_url", Value::unknown()), ("queue_arn", Value::unknown())]);
        assert!(reference(&planned).get("queue").get("region").is_unknown());
    }

    #[test]
    fn the_same_time_in_other_words_is_no_change() {
        assert!(same_duration(&"12h".into(), &"720m".into()));
        assert!(!same_duration(&"12h".into(), &"11h".into()));
        assert!(!same_duration(&"x".into(), &"x".into()));
    }
}
