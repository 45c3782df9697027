//! A data source.

use zt_framework::{Attribute, Context, DataOutcome, DataSource, Diagnostic, Schema, Value, async_trait};

pub(super) struct Upper;

#[async_trait]
impl DataSource for Upper {
    fn type_name(&self) -> &'static str {
        "example_upper"
    }

    fn schema(&self) -> Schema {
        Schema::new("A text in capitals.").attributes([
            Attribute::string("input", "The text.").required(),
            Attribute::string("output", "The text in capitals.").computed(),
        ])
    }

    async fn read(&self, _: &Context, config: Value) -> DataOutcome {
        match config.get("input").as_str() {
            Some(text) if !text.is_empty() => DataOutcome::found(config.clone().with("output", text.to_uppercase())),
            _ => DataOutcome::failed(Diagnostic::error("Empty", "The input is empty. Write a text.").at("input")),
        }
    }
}
