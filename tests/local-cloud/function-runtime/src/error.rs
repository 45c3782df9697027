//! Why a run gave no result. CloudFront answers every one of these with 503 (`FunctionExecutionError`).

use crate::SyntaxRefusal;

/// A run without a result, with what the function had logged by then.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{kind}")]
pub struct FunctionError {
    /// What happened.
    #[source]
    pub kind: FunctionErrorKind,
    /// Lines of `console.log` so far.
    pub logs: Vec<String>,
    /// Share of the budget used, 0 to 100.
    pub utilization: u8,
}

/// What happened.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum FunctionErrorKind {
    /// CreateFunction refuses such code already (`FunctionSizeLimitExceeded`).
    #[error("the function code has {0} bytes, more than 10240")]
    TooLarge(usize),
    /// Syntax the runtime does not have.
    #[error("SyntaxError: {0}")]
    Refused(SyntaxRefusal),
    /// The code is no program.
    #[error("{0}")]
    Syntax(String),
    /// There is no function named `handler`.
    #[error("the function has no handler")]
    NoHandler,
    /// An exception that nobody caught, or a promise that was rejected.
    #[error("{0}")]
    Thrown(String),
    /// A promise that nothing will ever settle.
    #[error("the handler never finished")]
    NeverSettled,
    /// More than 2 MB.
    #[error("the function exceeded its memory limit")]
    OutOfMemory,
    /// More than the compute budget.
    #[error("the function exceeded its compute budget")]
    OutOfTime,
    /// The result has no JSON form.
    #[error("the handler returned no object")]
    NoResult,
    /// This host failed, not the function.
    #[error("the function host failed: {0}")]
    Host(String),
}
