//! The types of Terraform's values, and their JSON form.
//!
//! Schemas carry types as JSON (`"string"`, `["set","string"]`, `["object",{…}]`), and so do values of dynamic type.

use std::collections::BTreeMap;
use std::fmt;

/// Types nested deeper than this are refused when they are read.
const MAX_DEPTH: usize = 64;

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Unicode text.
    String,
    /// An exact decimal.
    Number,
    /// True or false.
    Bool,
    /// Any type; each value brings its own.
    Dynamic,
    /// Ordered, one element type.
    List(Box<Type>),
    /// Without order and duplicates, one element type.
    Set(Box<Type>),
    /// Keyed by text, one element type.
    Map(Box<Type>),
    /// Fixed names, a type for each.
    Object(BTreeMap<String, Type>),
    /// Fixed positions, a type for each.
    Tuple(Vec<Type>),
}

/// A JSON text that is no type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a type: {0}")]
pub struct TypeError(String);

impl Type {
    /// A list of this type.
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// A set of this type.
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// A map of this type.
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// An object of these attributes.
    pub fn object<const N: usize>(attributes: [(&str, Type); N]) -> Self {
        Self::Object(attributes.into_iter().map(|(name, ty)| (name.to_owned(), ty)).collect())
    }

    /// Whether a dynamic type occurs anywhere inside.
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::String | Self::Number | Self::Bool => false,
            Self::List(inner) | Self::Set(inner) | Self::Map(inner) => inner.has_dynamic(),
            Self::Object(attributes) => attributes.values().any(Self::has_dynamic),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
        }
    }

    /// The JSON form used on the wire.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::json;
        match self {
            Self::String => json!("string"),
            Self::Number => json!("number"),
            Self::Bool => json!("bool"),
            Self::Dynamic => json!("dynamic"),
            Self::List(inner) => json!(["list", inner.to_json()]),
            Self::Set(inner) => json!(["set", inner.to_json()]),
            Self::Map(inner) => json!(["map", inner.to_json()]),
            Self::Object(attributes) => {
                let members: serde_json::Map<_, _> = attributes.iter().map(|(k, v)| (k.clone(), v.to_json())).collect();
                json!(["object", members])
            }
            Self::Tuple(elements) => json!(["tuple", elements.iter().map(Self::to_json).collect::<Vec<_>>()]),
        }
    }

    /// Reads the JSON form.
    pub fn from_json(json: &serde_json::Value) -> Result<Self, TypeError> {
        Self::read(json, 0)
    }

    fn read(json: &serde_json::Value, depth: usize) -> Result<Self, TypeError> {
        if depth > MAX_DEPTH {
            return Err(TypeError("nested too deeply".to_owned()));
        }
        let inner = |json: &serde_json::Value| Self::read(json, depth + 1);
        match json {
            serde_json::Value::String(name) => match name.as_str() {
                "string" => Ok(Self::String),
                "number" => Ok(Self::Number),
                "bool" => Ok(Self::Bool),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(TypeError(json.to_string())),
            },
            serde_json::Value::Array(parts) => match parts.as_slice() {
                [kind, of] if kind == "list" => Ok(Self::list(inner(of)?)),
                [kind, of] if kind == "set" => Ok(Self::set(inner(of)?)),
                [kind, of] if kind == "map" => Ok(Self::map(inner(of)?)),
                [kind, serde_json::Value::Array(of)] if kind == "tuple" => {
                    Ok(Self::Tuple(of.iter().map(inner).collect::<Result<_, _>>()?))
                }
                // A third member lists attributes that may be left out in conversions: nothing to a value.
                [kind, serde_json::Value::Object(of), ..] if kind == "object" => Ok(Self::Object(
                    of.iter()
                        .map(|(name, ty)| Ok((name.clone(), inner(ty)?)))
                        .collect::<Result<_, TypeError>>()?,
                )),
                _ => Err(TypeError(json.to_string())),
            },
            _ => Err(TypeError(json.to_string())),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => out.write_str("string"),
            Self::Number => out.write_str("number"),
            Self::Bool => out.write_str("bool"),
            Self::Dynamic => out.write_str("any type"),
            Self::List(inner) => write!(out, "list of {inner}"),
            Self::Set(inner) => write!(out, "set of {inner}"),
            Self::Map(inner) => write!(out, "map of {inner}"),
            Self::Object(_) => out.write_str("object"),
            Self::Tuple(_) => out.write_str("tuple"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, ty: Type) {
        let parsed: serde_json::Value = serde_json::from_str(json).unwrap();
        assert_eq!(Type::from_json(&parsed), Ok(ty.clone()), "{json}");
        assert_eq!(ty.to_json().to_string(), json);
    }

    #[test]
    fn types_have_ctys_json_form() {
        check("\"string\"", Type::String);
        check("\"dynamic\"", Type::Dynamic);
        check("[\"set\",\"number\"]", Type::set(Type::Number));
        check("[\"map\",[\"list\",\"bool\"]]", Type::map(Type::list(Type::Bool)));
        check("[\"object\",{\"a\":\"string\"}]", Type::object([("a", Type::String)]));
        check(
            "[\"tuple\",[\"string\",\"number\"]]",
            Type::Tuple(vec![Type::String, Type::Number]),
        );
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for json in [
            "null",
            "\"float\"",
            "[\"list\"]",
            "[\"object\",[]]",
            "{}",
            "[\"queue\",\"string\"]",
        ] {
            assert!(Type::from_json(&serde_json::from_str(json).unwrap()).is_err(), "{json}");
        }
        let deep = format!("{}\"string\"{}", "[\"list\",".repeat(70), "]".repeat(70));
        assert!(Type::from_json(&serde_json::from_str(&deep).unwrap()).is_err());
    }
}
