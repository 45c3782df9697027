//! Applies the rules of a schema to a proposed plan.

use super::merge::{Nested, counterpart, members, rebuild};
use crate::schema::{Attribute, Block, Schema};
use crate::value::{Path, Value};

/// The plan that the schema alone decides.
pub fn draft(schema: &Schema, config: &Value, prior: Option<&Value>, proposed: &Value) -> Value {
    let stored = prior.cloned().unwrap_or_default();
    let written = fill(
        &schema.attributes,
        &schema.blocks,
        Three {
            config,
            prior: &stored,
            planned: proposed,
        },
    );
    if prior.is_some_and(|prior| *prior == written) {
        return written;
    }
    mark(
        &schema.attributes,
        &schema.blocks,
        Three {
            config,
            prior: &stored,
            planned: &written,
        },
    )
}

/// The attributes whose change makes a new object.
pub fn replacements(schema: &Schema, config: &Value, prior: &Value, planned: &Value) -> Vec<Path> {
    let mut found = Vec::new();
    let three = Three { config, prior, planned };
    replace(&schema.attributes, &schema.blocks, three, &Path::root(), &mut found);
    found
}

/// The same place in configuration, prior state and plan.
#[derive(Clone, Copy)]
struct Three<'value> {
    config: &'value Value,
    prior: &'value Value,
    planned: &'value Value,
}

impl<'value> Three<'value> {
    fn get(self, name: &str) -> Self {
        Self {
            config: self.config.get(name),
            prior: self.prior.get(name),
            planned: self.planned.get(name),
        }
    }
}

/// Defaults, kept spellings and write-only values.
fn fill(attributes: &[Attribute], blocks: &[Block], three: Three<'_>) -> Value {
    let mut whole = three.planned.clone();
    for attribute in attributes {
        whole.set(&attribute.name, fill_attribute(attribute, three.get(&attribute.name)));
    }
    for block in blocks {
        let nested = Nested {
            attributes: &block.attributes,
            blocks: &block.blocks,
        };
        whole.set(&block.name, fill_nested(nested, three.get(&block.name)));
    }
    whole
}

fn fill_attribute(attribute: &Attribute, three: Three<'_>) -> Value {
    if attribute.write_only {
        return Value::Null;
    }
    if three.config.is_null() {
        return match &attribute.default {
            Some(default) => default.clone(),
            None => three.planned.clone(),
        };
    }
    if let Some(same) = attribute.same_when
        && three.config.is_set()
        && three.prior.is_set()
        && same(three.prior, three.config)
    {
        return three.prior.clone();
    }
    fill_nested(
        Nested {
            attributes: attribute.nested_attributes(),
            blocks: &[],
        },
        three,
    )
}

fn fill_nested(nested: Nested<'_>, three: Three<'_>) -> Value {
    if nested.is_plain() || !three.config.is_set() {
        return three.planned.clone();
    }
    // Rebuilt along the configuration: one planned object for each written one, in the same order.
    rebuild(three.config, &|place, config| {
        if !config.is_set() {
            return config.clone();
        }
        let prior = counterpart(&nested, three.prior, place, config);
        let planned = match counterpart(&nested, three.planned, place, config) {
            Value::Null => config,
            found => found,
        };
        fill(nested.attributes, nested.blocks, Three { config, prior, planned })
    })
}

/// Something changes, so what the provider computes is unknown, unless it is kept.
fn mark(attributes: &[Attribute], blocks: &[Block], three: Three<'_>) -> Value {
    let mut whole = three.planned.clone();
    for attribute in attributes {
        whole.set(&attribute.name, mark_attribute(attribute, three.get(&attribute.name)));
    }
    for block in blocks {
        let nested = Nested {
            attributes: &block.attributes,
            blocks: &block.blocks,
        };
        whole.set(&block.name, mark_nested(nested, three.get(&block.name)));
    }
    whole
}

fn mark_attribute(attribute: &Attribute, three: Three<'_>) -> Value {
    if three.config.is_null() {
        let decided = !attribute.computed || attribute.default.is_some();
        let kept = attribute.keep_prior && !three.prior.is_null();
        return match (decided, kept) {
            (true, _) => three.planned.clone(),
            (false, true) => three.prior.clone(),
            (false, false) => Value::unknown(),
        };
    }
    if attribute.write_only {
        return Value::Null;
    }
    mark_nested(
        Nested {
            attributes: attribute.nested_attributes(),
            blocks: &[],
        },
        three,
    )
}

fn mark_nested(nested: Nested<'_>, three: Three<'_>) -> Value {
    if nested.is_plain() || !three.planned.is_set() {
        return three.planned.clone();
    }
    // A spelling kept as a whole has no written counterpart to walk along.
    if members(three.planned).len() != members(three.config).len() {
        return three.planned.clone();
    }
    rebuild(three.planned, &|place, planned| {
        let config = place.of(three.config);
        if !planned.is_set() || !config.is_set() {
            return planned.clone();
        }
        let prior = counterpart(&nested, three.prior, place, config);
        mark(nested.attributes, nested.blocks, Three { config, prior, planned })
    })
}

fn replace(attributes: &[Attribute], blocks: &[Block], three: Three<'_>, path: &Path, found: &mut Vec<Path>) {
    for attribute in attributes {
        let at = path.attribute(&attribute.name);
        let inside = three.get(&attribute.name);
        let left_to_apply = inside.planned.is_unknown() && inside.config.is_null();
        if attribute.requires_replace && inside.planned != inside.prior && !left_to_apply {
            found.push(at.clone());
        }
        replace_nested(
            Nested {
                attributes: attribute.nested_attributes(),
                blocks: &[],
            },
            inside,
            &at,
            found,
        );
    }
    for block in blocks {
        let nested = Nested {
            attributes: &block.attributes,
            blocks: &block.blocks,
        };
        replace_nested(nested, three.get(&block.name), &path.attribute(&block.name), found);
    }
}

/// Only objects that were there before and stay can demand it; for coming and going ones their parent decides.
fn replace_nested(nested: Nested<'_>, three: Three<'_>, path: &Path, found: &mut Vec<Path>) {
    if nested.is_plain() {
        return;
    }
    for (place, planned) in members(three.planned) {
        let prior = counterpart(&nested, three.prior, place, planned);
        if prior.is_set() && planned.is_set() {
            let inside = Three {
                config: place.of(three.config),
                prior,
                planned,
            };
            replace(
                nested.attributes,
                nested.blocks,
                inside,
                &place.path(path, planned),
                found,
            );
        }
    }
}
