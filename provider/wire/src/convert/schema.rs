//! Schemas, signatures and identities.

use zt_framework::{
    Attribute, AttributeKind, Block, BlockNesting, IdentitySchema, Nesting, Parameter, Schema, Signature, Type,
};
use zt_wire_proto::tfplugin6 as pb;
use zt_wire_proto::tfplugin6::schema::{nested_block, object};

const MARKDOWN: i32 = pb::StringKind::Markdown as i32;

pub(crate) fn schema(schema: &Schema) -> pb::Schema {
    let block = pb::schema::Block {
        version: schema.version,
        attributes: attributes(&schema.attributes),
        block_types: schema.blocks.iter().map(block).collect(),
        description: schema.description.clone(),
        description_kind: MARKDOWN,
        deprecated: schema.deprecation.is_some(),
        deprecation_message: schema.deprecation.clone().unwrap_or_default(),
    };
    pb::Schema {
        version: schema.version,
        block: Some(block),
    }
}

fn type_json(ty: &Type) -> Vec<u8> {
    ty.to_json().to_string().into_bytes()
}

fn attributes(all: &[Attribute]) -> Vec<pb::schema::Attribute> {
    let mut sorted: Vec<&Attribute> = all.iter().collect();
    sorted.sort_by(|left, right| left.name.cmp(&right.name));
    sorted.into_iter().map(attribute).collect()
}

fn attribute(one: &Attribute) -> pb::schema::Attribute {
    // Terraform refuses a schema that has both a type and a nested type.
    let (ty, nested_type) = match &one.kind {
        AttributeKind::Plain(ty) => (type_json(ty), None),
        AttributeKind::Nested {
            nesting,
            attributes: inner,
        } => {
            let nesting = match nesting {
                Nesting::Single => object::NestingMode::Single,
                Nesting::List => object::NestingMode::List,
                Nesting::Set => object::NestingMode::Set,
                Nesting::Map => object::NestingMode::Map,
            };
            let object = pb::schema::Object {
                attributes: attributes(inner),
                nesting: nesting.into(),
            };
            (Vec::new(), Some(object))
        }
    };
    pb::schema::Attribute {
        name: one.name.clone(),
        r#type: ty,
        nested_type,
        description: one.description.clone(),
        description_kind: MARKDOWN,
        required: one.required,
        optional: one.optional,
        computed: one.computed,
        sensitive: one.sensitive,
        write_only: one.write_only,
        deprecated: one.deprecation.is_some(),
        deprecation_message: one.deprecation.clone().unwrap_or_default(),
    }
}

fn block(one: &Block) -> pb::schema::NestedBlock {
    let nesting = match one.nesting {
        BlockNesting::Single => nested_block::NestingMode::Single,
        BlockNesting::List => nested_block::NestingMode::List,
        BlockNesting::Set => nested_block::NestingMode::Set,
        BlockNesting::Map => nested_block::NestingMode::Map,
        BlockNesting::Group => nested_block::NestingMode::Group,
    };
    let inner = pb::schema::Block {
        version: 0,
        attributes: attributes(&one.attributes),
        block_types: one.blocks.iter().map(block).collect(),
        description: one.description.clone(),
        description_kind: MARKDOWN,
        deprecated: one.deprecation.is_some(),
        deprecation_message: one.deprecation.clone().unwrap_or_default(),
    };
    pb::schema::NestedBlock {
        type_name: one.name.clone(),
        block: Some(inner),
        nesting: nesting.into(),
        min_items: one.min_items,
        max_items: one.max_items,
    }
}

pub(crate) fn function(signature: &Signature) -> pb::Function {
    pb::Function {
        parameters: signature.parameters.iter().map(parameter).collect(),
        variadic_parameter: signature.variadic.as_ref().map(parameter),
        r#return: Some(pb::function::Return {
            r#type: type_json(&signature.returns),
        }),
        summary: signature.summary.clone(),
        description: signature.description.clone(),
        description_kind: MARKDOWN,
        deprecation_message: signature.deprecation.clone().unwrap_or_default(),
    }
}

fn parameter(one: &Parameter) -> pb::function::Parameter {
    pb::function::Parameter {
        name: one.name.clone(),
        r#type: type_json(&one.ty),
        allow_null_value: one.allow_null,
        allow_unknown_values: one.allow_unknown,
        description: one.description.clone(),
        description_kind: MARKDOWN,
    }
}

pub(crate) fn identity_schema(schema: &IdentitySchema) -> pb::ResourceIdentitySchema {
    let attributes = schema
        .attributes
        .iter()
        .map(|one| pb::resource_identity_schema::IdentityAttribute {
            name: one.name.clone(),
            r#type: type_json(&one.ty),
            required_for_import: one.required_for_import,
            optional_for_import: !one.required_for_import,
            description: one.description.clone(),
        });
    pb::ResourceIdentitySchema {
        version: schema.version,
        identity_attributes: attributes.collect(),
    }
}
