//! Values as JSON: the form in which Terraform stores state.
//!
//! Reading and writing follow a type, so numbers stay exact, sets stay sets, and an error names the place. Unknown
//! values have no JSON form. [`from_plain`] reads loose JSON, for what older versions stored, and is not exact;
//! [`to_plain`] writes a value without its type.

use super::{Number, Path, Type, Value};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Values of dynamic type may nest this deep; all others are bounded by their types.
const MAX_DEPTH: usize = 256;

/// A JSON text that does not fit its type, or a value that has no JSON form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} (at {})", if path.is_root() { "the root".to_owned() } else { path.to_string() })]
pub struct JsonError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub reason: String,
}

fn refuse<T>(path: &Path, reason: impl Into<String>) -> Result<T, JsonError> {
    Err(JsonError {
        path: path.clone(),
        reason: reason.into(),
    })
}

/// Reads a value of a type.
pub fn decode(text: &[u8], ty: &Type) -> Result<Value, JsonError> {
    let path = Path::root();
    let raw: &RawValue = match serde_json::from_slice(text) {
        Ok(raw) => raw,
        Err(_) => return refuse(&path, "not valid JSON"),
    };
    read(raw, ty, &path, 0)
}

fn parse<'text, T: serde::Deserialize<'text>>(
    raw: &'text RawValue,
    wanted: &Type,
    path: &Path,
) -> Result<T, JsonError> {
    // What was found is not quoted: it may be a secret.
    serde_json::from_str(raw.get()).or_else(|_| refuse(path, format!("a {wanted} is required")))
}

fn read(raw: &RawValue, ty: &Type, path: &Path, depth: usize) -> Result<Value, JsonError> {
    if depth > MAX_DEPTH {
        return refuse(path, "nested too deeply");
    }
    if raw.get() == "null" {
        return Ok(Value::Null);
    }
    match ty {
        Type::String => parse(raw, ty, path).map(Value::String),
        Type::Bool => parse(raw, ty, path).map(Value::Bool),
        Type::Number => read_number(raw, path),
        Type::List(element) => Ok(Value::List(read_all(raw, ty, element, path, depth)?)),
        Type::Set(element) => Ok(Value::Set(read_all(raw, ty, element, path, depth)?)),
        Type::Map(element) => {
            let members: BTreeMap<String, &RawValue> = parse(raw, ty, path)?;
            let read_one = |(key, raw): (String, &RawValue)| {
                let value = read(raw, element, &path.key(&key), depth + 1)?;
                Ok((key, value))
            };
            Ok(Value::Map(members.into_iter().map(read_one).collect::<Result<_, _>>()?))
        }
        Type::Object(attributes) => read_object(raw, ty, attributes, path, depth),
        Type::Tuple(types) => {
            let parts: Vec<&RawValue> = parse(raw, ty, path)?;
            if parts.len() != types.len() {
                return refuse(path, format!("a tuple of {} is required", types.len()));
            }
            let read_one =
                |(index, (raw, ty)): (usize, (&&RawValue, &Type))| read(raw, ty, &path.index(index), depth + 1);
            Ok(Value::Tuple(
                parts
                    .iter()
                    .zip(types)
                    .enumerate()
                    .map(read_one)
                    .collect::<Result<_, _>>()?,
            ))
        }
        Type::Dynamic => {
            let wrapper: BTreeMap<String, &RawValue> = parse(raw, ty, path)?;
            let (Some(ty), Some(raw)) = (wrapper.get("type"), wrapper.get("value")) else {
                return refuse(path, "a value with its type is required");
            };
            let json: serde_json::Value = parse(ty, &Type::Dynamic, path)?;
            let ty = Type::from_json(&json).or_else(|error| refuse(path, error.to_string()))?;
            let value = read(raw, &ty, path, depth + 1)?;
            Ok(Value::Dynamic(Box::new((ty, value))))
        }
    }
}

