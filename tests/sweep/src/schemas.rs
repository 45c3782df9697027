//! The schemas that core knows the provider by.

use std::collections::BTreeMap;

use zt_framework::value::Type;
use zt_framework::{Schema, Value};
use zt_resources::connection::Connection;
use zt_resources::registry;
use zt_wire_proto::tfplugin6 as pb;

pub(crate) struct Schemas(BTreeMap<&'static str, Schema>);

impl Schemas {
    pub(crate) fn all() -> Self {
        let resources = registry::resources(&Connection::default());
        Self(
            resources
                .iter()
                .map(|resource| (resource.type_name(), resource.schema()))
                .collect(),
        )
    }

    /// Of an address or a type.
    pub(crate) fn of(&self, address: &str) -> &Schema {
        let type_name = address.split('.').next().unwrap_or(address);
        self.0
            .get(type_name)
            .unwrap_or_else(|| panic!("there is no type {type_name}"))
    }
}

/// A provider block in which nothing is set, and its type.
pub(crate) fn empty_provider(schema: &pb::Schema) -> (Value, Type) {
    let block = schema.block.as_ref().expect("a provider has a block");
    let (mut members, mut types) = (BTreeMap::new(), BTreeMap::new());
    for attribute in &block.attributes {
        let json = serde_json::from_slice(&attribute.r#type).expect("a type constraint is JSON");
        let ty = Type::from_json(&json).expect("a type constraint");
        types.insert(attribute.name.clone(), ty);
        members.insert(attribute.name.clone(), Value::Null);
    }
    for nested in &block.block_types {
        let inner = pb::Schema {
            block: nested.block.clone(),
            ..Default::default()
        };
        let (_, object) = empty_provider(&inner);
        types.insert(nested.type_name.clone(), Type::list(object));
        members.insert(nested.type_name.clone(), Value::List(Vec::new()));
    }
    (Value::Object(members), Type::Object(types))
}
