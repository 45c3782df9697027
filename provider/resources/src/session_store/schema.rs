//! What a user may write about a session store, and what the provider tells back.

use zt_framework::timeouts::{self, Operation};
use zt_framework::{Attribute, IdentityAttribute, IdentitySchema, Schema, Value};
use zt_model::duration::Duration;
use zt_model::ids::StoreName;

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
         store may forge sessions of its applications; AWS's ReadOnlyAccess may.",
    )
    .attributes(written())
    .attributes(tagging::attributes())
    .attributes(computed())
}

pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::new([IdentityAttribute::required("name", "Name of the store.")])
}

fn written() -> [Attribute; 4] {
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
        timeouts::attribute(&[Operation::Create]),
    ]
}

fn computed() -> [Attribute; 5] {
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
        Attribute::single(
            "session_store",
            "All of the above that applications and revocations need, to hand over as one value.",
            [
                Attribute::string("arn", "ARN of the KeyValueStore.").computed(),
                Attribute::string("name", "Name of the store.").computed(),
                Attribute::string("max_session_lifetime", "Longest session lifetime.").computed(),
                Attribute::string("pepper_secret_arn", "ARN of the secret with the pepper.").computed(),
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
    fn the_same_time_in_other_words_is_no_change() {
        assert!(same_duration(&"12h".into(), &"720m".into()));
        assert!(!same_duration(&"12h".into(), &"11h".into()));
        assert!(!same_duration(&"x".into(), &"x".into()));
    }
}
