//! Durations as people write them: `90m`, `12h`, `7d`, `1h30m`.
//!
//! Whole seconds only; units `s`, `m`, `h`, `d`, each at most once, the larger first. Printing picks the largest unit
//! that divides the value, so equal durations print alike.

use std::fmt;
use std::str::FromStr;

/// A length of time in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

/// Why a text is not a duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a duration: {reason}; write for example \"90m\", \"12h\" or \"7d\"")]
pub struct DurationError {
    text: String,
    reason: &'static str,
}

const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
/// Ten years: longer is a slip of the pen in everything we configure.
const LONGEST: u64 = 10 * 366 * 86_400;

impl Duration {
    /// From whole seconds.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Whole seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0
    }
}

impl FromStr for Duration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason| DurationError {
            text: text.to_owned(),
            reason,
        };
        if text.is_empty() {
            return Err(refuse("it is empty"));
        }
        let mut total = 0_u64;
        let mut rest = text;
        let mut units = UNITS.iter();
        while !rest.is_empty() {
            let end = rest
                .find(|character: char| !character.is_ascii_digit())
                .ok_or_else(|| refuse("a number lacks its unit"))?;
            let number: u64 = rest[..end]
                .parse()
                .map_err(|_| refuse("each unit needs a whole number before it"))?;
            let unit = rest[end..].chars().next().unwrap_or_default();
            let (_, seconds) = units
                .find(|(name, _)| *name == unit)
                .ok_or_else(|| refuse("the units are d, h, m and s, each once, the larger first"))?;
            total = number
                .checked_mul(*seconds)
                .and_then(|part| total.checked_add(part))
                .filter(|sum| *sum <= LONGEST)
                .ok_or_else(|| refuse("it is longer than ten years"))?;
            rest = &rest[end + unit.len_utf8()..];
        }
        Ok(Self(total))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, seconds) = UNITS
            .iter()
            .find(|(_, seconds)| self.0 > 0 && self.0.is_multiple_of(*seconds))
            .unwrap_or(&('s', 1));
        write!(formatter, "{}{unit}", self.0 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_read_as_written() {
        for (text, seconds) in [
            ("90m", 5_400),
            ("12h", 43_200),
            ("7d", 604_800),
            ("1h30m", 5_400),
            ("1d1s", 86_401),
            ("0s", 0),
        ] {
            assert_eq!(text.parse(), Ok(Duration(seconds)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "12",
            "h",
            "1.5h",
            "-1h",
            "1h1h",
            "30m1h",
            "1 h",
            "1H",
            "1w",
            "9999999d",
            "99999999999999999999s",
            "1é",
        ] {
            assert!(text.parse::<Duration>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn printing_uses_the_largest_unit_that_divides() {
        for (seconds, text) in [(5_400, "90m"), (86_400, "1d"), (43_200, "12h"), (61, "61s"), (0, "0s")] {
            assert_eq!(Duration(seconds).to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(seconds in 0..LONGEST) {
            prop_assert_eq!(Duration(seconds).to_string().parse(), Ok(Duration(seconds)));
        }
    }
}
