//! Terraform's values: null, unknown, or of one of its types.
//!
//! The whole language of configuration, plan and state, without protobuf and without a network. Sets are lists until
//! somebody compares them: two unknown elements stay two. Equality is Terraform's: numbers by value, sets by content.

mod compare;
mod convert;
pub mod json;
mod number;
mod path;
mod refinements;
mod types;
mod walk;

pub use json::JsonError;
pub use number::{Number, NumberError};
pub use path::{Path, PathStep};
pub use refinements::{Bound, Refinements};
pub use types::{Type, TypeError};

use std::collections::BTreeMap;

/// A value of a configuration, plan or state.
#[derive(Debug, Clone, Default)]
pub enum Value {
    /// Nothing: not set, or explicitly `null`.
    #[default]
    Null,
    /// Not known before apply; what is known of it all the same stands in the refinements.
    Unknown(Refinements),
    /// True or false.
    Bool(bool),
    /// An exact decimal.
    Number(Number),
    /// Unicode text.
    String(String),
    /// Ordered elements of one type.
    List(Vec<Value>),
    /// Elements of one type, in no order.
    Set(Vec<Value>),
    /// Elements of one type by key.
    Map(BTreeMap<String, Value>),
    /// Attributes by name.
    Object(BTreeMap<String, Value>),
    /// Elements, each of its own type.
    Tuple(Vec<Value>),
    /// A value that brings its own type.
    Dynamic(Box<(Type, Value)>),
}

static NULL: Value = Value::Null;

impl Value {
    /// An unknown value of which nothing is known.
    pub fn unknown() -> Self {
        Self::Unknown(Refinements::default())
    }

    /// An object of these attributes.
    pub fn object<const N: usize>(attributes: [(&str, Value); N]) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    /// A map of these elements.
    pub fn map<const N: usize>(elements: [(&str, Value); N]) -> Self {
        Self::Map(
            elements
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        )
    }

    /// A list of what converts to values.
    pub fn list<T: Into<Value>>(elements: impl IntoIterator<Item = T>) -> Self {
        Self::List(elements.into_iter().map(Into::into).collect())
    }

    /// A set of what converts to values.
    pub fn set_of<T: Into<Value>>(elements: impl IntoIterator<Item = T>) -> Self {
        Self::Set(elements.into_iter().map(Into::into).collect())
    }

    /// The value inside a dynamic one; itself otherwise.
    pub fn inner(&self) -> &Value {
        match self {
            Self::Dynamic(pair) => pair.1.inner(),
            other => other,
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.inner(), Self::Null)
    }

    /// Whether it is unknown as a whole.
    pub fn is_unknown(&self) -> bool {
        matches!(self.inner(), Self::Unknown(_))
    }

    /// Whether it is neither null nor unknown; parts of it may still be.
    pub fn is_set(&self) -> bool {
        !self.is_null() && !self.is_unknown()
    }

    /// Whether nothing in it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
            Self::List(elements) | Self::Set(elements) | Self::Tuple(elements) => {
                elements.iter().all(Self::is_wholly_known)
            }
            Self::Map(members) | Self::Object(members) => members.values().all(Self::is_wholly_known),
            Self::Dynamic(pair) => pair.1.is_wholly_known(),
        }
    }

    /// The text, when it is known text.
    pub fn as_str(&self) -> Option<&str> {
        match self.inner() {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, when it is known.
    pub fn as_bool(&self) -> Option<bool> {
        match self.inner() {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The number, when it is known.
    pub fn as_number(&self) -> Option<&Number> {
        match self.inner() {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The number as an integer, when it is known and one exactly.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    /// The elements of a list, set or tuple; none of anything else.
    pub fn elements(&self) -> &[Value] {
        match self.inner() {
            Self::List(elements) | Self::Set(elements) | Self::Tuple(elements) => elements,
            _ => &[],
        }
    }

    /// The members of a map or the attributes of an object.
    pub fn entries(&self) -> Option<&BTreeMap<String, Value>> {
        match self.inner() {
            Self::Map(members) | Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The attribute or map element of this name; null when there is none.
    pub fn get(&self, name: &str) -> &Value {
        self.entries().and_then(|members| members.get(name)).unwrap_or(&NULL)
    }

    /// Sets an attribute of an object or an element of a map; a null becomes an object first.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        if matches!(self, Self::Null) {
            *self = Self::Object(BTreeMap::new());
        }
        if let Self::Map(members) | Self::Object(members) = self {
            members.insert(name.to_owned(), value.into());
        }
    }

    /// The same object with an attribute set: for writing values down.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }
}
