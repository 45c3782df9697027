//! What the user wrote, inside the web ACL: as bodies of answers that no rule gives.
//!
//! Rules do not tell every spelling of what was written. A configuration that is too long for it, such as thousands of
//! addresses, is left out; its import shows what the configuration adds, once.

use std::collections::BTreeMap;

use zt_aws::wafv2::{Body, BodyKind};
use zt_framework::Value;
use zt_framework::value::json;

use super::schema::schema;

const KEY: &str = "zt-configuration-";
/// AWS takes 4 KB in one body and 50 KB in all, which answers of the user's own may need, too.
const PART: usize = 4_000;
const MOST_PARTS: usize = 7;
/// What AWS tells by itself.
const APART: [&str; 2] = ["tags", "tags_all"];

/// The attributes that a user may write, of a planned object.
fn written(object: &Value) -> Value {
    let mut written = Value::Null;
    for attribute in schema().attributes {
        let theirs = (attribute.required || attribute.optional) && !APART.contains(&attribute.name.as_str());
        let value = if theirs {
            object.get(&attribute.name).clone()
        } else {
            Value::Null
        };
        written.set(&attribute.name, value);
    }
    written
}

/// The bodies that hold what was written, where `room` bytes are enough for them.
pub(super) fn bodies(object: &Value, room: usize) -> BTreeMap<String, Body> {
    let text = json::encode(&written(object), &schema().ty()).unwrap_or_default();
    let text = String::from_utf8(text).unwrap_or_default();
    if text.len() > room {
        return BTreeMap::new();
    }
    let mut parts = vec![String::new()];
    for letter in text.chars() {
        if parts.last().is_some_and(|part| part.len() + letter.len_utf8() > PART) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    if parts.len() > MOST_PARTS {
        return BTreeMap::new();
    }
    let body = |content| Body {
        kind: BodyKind::Plain,
        content,
    };
    let parts = parts.into_iter().enumerate();
    parts
        .map(|(number, content)| (format!("{KEY}{number}"), body(content)))
        .collect()
}

/// The bodies that answers of the user's own have.
pub(super) fn without(bodies: BTreeMap<String, Body>) -> BTreeMap<String, Body> {
    bodies.into_iter().filter(|(key, _)| !key.starts_with(KEY)).collect()
}

/// What was written, from the bodies; nothing where they do not hold it.
pub(super) fn read(bodies: &BTreeMap<String, Body>) -> Option<Value> {
    let text: String = (0..MOST_PARTS)
        .map_while(|number| bodies.get(&format!("{KEY}{number}")))
        .map(|body| body.content.as_str())
        .collect();
    json::decode(text.as_bytes(), &schema().ty()).ok().filter(Value::is_set)
}