fn read_number(raw: &RawValue, path: &Path) -> Result<Value, JsonError> {
    // States of old Terraform versions hold numbers as text.
    let text = raw.get().trim_matches('"');
    text.parse::<Number>()
        .map(Value::Number)
        .or_else(|error| refuse(path, error.to_string()))
}

fn read_all(raw: &RawValue, ty: &Type, element: &Type, path: &Path, depth: usize) -> Result<Vec<Value>, JsonError> {
    let parts: Vec<&RawValue> = parse(raw, ty, path)?;
    parts
        .iter()
        .enumerate()
        .map(|(index, raw)| read(raw, element, &path.index(index), depth + 1))
        .collect()
}

fn read_object(
    raw: &RawValue,
    ty: &Type,
    attributes: &BTreeMap<String, Type>,
    path: &Path,
    depth: usize,
) -> Result<Value, JsonError> {
    let members: BTreeMap<String, &RawValue> = parse(raw, ty, path)?;
    if let Some(foreign) = members.keys().find(|name| !attributes.contains_key(*name)) {
        return refuse(&path.attribute(foreign), "no such attribute");
    }
    let read_one = |(name, ty): (&String, &Type)| {
        let value = match members.get(name) {
            Some(raw) => read(raw, ty, &path.attribute(name), depth + 1)?,
            None => Value::Null,
        };
        Ok((name.clone(), value))
    };
    Ok(Value::Object(
        attributes.iter().map(read_one).collect::<Result<_, _>>()?,
    ))
}

/// Writes a value of a type.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, JsonError> {
    let mut out = String::new();
    write(value, ty, &Path::root(), &mut out)?;
    Ok(out.into_bytes())
}

fn write(value: &Value, ty: &Type, path: &Path, out: &mut String) -> Result<(), JsonError> {
    match (ty, value) {
        (_, Value::Unknown(_)) => refuse(path, "an unknown value cannot be stored"),
        (_, Value::Null) => {
            out.push_str("null");
            Ok(())
        }
        (Type::Bool, Value::Bool(truth)) => {
            out.push_str(if *truth { "true" } else { "false" });
            Ok(())
        }
        (Type::Number, Value::Number(number)) => {
            out.push_str(&number.to_string());
            Ok(())
        }
        (Type::String, Value::String(text)) => {
            write_text(text, out);
            Ok(())
        }
        (Type::List(ty), Value::List(elements)) | (Type::Set(ty), Value::Set(elements)) => {
            write_array(elements.iter().map(|element| (element, &**ty)), path, out)
        }
        (Type::Tuple(types), Value::Tuple(elements)) if types.len() == elements.len() => {
            write_array(elements.iter().zip(types), path, out)
        }
        (Type::Map(ty), Value::Map(members)) => write_members(
            members.iter().map(|(key, member)| (key, member, &**ty, path.key(key))),
            out,
        ),
        (Type::Object(types), Value::Object(attributes)) => {
            let null = &Value::Null;
            let member = |(name, ty)| (name, attributes.get(name).unwrap_or(null), ty, path.attribute(name));
            if let Some(foreign) = attributes.keys().find(|name| !types.contains_key(*name)) {
                return refuse(&path.attribute(foreign), "no such attribute");
            }
            write_members(types.iter().map(member), out)
        }
        (Type::Dynamic, Value::Dynamic(pair)) => {
            out.push_str("{\"value\":");
            write(&pair.1, &pair.0, path, out)?;
            out.push_str(",\"type\":");
            out.push_str(&pair.0.to_json().to_string());
            out.push('}');
            Ok(())
        }
        (ty, _) => refuse(path, format!("a {ty} is required")),
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

fn write_array<'value>(
    elements: impl Iterator<Item = (&'value Value, &'value Type)>,
    path: &Path,
    out: &mut String,
) -> Result<(), JsonError> {
    out.push('[');
    for (index, (element, ty)) in elements.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(element, ty, &path.index(index), out)?;
    }
    out.push(']');
    Ok(())
}

