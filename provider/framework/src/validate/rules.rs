//! Rules that many attributes share.

use crate::value::Value;
use std::ops::RangeInclusive;

type Rule = Result<(), String>;

/// One of these texts.
pub fn one_of(allowed: &'static [&'static str]) -> impl Fn(&Value) -> Rule + Send + Sync {
    move |value| match value.as_str() {
        Some(text) if !allowed.contains(&text) => Err(format!(
            "{text:?} is not allowed here. Write one of {}.",
            quoted(allowed)
        )),
        _ => Ok(()),
    }
}

/// A text of so many characters.
pub fn length(range: RangeInclusive<usize>) -> impl Fn(&Value) -> Rule + Send + Sync {
    move |value| {
        let Some(text) = value.as_str() else { return Ok(()) };
        let count = text.chars().count();
        if range.contains(&count) {
            return Ok(());
        }
        Err(format!(
            "It has {count} characters. Write {} to {}.",
            range.start(),
            range.end()
        ))
    }
}

/// An integer in this range.
pub fn between(range: RangeInclusive<i64>) -> impl Fn(&Value) -> Rule + Send + Sync {
    move |value| {
        let Some(number) = value.as_number() else { return Ok(()) };
        if number.as_i64().is_some_and(|integer| range.contains(&integer)) {
            return Ok(());
        }
        Err(format!(
            "{number} is not allowed here. Write a whole number from {} to {}.",
            range.start(),
            range.end()
        ))
    }
}

/// So many elements.
pub fn count(range: RangeInclusive<usize>) -> impl Fn(&Value) -> Rule + Send + Sync {
    move |value| {
        let count = value.entries().map_or(value.elements().len(), |members| members.len());
        if range.contains(&count) {
            return Ok(());
        }
        Err(format!(
            "It has {count} elements. Write {} to {}.",
            range.start(),
            range.end()
        ))
    }
}

/// A text for which this holds; `wanted` completes the sentence "Write …".
pub fn text(
    wanted: &'static str,
    holds: impl Fn(&str) -> bool + Send + Sync + 'static,
) -> impl Fn(&Value) -> Rule + Send + Sync {
    move |value| match value.as_str() {
        Some(text) if !holds(text) => Err(format!("{text:?} is not allowed here. Write {wanted}.")),
        _ => Ok(()),
    }
}

fn quoted(texts: &[&str]) -> String {
    texts
        .iter()
        .map(|text| format!("{text:?}"))
        .collect::<Vec<_>>()
        .join(", ")
}
