//! The rules themselves, as Terraform asserts them.

use super::Failure;
use crate::plan::{Nested, members};
use crate::schema::{Attribute, Block, Schema};
use crate::value::{Path, Refinements, Value};

/// A plan keeps what is written, unless it keeps what was there before; only what may be computed is free.
pub fn plan_is_valid(schema: &Schema, prior: &Value, config: &Value, planned: &Value) -> Result<(), Failure> {
    let nested = Nested {
        attributes: &schema.attributes,
        blocks: &schema.blocks,
    };
    plan_object(nested, Three { prior, config, planned }, &Path::root())
}

#[derive(Clone, Copy)]
struct Three<'value> {
    prior: &'value Value,
    config: &'value Value,
    planned: &'value Value,
}

impl<'value> Three<'value> {
    fn get(self, name: &str) -> Self {
        Self {
            prior: self.prior.get(name),
            config: self.config.get(name),
            planned: self.planned.get(name),
        }
    }
}

fn plan_object(nested: Nested<'_>, three: Three<'_>, path: &Path) -> Result<(), Failure> {
    for attribute in nested.attributes {
        plan_attribute(attribute, three.get(&attribute.name), &path.attribute(&attribute.name))?;
    }
    for block in nested.blocks {
        let inner = Nested {
            attributes: &block.attributes,
            blocks: &block.blocks,
        };
        plan_members(inner, three.get(&block.name), &path.attribute(&block.name))?;
    }
    Ok(())
}

fn plan_attribute(attribute: &Attribute, three: Three<'_>, path: &Path) -> Result<(), Failure> {
    let broken = |reason: &str| Err(Failure::rule("plan", path, reason));
    if attribute.write_only {
        return if three.planned.is_null() {
            Ok(())
        } else {
            broken("a write-only value is planned")
        };
    }
    let as_written = three.planned == three.config;
    let as_before = three.planned == three.prior && !three.prior.is_null() && !three.config.is_null();
    if as_written || as_before || (three.config.is_null() && attribute.computed) {
        return Ok(());
    }
    if three.config.is_null() {
        return broken("a value is planned for what is not written and cannot be computed");
    }
    let nested = Nested {
        attributes: attribute.nested_attributes(),
        blocks: &[],
    };
    if nested.is_plain() {
        return broken("the planned value is neither the written nor the prior one");
    }
    plan_members(nested, three, path)
}

fn plan_members(nested: Nested<'_>, three: Three<'_>, path: &Path) -> Result<(), Failure> {
    if !three.config.is_set() || !three.planned.is_set() {
        return match three.planned == three.config {
            true => Ok(()),
            false => Err(Failure::rule("plan", path, "the planned value is not the written one")),
        };
    }
    let (written, planned) = (members(three.config), members(three.planned));
    if written.len() != planned.len() {
        return Err(Failure::rule(
            "plan",
            path,
            format!("{} written, {} planned", written.len(), planned.len()),
        ));
    }
    for (place, config) in written {
        let planned = place.of(three.planned);
        if planned.is_null() && !config.is_null() {
            return Err(Failure::rule(
                "plan",
                &place.path(path, config),
                "what is written is missing in the plan",
            ));
        }
        if config.is_set() {
            let inner = Three {
                prior: place.of(three.prior),
                config,
                planned,
            };
            plan_object(nested, inner, &place.path(path, config))?;
        }
    }
    Ok(())
}

/// What was known when planned is so after apply; what was unknown keeps its promises.
pub fn applied_as_planned(planned: &Value, applied: &Value) -> Result<(), Failure> {
    compatible(planned, applied, &Path::root())
}

fn compatible(planned: &Value, applied: &Value, path: &Path) -> Result<(), Failure> {
    let broken = |reason: String| Err(Failure::rule("apply", path, reason));
    match (planned, applied) {
        (Value::Unknown(refinements), applied) => match kept(refinements, applied) {
            true => Ok(()),
            false => broken("a promise about the unknown value is broken".to_owned()),
        },
        (Value::Object(before), Value::Object(after)) => before.iter().try_for_each(|(name, planned)| {
            compatible(planned, after.get(name).unwrap_or(&Value::Null), &path.attribute(name))
        }),
        (Value::Map(before), Value::Map(after)) if before.len() == after.len() => before
            .iter()
            .try_for_each(|(key, planned)| compatible(planned, after.get(key).unwrap_or(&Value::Null), &path.key(key))),
        (Value::List(before), Value::List(after)) | (Value::Tuple(before), Value::Tuple(after))
            if before.len() == after.len() =>
        {
            let mut pairs = before.iter().zip(after).enumerate();
            pairs.try_for_each(|(index, (planned, applied))| compatible(planned, applied, &path.index(index)))
        }
        (Value::Set(before), Value::Set(after)) => {
            let matched = |planned: &Value| after.iter().any(|applied| compatible(planned, applied, path).is_ok());
            match before.iter().all(matched) && (after.len() <= before.len()) {
                true => Ok(()),
                false => broken("the set has other elements than planned".to_owned()),
            }
        }
        (planned, applied) if planned == applied => Ok(()),
        (planned, applied) => broken(format!("planned {planned:?}, applied {applied:?}")),
    }
}

fn kept(promise: &Refinements, value: &Value) -> bool {
    promise.null.is_none_or(|null| value.is_null() == null)
        && promise
            .prefix
            .as_deref()
            .is_none_or(|prefix| value.as_str().is_none_or(|text| text.starts_with(prefix)))
}

/// Nothing unknown is stored.
pub fn nothing_unknown(step: &str, state: &Value) -> Result<(), Failure> {
    match state.unknown_paths().first() {
        Some(path) => Err(Failure::rule(step, path, "the value is unknown after all is done")),
        None => Ok(()),
    }
}

/// No write-only value is planned or stored.
pub fn write_only_is_null(step: &str, schema: &Schema, value: &Value) -> Result<(), Failure> {
    write_only(step, &schema.attributes, &schema.blocks, value, &Path::root())
}

fn write_only(
    step: &str,
    attributes: &[Attribute],
    blocks: &[Block],
    value: &Value,
    path: &Path,
) -> Result<(), Failure> {
    for attribute in attributes {
        let (inner, at) = (value.get(&attribute.name), path.attribute(&attribute.name));
        if attribute.write_only && !inner.is_null() {
            return Err(Failure::rule(step, &at, "a write-only value is kept"));
        }
        if !attribute.nested_attributes().is_empty() {
            for (place, object) in members(inner) {
                write_only(
                    step,
                    attribute.nested_attributes(),
                    &[],
                    object,
                    &place.path(&at, object),
                )?;
            }
        }
    }
    for block in blocks {
        let at = path.attribute(&block.name);
        for (place, object) in members(value.get(&block.name)) {
            write_only(step, &block.attributes, &block.blocks, object, &place.path(&at, object))?;
        }
    }
    Ok(())
}
