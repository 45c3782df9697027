//! Checks of configurations against the rules of a schema, each with the path of what is wrong.
//!
//! Unknown values are skipped; Terraform checks again when they are known. [`rules`] has the rules used most.

pub mod rules;

use crate::diagnostics::Diagnostics;
use crate::object::ClientCapabilities;
use crate::schema::{Attribute, Block, Schema, Validator};
use crate::value::{Path, Value};

/// Checks a configuration.
pub fn check(schema: &Schema, config: &Value, client: ClientCapabilities, diagnostics: &mut Diagnostics) {
    let mut walk = Walk { client, diagnostics };
    walk.object(&schema.attributes, &schema.blocks, config, &Path::root());
}

struct Walk<'call> {
    client: ClientCapabilities,
    diagnostics: &'call mut Diagnostics,
}

impl Walk<'_> {
    fn object(&mut self, attributes: &[Attribute], blocks: &[Block], value: &Value, path: &Path) {
        if !value.is_set() {
            return;
        }
        for attribute in attributes {
            self.attribute(attribute, value.get(&attribute.name), &path.attribute(&attribute.name));
        }
        for block in blocks {
            let at = path.attribute(&block.name);
            self.each(value.get(&block.name), &at, &mut |walk, object, path| {
                walk.object(&block.attributes, &block.blocks, object, path);
            });
        }
    }

    fn attribute(&mut self, attribute: &Attribute, value: &Value, path: &Path) {
        if attribute.write_only && !value.is_null() && !self.client.write_only_attributes_allowed {
            self.diagnostics.error_at(
                path.clone(),
                "Write-only attribute needs a newer Terraform",
                format!(
                    "{path} is write-only, and this Terraform would store it in clear text. Use Terraform 1.11 or \
                     later, or the attribute that names where the value is kept instead.",
                ),
            );
            return;
        }
        if !value.is_set() {
            return;
        }
        self.rules(&attribute.validators, value, path);
        if !attribute.element_validators.is_empty() {
            self.each(value, path, &mut |walk, element, path| {
                walk.rules(&attribute.element_validators, element, path);
            });
        }
        if !attribute.nested_attributes().is_empty() {
            self.each(value, path, &mut |walk, object, path| {
                walk.object(attribute.nested_attributes(), &[], object, path);
            });
        }
    }

    fn rules(&mut self, rules: &[Validator], value: &Value, path: &Path) {
        if !value.is_set() {
            return;
        }
        for rule in rules {
            if let Err(detail) = rule(value) {
                self.diagnostics
                    .error_at(path.clone(), format!("Invalid value of {path}"), detail);
            }
        }
    }

    fn each(&mut self, value: &Value, path: &Path, call: &mut dyn FnMut(&mut Self, &Value, &Path)) {
        match value {
            Value::Object(_) => call(self, value, path),
            Value::List(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    call(self, element, &path.index(index));
                }
            }
            Value::Set(elements) => {
                for element in elements {
                    call(self, element, &path.element(element.clone()));
                }
            }
            Value::Map(members) => {
                for (key, member) in members {
                    call(self, member, &path.key(key));
                }
            }
            _ => {}
        }
    }
}
