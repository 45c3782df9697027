//! Running a function on an event of our own before it is published.

use aws_smithy_types::Blob;

use super::{CloudFront, ETag, Stage};
use crate::error::Result;

/// What one run of a function said.
#[derive(Clone, PartialEq, Eq)]
pub struct FunctionTest {
    /// The event object that the function returned, as JSON, when it returned one.
    pub output: Option<String>,
    /// CloudFront's words for a failure of the function, when it failed.
    pub error: Option<String>,
    /// Share of the allowed run time, in percent.
    pub utilization: Option<u32>,
    /// Lines that the function logged.
    pub logs: Vec<String>,
}

// Output and logs can hold what a session holds, so they are not shown.
impl std::fmt::Debug for FunctionTest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("FunctionTest")
            .field("error", &self.error)
            .field("utilization", &self.utilization)
            .finish_non_exhaustive()
    }
}

impl CloudFront {
    /// Runs stage DEVELOPMENT on an event (JSON); `etag` is that of DEVELOPMENT.
    ///
    /// A function that fails is no error of this call: see [`FunctionTest::error`].
    ///
    /// # Errors
    /// When the test could not run.
    pub async fn test_function(&self, name: &str, etag: &ETag, event: &str) -> Result<FunctionTest> {
        const OPERATION: &str = "TestFunction";
        let request = self
            .client
            .test_function()
            .name(name)
            .if_match(etag.as_str())
            .stage(Stage::Development.sdk_stage())
            .event_object(Blob::new(event))
            .send();
        let answer = self.caller.call(OPERATION, name, request).await?;
        let result = answer
            .test_result
            .ok_or_else(|| self.caller.incomplete(OPERATION, name))?;
        Ok(FunctionTest {
            output: result.function_output.filter(|text| !text.is_empty()),
            error: result.function_error_message.filter(|text| !text.is_empty()),
            utilization: result.compute_utilization.and_then(|percent| percent.parse().ok()),
            logs: result.function_execution_logs.unwrap_or_default(),
        })
    }
}
