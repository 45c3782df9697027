//! The spellings of the edge contract: base64url without padding, lower-case base 36, and base64 for PEM.
//!
//! Both directions are strict. What `print` cannot have written, `parse` refuses, so that a value has one spelling.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// `b64u(bytes)`: base64url without padding.
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Base64 with padding, as PEM has it.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of a base64url text; `None` for padding, foreign characters or stray trailing bits.
#[must_use]
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Whether every byte is one of the 64 characters of base64url.
#[must_use]
pub fn is_base64url(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// `b36(number)`: lower-case base 36 without leading zeros.
#[must_use]
pub fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = (number % 36) as u8;
        digits.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

/// The number a base 36 text spells, leading zeros allowed; `None` for anything that is not all digits or too large.
#[must_use]
pub fn from_base36(text: &str) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.bytes().try_fold(0_u64, |number, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'z' => byte - b'a' + 10,
            _ => return None,
        };
        number.checked_mul(36)?.checked_add(u64::from(digit))
    })
}

/// `lp(text)`: the four-byte big-endian length of the UTF-8 bytes, then those bytes.
///
/// A text of four gibibytes or more cannot be spelled; its length is cut to the largest prefix value, which no
/// configuration reaches because every name is bounded where it is parsed.
#[must_use]
pub fn length_prefixed(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut bytes = length.to_be_bytes().to_vec();
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn base36_is_spelled_as_in_javascript() {
        // Expectations: Number.prototype.toString(36).
        for (number, text) in [
            (0, "0"),
            (35, "z"),
            (36, "10"),
            (60_466_176, "100000"),
            (2_176_782_335, "zzzzzz"),
            (1_800_000_000, "tro8w0"),
        ] {
            assert_eq!(from_base36(text), Some(number), "{text}");
            assert_eq!(base36(number), text);
        }
    }

    #[test]
    fn what_print_cannot_have_written_is_refused() {
        for text in ["", "A", "-1", "1 ", "zzzzzzzzzzzzzzzz"] {
            assert_eq!(from_base36(text), None, "{text:?}");
        }
        for text in ["AA==", "A", "A+", "A/", "AB", "AA\n"] {
            assert_eq!(from_base64url(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn numbers_and_bytes_survive_the_way_there_and_back(number: u64, bytes: Vec<u8>) {
            prop_assert_eq!(from_base36(&base36(number)), Some(number));
            prop_assert_eq!(from_base64url(&base64url(&bytes)), Some(bytes));
        }
    }
}
