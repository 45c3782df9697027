//! Values as bytes: MessagePack in calls, JSON from stored state.
//!
//! Reading and writing follow the schema's type. What does not fit is an error with the path of the attribute, and
//! never quotes the value, which may be a secret.

mod decode;
mod encode;
mod refinement;

pub use decode::decode;
pub use encode::encode;

use zt_framework::value::{Path, Type, Value, json};
use zt_framework::{Diagnostic, Diagnostics};
use zt_wire_proto::tfplugin6 as pb;

/// A value that cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct CodecError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub reason: String,
}

impl From<json::JsonError> for CodecError {
    fn from(error: json::JsonError) -> Self {
        Self {
            path: error.path,
            reason: error.reason,
        }
    }
}

impl From<CodecError> for Diagnostics {
    fn from(error: CodecError) -> Self {
        let detail = format!(
            "{}. Terraform and this provider disagree on the form of a value: please report it, with the versions of \
             both.",
            error.reason,
        );
        let diagnostic = Diagnostic::error("Unreadable value", detail);
        if error.path.is_root() {
            diagnostic.into()
        } else {
            diagnostic.at(error.path).into()
        }
    }
}

/// A value from a call; absent ones are null.
pub(crate) fn read(value: Option<&pb::DynamicValue>, ty: &Type) -> Result<Value, CodecError> {
    match value {
        Some(value) if !value.msgpack.is_empty() => decode(&value.msgpack, ty),
        Some(value) if !value.json.is_empty() => Ok(json::decode(&value.json, ty)?),
        _ => Ok(Value::Null),
    }
}

/// A value for an answer.
pub(crate) fn write(value: &Value, ty: &Type) -> Result<pb::DynamicValue, CodecError> {
    Ok(pb::DynamicValue {
        msgpack: encode(value, ty)?,
        json: Vec::new(),
    })
}

fn refuse<T>(path: &Path, reason: impl Into<String>) -> Result<T, CodecError> {
    Err(CodecError {
        path: path.clone(),
        reason: reason.into(),
    })
}
