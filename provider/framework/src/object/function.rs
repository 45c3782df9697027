//! Provider functions: pure, by name, with positional arguments.

use super::Context;
use crate::schema::Signature;
use crate::value::Value;
use async_trait::async_trait;

/// A function. It is pure: the same arguments give the same result, without configuration and network.
#[async_trait]
pub trait Function: Send + Sync + 'static {
    /// The name, a verb, without prefix.
    fn name(&self) -> &'static str;

    /// What it takes and gives.
    fn signature(&self) -> Signature;

    /// Calls it. There are as many arguments as parameters, and any number for a variadic one.
    async fn call(&self, context: &Context, arguments: Vec<Value>) -> Result<Value, FunctionError>;
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct FunctionError {
    /// What is wrong, for the user.
    pub text: String,
    /// The position of the argument that is wrong, from 0.
    pub argument: Option<usize>,
}

impl FunctionError {
    /// An error of the call as a whole.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: None,
        }
    }

    /// An error of one argument, counted from 0.
    pub fn argument(position: usize, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            argument: Some(position),
        }
    }
}
