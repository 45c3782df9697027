//! Whose credentials these are.

use super::{Aws, ConnectError};

/// A partition of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partition {
    /// The commercial regions.
    Aws,
    /// China.
    China,
    /// The government's regions.
    GovCloud,
}

impl Partition {
    /// The word in ARNs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::China => "aws-cn",
            Self::GovCloud => "aws-us-gov",
        }
    }

    pub(super) fn of_region(region: &str) -> Self {
        if region.starts_with("cn-") {
            Self::China
        } else if region.starts_with("us-gov-") {
            Self::GovCloud
        } else {
            Self::Aws
        }
    }

    fn of_arn(arn: &str) -> Self {
        match arn.split(':').nth(1) {
            Some("aws-cn") => Self::China,
            Some("aws-us-gov") => Self::GovCloud,
            _ => Self::Aws,
        }
    }
}

/// Who the credentials are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: String,
    /// ARN of the user or of the assumed role.
    pub arn: String,
    /// The partition.
    pub partition: Partition,
}

pub(super) async fn identify(aws: &Aws) -> Result<Option<Identity>, ConnectError> {
    let settings = &aws.shared.settings;
    let limited = !settings.allowed_account_ids.is_empty() || !settings.forbidden_account_ids.is_empty();
    if settings.skip_credentials_validation && settings.skip_requesting_account_id && !limited {
        return Ok(None);
    }
    let caller = aws.sts().caller_identity().await.map_err(ConnectError::Rejected)?;
    let identity = Identity {
        partition: Partition::of_arn(&caller.arn),
        account: caller.account,
        arn: caller.arn,
    };
    check(settings, &identity)?;
    Ok((!settings.skip_requesting_account_id).then_some(identity))
}

fn check(settings: &crate::Settings, identity: &Identity) -> Result<(), ConnectError> {
    let refuse = |setting| ConnectError::Account {
        account: identity.account.clone(),
        setting,
    };
    let allowed = &settings.allowed_account_ids;
    if !allowed.is_empty() && !allowed.contains(&identity.account) {
        return Err(refuse("allowed_account_ids"));
    }
    if settings.forbidden_account_ids.contains(&identity.account) {
        return Err(refuse("forbidden_account_ids"));
    }
    Ok(())
}
