//! From a failed call to a message for the user.

use zt_aws::AwsError;
use zt_framework::Diagnostic;

/// The message of a failed call, which names the object, AWS's request id and what to do.
pub(crate) fn diagnostic(error: &AwsError) -> Diagnostic {
    let explanation = error.explain();
    Diagnostic::error(explanation.summary, explanation.detail)
}

/// The same as a warning: the work goes on, or will be taken up by the next apply.
pub(crate) fn warning(error: &AwsError) -> Diagnostic {
    let explanation = error.explain();
    Diagnostic::warning(explanation.summary, explanation.detail)
}
