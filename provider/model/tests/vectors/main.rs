//! The shared vectors against the model. The edge code reads the same files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod addresses;
mod contexts;
mod documents;
mod membership;
mod pages;
mod policies;
mod queue;
mod routes;
mod service_tokens;
mod tokens;

/// The parsed content of a vector file.
macro_rules! vectors {
    ($name:literal) => {
        serde_json::from_str::<serde_json::Value>(include_str!(concat!("../../../../tests/vectors/", $name)))
            .expect("vector files are JSON")
    };
}
pub(crate) use vectors;

use serde_json::Value;

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} of {value} is text"))
}

pub(crate) fn number(value: &Value, name: &str) -> u64 {
    value[name]
        .as_u64()
        .unwrap_or_else(|| panic!("{name} of {value} is a number"))
}

pub(crate) fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    let list = value[name]
        .as_array()
        .unwrap_or_else(|| panic!("{name} of {value} is a list"));
    assert!(
        !list.is_empty() || name == "needs" || name == "readings" || name == "routes" || name == "keys",
        "{name} is not empty"
    );
    list
}
