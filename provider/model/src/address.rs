//! Addresses of viewers and ranges of them, and how a range is told to the session function: as prefixes of
//! hexadecimal digits, because its engine compares texts and has no numbers of 128 bits.
//!
//! An IPv4 address that is spelled as an IPv6 one counts as what it is. Parsing is strict: what somebody could read in
//! two ways is no address. (`core::net` holds types only; no network is touched.)

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::fmt;
use std::str::FromStr;

/// An address of a viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(IpAddr);

/// A range of addresses in CIDR notation, without bits beyond its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    address: Address,
    length: u8,
}

/// Why a text is not a range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CidrError {
    /// No slash.
    #[error("a range of addresses is written as address and length; a single address has /32, or /128 with IPv6")]
    NoLength,
    /// What stands before the slash is no address.
    #[error("what stands before the slash is not an IPv4 or IPv6 address")]
    Address,
    /// What stands after the slash is no length.
    #[error("the length is a whole number from 0 to 32, with IPv6 to 128")]
    Length,
    /// Bits beyond the length are set, so that it is not clear what is meant.
    #[error("the address has bits beyond the length; write the first address of the range")]
    Bits,
    /// An IPv6 spelling of IPv4 addresses.
    #[error("viewers with such an address count as IPv4; write the IPv4 range")]
    Mapped,
}

impl Address {
    /// Reads an address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let address: IpAddr = text.parse().ok()?;
        Some(Self(address.to_canonical()))
    }

    /// `4` and eight or `6` and 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn digits(self) -> String {
        match self.0 {
            IpAddr::V4(address) => format!("4{:08x}", address.to_bits()),
            IpAddr::V6(address) => format!("6{:032x}", address.to_bits()),
        }
    }

    /// How many bits an address of this family has, and its own, the highest first.
    fn bits(self) -> (u8, u128) {
        match self.0 {
            IpAddr::V4(address) => (32, u128::from(address.to_bits()) << 96),
            IpAddr::V6(address) => (128, address.to_bits()),
        }
    }

    /// The address of the same family with these bits.
    fn with_bits(self, bits: u128) -> Self {
        match self.0 {
            // The shift leaves 32 bits.
            IpAddr::V4(_) => Self(Ipv4Addr::from_bits(u32::try_from(bits >> 96).unwrap_or_default()).into()),
            IpAddr::V6(_) => Self(Ipv6Addr::from_bits(bits).into()),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A mask of so many leading ones.
fn mask(length: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0)
}

impl Cidr {
    /// Whether an address lies in the range.
    #[must_use]
    pub fn contains(&self, address: Address) -> bool {
        let ((width, bits), (own_width, own)) = (address.bits(), self.address.bits());
        width == own_width && bits & mask(self.length) == own
    }

    /// The first address of the range.
    #[must_use]
    pub fn first(&self) -> Address {
        self.address
    }

    /// Whether every address of another range lies in this one.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.length <= other.length && self.contains(other.address)
    }

    /// The texts with which the digits of exactly the addresses of this range begin, at most eight.
    #[must_use]
    pub fn prefixes(&self) -> Vec<String> {
        let rounded = self.length.div_ceil(4) * 4;
        let (_, bits) = self.address.bits();
        let step = 1_u128.checked_shl(128 - u32::from(rounded)).unwrap_or(0);
        let count = 1_u128 << (rounded - self.length);
        let digits = usize::from(rounded / 4) + 1;
        let part = |index: u128| {
            let mut text = self.address.with_bits(bits + index * step).digits();
            text.truncate(digits);
            text
        };
        (0..count).map(part).collect()
    }
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, length) = text.split_once('/').ok_or(CidrError::NoLength)?;
        let written: IpAddr = address.parse().map_err(|_| CidrError::Address)?;
        let address = Address(written.to_canonical());
        if address.0 != written {
            return Err(CidrError::Mapped);
        }
        let plain = length == "0" || !length.starts_with('0') && length.bytes().all(|byte| byte.is_ascii_digit());
        let length: u8 = plain.then(|| length.parse().ok()).flatten().ok_or(CidrError::Length)?;
        let (width, bits) = address.bits();
        if length > width {
            return Err(CidrError::Length);
        }
        if bits & !mask(length) != 0 {
            return Err(CidrError::Bits);
        }
        Ok(Self { address, length })
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.address, self.length)
    }
}
