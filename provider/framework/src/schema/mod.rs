//! Schemas: the attributes of a resource, what they mean and how they behave in a plan.
//!
//! The text here is the documentation users read. A schema knows nothing of the wire; [`Schema::ty`] is the type its
//! values have.

mod attribute;
mod block;
mod identity;
mod signature;

pub use attribute::{Attribute, AttributeKind, Nesting, SameWhen, Validator};
pub use block::{Block, BlockNesting};
pub use identity::{IdentityAttribute, IdentitySchema};
pub use signature::{Parameter, Signature};

use crate::value::{Type, Value};
use std::collections::BTreeMap;

/// The schema of a provider, resource, data source or ephemeral resource.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// Counts up whenever stored state needs an upgrade.
    pub version: i64,
    /// The attributes.
    pub attributes: Vec<Attribute>,
    /// The blocks.
    pub blocks: Vec<Block>,
    /// Markdown.
    pub description: String,
    /// What to use instead, when this should no longer be used.
    pub deprecation: Option<String>,
}

impl Schema {
    /// An empty schema with its Markdown description.
    pub fn new(description: impl Into<String>) -> Self {
        Self {
            description: description.into(),
            ..Self::default()
        }
    }

    /// Sets the version.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }

    /// Adds attributes.
    #[must_use]
    pub fn attributes(mut self, attributes: impl IntoIterator<Item = Attribute>) -> Self {
        self.attributes.extend(attributes);
        self
    }

    /// Adds blocks.
    #[must_use]
    pub fn blocks(mut self, blocks: impl IntoIterator<Item = Block>) -> Self {
        self.blocks.extend(blocks);
        self
    }

    /// Says what to use instead.
    #[must_use]
    pub fn deprecated(mut self, message: impl Into<String>) -> Self {
        self.deprecation = Some(message.into());
        self
    }

    /// The type of the values of this schema.
    pub fn ty(&self) -> Type {
        object_type(&self.attributes, &self.blocks)
    }

    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The value with every absent attribute set to null and every absent block empty, as Terraform itself would
    /// complete a configuration.
    pub fn complete(&self, value: &Value) -> Value {
        complete(&self.attributes, &self.blocks, value)
    }

    /// A value in which nothing is set.
    pub fn empty(&self) -> Value {
        self.complete(&Value::Object(BTreeMap::new()))
    }
}

fn object_type(attributes: &[Attribute], blocks: &[Block]) -> Type {
    let attributes = attributes
        .iter()
        .map(|attribute| (attribute.name.clone(), attribute.ty()));
    Type::Object(
        attributes
            .chain(blocks.iter().map(|block| (block.name.clone(), block.ty())))
            .collect(),
    )
}

fn complete(attributes: &[Attribute], blocks: &[Block], value: &Value) -> Value {
    let Value::Object(given) = value else {
        return value.clone();
    };
    let mut whole = given.clone();
    for attribute in attributes {
        let member = whole.entry(attribute.name.clone()).or_default();
        if let AttributeKind::Nested { attributes, .. } = &attribute.kind {
            *member = each_object(member, &|object| complete(attributes, &[], object));
        }
    }
    for block in blocks {
        let member = whole.entry(block.name.clone()).or_insert_with(|| block.absent());
        *member = each_object(member, &|object| complete(&block.attributes, &block.blocks, object));
    }
    Value::Object(whole)
}

/// Rebuilds the objects one nesting level down.
pub(crate) fn each_object(value: &Value, rebuild: &dyn Fn(&Value) -> Value) -> Value {
    match value {
        Value::Object(_) => rebuild(value),
        Value::List(elements) => Value::List(elements.iter().map(rebuild).collect()),
        Value::Set(elements) => Value::Set(elements.iter().map(rebuild).collect()),
        Value::Map(members) => Value::Map(members.iter().map(|(key, one)| (key.clone(), rebuild(one))).collect()),
        other => other.clone(),
    }
}
