//! Canonical JSON of a policy, and the digest by which the ledger knows its text again.

use aws_lc_rs::digest;
use serde::Serialize;
use serde_json::Value;

use super::Policy;
use crate::encoding::base64url;

impl Policy {
    /// b64u(SHA-256(canonical JSON)) cut to 22 characters.
    #[must_use]
    pub fn digest(&self) -> String {
        let text = self.canonical();
        let mut digest = base64url(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
        digest.truncate(22);
        digest
    }

    /// Canonical JSON: normalised, keys sorted, absent members dropped, no white space.
    #[must_use]
    pub fn canonical(&self) -> String {
        canonical(&self.normalised())
    }
}

/// The canonical JSON of a policy or selector whose own lists are normalised already.
pub(super) fn canonical(part: &impl Serialize) -> String {
    // Policies are made of strings, lists and maps with string keys; such a value always serialises.
    let value = serde_json::to_value(part).unwrap_or_default();
    let mut text = String::new();
    write(&value, &mut text);
    text
}

/// Writes keys in sorted order whatever map `serde_json` was built with: a digest must not depend on a feature that
/// another crate of the build may switch on.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write(member, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}
