//! Exact decimal numbers.
//!
//! Terraform's numbers have far more precision than `i64` or `f64`; a provider that squeezes them through either
//! changes what the user wrote. A [`Number`] keeps digits and exponent, compares by numeric value, and says in which
//! of the protocol's three spellings (integer, float, text) it is exact. It refuses infinities and absurd exponents.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

const MAX_DIGITS: usize = 2_048;
const MAX_EXPONENT: i64 = 100_000;
/// Enough places for every finite `f64` to be written out exactly.
const EXACT_F64_PLACES: usize = 1_074;
/// Decimal exponents beyond which no `f64` can equal the number.
const F64_EXPONENTS: std::ops::RangeInclusive<i64> = -1_100..=310;

/// A text that is not a number we can keep exactly.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not of the form `-12.5e3`.
    #[error("not a decimal number")]
    Malformed,
    /// Infinite, not a number, or beyond the digits and exponents that are kept.
    #[error("a number out of range")]
    OutOfRange,
}

/// A decimal number of arbitrary precision: `±digits × 10^exponent`, always in its one normal form.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    /// Without leading and trailing zeros; empty means zero.
    digits: String,
    exponent: i64,
}

impl Number {
    /// Zero.
    pub fn zero() -> Self {
        Self {
            negative: false,
            digits: String::new(),
            exponent: 0,
        }
    }

    /// The exact value of a float, not its shortest spelling.
    pub fn from_f64(value: f64) -> Result<Self, NumberError> {
        if !value.is_finite() {
            return Err(NumberError::OutOfRange);
        }
        format!("{value:.EXACT_F64_PLACES$}").parse()
    }

    /// The number as `i64`, when it is one exactly.
    pub fn as_i64(&self) -> Option<i64> {
        self.integer_text().and_then(|text| text.parse().ok())
    }

    /// The number as `u64`, when it is one exactly.
    pub fn as_u64(&self) -> Option<u64> {
        self.integer_text().and_then(|text| text.parse().ok())
    }

    /// The number as `f64`, when that loses nothing.
    pub fn as_exact_f64(&self) -> Option<f64> {
        if !F64_EXPONENTS.contains(&self.exponent) {
            return None;
        }
        let nearest: f64 = self.to_string().parse().ok()?;
        (Self::from_f64(nearest).ok()? == *self).then_some(nearest)
    }

    /// The nearest `f64`, for arithmetic where exactness does not matter.
    pub fn to_f64(&self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// Whether there are no digits after the decimal point.
    pub fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    fn integer_text(&self) -> Option<String> {
        (0..=20).contains(&self.exponent).then(|| self.to_string())
    }

    fn normal(negative: bool, digits: &str, exponent: i64) -> Result<Self, NumberError> {
        let digits = digits.trim_start_matches('0');
        let kept = digits.trim_end_matches('0');
        if kept.is_empty() {
            return Ok(Self::zero());
        }
        let exponent = exponent + (digits.len() - kept.len()) as i64;
        if kept.len() > MAX_DIGITS || exponent.abs() > MAX_EXPONENT {
            return Err(NumberError::OutOfRange);
        }
        Ok(Self {
            negative,
            digits: kept.to_owned(),
            exponent,
        })
    }

    /// Position of the leading digit, for comparing magnitudes.
    fn magnitude(&self) -> i64 {
        self.digits.len() as i64 + self.exponent
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let (negative, rest) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (
                &rest[..at],
                rest[at + 1..].parse::<i32>().map_err(|_| NumberError::Malformed)?,
            ),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(NumberError::Malformed);
        }
        let digits = [whole, fraction].concat();
        if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(NumberError::Malformed);
        }
        Self::normal(negative, &digits, i64::from(exponent) - fraction.len() as i64)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return out.write_str("0");
        }
        if self.negative {
            out.write_str("-")?;
        }
        let point = self.magnitude();
        let length = self.digits.len() as i64;
        if !(-1_200..=1_200).contains(&point) {
            return write!(out, "{}e{}", self.digits, self.exponent);
        }
        if point <= 0 {
            write!(out, "0.{}{}", "0".repeat(point.unsigned_abs() as usize), self.digits)
        } else if point >= length {
            write!(out, "{}{}", self.digits, "0".repeat((point - length) as usize))
        } else {
            let (whole, fraction) = self.digits.split_at(point as usize);
            write!(out, "{whole}.{fraction}")
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let by_sign = sign(self).cmp(&sign(other));
        if by_sign != Ordering::Equal {
            return by_sign;
        }
        // Digits have no trailing zeros, so comparing them as text after the magnitudes is numeric order.
        let absolute = self
            .magnitude()
            .cmp(&other.magnitude())
            .then_with(|| self.digits.cmp(&other.digits));
        if self.negative { absolute.reverse() } else { absolute }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        // The decimal text of an integer always parses and is in range.
        value.to_string().parse().unwrap_or_else(|_| Self::zero())
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        value.to_string().parse().unwrap_or_else(|_| Self::zero())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, shown: &str, integer: Option<i64>, float: Option<f64>) {
        let number: Number = text.parse().expect(text);
        assert_eq!(number.to_string(), shown, "{text}");
        assert_eq!(number.as_i64(), integer, "{text}");
        assert_eq!(number.as_exact_f64(), float, "{text}");
    }

    #[test]
    fn a_number_knows_its_exact_spellings() {
        check("0", "0", Some(0), Some(0.0));
        check("-0.0", "0", Some(0), Some(0.0));
        check("1.50", "1.5", None, Some(1.5));
        check("1e3", "1000", Some(1000), Some(1000.0));
        check("0.1", "0.1", None, None);
        check("9223372036854775807", "9223372036854775807", Some(i64::MAX), None);
        check(
            "9223372036854775808",
            "9223372036854775808",
            None,
            Some(9_223_372_036_854_775_808.0),
        );
        check("-0.00025", "-0.00025", None, None);
        check(
            "3.141592653589793238462643383279",
            "3.141592653589793238462643383279",
            None,
            None,
        );
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", ".", "1,5", "0x10", "1e", "NaN", "inf", "1e99999999999", "1 "] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
        assert_eq!(Number::from_f64(f64::INFINITY), Err(NumberError::OutOfRange));
    }

    proptest! {
        #[test]
        fn floats_and_integers_come_back_exactly(float in proptest::num::f64::NORMAL, integer: i64) {
            prop_assert_eq!(Number::from_f64(float).unwrap().as_exact_f64(), Some(float));
            prop_assert_eq!(Number::from(integer).as_i64(), Some(integer));
        }

        #[test]
        fn order_is_numeric(left: i32, right: i32, scale in 0u32..9) {
            let number = |value: i32| format!("{value}e-{scale}").parse::<Number>().unwrap();
            prop_assert_eq!(number(left).cmp(&number(right)), left.cmp(&right));
        }

        #[test]
        fn display_parses_back(digits in "-?[0-9]{1,40}(\\.[0-9]{1,40})?(e-?[0-9]{1,3})?") {
            let number: Number = digits.parse().unwrap();
            prop_assert_eq!(number.to_string().parse::<Number>().unwrap(), number);
        }
    }
}
