//! What the user can say about the connection, in hashicorp/aws's words, and the environment we read.
//!
//! Promises: a setting given here wins over the environment, which wins over the shared files. Every variable this crate
//! looks at itself is a constant below; the SDK reads the rest of AWS's standard environment (`AWS_REGION`, `AWS_PROFILE`,
//! `AWS_ACCESS_KEY_ID`, `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>` and so on).

use std::time::Duration;

use crate::retry::RetryMode;
use crate::secret::Secret;

/// A PEM file of certificate authorities to trust besides the system's.
pub const ENV_CA_BUNDLE: &str = "AWS_CA_BUNDLE";
/// How often a call is tried; without it [`crate::retry::DEFAULT_MAX_ATTEMPTS`].
pub const ENV_MAX_ATTEMPTS: &str = "AWS_MAX_ATTEMPTS";
/// The region when neither setting nor `AWS_REGION` nor a profile names one.
pub const ENV_DEFAULT_REGION: &str = "AWS_DEFAULT_REGION";

/// Everything that CloudFront itself uses lives here, whatever the region of the provider.
pub const GLOBAL_REGION: &str = "us-east-1";

/// The connection, as configured. The default asks the environment for everything.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The home region; services of CloudFront's scope use [`GLOBAL_REGION`] all the same.
    pub region: Option<String>,
    /// Profile of the shared files.
    pub profile: Option<String>,
    /// Static access key id.
    pub access_key: Option<String>,
    /// Static secret access key.
    pub secret_key: Option<Secret>,
    /// Static session token.
    pub token: Option<Secret>,
    /// Paths of shared configuration files, instead of `~/.aws/config`.
    pub shared_config_files: Vec<String>,
    /// Paths of shared credentials files, instead of `~/.aws/credentials`.
    pub shared_credentials_files: Vec<String>,
    /// Roles to assume, one after the other.
    pub assume_role: Vec<AssumeRole>,
    /// Endpoints by service.
    pub endpoints: Endpoints,
    /// How often a call is tried.
    pub max_retries: Option<u32>,
    /// How retries are spaced.
    pub retry_mode: Option<RetryMode>,
    /// A PEM file of certificate authorities to trust besides the system's.
    pub custom_ca_bundle: Option<String>,
    /// Proxy for http endpoints; without it the usual proxy variables.
    pub http_proxy: Option<String>,
    /// Proxy for https endpoints; without it the usual proxy variables.
    pub https_proxy: Option<String>,
    /// Hosts that are reached without proxy, comma separated.
    pub no_proxy: Option<String>,
    /// Do not ask STS whether the credentials are valid.
    pub skip_credentials_validation: bool,
    /// Do not ask STS for the account; the account is then unknown.
    pub skip_requesting_account_id: bool,
    /// Address buckets by path. Always on when the endpoint of S3 is overridden.
    pub s3_use_path_style: bool,
    /// FIPS endpoints.
    pub use_fips_endpoint: bool,
    /// Dual-stack endpoints.
    pub use_dualstack_endpoint: bool,
    /// Only these accounts are accepted, when any is named.
    pub allowed_account_ids: Vec<String>,
    /// These accounts are refused.
    pub forbidden_account_ids: Vec<String>,
    /// Put in front of the SDK's user agent.
    pub user_agent: Option<String>,
}

/// One role to assume.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssumeRole {
    /// The role.
    pub role_arn: String,
    /// Name of the session, as CloudTrail shows it.
    pub session_name: Option<String>,
    /// The external id the role asks for.
    pub external_id: Option<String>,
    /// How long the credentials live.
    pub duration: Option<Duration>,
    /// A policy that narrows the role, in JSON.
    pub policy: Option<String>,
    /// Managed policies that narrow the role.
    pub policy_arns: Vec<String>,
    /// Tags of the session.
    pub tags: crate::Tags,
}

/// Endpoints that replace AWS's own, by service. A bare IP address works for each of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// CloudFront's control plane.
    pub cloudfront: Option<String>,
    /// The data plane of key value stores.
    pub cloudfront_keyvaluestore: Option<String>,
    /// EventBridge.
    pub events: Option<String>,
    /// IAM.
    pub iam: Option<String>,
    /// Lambda.
    pub lambda: Option<String>,
    /// CloudWatch Logs.
    pub logs: Option<String>,
    /// S3.
    pub s3: Option<String>,
    /// Secrets Manager.
    pub secretsmanager: Option<String>,
    /// SQS.
    pub sqs: Option<String>,
    /// STS.
    pub sts: Option<String>,
    /// The web application firewall.
    pub wafv2: Option<String>,
}

/// Reads one of the variables above.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
