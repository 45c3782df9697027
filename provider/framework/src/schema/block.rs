//! Nested blocks, for schemas that need them; nested attributes are the better choice for new ones.

use super::{Attribute, object_type};
use crate::value::{Type, Value};
use std::collections::BTreeMap;

/// How blocks of one name are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockNesting {
    /// At most one.
    Single,
    /// In order.
    List,
    /// In no order.
    Set,
    /// By label.
    Map,
    /// One, there even when not written.
    Group,
}

/// A kind of nested block.
#[derive(Debug, Clone)]
pub struct Block {
    /// Its name in configurations.
    pub name: String,
    /// How blocks of this name are arranged.
    pub nesting: BlockNesting,
    /// The attributes of each.
    pub attributes: Vec<Attribute>,
    /// The blocks in each.
    pub blocks: Vec<Block>,
    /// Markdown.
    pub description: String,
    /// What to use instead.
    pub deprecation: Option<String>,
    /// At least so many.
    pub min_items: i64,
    /// At most so many; zero means any number.
    pub max_items: i64,
}

impl Block {
    /// A kind of block.
    pub fn new(name: impl Into<String>, nesting: BlockNesting, description: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            nesting,
            attributes: Vec::new(),
            blocks: Vec::new(),
            description: description.into(),
            deprecation: None,
            min_items: 0,
            max_items: 0,
        }
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

    /// Limits how many there may be.
    #[must_use]
    pub fn items(mut self, min: i64, max: i64) -> Self {
        self.min_items = min;
        self.max_items = max;
        self
    }

    /// The type of all blocks of this name together.
    pub fn ty(&self) -> Type {
        let object = object_type(&self.attributes, &self.blocks);
        match self.nesting {
            BlockNesting::Single | BlockNesting::Group => object,
            BlockNesting::List => Type::list(object),
            BlockNesting::Set => Type::set(object),
            BlockNesting::Map => Type::map(object),
        }
    }

    /// The value when no such block is written.
    pub(crate) fn absent(&self) -> Value {
        match self.nesting {
            BlockNesting::Single => Value::Null,
            BlockNesting::List => Value::List(Vec::new()),
            BlockNesting::Set => Value::Set(Vec::new()),
            BlockNesting::Map => Value::Map(BTreeMap::new()),
            BlockNesting::Group => Value::Object(BTreeMap::new()),
        }
    }
}
