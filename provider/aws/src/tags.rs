//! Tags as every service of AWS means them: a map from key to value.
//!
//! Promises: [`difference`] yields the smallest pair of calls (tag, untag) that turns one set into another.

use std::collections::BTreeMap;

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// What to set and what to remove so that `current` becomes `wanted`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Tags that are new or have another value.
    pub set: Tags,
    /// Keys that have to go.
    pub remove: Vec<String>,
}

impl Difference {
    /// Whether nothing has to be done.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.remove.is_empty()
    }
}

/// Compares two sets of tags. Keys reserved by AWS (`aws:`) are never touched.
#[must_use]
pub fn difference(current: &Tags, wanted: &Tags) -> Difference {
    let set = wanted
        .iter()
        .filter(|(key, value)| current.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let remove = current
        .keys()
        .filter(|key| !wanted.contains_key(*key) && !key.starts_with("aws:"))
        .cloned()
        .collect();
    Difference { set, remove }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn only_what_differs_is_called_for() {
        let current = tags(&[("a", "1"), ("b", "2"), ("c", "3"), ("aws:x", "y")]);
        let wanted = tags(&[("a", "1"), ("b", "9"), ("d", "4")]);
        let difference = difference(&current, &wanted);
        assert_eq!(difference.set, tags(&[("b", "9"), ("d", "4")]));
        assert_eq!(difference.remove, ["c"]);
        assert!(super::difference(&wanted, &wanted).is_empty());
    }
}
