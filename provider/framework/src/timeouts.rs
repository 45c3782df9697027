//! The `timeouts` attribute: how long an operation may take, in the user's words.

use crate::schema::Attribute;
use crate::value::Value;
use std::time::Duration;

/// An operation that has a timeout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Make it.
    Create,
    /// Look how it is.
    Read,
    /// Change it.
    Update,
    /// Remove it.
    Delete,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// The attribute, for these operations.
pub fn attribute(operations: &[Operation]) -> Attribute {
    let attributes = operations.iter().map(|operation| {
        let name = operation.name();
        let text = format!("How long a {name} may take, such as `30m` or `1h30m`.");
        Attribute::string(name, text)
            .optional()
            .validate(|value| match value.as_str().map(parse) {
                Some(None) => {
                    Err("It is no length of time. Write numbers with units, such as 30s, 45m or 1h30m.".to_owned())
                }
                _ => Ok(()),
            })
    });
    Attribute::single("timeouts", "How long operations may take.", attributes).optional()
}

/// The timeouts of an object.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts<'value>(&'value Value);

impl<'value> Timeouts<'value> {
    /// Those in a configuration, plan or state.
    pub fn of(object: &'value Value) -> Self {
        Self(object.get("timeouts"))
    }

    /// The user's timeout of an operation, else this one.
    pub fn get(&self, operation: Operation, otherwise: Duration) -> Duration {
        self.0
            .get(operation.name())
            .as_str()
            .and_then(parse)
            .unwrap_or(otherwise)
    }

    /// For creates.
    pub fn create(&self, otherwise: Duration) -> Duration {
        self.get(Operation::Create, otherwise)
    }

    /// For reads.
    pub fn read(&self, otherwise: Duration) -> Duration {
        self.get(Operation::Read, otherwise)
    }

    /// For updates.
    pub fn update(&self, otherwise: Duration) -> Duration {
        self.get(Operation::Update, otherwise)
    }

    /// For deletes.
    pub fn delete(&self, otherwise: Duration) -> Duration {
        self.get(Operation::Delete, otherwise)
    }
}

/// A length of time as Terraform's ecosystem writes it: `1h30m`, `90s`, `1.5h`, `250ms`.
pub fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|one: char| !one.is_ascii_digit() && one != '.')?;
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|one: char| !one.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(letters);
        let scale = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * scale;
        rest = next;
    }
    if text.is_empty() {
        return None;
    }
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_written_as_in_go() {
        let check =
            |text, seconds: Option<f64>| assert_eq!(parse(text).map(|time| time.as_secs_f64()), seconds, "{text}");
        check("30m", Some(1800.0));
        check("1h30m", Some(5400.0));
        check("1.5h", Some(5400.0));
        check("250ms", Some(0.25));
        for wrong in ["", "30", "m", "-5m", "5 m", "5d", "1..5s"] {
            check(wrong, None);
        }
    }

    #[test]
    fn what_the_user_left_out_has_the_default() {
        let object = Value::object([("timeouts", Value::object([("create", "10s".into())]))]);
        let timeouts = Timeouts::of(&object);
        assert_eq!(timeouts.create(Duration::from_secs(1)), Duration::from_secs(10));
        assert_eq!(timeouts.delete(Duration::from_secs(1)), Duration::from_secs(1));
    }
}
