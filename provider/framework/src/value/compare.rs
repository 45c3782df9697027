//! One total order of values, which is also Terraform's equality.

use super::Value;
use std::cmp::Ordering;

impl Value {
    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Unknown(_) => 1,
            Self::Bool(_) => 2,
            Self::Number(_) => 3,
            Self::String(_) => 4,
            Self::List(_) => 5,
            Self::Set(_) => 6,
            Self::Map(_) => 7,
            Self::Object(_) => 8,
            Self::Tuple(_) => 9,
            Self::Dynamic(_) => 10,
        }
    }
}

/// Sorted, with known duplicates removed. Two unknown elements may turn out different, so they stay two.
fn content(elements: &[Value]) -> Vec<&Value> {
    let mut sorted: Vec<&Value> = elements.iter().collect();
    sorted.sort();
    sorted.dedup_by(|left, right| left == right && left.is_wholly_known());
    sorted
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Null, Self::Null) => Ordering::Equal,
            (Self::Unknown(left), Self::Unknown(right)) => left.cmp(right),
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => left.cmp(right),
            (Self::String(left), Self::String(right)) => left.cmp(right),
            (Self::List(left), Self::List(right)) | (Self::Tuple(left), Self::Tuple(right)) => left.cmp(right),
            (Self::Set(left), Self::Set(right)) => content(left).cmp(&content(right)),
            (Self::Map(left), Self::Map(right)) | (Self::Object(left), Self::Object(right)) => left.cmp(right),
            (Self::Dynamic(left), Self::Dynamic(right)) => left.cmp(right),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}
