//! What a user may write about a revocation, and what the provider tells back.

use zt_framework::{Attribute, IdentityAttribute, IdentitySchema, Schema, Type, Value};
use zt_model::duration::Duration;
use zt_model::ids::{ApplicationName, Issuer};
use zt_model::instant::Instant;
use zt_model::session::SessionHandle;

/// The last time that the store's six digits of base 36 spell; in a block it means that there is no end.
pub(super) const LAST: Instant = Instant::from_seconds(36_u64.pow(6) - 1);
/// Most subjects one revocation may name in its configuration.
const MOST: usize = 1_000;

pub(super) fn schema() -> Schema {
    Schema::new(
        "A revocation: while it exists, the named users are locked out of every application of the store (`block`), or \
         their sessions until now were ended once (`sign_out`). Sessions are ended for good in either mode. Destroying a \
         revocation lifts its own block and never revives a session from before.",
    )
    .attributes([session_store(), users(), sessions(), everyone()])
    .attributes(file())
    .attributes(terms())
    .attributes(computed())
    .attributes(counted())
}

pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::new([IdentityAttribute::required(
        "import_id",
        "The id to import the revocation by.",
    )])
}

fn session_store() -> Attribute {
    Attribute::single(
        "session_store",
        "The session store: the `session_store` attribute of a `zt_session_store`. Another store replaces the revocation.",
        [
            Attribute::string("arn", "ARN of the KeyValueStore.").required().requires_replace(),
            Attribute::string("name", "Name of the store.").required(),
            Attribute::string("max_session_lifetime", "Longest session lifetime of the store.")
                .required()
                .same_when(same_duration),
            Attribute::string("pepper_secret_arn", "ARN of the secret with the pepper.").required(),
        ],
    )
    .required()
}

fn users() -> Attribute {
    Attribute::list(
        "users",
        "Users who are out, at most 1000. Order and duplicates have no meaning.",
        [
            Attribute::string(
                "issuer",
                "Issuer of the identity provider, exactly as its ID tokens name it.",
            )
            .required()
            .validate(|value| {
                Issuer::parse(text(value))
                    .map(drop)
                    .map_err(|error| format!("{error}."))
            }),
            Attribute::string(
                "subject",
                "The user's value of the application's user claim, `sub` by default.",
            )
            .required()
            .validate(|value| match text(value).is_empty() {
                true => Err("A subject is not empty; copy it from the identity provider or an audit line.".to_owned()),
                false => Ok(()),
            }),
        ],
    )
    .optional()
    .validate(at_most)
    .same_when(same_set)
}

fn sessions() -> Attribute {
    Attribute::list_of(
        "sessions",
        Type::String,
        "Handles of sessions that are out, as audit lines show them, at most 1000. Order and duplicates have no meaning.",
    )
    .optional()
    .validate(at_most)
    .validate_each(|value| match SessionHandle::parse(text(value)) {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("{:?} is no session handle: ten characters of base64url, from an audit line.", text(value))),
    })
    .same_when(same_set)
}

fn everyone() -> Attribute {
    Attribute::single(
        "everyone",
        "All users of some applications, or of the whole store.",
        [
            Attribute::list_of("applications", Type::String, "Names of applications of this store.")
                .optional()
                .validate(at_most)
                .validate_each(|value| {
                    ApplicationName::parse(text(value))
                        .map(drop)
                        .map_err(|error| format!("{error}."))
                })
                .same_when(same_set),
            Attribute::bool(
                "store",
                "Every application of the store, later ones included. Default `false`.",
            )
            .optional(),
        ],
    )
    .optional()
}

fn file() -> [Attribute; 2] {
    [
        Attribute::string(
            "file",
            "Path of a file that names up to 100,000 users and sessions more. Of users who are blocked it names at most 50,000: a \
             block takes three of the 67 places of a page of the store and users spread over 4,096 pages by chance, so with more \
             of them pages would overflow; sessions and sign-outs take one place. UTF-8, one of them a line, in one of two formats. JSON lines: `{\"issuer\": \"https://…\", \"subject\": \"…\"}` or \
             `{\"session\": \"…\"}`. CSV: a header of the columns `issuer`, `subject` and `session`, as far as they are used, \
             then a line each; a field with a comma or a quote stands in quotes. A user may have an end of his own, \
             `expires_at`. Blanks around a field are refused. Empty lines are skipped, repeated ones count once; the first line that is wrong is named and \
             nothing is applied. The state keeps digest and counts, no name; the file has to be there for every change, but not \
             to destroy. In the mode `sign_out` a changed file signs out everybody in it. A user who stands in `users` \
             too follows that list.",
        )
        .optional()
        .validate(|value| match text(value).is_empty() {
            true => Err("A path is not empty; leave file out to name nobody by file.".to_owned()),
            false => Ok(()),
        }),
        Attribute::string(
            "file_sha256",
            "SHA-256 of the file in hexadecimal, so that a change of it is seen: `filesha256(\"…\")`. Required with `file`.",
        )
        .optional()
        .validate(|value| {
            let digits = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            match text(value).len() == 64 && text(value).bytes().all(digits) {
                true => Ok(()),
                false => Err(format!(
                    "{:?} is no SHA-256: 64 hexadecimal digits in lower case. Write filesha256(\"…\") of the file's path.",
                    text(value)
                )),
            }
        }),
    ]
}

