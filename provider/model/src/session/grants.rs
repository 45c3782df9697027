//! The set of grant bits: which membership policies a user satisfied when the cookie was minted.

/// A set of up to 256 grant bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Grants([u64; 4]);

impl Grants {
    /// How many bits there are.
    pub const LIMIT: u16 = 256;

    /// Sets a bit; bits beyond the limit do not exist and are not set.
    pub fn set(&mut self, bit: u16) {
        if let Some(word) = self.0.get_mut(usize::from(bit / 64)) {
            *word |= 1 << (bit % 64);
        }
    }

    /// Whether a bit is set.
    #[must_use]
    pub fn has(&self, bit: u16) -> bool {
        self.0
            .get(usize::from(bit / 64))
            .is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// From its spelling in the cookie, at most 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 64 {
            return None;
        }
        let mut grants = Self::default();
        for (bit, byte) in (0_u16..).step_by(4).zip(text.bytes()) {
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                _ => return None,
            };
            for offset in (0..4).filter(|offset| digit >> offset & 1 == 1) {
                grants.set(bit + offset);
            }
        }
        Some(grants)
    }

    /// The spelling in the cookie: a digit for each four bits, the lowest first, without trailing zeros.
    #[must_use]
    pub fn text(&self) -> String {
        let digit = |index: u16| {
            let value = (0..4).fold(0_u32, |sum, offset| {
                sum | u32::from(self.has(index * 4 + offset)) << offset
            });
            char::from_digit(value, 16).unwrap_or('0')
        };
        let digits: String = (0..64).map(digit).collect();
        digits.trim_end_matches('0').to_owned()
    }
}

impl FromIterator<u16> for Grants {
    fn from_iter<I: IntoIterator<Item = u16>>(bits: I) -> Self {
        let mut grants = Self::default();
        for bit in bits {
            grants.set(bit);
        }
        grants
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn bits_are_spelled_lowest_digit_first() {
        for (bits, text) in [
            (vec![], ""),
            (vec![0], "1"),
            (vec![3], "8"),
            (vec![4], "01"),
            (vec![0, 1, 2, 3, 5], "f2"),
        ] {
            assert_eq!(bits.into_iter().collect::<Grants>().text(), text);
        }
        let last = format!("{}8", "0".repeat(63));
        assert_eq!([255].into_iter().collect::<Grants>().text(), last);
        assert!(Grants::parse(&last).unwrap().has(255));
    }

    #[test]
    fn other_spellings_are_refused() {
        for text in ["g", "F", " ", &"0".repeat(65)] {
            assert_eq!(Grants::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn sets_survive_the_way_there_and_back(bits: BTreeSet<u8>) {
            let grants: Grants = bits.iter().copied().map(u16::from).collect();
            let read = Grants::parse(&grants.text()).unwrap();
            for bit in 0..300 {
                prop_assert_eq!(read.has(bit), u8::try_from(bit).is_ok_and(|bit| bits.contains(&bit)));
            }
        }
    }
}