fn write_members<'value>(
    members: impl Iterator<Item = (&'value String, &'value Value, &'value Type, Path)>,
    out: &mut String,
) -> Result<(), JsonError> {
    out.push('{');
    for (index, (name, member, ty, path)) in members.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_text(name, out);
        out.push(':');
        write(member, ty, &path, out)?;
    }
    out.push('}');
    Ok(())
}

/// A value as plain JSON, without its type; none when a part is unknown.
pub fn to_plain(value: &Value) -> Option<serde_json::Value> {
    use serde_json::Value as Json;
    Some(match value {
        Value::Null => Json::Null,
        Value::Unknown(_) => return None,
        Value::Bool(truth) => Json::Bool(*truth),
        // Exact decimals are written as JSON writes numbers.
        Value::Number(number) => Json::Number(number.to_string().parse().ok()?),
        Value::String(text) => Json::String(text.clone()),
        Value::List(parts) | Value::Set(parts) | Value::Tuple(parts) => {
            Json::Array(parts.iter().map(to_plain).collect::<Option<_>>()?)
        }
        Value::Map(members) | Value::Object(members) => {
            let member = |(name, member): (&String, &Value)| Some((name.clone(), to_plain(member)?));
            Json::Object(members.iter().map(member).collect::<Option<_>>()?)
        }
        Value::Dynamic(inner) => to_plain(&inner.1)?,
    })
}

/// Loose JSON as a value of a type: what fits is taken, what is absent is null, what is foreign is left out.
pub fn from_plain(json: &serde_json::Value, ty: &Type) -> Value {
    use serde_json::Value as Json;
    match (ty, json) {
        (Type::String, Json::String(text)) => text.as_str().into(),
        (Type::Bool, Json::Bool(truth)) => (*truth).into(),
        (Type::Number, Json::Number(number)) => number.to_string().parse().map_or(Value::Null, Value::Number),
        (Type::List(ty), Json::Array(parts)) => Value::List(parts.iter().map(|part| from_plain(part, ty)).collect()),
        (Type::Set(ty), Json::Array(parts)) => Value::Set(parts.iter().map(|part| from_plain(part, ty)).collect()),
        (Type::Map(ty), Json::Object(members)) => Value::Map(
            members
                .iter()
                .map(|(key, member)| (key.clone(), from_plain(member, ty)))
                .collect(),
        ),
        (Type::Object(types), Json::Object(members)) => {
            let member = |(name, ty): (&String, &Type)| {
                (
                    name.clone(),
                    members.get(name).map_or(Value::Null, |json| from_plain(json, ty)),
                )
            };
            Value::Object(types.iter().map(member).collect())
        }
        (Type::Tuple(types), Json::Array(parts)) => {
            Value::Tuple(types.iter().zip(parts).map(|(ty, part)| from_plain(part, ty)).collect())
        }
        (Type::Dynamic, Json::Object(wrapper)) => {
            match (wrapper.get("type").map(Type::from_json), wrapper.get("value")) {
                (Some(Ok(ty)), Some(json)) => {
                    let value = from_plain(json, &ty);
                    Value::Dynamic(Box::new((ty, value)))
                }
                _ => Value::Null,
            }
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_written_without_its_type_unless_a_part_is_unknown() {
        let claims = Value::object([
            ("sub", "ada".into()),
            ("groups", Value::Tuple(vec!["staff".into(), Value::Null])),
            ("age", "12.50".parse::<Number>().map_or(Value::Null, Value::Number)),
        ]);
        let ty = Type::Object(BTreeMap::new());
        let dynamic = Value::Dynamic(Box::new((ty, claims.clone())));
        let plain = serde_json::json!({"sub": "ada", "groups": ["staff", null], "age": 12.5});
        assert_eq!(to_plain(&dynamic), Some(plain));
        assert_eq!(to_plain(&claims.with("email", Value::unknown())), None);
    }
}
