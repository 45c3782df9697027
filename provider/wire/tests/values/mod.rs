//! Any value of any type; shared with the lane that asks a foreign codec.

#![allow(unreachable_pub)]

use proptest::prelude::*;
use zt_framework::value::{Bound, Number, Refinements, Type, Value};

pub fn types() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![
        Just(Type::String),
        Just(Type::Number),
        Just(Type::Bool),
        Just(Type::Dynamic)
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::btree_map("[a-z]{1,4}", inner.clone(), 0..4).prop_map(Type::Object),
            prop::collection::vec(inner, 0..3).prop_map(Type::Tuple),
        ]
    })
}

fn numbers() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        prop::num::f64::NORMAL.prop_map(|float| Number::from_f64(float).unwrap()),
        "-?[0-9]{1,30}\\.[0-9]{1,30}".prop_map(|text| text.parse().unwrap()),
    ]
}

/// Text in normal form C, which is the only one cty knows.
const TEXT: &str = "[ -~\u{e9}\u{df}\u{6f22}\u{1f600}]{0,10}";

/// Promises that a value of the type can keep.
fn refinements(ty: &Type) -> BoxedStrategy<Refinements> {
    let not_null = prop_oneof![Just(None), Just(Some(false))];
    match ty {
        Type::String => (not_null, prop::option::of("[a-z]{1,5}"))
            .prop_map(|(null, prefix)| Refinements {
                null,
                prefix,
                ..Default::default()
            })
            .boxed(),
        Type::Number => (not_null, prop::option::of((numbers(), any::<bool>())))
            .prop_map(|(null, bound)| {
                let minimum = bound.map(|(value, inclusive)| Bound { value, inclusive });
                Refinements {
                    null,
                    minimum,
                    ..Default::default()
                }
            })
            .boxed(),
        Type::List(_) | Type::Set(_) | Type::Map(_) => (not_null, prop::option::of(1u64..9))
            .prop_map(|(null, max_length)| Refinements {
                null,
                max_length,
                ..Default::default()
            })
            .boxed(),
        Type::Dynamic => Just(Refinements::default()).boxed(),
        _ => not_null
            .prop_map(|null| Refinements {
                null,
                ..Default::default()
            })
            .boxed(),
    }
}

fn values(ty: &Type, known: bool) -> BoxedStrategy<Value> {
    let set = match ty {
        Type::String => TEXT.prop_map(Value::from).boxed(),
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::Number => numbers().prop_map(Value::Number).boxed(),
        Type::List(inner) => prop::collection::vec(values(inner, known), 0..4)
            .prop_map(Value::List)
            .boxed(),
        Type::Set(inner) => prop::collection::vec(values(inner, known), 0..4)
            .prop_map(Value::Set)
            .boxed(),
        Type::Map(inner) => prop::collection::btree_map(TEXT, values(inner, known), 0..4)
            .prop_map(Value::Map)
            .boxed(),
        Type::Object(attributes) => {
            let members: Vec<_> = attributes
                .iter()
                .map(|(name, ty)| (Just(name.clone()), values(ty, known)))
                .collect();
            members
                .prop_map(|members| Value::Object(members.into_iter().collect()))
                .boxed()
        }
        Type::Tuple(types) => types
            .iter()
            .map(|ty| values(ty, known))
            .collect::<Vec<_>>()
            .prop_map(Value::Tuple)
            .boxed(),
        Type::Dynamic => numbers()
            .prop_map(|one| Value::Dynamic(Box::new((Type::Number, one.into()))))
            .boxed(),
    };
    let unknown = if known { 0 } else { 1 };
    prop_oneof![8 => set, 1 => Just(Value::Null), unknown => refinements(ty).prop_map(Value::Unknown)].boxed()
}

pub fn typed(known: bool) -> impl Strategy<Value = (Type, Value)> {
    types().prop_flat_map(move |ty| (Just(ty.clone()), values(&ty, known)))
}
