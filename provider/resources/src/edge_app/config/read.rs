//! Small readers of values: each is `None` when the value is not known.

use std::collections::BTreeMap;

use zt_framework::Value;
use zt_model::duration::Duration;

/// A text that is there and known.
pub(super) fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A text that may be absent; `None` when it is unknown.
pub(super) fn optional_text(value: &Value) -> Option<Option<String>> {
    match value.is_unknown() {
        true => None,
        false => Some(text(value)),
    }
}

/// A text with a default for an absent one.
pub(in crate::edge_app) fn text_or(value: &Value, default: &str) -> Option<String> {
    Some(optional_text(value)?.unwrap_or_else(|| default.to_owned()))
}

/// A truth value with a default for an absent one.
pub(super) fn flag(value: &Value, default: bool) -> Option<bool> {
    match value.is_unknown() {
        true => None,
        false => Some(value.as_bool().unwrap_or(default)),
    }
}

/// A whole number with a default for an absent one.
pub(super) fn number(value: &Value, default: i64) -> Option<i64> {
    match value.is_unknown() {
        true => None,
        false => Some(value.as_i64().unwrap_or(default)),
    }
}

/// A port; its range has been judged by the schema's rule.
pub(super) fn port(value: &Value, default: u16) -> Option<u16> {
    u16::try_from(number(value, i64::from(default))?).ok()
}

/// Texts of a list or set; empty when absent.
pub(in crate::edge_app) fn texts(value: &Value) -> Option<Vec<String>> {
    match value.is_unknown() {
        true => None,
        false => value.elements().iter().map(text).collect(),
    }
}

/// Texts of a list, with a default for an absent one.
pub(super) fn texts_or(value: &Value, default: &[&str]) -> Option<Vec<String>> {
    match value.is_null() {
        true => Some(default.iter().map(|text| (*text).to_owned()).collect()),
        false => texts(value),
    }
}

/// What may be absent: `Some(None)` when it is, `None` when it is not known.
pub(super) fn present<T>(value: &Value, read: impl FnOnce(&Value) -> Option<T>) -> Option<Option<T>> {
    match value.is_null() {
        true => Some(None),
        false => read(value).map(Some),
    }
}

/// A map of texts; empty when absent.
pub(super) fn text_map(value: &Value) -> Option<BTreeMap<String, String>> {
    if value.is_unknown() {
        return None;
    }
    let Some(entries) = value.entries() else {
        return Some(BTreeMap::new());
    };
    entries
        .iter()
        .map(|(key, value)| Some((key.clone(), text(value)?)))
        .collect()
}

/// Seconds of a duration; its form has been judged by the schema's rule.
pub(in crate::edge_app) fn seconds(text: &str) -> Option<u64> {
    text.parse::<Duration>().ok().map(Duration::seconds)
}
