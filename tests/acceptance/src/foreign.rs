//! A second implementation of the edge contract, in Python over botocore: it writes and reads the store, and mints sessions.
//!
//! It shares nothing with the provider and the edge code, so what it finds in the store is what the contract says is there.

use serde_json::Value;
use zt_test_support::cloud::LocalCloud;

use crate::store::somebody_else;

const CONTRACT: &str = include_str!("../foreign/contract.py");

/// Runs a program that finds `given` and prints JSON.
pub fn run(cloud: &LocalCloud, given: &Value, program: &str) -> Value {
    // A string in JSON is one in Python too.
    let given = Value::String(given.to_string());
    let text = somebody_else(cloud, &format!("{CONTRACT}\ngiven = json.loads({given})\n{program}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

/// A list of texts in an answer.
pub fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().unwrap_or_else(|| panic!("no list: {value}"));
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
