//! The codec: cty's bytes, exact numbers, errors with paths, and that nothing is lost on the way.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod values;

use proptest::prelude::*;
use values::{typed, types};
use zt_framework::value::{Refinements, Type, Value, json};
use zt_wire::codec::{decode, encode};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

/// A value and cty's bytes for it, both ways.
fn check(ty: &Type, value: Value, bytes: &str) {
    let encoded = encode(&value, ty).unwrap();
    assert_eq!(hex(&encoded), bytes, "{value:?}");
    assert_eq!(decode(&encoded, ty).unwrap(), value);
}

#[test]
fn bytes_are_ctys() {
    check(&Type::String, "a".into(), "a161");
    check(&Type::Bool, true.into(), "c3");
    check(&Type::String, Value::Null, "c0");
    check(&Type::Number, number("1"), "01");
    check(&Type::Number, number("1.5"), "cb3ff8000000000000");
    check(&Type::Number, number("0.1"), "a3302e31");
    check(&Type::Number, number("9223372036854775807"), "cf7fffffffffffffff");
    check(&Type::Number, number("9223372036854775808"), "cb43e0000000000000");
    check(
        &Type::Number,
        number("18446744073709551617"),
        "b43138343436373434303733373039353531363137",
    );
    check(&Type::String, Value::unknown(), "d40000");
    check(&Type::list(Type::String), Value::list(["a"]), "91a161");
    check(
        &Type::object([("a", Type::Bool)]),
        Value::object([("a", false.into())]),
        "81a161c2",
    );
    let refined = Value::Unknown(Refinements::prefix("Hello "));
    check(&Type::String, refined, "c70b0c8201c202a648656c6c6f20");
    let dynamic = Value::Dynamic(Box::new((Type::String, "a".into())));
    check(&Type::Dynamic, dynamic, "92c40822737472696e6722a161");
}

#[test]
fn a_float_keeps_its_binary_value() {
    let tenth = decode(&[0xcb, 0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a], &Type::Number).unwrap();
    assert_ne!(tenth, number("0.1"));
    assert_eq!(hex(&encode(&tenth, &Type::Number).unwrap()), "cb3fb999999999999a");
}

#[test]
fn unknown_refinements_are_skipped() {
    // Key 9 is not known to anybody yet; key 1 says "not null".
    let value = decode(&[0xc7, 5, 12, 0x82, 9, 0xc3, 1, 0xc2], &Type::String).unwrap();
    assert!(matches!(value, Value::Unknown(refinements) if refinements == Refinements::not_null()));
    // An extension type nobody knows, and a refinement that is no map.
    assert!(decode(&[0xd4, 7, 0], &Type::String).unwrap().is_unknown());
    assert!(decode(&[0xd4, 12, 0xc1], &Type::String).unwrap().is_unknown());
}

fn check_refused(ty: &Type, bytes: &[u8], path: &str, reason: &str) {
    let error = decode(bytes, ty).unwrap_err();
    assert_eq!((error.path.to_string().as_str(), error.reason.as_str()), (path, reason));
}

#[test]
fn what_does_not_fit_is_refused_with_its_path() {
    let routes = Type::object([("routes", Type::list(Type::object([("ttl", Type::Number)])))]);
    let bytes = b"\x81\xa6routes\x91\x81\xa3ttl\xc3";
    check_refused(&routes, bytes, "routes[0].ttl", "a number is required");
    check_refused(&routes, b"\x80", "routes", "the attribute is missing");
    check_refused(
        &routes,
        b"\x82\xa6routes\xc0\xa1x\xc0",
        "x",
        "the schema has no such attribute",
    );
    check_refused(
        &Type::map(Type::Bool),
        b"\x82\xa1k\xc3\xa1k\xc3",
        "[\"k\"]",
        "the key occurs twice",
    );
    check_refused(&Type::String, b"\xa1a\xa1b", "", "there are bytes after the value");
    check_refused(&Type::Number, b"\xcb\x7f\xf0\0\0\0\0\0\0", "", "a number is required");
    assert!(decode(&[0x91; 5000], &Type::list(Type::String)).is_err());
    assert!(decode(b"\xdd\xff\xff\xff\xff", &Type::list(Type::String)).is_err());
    assert!(encode(&"text".into(), &Type::Number).is_err());
}

proptest! {
    #[test]
    fn messagepack_loses_nothing((ty, value) in typed(false)) {
        let bytes = encode(&value, &ty).unwrap();
        let back = decode(&bytes, &ty).unwrap();
        prop_assert_eq!(&back, &value);
        prop_assert_eq!(encode(&back, &ty).unwrap(), bytes);
    }

    #[test]
    fn json_loses_nothing((ty, value) in typed(true)) {
        let text = json::encode(&value, &ty).unwrap();
        prop_assert_eq!(json::decode(&text, &ty).unwrap(), value);
    }

    #[test]
    fn types_survive_their_json_form(ty in types()) {
        prop_assert_eq!(Type::from_json(&ty.to_json()).unwrap(), ty);
    }

    #[test]
    fn garbage_is_an_error_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), ty in types()) {
        let _ = decode(&bytes, &ty);
        let _ = json::decode(&bytes, &ty);
    }

    #[test]
    fn the_order_of_a_set_means_nothing(elements in prop::collection::vec("[a-d]", 0..6), turn in 0usize..6) {
        let mut turned = elements.clone();
        turned.rotate_left(turn.min(elements.len()));
        turned.extend(elements.first().cloned());
        prop_assert_eq!(Value::set_of(turned), Value::set_of(elements));
    }
}
