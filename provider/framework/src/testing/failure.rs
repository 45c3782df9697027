//! Why a step of a test did not go as it must.

use crate::diagnostics::Diagnostics;
use crate::lifecycle::RegistryError;
use crate::value::Path;
use std::fmt;

/// A step that failed.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The provider answered with errors.
    #[error("{0}")]
    Diagnostics(Diagnostics),
    /// The provider broke a rule of Terraform's.
    #[error("rule broken by {step} at {path:?}: {reason}", path = path.to_string())]
    Rule {
        /// What was being done.
        step: String,
        /// Where in the value.
        path: Path,
        /// Which rule, and how.
        reason: String,
    },
    /// The test asked for something that is not there.
    #[error("{0} does not exist")]
    Missing(String),
    /// The provider contradicts itself.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl Failure {
    pub(super) fn rule(step: &str, path: &Path, reason: impl Into<String>) -> Self {
        Self::Rule {
            step: step.to_owned(),
            path: path.clone(),
            reason: reason.into(),
        }
    }

    /// The provider's errors, when it answered with some.
    pub fn diagnostics(&self) -> Option<&Diagnostics> {
        match self {
            Self::Diagnostics(diagnostics) => Some(diagnostics),
            _ => None,
        }
    }
}

/// Tests print failures with `unwrap`, so this is as readable as the message.
impl fmt::Debug for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// The errors as a failure, if there are any.
pub(super) fn check(diagnostics: &Diagnostics) -> Result<(), Failure> {
    if diagnostics.has_errors() {
        return Err(Failure::Diagnostics(diagnostics.clone()));
    }
    Ok(())
}
