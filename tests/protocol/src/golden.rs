//! A schema as text for review: one line an attribute, the same on every run and for every Terraform.

use std::fmt::Write;
use zt_wire_proto::tfplugin6 as pb;

/// All that a provider offers.
pub fn describe(all: &pb::get_provider_schema::Response) -> String {
    let mut text = String::new();
    if let Some(provider) = &all.provider {
        schema("provider", provider, &mut text);
    }
    let kinds = [
        ("resource", &all.resource_schemas),
        ("data", &all.data_source_schemas),
        ("ephemeral", &all.ephemeral_resource_schemas),
    ];
    for (kind, schemas) in kinds {
        for (name, one) in schemas {
            schema(&format!("{kind} {name}"), one, &mut text);
        }
    }
    for (name, function) in &all.functions {
        let parameter = |one: &pb::function::Parameter| format!("{}: {}", one.name, utf8(&one.r#type));
        let mut parameters: Vec<String> = function.parameters.iter().map(parameter).collect();
        parameters.extend(
            function
                .variadic_parameter
                .as_ref()
                .map(|one| format!("...{}", parameter(one))),
        );
        let returns = function
            .r#return
            .as_ref()
            .map(|one| utf8(&one.r#type))
            .unwrap_or_default();
        writeln!(text, "function {name}({}) {returns}", parameters.join(", ")).unwrap();
    }
    text
}

fn utf8(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn schema(head: &str, schema: &pb::Schema, text: &mut String) {
    writeln!(text, "{head} version {}", schema.version).unwrap();
    block(schema.block.as_ref().unwrap(), 1, text);
}

fn block(one: &pb::schema::Block, depth: usize, text: &mut String) {
    attributes(&one.attributes, depth, text);
    for inner in &one.block_types {
        let nesting = inner.nesting().as_str_name().to_lowercase();
        let (min, max) = (inner.min_items, inner.max_items);
        writeln!(
            text,
            "{}block {}: {nesting} {min}..{max}",
            "  ".repeat(depth),
            inner.type_name
        )
        .unwrap();
        block(inner.block.as_ref().unwrap(), depth + 1, text);
    }
}

fn attributes(all: &[pb::schema::Attribute], depth: usize, text: &mut String) {
    for one in all {
        let flags = [
            (one.required, " required"),
            (one.optional, " optional"),
            (one.computed, " computed"),
            (one.sensitive, " sensitive"),
            (one.write_only, " write-only"),
            (one.deprecated, " deprecated"),
        ];
        let flags: String = flags
            .into_iter()
            .filter_map(|(set, word)| set.then_some(word))
            .collect();
        let ty = match &one.nested_type {
            Some(nested) => format!("nested {}", nested.nesting().as_str_name().to_lowercase()),
            None => utf8(&one.r#type),
        };
        writeln!(text, "{}{}: {ty}{flags}", "  ".repeat(depth), one.name).unwrap();
        if let Some(nested) = &one.nested_type {
            attributes(&nested.attributes, depth + 1, text);
        }
    }
}

/// Compares with the reviewed text of this name; `UPDATE_GOLDEN=1` writes it anew.
pub fn check(name: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    let only = |one: &str, other: &str, sign: &str| -> String {
        let lines = one.lines().filter(|line| !other.lines().any(|known| known == *line));
        lines.map(|line| format!("{sign}{line}\n")).collect()
    };
    let difference = only(&reviewed, text, "-") + &only(text, &reviewed, "+");
    assert!(
        text == reviewed,
        "golden/{name} differs; review, then UPDATE_GOLDEN=1 writes it anew:\n{difference}"
    );
}
