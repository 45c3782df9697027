//! The import id: everything a state needs that the store does not spell out, in one line.
//!
//! `store=<arn>,id=…,mode=…,at=…` and then the subjects; values are percent-encoded, so that commas and equals signs
//! separate. It carries at most ten subjects, and a file by path and digest; a revocation of more has none and is written
//! anew instead.

use zt_framework::Value;
use zt_model::ids::BlockId;
use zt_model::store::{Block, Expiry};

use super::bulk::RevocationFile;
use super::others::Subject;

/// Most subjects an id carries.
pub(super) const MOST: usize = 10;

/// The id of a wholly known state, if it names few enough subjects.
pub(super) fn of(state: &Value) -> Option<String> {
    let mut parts = vec![
        part("store", state.get("session_store").get("arn").as_str()?),
        part("id", state.get("revocation_id").as_str()?),
        part("mode", state.get("mode").as_str()?),
        part("at", state.get("revoked_at").as_str()?),
    ];
    for name in ["reason", "expires_at", "file", "file_sha256"] {
        parts.extend(state.get(name).as_str().map(|text| part(name, text)));
    }
    let subjects = subjects(state);
    if subjects.len() > MOST {
        return None;
    }
    parts.extend(subjects);
    Some(parts.join(","))
}

/// The id of blocks of one revocation, as the store shows them; at most ten subjects.
pub(super) fn of_block(arn: &str, id: &BlockId, block: Block, subjects: &[Subject]) -> String {
    let mut parts = of_terms(arn, id, block);
    parts.extend(subjects.iter().map(|subject| match subject {
        Subject::User(user) => format!("user={}|{}", encode(user.issuer.as_str()), encode(&user.subject)),
        Subject::Application(name) => part("application", name.as_str()),
        Subject::Store => part("everyone", "store"),
    }));
    parts.join(",")
}

/// The same of blocks whose users a file names.
pub(super) fn of_file(arn: &str, id: &BlockId, block: Block, file: &RevocationFile) -> String {
    let mut parts = of_terms(arn, id, block);
    parts.extend([part("file", &file.path), part("file_sha256", &file.sha256)]);
    parts.join(",")
}

fn of_terms(arn: &str, id: &BlockId, block: Block) -> Vec<String> {
    let mut parts = vec![
        part("store", arn),
        part("id", id.as_str()),
        part("mode", "block"),
        part("at", &super::time::format(block.set)),
    ];
    if let Expiry::At(end) = block.expires {
        parts.push(part("expires_at", &super::time::format(end)));
    }
    parts
}

fn subjects(state: &Value) -> Vec<String> {
    let text = |value: &Value, name: &str| encode(value.get(name).as_str().unwrap_or_default());
    let users = state.get("users").elements().iter();
    let mut parts: Vec<String> = users
        .map(|user| format!("user={}|{}", text(user, "issuer"), text(user, "subject")))
        .collect();
    let texts = |value: &Value, name: &str| -> Vec<String> {
        value
            .elements()
            .iter()
            .filter_map(Value::as_str)
            .map(|text| part(name, text))
            .collect()
    };
    parts.extend(texts(state.get("sessions"), "session"));
    parts.extend(texts(state.get("everyone").get("applications"), "application"));
    parts.extend(
        state
            .get("everyone")
            .get("store")
            .as_bool()
            .map(|whole| part("everyone", if whole { "store" } else { "named" })),
    );
    parts
}

/// The state an id describes; none when it is not of this form.
pub(super) fn parse(id: &str) -> Option<Value> {
    let mut pairs = Vec::new();
    for part in id.trim().split(',') {
        pairs.push(part.split_once('=')?);
    }
    let one = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| decode(value))
    };
    let required = |name: &str| one(name).flatten();
    let optional = |name: &str| one(name).map_or(Some(Value::Null), |text| text.map(Value::from));
    let all = |name: &'static str| {
        pairs
            .iter()
            .filter(move |(key, _)| *key == name)
            .map(|(_, value)| *value)
    };
    let users = all("user").map(user).collect::<Option<Vec<_>>>()?;
    let sessions = all("session").map(decode).collect::<Option<Vec<_>>>()?;
    let applications = all("application").map(decode).collect::<Option<Vec<_>>>()?;
    let whole = required("everyone");
    let everyone = match (&whole, applications.is_empty()) {
        (None, true) => Value::Null,
        _ => Value::object([
            ("applications", list(applications)),
            ("store", whole.map(|word| word == "store").into()),
        ]),
    };
    Some(Value::object([
        ("session_store", Value::object([("arn", required("store")?.into())])),
        ("revocation_id", required("id")?.into()),
        ("mode", required("mode")?.into()),
        ("revoked_at", required("at")?.into()),
        ("reason", optional("reason")?),
        ("expires_at", optional("expires_at")?),
        ("file", optional("file")?),
        ("file_sha256", optional("file_sha256")?),
        ("users", list(users)),
        ("sessions", list(sessions)),
        ("everyone", everyone),
    ]))
}

fn list<T: Into<Value>>(items: Vec<T>) -> Value {
    if items.is_empty() {
        Value::Null
    } else {
        Value::list(items)
    }
}

fn user(text: &str) -> Option<Value> {
    let (issuer, subject) = text.split_once('|')?;
    Some(Value::object([
        ("issuer", decode(issuer)?.into()),
        ("subject", decode(subject)?.into()),
    ]))
}

fn part(name: &str, text: &str) -> String {
    format!("{name}={}", encode(text))
}

fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' | b'/' | b'@' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> Value {
        Value::object([
            (
                "session_store",
                Value::object([("arn", "arn:aws:cloudfront::1:key-value-store/x".into())]),
            ),
            ("revocation_id", "AbCd-_12".into()),
            ("mode", "block".into()),
            ("revoked_at", "2026-11-23T12:00:00Z".into()),
            ("reason", "left, 100% = gone | ü".into()),
            ("expires_at", Value::Null),
            ("file", "./leavers, all.csv".into()),
            ("file_sha256", "ab".repeat(32).into()),
            (
                "users",
                Value::list([Value::object([
                    ("issuer", "https://a.example/t?".into()),
                    ("subject", "x|y,z=1".into()),
                ])]),
            ),
            ("sessions", Value::list(["ABcdEFghij"])),
            ("everyone", Value::Null),
        ])
    }

    #[test]
    fn an_id_carries_everything_the_store_does_not_tell() {
        let id = of(&state()).unwrap();
        assert!(!id.contains(' '), "{id}");
        assert_eq!(parse(&id), Some(state()));
    }

    #[test]
    fn more_than_ten_subjects_have_no_id() {
        let mut state = state();
        state.set("sessions", Value::list((0..11).map(|n| format!("session{n:03}"))));
        assert_eq!(of(&state), None);
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for wrong in [
            "",
            "somebody",
            "store=a",
            "store=a,id=b,mode=c,at=%zz",
            "store=a,id=b,mode=c,at=d,user=x",
        ] {
            assert!(parse(wrong).is_none(), "{wrong}");
        }
    }
}
