//! A function.

use zt_framework::value::Type;
use zt_framework::{Context, Function, FunctionError, Parameter, Signature, Value, async_trait};

pub(super) struct Shout;

#[async_trait]
impl Function for Shout {
    fn name(&self) -> &'static str {
        "shout"
    }

    fn signature(&self) -> Signature {
        Signature::new(Type::String, "Shouts", "Joins texts and shouts them.")
            .parameter(Parameter::new("text", Type::String, "The text."))
            .variadic(Parameter::new("more", Type::String, "More texts."))
    }

    async fn call(&self, _: &Context, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut texts = Vec::new();
        for (index, argument) in arguments.iter().enumerate() {
            match argument.as_str() {
                Some(text) if !text.is_empty() => texts.push(text.to_uppercase()),
                _ => return Err(FunctionError::argument(index, "there is nothing to shout")),
            }
        }
        Ok(texts.join(" ").into())
    }
}
