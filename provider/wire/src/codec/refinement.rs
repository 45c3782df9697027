//! Unknown values: extension type 0, or 12 with a map of what is known all the same.
//!
//! Keys we do not know are skipped, and so is a refinement that cannot be read: less knowledge is always safe.

use super::{decode::number, encode};
use rmpv::Value as Raw;
use zt_framework::value::{Bound, Refinements, Type};

const UNREFINED: i8 = 0;
const REFINED: i8 = 12;

const NULLNESS: u64 = 1;
const PREFIX: u64 = 2;
const MINIMUM: u64 = 3;
const MAXIMUM: u64 = 4;
const MIN_LENGTH: u64 = 5;
const MAX_LENGTH: u64 = 6;

pub(super) fn read(kind: i8, data: &[u8]) -> Refinements {
    let mut refinements = Refinements::default();
    let mut rest = data;
    let pairs = match (kind, rmpv::decode::read_value_with_max_depth(&mut rest, 8)) {
        (REFINED, Ok(Raw::Map(pairs))) => pairs,
        _ => return refinements,
    };
    for (key, raw) in pairs {
        match key.as_u64() {
            Some(NULLNESS) => refinements.null = raw.as_bool(),
            Some(PREFIX) => refinements.prefix = raw.as_str().map(str::to_owned),
            Some(MINIMUM) => refinements.minimum = bound(&raw),
            Some(MAXIMUM) => refinements.maximum = bound(&raw),
            Some(MIN_LENGTH) => refinements.min_length = raw.as_u64(),
            Some(MAX_LENGTH) => refinements.max_length = raw.as_u64(),
            _ => {}
        }
    }
    refinements
}

fn bound(raw: &Raw) -> Option<Bound> {
    match raw.as_array()?.as_slice() {
        [value, inclusive] => Some(Bound {
            value: number(value)?,
            inclusive: inclusive.as_bool()?,
        }),
        _ => None,
    }
}

/// What can be promised of a value of this type. Terraform refuses a promise that makes no sense for its type.
fn fitting(refinements: &Refinements, ty: &Type) -> Refinements {
    let mut fitting = refinements.clone();
    let is_collection = matches!(ty, Type::List(_) | Type::Set(_) | Type::Map(_));
    if *ty == Type::Dynamic {
        fitting = Refinements::default();
    }
    if *ty != Type::String {
        fitting.prefix = None;
    }
    if *ty != Type::Number {
        (fitting.minimum, fitting.maximum) = (None, None);
    }
    if !is_collection {
        (fitting.min_length, fitting.max_length) = (None, None);
    }
    fitting
}

pub(super) fn write(refinements: &Refinements, ty: &Type) -> Raw {
    let refinements = fitting(refinements, ty);
    let bound = |bound: &Bound| Raw::Array(vec![encode::number(&bound.value), bound.inclusive.into()]);
    let known = [
        (NULLNESS, refinements.null.map(Raw::from)),
        (PREFIX, refinements.prefix.as_deref().map(Raw::from)),
        (MINIMUM, refinements.minimum.as_ref().map(bound)),
        (MAXIMUM, refinements.maximum.as_ref().map(bound)),
        (MIN_LENGTH, refinements.min_length.map(Raw::from)),
        (MAX_LENGTH, refinements.max_length.map(Raw::from)),
    ];
    let pairs: Vec<_> = known
        .into_iter()
        .filter_map(|(key, raw)| Some((key.into(), raw?)))
        .collect();
    let mut data = Vec::new();
    // Without anything to say, and in the impossible case that memory cannot be written, it is plainly unknown.
    if pairs.is_empty() || rmpv::encode::write_value(&mut data, &Raw::Map(pairs)).is_err() {
        return Raw::Ext(UNREFINED, vec![0]);
    }
    Raw::Ext(REFINED, data)
}
