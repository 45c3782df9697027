//! The proposal Terraform makes to a provider: the configuration over the prior state.

use crate::plan::Nested;
use crate::plan::{counterpart, rebuild};
use crate::schema::{Attribute, Block, Schema};
use crate::value::Value;

/// What is written stands as written; what may be computed and is not written keeps its prior value.
pub fn proposed(schema: &Schema, prior: &Value, config: &Value) -> Value {
    object(&schema.attributes, &schema.blocks, prior, config)
}

fn object(attributes: &[Attribute], blocks: &[Block], prior: &Value, config: &Value) -> Value {
    let mut whole = config.clone();
    for attribute in attributes {
        let (before, written) = (prior.get(&attribute.name), config.get(&attribute.name));
        if written.is_null() && attribute.computed {
            whole.set(&attribute.name, before.clone());
        } else {
            let nested = Nested {
                attributes: attribute.nested_attributes(),
                blocks: &[],
            };
            whole.set(&attribute.name, inside(nested, before, written));
        }
    }
    for block in blocks {
        let nested = Nested {
            attributes: &block.attributes,
            blocks: &block.blocks,
        };
        whole.set(
            &block.name,
            inside(nested, prior.get(&block.name), config.get(&block.name)),
        );
    }
    whole
}

fn inside(nested: Nested<'_>, prior: &Value, config: &Value) -> Value {
    if nested.is_plain() {
        return config.clone();
    }
    rebuild(config, &|place, written| {
        if !written.is_set() {
            return written.clone();
        }
        object(
            nested.attributes,
            nested.blocks,
            counterpart(&nested, prior, place, written),
            written,
        )
    })
}
