//! Values to MessagePack, byte for byte as cty writes them.

use super::refinement;
use super::{CodecError, refuse};
use rmpv::Value as Raw;
use std::collections::BTreeMap;
use zt_framework::value::{Number, Path, Type, Value};

/// Writes a value of a type.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let raw = write(value, ty, &Path::root())?;
    let mut bytes = Vec::new();
    match rmpv::encode::write_value(&mut bytes, &raw) {
        Ok(()) => Ok(bytes),
        Err(error) => refuse(&Path::root(), error.to_string()),
    }
}

fn write(value: &Value, ty: &Type, path: &Path) -> Result<Raw, CodecError> {
    match (ty, value) {
        (_, Value::Null) => Ok(Raw::Nil),
        (ty, Value::Unknown(refinements)) => Ok(refinement::write(refinements, ty)),
        (Type::String, Value::String(text)) => Ok(text.as_str().into()),
        (Type::Bool, Value::Bool(truth)) => Ok((*truth).into()),
        (Type::Number, Value::Number(value)) => Ok(number(value)),
        (Type::List(ty), Value::List(elements)) | (Type::Set(ty), Value::Set(elements)) => {
            let parts = elements
                .iter()
                .enumerate()
                .map(|(index, element)| write(element, ty, &path.index(index)));
            Ok(Raw::Array(parts.collect::<Result<_, _>>()?))
        }
        (Type::Tuple(types), Value::Tuple(elements)) if types.len() == elements.len() => {
            let parts = elements.iter().zip(types).enumerate();
            let parts = parts.map(|(index, (element, ty))| write(element, ty, &path.index(index)));
            Ok(Raw::Array(parts.collect::<Result<_, _>>()?))
        }
        (Type::Map(ty), Value::Map(members)) => {
            let pairs = members
                .iter()
                .map(|(key, member)| Ok((key.as_str().into(), write(member, ty, &path.key(key))?)));
            Ok(Raw::Map(pairs.collect::<Result<_, CodecError>>()?))
        }
        (Type::Object(types), Value::Object(attributes)) => write_object(attributes, types, path),
        (Type::Dynamic, Value::Dynamic(pair)) => {
            let ty = Raw::Binary(pair.0.to_json().to_string().into_bytes());
            Ok(Raw::Array(vec![ty, write(&pair.1, &pair.0, path)?]))
        }
        (Type::Dynamic, _) => refuse(path, "a value of dynamic type must bring its type"),
        (ty, _) => refuse(path, format!("a {ty} is required")),
    }
}

/// Integers as integers, exact floats as floats, all others as text.
pub(super) fn number(value: &Number) -> Raw {
    if let Some(integer) = value.as_i64() {
        return integer.into();
    }
    match value.as_exact_f64() {
        Some(float) => Raw::F64(float),
        None => value.to_string().into(),
    }
}

fn write_object(
    attributes: &BTreeMap<String, Value>,
    types: &BTreeMap<String, Type>,
    path: &Path,
) -> Result<Raw, CodecError> {
    if let Some(foreign) = attributes.keys().find(|name| !types.contains_key(*name)) {
        return refuse(&path.attribute(foreign), "the schema has no such attribute");
    }
    let null = Value::Null;
    let pairs = types.iter().map(|(name, ty)| {
        let value = attributes.get(name).unwrap_or(&null);
        Ok((name.as_str().into(), write(value, ty, &path.attribute(name))?))
    });
    Ok(Raw::Map(pairs.collect::<Result<_, CodecError>>()?))
}
