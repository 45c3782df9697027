//! What a user may write about a service token, and what the provider tells back.

use zt_framework::{Attribute, IdentityAttribute, IdentitySchema, Schema, Type, Value};
use zt_model::duration::Duration;
use zt_model::ids::{ApplicationName, ServiceTokenName};
use zt_model::store::ServiceTokenSecret;

use crate::session_revocation::time;
use crate::tagging;

/// Shortest life of a secret: less ends before every edge location knows it.
const SHORTEST: u64 = 300;
/// Longest time in which two secrets count.
const LONGEST_OVERLAP: u64 = 90 * 86_400;
/// Fewer different characters than this are no accident in 43 of base64url.
const VARIETY: usize = 16;

pub(super) fn schema() -> Schema {
    Schema::new(
        "A service token: how a machine proves itself to an application. Apply mints 256 random bits into Secrets Manager; the \
         store, the state and the plan hold none of them. Policies name tokens by `service_tokens`, and a caller sends the token \
         in the header `x-zt-service-token`. A rotation keeps the former secret valid until `previous_expires`.",
    )
    .attributes([session_store()])
    .attributes(names())
    .attributes(terms())
    .attributes(own())
    .attributes(tagging::attributes())
    .attributes(computed())
}

pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::new([
        IdentityAttribute::required("store", "Name of the session store."),
        IdentityAttribute::required("application", "Name of the application."),
        IdentityAttribute::required("name", "Name of the token."),
    ])
}

fn session_store() -> Attribute {
    Attribute::single(
        "session_store",
        "The session store of the application: the `session_store` attribute of a `zt_session_store`. Another store replaces \
         the token.",
        [
            Attribute::string("arn", "ARN of the KeyValueStore.").required().requires_replace(),
            Attribute::string("name", "Name of the store.").required(),
        ],
    )
    .required()
}

fn names() -> [Attribute; 2] {
    [
        Attribute::string(
            "application",
            "Name of the application that takes the token: the `name` of a `zt_edge_app`, which has to exist first. Changing it \
             replaces the token.",
        )
        .required()
        .requires_replace()
        .validate(|value| {
            let parsed = ApplicationName::parse(text(value));
            parsed.map(drop).map_err(|error| format!("{error}."))
        }),
        Attribute::string(
            "name",
            "Name by which policies and audit lines know the token, unique in its application: one to 32 lower-case letters, \
             digits and hyphens. Changing it replaces the token.",
        )
        .required()
        .requires_replace()
        .validate(|value| {
            let parsed = ServiceTokenName::parse(text(value));
            parsed.map(drop).map_err(|error| format!("{error}."))
        }),
    ]
}

fn terms() -> [Attribute; 5] {
    [
        Attribute::string(
            "expires_at",
            "When the present secret ends, in RFC 3339 such as `2027-01-31T18:00:00Z`. Not together with `lifetime`; without \
             both it does not end by itself.",
        )
        .optional()
        .validate(|value| match time::parse(text(value)) {
            Some(_) => Ok(()),
            None => Err(format!("{:?} is no time; write it as 2027-01-31T18:00:00Z.", text(value))),
        })
        .same_when(same_time),
        Attribute::string(
            "lifetime",
            "How long each secret lives from the apply that mints it, such as `90d`: at least `5m`, at most ten years.",
        )
        .optional()
        .validate(|value| {
            duration(value, SHORTEST..=u64::MAX, "Edge locations are minutes apart; write at least \"5m\".")
        })
        .same_when(same_duration),
        Attribute::map_of(
            "rotation_triggers",
            Type::String,
            "Any texts. A change mints a new secret; the former stays valid for `rotation_overlap`. Taking them away, or \
             all texts out of them, mints nothing.",
        )
        .optional(),
        Attribute::string(
            "rotation_overlap",
            "How long the former secret stays valid after a rotation, `0s` to `90d`; never longer than it would have lived \
             without it, nor than the present secret lives. Default `24h`.",
        )
        .default("24h")
        .validate(|value| duration(value, 0..=LONGEST_OVERLAP, "Two secrets may count for at most \"90d\"."))
        .same_when(same_duration),
        Attribute::number(
            "secret_recovery_days",
            "Days during which the destroyed secret can be restored: 7 to 30, or 0 to delete it at once. Default 7. The token \
             itself ends at once in any case.",
        )
        .default(7)
        .validate(|value| match value.as_i64() {
            Some(0 | 7..=30) => Ok(()),
            _ => Err("Secrets Manager accepts 7 to 30 days; write that, or 0 to delete at once.".to_owned()),
        }),
    ]
}

fn own() -> [Attribute; 2] {
    [
        Attribute::string(
            "secret_wo",
            "A secret of your own instead of a minted one: 256 random bits as 43 characters of base64url. It is kept in Secrets \
             Manager as a minted one is. Needs `secret_wo_version`, and Terraform 1.11 or OpenTofu 1.11; without them leave it \
             out, and read the minted secret by `secret_arn`.",
        )
        .optional()
        .sensitive()
        .write_only()
        .validate(own_secret),
        Attribute::number(
            "secret_wo_version",
            "Raise it to have a changed `secret_wo` take the place of the present secret, as a rotation.",
        )
        .optional(),
    ]
}

fn computed() -> [Attribute; 6] {
    [
        Attribute::bool(
            "in_force",
            "Whether secret and store agree. False after somebody removed or altered one of them; the next apply repairs it.",
        )
        .computed(),
        Attribute::string("minted_at", "When the present secret was made, by AWS's clock.").computed(),
        Attribute::string("previous_expires", "Until when the former secret counts; null when there is none.").computed(),
        Attribute::string(
            "secret_arn",
            "ARN of the secret: JSON whose `token` is what a caller sends in `x-zt-service-token`.",
        )
        .computed()
        .keep_prior(),
        Attribute::string("secret_expires_at", "When the present secret ends; null when it does not by itself.").computed(),
        Attribute::string("token_id", "Public half of the token, twelve characters of base64url.")
            .computed()
            .keep_prior(),
    ]
}

/// Says what is wrong without a word of the secret.
fn own_secret(value: &Value) -> Result<(), String> {
    const FORM: &str = "Write 32 random bytes as 43 characters of base64url without padding, for example from \
                        `openssl rand -base64 32 | tr '+/' '-_' | tr -d '='`.";
    let secret = text(value);
    if secret.len() < 43 {
        return Err(format!("It has fewer than 256 bits. {FORM}"));
    }
    if ServiceTokenSecret::parse(secret).is_none() {
        return Err(format!("It is not of the one form that the edge accepts. {FORM}"));
    }
    let different: std::collections::BTreeSet<u8> = secret.bytes().collect();
    match different.len() < VARIETY {
        true => Err(format!("It is not random. {FORM}")),
        false => Ok(()),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn duration(value: &Value, allowed: std::ops::RangeInclusive<u64>, otherwise: &str) -> Result<(), String> {
    match text(value).parse::<Duration>() {
        Ok(length) if allowed.contains(&length.seconds()) => Ok(()),
        Ok(_) => Err(otherwise.to_owned()),
        Err(error) => Err(format!("{error}.")),
    }
}

fn same_duration(one: &Value, other: &Value) -> bool {
    let seconds = |value: &Value| text(value).parse::<Duration>().map(Duration::seconds).ok();
    seconds(one).is_some() && seconds(one) == seconds(other)
}

fn same_time(one: &Value, other: &Value) -> bool {
    let moment = |value: &Value| time::parse(text(value));
    moment(one).is_some() && moment(one) == moment(other)
}
