//! Every kind of attribute there is.

use zt_framework::timeouts::{self, Operation};
use zt_framework::validate::rules;
use zt_framework::value::Type;
use zt_framework::{Attribute, Block, BlockNesting, IdentityAttribute, IdentitySchema, Schema, Value};

pub(super) fn schema() -> Schema {
    Schema::new("A thing with every kind of attribute.")
        .version(1)
        .attributes(plain())
        .attributes(collections())
        .attributes(nested())
        .attributes(switches())
        .blocks([Block::new("note", BlockNesting::List, "Notes.")
            .items(0, 3)
            .attributes([
                Attribute::string("text", "Text.").required(),
                Attribute::string("code", "Code.").computed().keep_prior(),
            ])])
}

pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::new([IdentityAttribute::required("id", "The id.")])
}

fn same_json(left: &Value, right: &Value) -> bool {
    let parse = |value: &Value| serde_json::from_str::<serde_json::Value>(value.as_str()?).ok();
    parse(left).is_some() && parse(left) == parse(right)
}

fn plain() -> Vec<Attribute> {
    vec![
        Attribute::string("id", "Id.").computed().keep_prior(),
        Attribute::string("name", "Name.")
            .required()
            .validate(|value| match value.as_str() {
                Some("bad") => Err("The name is bad, because it is `bad`. Write another.".to_owned()),
                _ => Ok(()),
            }),
        Attribute::string("region", "Region.").default("eu").requires_replace(),
        Attribute::string("message", "Greets the name.").computed(),
        Attribute::number("revision", "Counts applies, by private state.").computed(),
        Attribute::string("document", "JSON; spaces mean nothing.")
            .optional()
            .same_when(same_json),
        Attribute::number("amount", "An exact number.").optional(),
        Attribute::dynamic("any", "Anything.").optional(),
        Attribute::string("old", "No longer.")
            .optional()
            .deprecated("Use `name`."),
        Attribute::string("secret_wo", "A secret.")
            .optional()
            .write_only()
            .sensitive(),
        Attribute::number("secret_length", "How long the secret was that came.").computed(),
    ]
}

fn collections() -> Vec<Attribute> {
    vec![
        Attribute::set_of("tags", Type::String, "Tags.")
            .optional()
            .validate_each(rules::length(1..=10)),
        Attribute::map_of("labels", Type::String, "Labels.").optional(),
        Attribute::list_of("lines", Type::String, "Lines.").optional(),
    ]
}

fn nested() -> Vec<Attribute> {
    vec![
        Attribute::single(
            "origin",
            "Origin.",
            [
                Attribute::string("host", "Host.").required(),
                Attribute::number("ttl", "TTL.")
                    .default(60)
                    .validate(rules::between(1..=3600)),
                Attribute::string("secret_wo", "A secret inside.")
                    .optional()
                    .write_only(),
            ],
        )
        .optional(),
        Attribute::set(
            "rules",
            "Rules.",
            [
                Attribute::string("path", "Path.").required(),
                Attribute::string("action", "Action.")
                    .default("allow")
                    .validate(rules::one_of(&["allow", "deny"])),
            ],
        )
        .optional(),
        Attribute::list("steps", "Steps.", [Attribute::string("name", "Name.").required()]).optional(),
        Attribute::map(
            "settings",
            "Settings.",
            [
                Attribute::number("level", "Level.").optional(),
                Attribute::string("code", "Code.").computed().keep_prior(),
            ],
        )
        .optional(),
    ]
}

/// What makes a thing misbehave.
fn switches() -> Vec<Attribute> {
    vec![
        Attribute::number("delay", "Seconds a create takes.").optional(),
        Attribute::string("fail", "The operation that fails or panics.")
            .optional()
            .validate(rules::one_of(&["create", "delete", "panic"])),
        timeouts::attribute(&[Operation::Create]),
    ]
}
