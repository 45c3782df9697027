//! From a failed call to a message for the user.

use zt_aws::AwsError;
use zt_framework::Diagnostic;

/// The message of a failed call, which names the object, AWS's request id and what to do.
pub(crate) fn diagnostic(error: &AwsError) -> Diagnostic {
    let explanation = error.explain();
    Diagnostic::error(explanation.summary, explanation.detail)
}
