//! Walking nested objects of several values in parallel.

use crate::schema::{Attribute, Block, Schema};
use crate::value::{Path, Value};
use std::collections::BTreeMap;

/// The rules of the objects inside an attribute or block.
#[derive(Clone, Copy)]
pub(crate) struct Nested<'schema> {
    pub(crate) attributes: &'schema [Attribute],
    pub(crate) blocks: &'schema [Block],
}

impl Nested<'_> {
    /// Whether there are no objects with rules inside.
    pub(crate) fn is_plain(&self) -> bool {
        self.attributes.is_empty() && self.blocks.is_empty()
    }
}

/// Where one object stands among the others.
#[derive(Clone, Copy)]
pub(crate) enum Place<'value> {
    Only,
    Index(usize),
    Key(&'value str),
    /// In a set; the position only pairs values that were built from each other.
    Element(usize),
}

impl Place<'_> {
    /// What stands at the same place of another value.
    pub(crate) fn of(self, value: &Value) -> &Value {
        static NULL: Value = Value::Null;
        match self {
            Self::Only => value,
            Self::Index(index) | Self::Element(index) => value.elements().get(index).unwrap_or(&NULL),
            Self::Key(key) => value.get(key),
        }
    }

    /// The path of the object under its attribute's.
    pub(crate) fn path(self, parent: &Path, object: &Value) -> Path {
        match self {
            Self::Only => parent.clone(),
            Self::Index(index) => parent.index(index),
            Self::Key(key) => parent.key(key),
            Self::Element(_) => parent.element(object.clone()),
        }
    }
}

/// The objects of a nested value with their places.
pub(crate) fn members(value: &Value) -> Vec<(Place<'_>, &Value)> {
    match value {
        Value::Object(_) => vec![(Place::Only, value)],
        Value::List(elements) => elements
            .iter()
            .enumerate()
            .map(|(i, one)| (Place::Index(i), one))
            .collect(),
        Value::Set(elements) => elements
            .iter()
            .enumerate()
            .map(|(i, one)| (Place::Element(i), one))
            .collect(),
        Value::Map(all) => all.iter().map(|(key, one)| (Place::Key(key), one)).collect(),
        _ => Vec::new(),
    }
}

/// The same arrangement with every object rebuilt.
pub(crate) fn rebuild(value: &Value, build: &dyn Fn(Place<'_>, &Value) -> Value) -> Value {
    match value {
        Value::Object(_) => build(Place::Only, value),
        Value::List(all) => Value::List(
            all.iter()
                .enumerate()
                .map(|(i, one)| build(Place::Index(i), one))
                .collect(),
        ),
        Value::Set(all) => Value::Set(
            all.iter()
                .enumerate()
                .map(|(i, one)| build(Place::Element(i), one))
                .collect(),
        ),
        Value::Map(all) => {
            let built: BTreeMap<_, _> = all
                .iter()
                .map(|(key, one)| (key.clone(), build(Place::Key(key), one)))
                .collect();
            Value::Map(built)
        }
        other => other.clone(),
    }
}

/// The object of another value that stands for this one: by place, in a set by everything that is set in it.
pub(crate) fn counterpart<'other>(
    nested: &Nested<'_>,
    other: &'other Value,
    place: Place<'_>,
    object: &Value,
) -> &'other Value {
    static NULL: Value = Value::Null;
    match place {
        Place::Element(_) => other
            .elements()
            .iter()
            .find(|one| agrees(nested.attributes, object, one))
            .unwrap_or(&NULL),
        place => place.of(other),
    }
}

/// Whether everything set in `wanted` is the same in `candidate`.
fn agrees(attributes: &[Attribute], wanted: &Value, candidate: &Value) -> bool {
    attributes.iter().all(|attribute| {
        let (wanted, candidate) = (wanted.get(&attribute.name), candidate.get(&attribute.name));
        if wanted.is_null() {
            return attribute.computed || candidate.is_null();
        }
        attribute.write_only
            || wanted == candidate
            || attribute
                .same_when
                .is_some_and(|same| wanted.is_set() && candidate.is_set() && same(wanted, candidate))
            || (!attribute.nested_attributes().is_empty() && agrees_inside(attribute, wanted, candidate))
    })
}

fn agrees_inside(attribute: &Attribute, wanted: &Value, candidate: &Value) -> bool {
    let nested = Nested {
        attributes: attribute.nested_attributes(),
        blocks: &[],
    };
    let (wanted_members, candidate_members) = (members(wanted), members(candidate));
    wanted_members.len() == candidate_members.len()
        && !wanted_members.is_empty()
        && wanted_members.iter().all(|(place, one)| {
            counterpart(&nested, candidate, *place, one).is_set()
                && agrees(nested.attributes, one, counterpart(&nested, candidate, *place, one))
        })
}

/// The new value in the spelling of the reference, wherever both mean the same.
pub fn keep_spelling(schema: &Schema, reference: &Value, new: &Value) -> Value {
    spell(
        Nested {
            attributes: &schema.attributes,
            blocks: &schema.blocks,
        },
        reference,
        new,
    )
}

fn spell(nested: Nested<'_>, reference: &Value, new: &Value) -> Value {
    if !reference.is_set() || !new.is_set() {
        return new.clone();
    }
    let mut whole = new.clone();
    for attribute in nested.attributes {
        let (old, now) = (reference.get(&attribute.name), new.get(&attribute.name));
        if !old.is_set() || !now.is_set() {
            continue;
        }
        let inside = Nested {
            attributes: attribute.nested_attributes(),
            blocks: &[],
        };
        let spelled = match attribute.same_when {
            Some(same) if same(old, now) => old.clone(),
            _ => spell_inside(inside, old, now),
        };
        whole.set(&attribute.name, spelled);
    }
    for block in nested.blocks {
        let inside = Nested {
            attributes: &block.attributes,
            blocks: &block.blocks,
        };
        whole.set(
            &block.name,
            spell_inside(inside, reference.get(&block.name), new.get(&block.name)),
        );
    }
    whole
}

fn spell_inside(nested: Nested<'_>, reference: &Value, new: &Value) -> Value {
    if nested.is_plain() {
        return new.clone();
    }
    rebuild(new, &|place, object| {
        spell(nested, counterpart(&nested, reference, place, object), object)
    })
}

/// The value with every write-only attribute null.
pub fn strip_write_only(schema: &Schema, value: &Value) -> Value {
    strip(
        Nested {
            attributes: &schema.attributes,
            blocks: &schema.blocks,
        },
        value,
    )
}

fn strip(nested: Nested<'_>, value: &Value) -> Value {
    if !value.is_set() {
        return value.clone();
    }
    let mut whole = value.clone();
    for attribute in nested.attributes {
        if attribute.write_only {
            whole.set(&attribute.name, Value::Null);
        } else if !attribute.nested_attributes().is_empty() {
            let inside = Nested {
                attributes: attribute.nested_attributes(),
                blocks: &[],
            };
            let stripped = rebuild(value.get(&attribute.name), &|_, object| strip(inside, object));
            whole.set(&attribute.name, stripped);
        }
    }
    for block in nested.blocks {
        let inside = Nested {
            attributes: &block.attributes,
            blocks: &block.blocks,
        };
        whole.set(
            &block.name,
            rebuild(value.get(&block.name), &|_, object| strip(inside, object)),
        );
    }
    whole
}
