//! The writer in configuration and state: what the user decides, and what is told back.

use zt_framework::Value;

use super::writer::{Deployed, Seen, Wanted};

/// Days that log lines are kept by default.
pub(super) const RETENTION_DAYS: i64 = 30;
/// How often the store is pruned by default. Every walk costs more than 80 calls of the KeyValueStore.
pub(super) const SCHEDULE: &str = "rate(1 day)";

/// The computed attributes that name the writer's parts.
pub(super) const WRITER: [&str; 4] = ["queue_url", "queue_arn", "dead_letter_queue_arn", "writer_function_arn"];

/// What the user decides, with the defaults of what he left out.
pub(super) fn wanted(object: &Value) -> Wanted {
    let writer = object.get("writer");
    Wanted {
        log_retention_days: writer.get("log_retention_days").as_i64().unwrap_or(RETENTION_DAYS),
        prune_schedule: writer.get("prune_schedule").as_str().unwrap_or(SCHEDULE).to_owned(),
    }
}

/// The region of the queue that a state names.
pub(super) fn region(state: &Value) -> Option<String> {
    let arn = state.get("queue_arn").as_str()?;
    arn.split(':')
        .nth(3)
        .filter(|region| !region.is_empty())
        .map(str::to_owned)
}

/// Writes down what an apply has put in place.
pub(super) fn put_deployed(state: &mut Value, deployed: &Deployed) {
    state.set("queue_url", deployed.queue_url.as_str());
    state.set("queue_arn", deployed.queue_arn.as_str());
    state.set("dead_letter_queue_arn", deployed.dead_letter_queue_arn.as_str());
    state.set("writer_function_arn", deployed.function_arn.as_str());
}

/// Writes down what a refresh has found.
pub(super) fn put_seen(state: &mut Value, seen: &Seen) {
    state.set("queue_url", seen.queue_url.clone());
    state.set("queue_arn", seen.queue_arn.clone());
    state.set("dead_letter_queue_arn", seen.dead_letter_queue_arn.clone());
    state.set("writer_function_arn", seen.function_arn.clone());
    let version = seen.in_order.then(zt_edge::store_writer_version);
    state.set("writer_revision", version);
}

/// For an import: what was decided, as far as it is not the default.
pub(super) fn decided(seen: &Seen) -> Value {
    let days = seen.log_retention_days.unwrap_or(RETENTION_DAYS);
    let schedule = seen.prune_schedule.as_deref().unwrap_or(SCHEDULE);
    if days == RETENTION_DAYS && schedule == SCHEDULE {
        return Value::Null;
    }
    Value::object([("log_retention_days", days.into()), ("prune_schedule", schedule.into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_has_defaults() {
        let defaults = Wanted {
            log_retention_days: 30,
            prune_schedule: "rate(1 day)".to_owned(),
        };
        for object in [Value::object([]), Value::object([("writer", Value::object([]))])] {
            assert_eq!(wanted(&object), defaults);
        }
        let written = Value::object([("writer", Value::object([("log_retention_days", 7.into())]))]);
        assert_eq!(wanted(&written).log_retention_days, 7);
    }

    #[test]
    fn an_import_tells_only_what_is_no_default() {
        let seen = |days, schedule: &str| Seen {
            log_retention_days: Some(days),
            prune_schedule: Some(schedule.to_owned()),
            ..Seen::default()
        };
        assert!(decided(&Seen::default()).is_null());
        assert!(decided(&seen(30, "rate(1 day)")).is_null());
        assert_eq!(
            decided(&seen(7, "rate(1 day)")).get("log_retention_days").as_i64(),
            Some(7)
        );
    }

    #[test]
    fn the_region_is_that_of_the_queue() {
        let state = |arn: Value| Value::object([("queue_arn", arn)]);
        let arn = "arn:aws:sqs:eu-central-1:123456789012:zt-main-revocations.fifo";
        assert_eq!(region(&state(arn.into())).as_deref(), Some("eu-central-1"));
        assert_eq!(region(&state(Value::Null)), None);
    }
}
