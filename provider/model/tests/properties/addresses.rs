use proptest::prelude::*;
use zt_model::address::{Address, Cidr};

/// A range of one family and an address near it: some bits of its own are turned over.
fn near() -> impl Strategy<Value = (String, String)> {
    let four = (any::<u32>(), 0_u32..=32, 0_u32..32).prop_map(|(bits, length, turned)| {
        let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
        let address = core::net::Ipv4Addr::from_bits(bits ^ (1 << turned));
        let first = core::net::Ipv4Addr::from_bits(bits & mask);
        (format!("{first}/{length}"), address.to_string())
    });
    let six = (any::<u128>(), 0_u32..=128, 0_u32..128).prop_map(|(bits, length, turned)| {
        let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
        // Not in the block that spells IPv4 addresses.
        let bits = bits | 1 << 127;
        let address = core::net::Ipv6Addr::from_bits(bits ^ (1 << turned));
        let first = core::net::Ipv6Addr::from_bits(bits & mask);
        (format!("{first}/{length}"), address.to_string())
    });
    prop_oneof![four, six]
}

proptest! {
    /// What the session function compares, digits, says the same as the bits do.
    #[test]
    fn digits_begin_with_a_prefix_exactly_within_the_range((range, address) in near()) {
        let range: Cidr = range.parse().unwrap();
        let address = Address::parse(&address).unwrap();
        let digits = address.digits();
        let prefixes = range.prefixes();
        prop_assert!(prefixes.len() <= 8);
        let begins = prefixes.iter().filter(|prefix| digits.starts_with(prefix.as_str())).count();
        prop_assert_eq!(begins, usize::from(range.contains(address)));
    }

    #[test]
    fn ranges_read_back_and_cover_themselves((range, _) in near()) {
        let read: Cidr = range.parse().unwrap();
        prop_assert_eq!(read.to_string(), range);
        prop_assert!(read.covers(&read));
    }
}
