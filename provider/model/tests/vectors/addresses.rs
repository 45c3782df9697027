use zt_model::address::{Address, Cidr};

use crate::{text, vectors};

#[test]
fn ranges_are_told_alike() {
    for case in vectors!("addresses.json")["ranges"].as_array().unwrap() {
        let written = text(case, "cidr");
        let range: Cidr = written.parse().unwrap();
        assert_eq!(range.to_string(), written);
        let mut found = range.prefixes();
        found.sort();
        let expected: Vec<String> = serde_json::from_value(case["prefixes"].clone()).unwrap();
        assert_eq!(found, expected, "{written}");
    }
}

/// Checklist: P15
#[test]
fn addresses_lie_in_the_same_ranges() {
    let vectors = vectors!("addresses.json");
    let ranges: Vec<Cidr> = vectors["ranges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| text(case, "cidr").parse().unwrap())
        .collect();
    for case in vectors["addresses"].as_array().unwrap() {
        let written = text(case, "address");
        let expected: Vec<String> = serde_json::from_value(case["within"].clone()).unwrap();
        let Some(address) = Address::parse(written) else {
            assert!(case["digits"].is_null(), "{written:?} is an address");
            continue;
        };
        let digits = address.digits();
        assert_eq!(Some(digits.as_str()), case["digits"].as_str(), "{written:?}");
        let found: Vec<String> = ranges
            .iter()
            .filter(|range| range.contains(address))
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, expected, "{written}");
        let by_prefix: Vec<String> = ranges
            .iter()
            .filter(|range| range.prefixes().iter().any(|prefix| digits.starts_with(prefix)))
            .map(ToString::to_string)
            .collect();
        assert_eq!(by_prefix, expected, "{written}, by its digits");
    }
}

#[test]
fn what_is_no_range_is_refused() {
    for written in vectors!("addresses.json")["no_ranges"].as_array().unwrap() {
        let written = written.as_str().unwrap();
        assert!(written.parse::<Cidr>().is_err(), "{written:?}");
    }
}
