//! Function calls.

use super::{Inner, Outcome, find};
use crate::codec;
use std::sync::Arc;
use zt_framework::FunctionError;
use zt_wire_proto::tfplugin6 as pb;

pub(super) async fn call(
    inner: Arc<Inner>,
    request: pb::call_function::Request,
) -> Outcome<pb::call_function::Response> {
    let entry = find(&inner.registry.functions, "function", &request.name)?;
    let mut arguments = Vec::with_capacity(request.arguments.len());
    for (index, argument) in request.arguments.iter().enumerate() {
        let Some(parameter) = entry.signature.parameter_at(index) else {
            return Ok(failed(FunctionError::argument(index, "there are too many arguments")));
        };
        match codec::read(Some(argument), &parameter.ty) {
            Ok(value) => arguments.push(value),
            Err(error) => return Ok(failed(FunctionError::argument(index, error.to_string()))),
        }
    }
    match entry.call(&inner.context(None), arguments).await {
        Ok(value) => {
            let result = codec::write(&value, &entry.signature.returns)?;
            Ok(pb::call_function::Response {
                result: Some(result),
                error: None,
            })
        }
        Err(error) => Ok(failed(error)),
    }
}

fn failed(error: FunctionError) -> pb::call_function::Response {
    let function_argument = error.argument.and_then(|index| i64::try_from(index).ok());
    let error = pb::FunctionError {
        text: error.text,
        function_argument,
    };
    pb::call_function::Response {
        result: None,
        error: Some(error),
    }
}
