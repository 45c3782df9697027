//! Which actions each part of the provider needs, and on what: the one table behind the IAM policy.
//!
//! An action is named as IAM names it, which is mostly the call. What AWS checks beyond the calls we make (passing a role, tags
//! at a create, replicas of a function) has rows of its own. Sources: the Service Authorization Reference, and for Lambda@Edge
//! the developer guide's page of IAM permissions. Actions that IAM cannot bind to a resource stand on `*`. A secret
//! that is not there has no ARN yet, and is asked for by its name: both forms stand in the rows.

mod application;
mod distribution;
mod firewall;
mod store;

/// What a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// A session store with its writer.
    Store,
    /// An application, with a distribution of its own or without.
    Application,
    /// The distribution of an application, and what stands around its functions.
    Distribution,
    /// A guard of a distribution that is managed elsewhere.
    Guard,
    /// An application with an origin in S3.
    PrivateOrigin,
    /// An application that keeps the policy of a bucket.
    BucketPolicy,
    /// An application whose firewall has addresses.
    Addresses,
    /// An application whose firewall logs.
    FirewallLogs,
    /// A firewall alone.
    Firewall,
    /// An application that owns its client secret.
    ClientSecret,
    /// An application with a signed assertion.
    Assertion,
    /// An application that logs in with tokens of STS instead of a secret.
    Federation,
    /// The service tokens of an application.
    ServiceTokens,
    /// Revocations in a store, and reading its usage and its users' handles.
    Revocation,
}

/// Actions of one service on the same resources. In a resource `{p}` is the partition, `{a}` the account, `{r}` the region of the
/// store writer, `{s}` the store, `{n}` the application and `{b}` a bucket.
pub(super) struct Row {
    pub(super) part: Part,
    pub(super) service: &'static str,
    pub(super) actions: &'static [&'static str],
    pub(super) resources: &'static [&'static str],
    /// Only towards this service (`iam:PassedToService`, `iam:AWSServiceName`).
    pub(super) condition: Option<(&'static str, &'static [&'static str])>,
}

const fn row(
    part: Part,
    service: &'static str,
    actions: &'static [&'static str],
    resources: &'static [&'static str],
) -> Row {
    Row {
        part,
        service,
        actions,
        resources,
        condition: None,
    }
}

const ANY: &[&str] = &["*"];
const KEY_VALUE_STORE: &[&str] = &["arn:{p}:cloudfront::{a}:key-value-store/*"];
const SECRET: &[&str] = &[
    "CreateSecret",
    "DeleteSecret",
    "DescribeSecret",
    "GetSecretValue",
    "PutSecretValue",
    "RestoreSecret",
    "TagResource",
    "UntagResource",
];
const LOG_GROUP: &[&str] = &[
    "CreateLogGroup",
    "DeleteLogGroup",
    "ListTagsForResource",
    "PutRetentionPolicy",
    "TagResource",
    "UntagResource",
];
const ROLE: &[&str] = &[
    "CreateRole",
    "DeleteRole",
    "DeleteRolePolicy",
    "GetRole",
    "GetRolePolicy",
    "ListRolePolicies",
    "PutRolePolicy",
    "TagRole",
    "UntagRole",
    "UpdateAssumeRolePolicy",
];

/// The table.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    [store::ROWS, application::ROWS, distribution::ROWS, firewall::ROWS]
        .into_iter()
        .flatten()
}
