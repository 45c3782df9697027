//! What the operations of a resource answer.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::value::Value;

/// The answer of a create or an update.
///
/// A state is what is true remotely: give it as soon as something exists, even beside an error. Terraform then taints
/// a create and keeps an update as it is. Where it is safe to go on later, add a warning instead of an error.
#[derive(Debug, Clone, Default)]
pub struct ApplyOutcome {
    /// What exists now; none when nothing came to be (create) or nothing changed (update).
    pub state: Option<Value>,
    /// What identifies it; none keeps the planned identity.
    pub identity: Option<Value>,
    /// Private state to store; empty keeps the plan's.
    pub private: Vec<u8>,
    /// Messages.
    pub diagnostics: Diagnostics,
}

impl ApplyOutcome {
    /// All went well.
    pub fn done(state: Value) -> Self {
        Self {
            state: Some(state),
            ..Self::default()
        }
    }

    /// Nothing was changed.
    pub fn failed(diagnostics: impl Into<Diagnostics>) -> Self {
        Self {
            diagnostics: diagnostics.into(),
            ..Self::default()
        }
    }

    /// Sets the identity.
    #[must_use]
    pub fn identity(mut self, identity: Value) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Sets the private state.
    #[must_use]
    pub fn private(mut self, private: Vec<u8>) -> Self {
        self.private = private;
        self
    }

    /// Adds a message.
    #[must_use]
    pub fn diagnostic(mut self, diagnostic: Diagnostic) -> Self {
        self.diagnostics.push(diagnostic);
        self
    }
}

/// The answer of a refresh.
#[derive(Debug, Clone, Default)]
pub struct ReadOutcome {
    /// What exists; none when it is gone. Beside an error the stored state stays.
    pub state: Option<Value>,
    /// What identifies it; none keeps the stored identity.
    pub identity: Option<Value>,
    /// Private state to store; none keeps what is stored.
    pub private: Option<Vec<u8>>,
    /// Messages.
    pub diagnostics: Diagnostics,
}

impl ReadOutcome {
    /// It exists.
    pub fn found(state: Value) -> Self {
        Self {
            state: Some(state),
            ..Self::default()
        }
    }

    /// It is gone.
    pub fn gone() -> Self {
        Self::default()
    }

    /// It could not be read.
    pub fn failed(diagnostics: impl Into<Diagnostics>) -> Self {
        Self {
            diagnostics: diagnostics.into(),
            ..Self::default()
        }
    }

    /// Sets the identity.
    #[must_use]
    pub fn identity(mut self, identity: Value) -> Self {
        self.identity = Some(identity);
        self
    }
}

/// The answer of a delete. The object is forgotten exactly when there is no error.
#[derive(Debug, Clone, Default)]
pub struct DeleteOutcome {
    /// Beside an error: what is left; none keeps the prior state.
    pub state: Option<Value>,
    /// Messages.
    pub diagnostics: Diagnostics,
}

impl DeleteOutcome {
    /// It is gone.
    pub fn gone() -> Self {
        Self::default()
    }

    /// It is still there.
    pub fn failed(diagnostics: impl Into<Diagnostics>) -> Self {
        Self {
            state: None,
            diagnostics: diagnostics.into(),
        }
    }
}

/// The answer of an import. Terraform reads the object next.
#[derive(Debug, Clone, Default)]
pub struct ImportOutcome {
    /// Enough to read the object by.
    pub state: Option<Value>,
    /// What identifies it.
    pub identity: Option<Value>,
    /// Private state to store.
    pub private: Vec<u8>,
    /// Messages.
    pub diagnostics: Diagnostics,
}

impl ImportOutcome {
    /// It can be read by this.
    pub fn found(state: Value) -> Self {
        Self {
            state: Some(state),
            ..Self::default()
        }
    }

    /// It cannot be imported.
    pub fn failed(diagnostics: impl Into<Diagnostics>) -> Self {
        Self {
            diagnostics: diagnostics.into(),
            ..Self::default()
        }
    }

    /// Sets the identity.
    #[must_use]
    pub fn identity(mut self, identity: Value) -> Self {
        self.identity = Some(identity);
        self
    }
}

/// The answer of a move from another type: the same as of an import.
pub type MoveOutcome = ImportOutcome;