fn counted() -> [Attribute; 4] {
    [
        Attribute::number("file_users", "How many users the file names; null without one.").computed(),
        Attribute::number("file_sessions", "How many sessions the file names; null without one.").computed(),
        Attribute::number(
            "file_users_until_end",
            "How many users the file blocks until the revocation itself ends: those without an end of their own who do not \
             stand in `users`. Null without a file, and for a sign-out.",
        )
        .computed(),
        Attribute::string(
            "file_expires_at",
            "When the last block by file ends; null when one of them has no end, or nobody is blocked by file.",
        )
        .computed(),
    ]
}

fn terms() -> [Attribute; 3] {
    [
        Attribute::string(
            "mode",
            "`block` (the default) refuses the users while the revocation exists; `sign_out` ends their sessions once and lets \
             them log in again.",
        )
        .default("block")
        .validate(|value| match text(value) {
            "block" | "sign_out" => Ok(()),
            other => Err(format!("{other:?} is no mode; write \"block\" or \"sign_out\".")),
        }),
        Attribute::string("reason", "Why, for those who read the configuration. Changing it touches nothing else.").optional(),
        Attribute::string(
            "expires_at",
            "When blocks end by themselves, in RFC 3339 such as `2027-01-31T18:00:00Z`. Without it they end when the revocation \
             is destroyed.",
        )
        .optional()
        .validate(|value| match super::time::parse(text(value)) {
            Some(end) if end >= LAST => {
                Err("The store cannot hold times from December 2038 on. Leave expires_at out for no end.".to_owned())
            }
            Some(_) => Ok(()),
            None => Err(format!("{:?} is no time; write it as 2027-01-31T18:00:00Z.", text(value))),
        })
        .same_when(same_time),
    ]
}

fn computed() -> [Attribute; 4] {
    [
        Attribute::bool(
            "in_force",
            "Whether the store holds all of it. False after somebody removed or weakened an entry, and after a create that wrote \
             only a part, which is a warning; the next apply restores it. A `postcondition` on it makes such an apply fail.",
        )
        .computed(),
        Attribute::string(
            "import_id",
            "The id to import the revocation by; null with more than ten subjects beside the file.",
        )
        .computed(),
        Attribute::string(
            "revocation_id",
            "Id under which the store holds this revocation's blocks.",
        )
        .computed()
        .keep_prior(),
        Attribute::string("revoked_at", "When it first came into force, by AWS's clock.")
            .computed()
            .keep_prior(),
    ]
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn at_most(value: &Value) -> Result<(), String> {
    match value.elements().len() {
        0..=MOST => Ok(()),
        many => Err(format!(
            "{many} entries; one revocation names at most {MOST}. Split it over several."
        )),
    }
}

/// Whether two lists hold the same elements, whatever their order and number.
fn same_set(one: &Value, other: &Value) -> bool {
    let within = |some: &[Value], all: &[Value]| some.iter().all(|element| all.contains(element));
    let (one, other) = (one.elements(), other.elements());
    !one.is_empty() && within(one, other) && within(other, one)
}

fn same_duration(one: &Value, other: &Value) -> bool {
    let seconds = |value: &Value| text(value).parse::<Duration>().map(Duration::seconds).ok();
    seconds(one).is_some() && seconds(one) == seconds(other)
}

fn same_time(one: &Value, other: &Value) -> bool {
    let time = |value: &Value| super::time::parse(text(value));
    time(one).is_some() && time(one) == time(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_duplicates_have_no_meaning() {
        let list = |items: &[&str]| Value::list(items.iter().copied());
        assert!(same_set(&list(&["a", "b"]), &list(&["b", "a", "a"])));
        assert!(!same_set(&list(&["a"]), &list(&["a", "b"])));
        assert!(!same_set(&list(&[]), &list(&[])));
    }

    #[test]
    fn the_same_time_in_another_zone_is_no_change() {
        assert!(same_time(
            &"2027-01-31T18:00:00Z".into(),
            &"2027-01-31T19:00:00+01:00".into()
        ));
        assert!(!same_time(
            &"2027-01-31T18:00:00Z".into(),
            &"2027-01-31T18:00:01Z".into()
        ));
    }
}
