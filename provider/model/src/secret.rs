//! Secret bytes and secret text.
//!
//! Neither type can be printed, serialised, hashed or compared with `==`; both are wiped when dropped. Whoever needs
//! the content says so by `expose`, which is the word to search for in a review.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use zeroize::{Zeroize, Zeroizing};

use crate::encoding::{base64url, from_base64url};

/// Bytes that must not be seen: a pepper, key material, a derived key.
#[derive(Clone)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

/// Text that must not be seen: a document that carries keys, a client secret, a session cookie.
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

impl SecretBytes {
    /// Takes the bytes over; the caller's copy, if any, is the caller's to wipe.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Exactly 32 bytes from their base64url spelling (43 characters).
    #[must_use]
    pub fn from_base64url_32(text: &str) -> Option<Self> {
        let mut bytes = from_base64url(text)?;
        if bytes.len() == 32 {
            return Some(Self::new(bytes));
        }
        bytes.zeroize();
        None
    }

    /// The bytes themselves.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The bytes spelled in base64url, still secret.
    #[must_use]
    pub fn base64url(&self) -> SecretText {
        SecretText::new(base64url(&self.0))
    }

    /// Whether the bytes are the same, in a time that depends on the length only.
    #[must_use]
    pub fn same_as(&self, other: &[u8]) -> bool {
        verify_slices_are_equal(&self.0, other).is_ok()
    }
}

impl SecretText {
    /// Takes the text over.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the texts are the same, in a time that depends on the length only.
    #[must_use]
    pub fn same_as(&self, other: &str) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), other.as_bytes()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::marker::PhantomData;

    /// An inherent constant wins over a trait's, so `PRESENT` is true exactly for types that have the bound.
    macro_rules! assert_absent {
        ($bound:path) => {{
            struct Probe<T: ?Sized>(PhantomData<T>);
            trait Absent {
                const PRESENT: bool = false;
            }
            impl<T: ?Sized> Absent for Probe<T> {}
            #[allow(dead_code)]
            impl<T: ?Sized + $bound> Probe<T> {
                const PRESENT: bool = true;
            }
            assert!(<Probe<str>>::PRESENT, "the probe itself must see the trait");
            assert!(!<Probe<SecretBytes>>::PRESENT);
            assert!(!<Probe<SecretText>>::PRESENT);
        }};
    }

    #[test]
    fn secrets_have_no_debug() {
        assert_absent!(std::fmt::Debug);
    }

    #[test]
    fn secrets_have_no_display() {
        assert_absent!(std::fmt::Display);
    }

    #[test]
    fn secrets_have_no_serialize() {
        assert_absent!(serde::Serialize);
    }

    #[test]
    fn secrets_have_no_equality_or_hash() {
        assert_absent!(PartialEq);
        assert_absent!(std::hash::Hash);
    }

    #[test]
    fn comparison_sees_content_and_length() {
        let secret = SecretBytes::new(vec![1, 2, 3]);
        assert!(secret.same_as(&[1, 2, 3]));
        assert!(!secret.same_as(&[1, 2, 4]));
        assert!(!secret.same_as(&[1, 2]));
        assert!(!SecretText::new("a".into()).same_as(""));
    }

    #[test]
    fn a_key_is_exactly_thirty_two_bytes() {
        let text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        let secret = SecretBytes::from_base64url_32(text).unwrap();
        assert_eq!(secret.expose(), (0..32).collect::<Vec<u8>>());
        assert_eq!(secret.base64url().expose(), text);
        for wrong in ["", "AAEC", &format!("{text}AA"), &text.replace('8', "9")] {
            assert!(SecretBytes::from_base64url_32(wrong).is_none(), "{wrong}");
        }
    }
}
