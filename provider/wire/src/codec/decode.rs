//! MessagePack to values.

use super::refinement;
use super::{CodecError, refuse};
use rmpv::Value as Raw;
use std::collections::BTreeMap;
use zt_framework::value::{Number, Path, Type, Value};

/// Nothing honest nests deeper; the guard keeps the stack safe from what is not.
const MAX_DEPTH: usize = 128;

/// Reads a value of a type.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    let path = Path::root();
    let mut rest = bytes;
    let raw = match rmpv::decode::read_value_with_max_depth(&mut rest, MAX_DEPTH) {
        Ok(raw) if rest.is_empty() => raw,
        Ok(_) => return refuse(&path, "there are bytes after the value"),
        Err(error) => return refuse(&path, format!("not valid MessagePack: {error}")),
    };
    read(raw, ty, &path)
}

fn read(raw: Raw, ty: &Type, path: &Path) -> Result<Value, CodecError> {
    match (ty, raw) {
        (_, Raw::Nil) => Ok(Value::Null),
        (_, Raw::Ext(kind, data)) => Ok(Value::Unknown(refinement::read(kind, &data))),
        (Type::String, Raw::String(text)) => match text.into_str() {
            Some(text) => Ok(Value::String(text)),
            None => refuse(path, "the text is not valid UTF-8"),
        },
        (Type::Bool, Raw::Boolean(truth)) => Ok(Value::Bool(truth)),
        (Type::Number, raw) => match number(&raw) {
            Some(number) => Ok(Value::Number(number)),
            None => refuse(path, "a number is required"),
        },
        (Type::List(element), Raw::Array(parts)) => Ok(Value::List(read_all(parts, element, path)?)),
        (Type::Set(element), Raw::Array(parts)) => Ok(Value::Set(read_all(parts, element, path)?)),
        (Type::Map(element), Raw::Map(pairs)) => {
            let read_one = |(key, raw): (String, Raw)| {
                let value = read(raw, element, &path.key(&key))?;
                Ok::<_, CodecError>((key, value))
            };
            Ok(Value::Map(
                keyed(pairs, path)?
                    .into_iter()
                    .map(read_one)
                    .collect::<Result<_, _>>()?,
            ))
        }
        (Type::Object(types), Raw::Map(pairs)) => read_object(keyed(pairs, path)?, types, path),
        (Type::Tuple(types), Raw::Array(parts)) if parts.len() == types.len() => {
            let read_one = |(index, (raw, ty)): (usize, (Raw, &Type))| read(raw, ty, &path.index(index));
            Ok(Value::Tuple(
                parts
                    .into_iter()
                    .zip(types)
                    .enumerate()
                    .map(read_one)
                    .collect::<Result<_, _>>()?,
            ))
        }
        (Type::Dynamic, Raw::Array(parts)) => read_dynamic(parts, path),
        (ty, _) => refuse(path, format!("a {ty} is required")),
    }
}

/// A number in any of its spellings, if it is one.
pub(super) fn number(raw: &Raw) -> Option<Number> {
    match raw {
        Raw::Integer(integer) => integer
            .as_i64()
            .map(Number::from)
            .or_else(|| integer.as_u64().map(Number::from)),
        Raw::F32(float) => Number::from_f64(f64::from(*float)).ok(),
        Raw::F64(float) => Number::from_f64(*float).ok(),
        Raw::String(text) => text.as_str()?.parse().ok(),
        _ => None,
    }
}

fn read_all(parts: Vec<Raw>, element: &Type, path: &Path) -> Result<Vec<Value>, CodecError> {
    parts
        .into_iter()
        .enumerate()
        .map(|(index, raw)| read(raw, element, &path.index(index)))
        .collect()
}

fn keyed(pairs: Vec<(Raw, Raw)>, path: &Path) -> Result<BTreeMap<String, Raw>, CodecError> {
    let mut members = BTreeMap::new();
    for (key, raw) in pairs {
        let Raw::String(key) = key else {
            return refuse(path, "a key is no text");
        };
        let Some(key) = key.into_str() else {
            return refuse(path, "a key is not valid UTF-8");
        };
        if members.insert(key.clone(), raw).is_some() {
            return refuse(&path.key(key), "the key occurs twice");
        }
    }
    Ok(members)
}

fn read_object(
    mut members: BTreeMap<String, Raw>,
    types: &BTreeMap<String, Type>,
    path: &Path,
) -> Result<Value, CodecError> {
    let mut attributes = BTreeMap::new();
    for (name, ty) in types {
        let at = path.attribute(name);
        let Some(raw) = members.remove(name) else {
            return refuse(&at, "the attribute is missing");
        };
        attributes.insert(name.clone(), read(raw, ty, &at)?);
    }
    match members.into_keys().next() {
        Some(foreign) => refuse(&path.attribute(foreign), "the schema has no such attribute"),
        None => Ok(Value::Object(attributes)),
    }
}

fn read_dynamic(parts: Vec<Raw>, path: &Path) -> Result<Value, CodecError> {
    let Ok([ty, raw]) = <[Raw; 2]>::try_from(parts) else {
        return refuse(path, "a type and a value are required");
    };
    let text = match &ty {
        Raw::Binary(bytes) => bytes.as_slice(),
        Raw::String(text) => text.as_bytes(),
        _ => return refuse(path, "the type is no JSON"),
    };
    let json: serde_json::Value = serde_json::from_slice(text).or_else(|_| refuse(path, "the type is no JSON"))?;
    let ty = Type::from_json(&json).or_else(|error| refuse(path, error.to_string()))?;
    let value = read(raw, &ty, path)?;
    Ok(Value::Dynamic(Box::new((ty, value))))
}
