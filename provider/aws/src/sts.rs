//! STS: who the credentials are.

use aws_sdk_sts::Client;

use crate::call::Caller;
use crate::error::Result;

/// Calls of STS. See [`crate::Aws::sts`].
#[derive(Debug, Clone)]
pub struct Sts {
    client: Client,
    caller: Caller,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdentity {
    /// The account.
    pub account: String,
    /// ARN of the user or of the assumed role.
    pub arn: String,
}

impl Sts {
    pub(crate) fn new(client: Client, caller: Caller) -> Self {
        Self { client, caller }
    }

    /// Who calls. Needs no permission.
    ///
    /// # Errors
    /// `Denied` when the credentials are not accepted.
    pub async fn caller_identity(&self) -> Result<CallerIdentity> {
        const OPERATION: &str = "GetCallerIdentity";
        const OBJECT: &str = "the caller";
        let request = self.client.get_caller_identity().send();
        let answer = self.caller.call(OPERATION, OBJECT, request).await?;
        match (answer.account, answer.arn) {
            (Some(account), Some(arn)) => Ok(CallerIdentity { account, arn }),
            _ => Err(self.caller.incomplete(OPERATION, OBJECT)),
        }
    }
}
