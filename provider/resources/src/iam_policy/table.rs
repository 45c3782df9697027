//! Which actions each part of the provider needs, and on what: the one table behind the IAM policy.
//!
//! An action is named as IAM names it, which is mostly the call. What AWS checks beyond the calls we make (passing a role, tags
//! at a create, replicas of a function) has rows of its own. Sources: the Service Authorization Reference, and for Lambda@Edge
//! the developer guide's page of IAM permissions. Actions that IAM cannot bind to a resource stand on `*`. A secret
//! that is not there has no ARN yet, and is asked for by its name: both forms stand in the rows.

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
const IP_SETS: &[&str] = &[
    "CreateIPSet",
    "DeleteIPSet",
    "GetIPSet",
    "ListTagsForResource",
    "TagResource",
    "UntagResource",
    "UpdateIPSet",
];
const LOGGING: &[&str] = &[
    "DeleteLoggingConfiguration",
    "GetLoggingConfiguration",
    "PutLoggingConfiguration",
];
const KEY_VALUE_STORE: &[&str] = &["arn:{p}:cloudfront::{a}:key-value-store/*"];
const WRITER_ROLE: &[&str] = &["arn:{p}:iam::{a}:role/zt-{s}-writer"];
const WRITER: &[&str] = &["arn:{p}:lambda:{r}:{a}:function:zt-{s}-writer"];
const AUTH_ROLE: &[&str] = &["arn:{p}:iam::{a}:role/zt-{s}--{n}-auth"];
const AUTH_FUNCTION: &[&str] = &[
    "arn:{p}:lambda:us-east-1:{a}:function:zt-{s}--{n}-auth",
    "arn:{p}:lambda:us-east-1:{a}:function:zt-{s}--{n}-auth:*",
];
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
pub(super) const ROWS: &[Row] = &[
    row(
        Part::Store,
        "secretsmanager",
        SECRET,
        &[
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/pepper",
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/pepper-??????",
        ],
    ),
    row(
        Part::Store,
        "cloudfront",
        &["CreateKeyValueStore", "ListKeyValueStores"],
        ANY,
    ),
    row(
        Part::Store,
        "cloudfront",
        &[
            "DeleteKeyValueStore",
            "DescribeKeyValueStore",
            "ListTagsForResource",
            "TagResource",
            "UntagResource",
            "UpdateKeyValueStore",
        ],
        KEY_VALUE_STORE,
    ),
    row(
        Part::Store,
        "cloudfront-keyvaluestore",
        &["DescribeKeyValueStore", "GetKey", "ListKeys", "UpdateKeys"],
        KEY_VALUE_STORE,
    ),
    row(
        Part::Store,
        "sqs",
        &[
            "CreateQueue",
            "DeleteQueue",
            "GetQueueAttributes",
            "GetQueueUrl",
            "ListQueueTags",
            "SetQueueAttributes",
            "TagQueue",
            "UntagQueue",
        ],
        &[
            "arn:{p}:sqs:{r}:{a}:zt-{s}-revocations.fifo",
            "arn:{p}:sqs:{r}:{a}:zt-{s}-revocations-dead.fifo",
        ],
    ),
    row(Part::Store, "iam", ROLE, WRITER_ROLE),
    Row {
        condition: Some(("iam:PassedToService", &["lambda.amazonaws.com"])),
        ..row(Part::Store, "iam", &["PassRole"], WRITER_ROLE)
    },
    row(Part::Store, "logs", &["DescribeLogGroups"], ANY),
    row(
        Part::Store,
        "logs",
        LOG_GROUP,
        &[
            "arn:{p}:logs:{r}:{a}:log-group:/aws/lambda/zt-{s}-writer",
            "arn:{p}:logs:{r}:{a}:log-group:/aws/lambda/zt-{s}-writer:*",
        ],
    ),
    row(
        Part::Store,
        "lambda",
        &[
            "AddPermission",
            "CreateFunction",
            "DeleteFunction",
            "GetFunctionConfiguration",
            "GetPolicy",
            "ListTags",
            "RemovePermission",
            "TagResource",
            "UntagResource",
            "UpdateFunctionCode",
            "UpdateFunctionConfiguration",
        ],
        WRITER,
    ),
    // Ids of mappings are not known before, and their list cannot be bound to one.
    row(
        Part::Store,
        "lambda",
        &[
            "CreateEventSourceMapping",
            "GetEventSourceMapping",
            "ListEventSourceMappings",
        ],
        ANY,
    ),
    row(
        Part::Store,
        "lambda",
        &["DeleteEventSourceMapping", "TagResource", "UpdateEventSourceMapping"],
        &["arn:{p}:lambda:{r}:{a}:event-source-mapping:*"],
    ),
    row(
        Part::Store,
        "events",
        &[
            "DeleteRule",
            "DescribeRule",
            "ListTagsForResource",
            "ListTargetsByRule",
            "PutRule",
            "PutTargets",
            "RemoveTargets",
            "TagResource",
            "UntagResource",
        ],
        &["arn:{p}:events:{r}:{a}:rule/zt-{s}-prune"],
    ),
    row(
        Part::Application,
        "secretsmanager",
        SECRET,
        &[
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/{n}/keys",
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/{n}/keys-??????",
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/{n}/membership",
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/{n}/membership-??????",
        ],
    ),
    // Whether they are there is looked at, whatever is configured, and what is no longer configured goes.
    row(
        Part::Application,
        "secretsmanager",
        &["DeleteSecret", "DescribeSecret", "TagResource", "UntagResource"],
        &[
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/{n}/client-secret",
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/{n}/client-secret-??????",
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/{n}/assertion",
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/{n}/assertion-??????",
        ],
    ),
    row(Part::Application, "iam", ROLE, AUTH_ROLE),
    Row {
        condition: Some((
            "iam:PassedToService",
            &["lambda.amazonaws.com", "edgelambda.amazonaws.com"],
        )),
        ..row(Part::Application, "iam", &["PassRole"], AUTH_ROLE)
    },
    row(
        Part::Application,
        "lambda",
        &[
            "CreateFunction",
            "DeleteFunction",
            "GetFunctionConfiguration",
            "ListTags",
            "ListVersionsByFunction",
            "PublishVersion",
            "TagResource",
            "UntagResource",
            "UpdateFunctionCode",
            "UpdateFunctionConfiguration",
            // CloudFront asks for these when a distribution names the function.
            "GetFunction",
            "EnableReplication*",
            "DisableReplication*",
        ],
        AUTH_FUNCTION,
    ),
    row(Part::Application, "logs", &["DescribeLogGroups"], ANY),
    // In every region that may run the function.
    row(
        Part::Application,
        "logs",
        LOG_GROUP,
        &[
            "arn:{p}:logs:*:{a}:log-group:/aws/lambda/us-east-1.zt-{s}--{n}-auth",
            "arn:{p}:logs:*:{a}:log-group:/aws/lambda/us-east-1.zt-{s}--{n}-auth:*",
        ],
    ),
    // Parked functions are looked for; one of an application that is not named stays until its own role comes by.
    row(Part::Application, "lambda", &["ListFunctions"], ANY),
    Row {
        condition: Some((
            "iam:AWSServiceName",
            &["replicator.lambda.amazonaws.com", "logger.cloudfront.amazonaws.com"],
        )),
        ..row(
            Part::Application,
            "iam",
            &["CreateServiceLinkedRole"],
            &[
                "arn:{p}:iam::{a}:role/aws-service-role/replicator.lambda.amazonaws.com/*",
                "arn:{p}:iam::{a}:role/aws-service-role/logger.cloudfront.amazonaws.com/*",
            ],
        )
    },
    row(
        Part::Application,
        "cloudfront",
        &[
            "CreateFunction",
            "DeleteFunction",
            "DescribeFunction",
            "GetFunction",
            "PublishFunction",
            "TestFunction",
            "UpdateFunction",
        ],
        &["arn:{p}:cloudfront::{a}:function/zt-{s}--{n}-session"],
    ),
    // Its own is found by its mark, and another one that runs its functions by their names.
    row(Part::Application, "cloudfront", &["ListDistributions"], ANY),
    row(
        Part::Distribution,
        "cloudfront",
        &[
            "CreateOriginRequestPolicy",
            "CreateResponseHeadersPolicy",
            "ListOriginAccessControls",
            "ListOriginRequestPolicies",
            "ListResponseHeadersPolicies",
        ],
        ANY,
    ),
    // CloudFront gives out the ids.
    row(
        Part::Distribution,
        "cloudfront",
        &[
            "CreateDistribution",
            "DeleteDistribution",
            "GetDistribution",
            "GetDistributionConfig",
            "ListTagsForResource",
            "TagResource",
            "UntagResource",
            "UpdateDistribution",
        ],
        &["arn:{p}:cloudfront::{a}:distribution/*"],
    ),
    row(
        Part::Distribution,
        "cloudfront",
        &[
            "DeleteOriginRequestPolicy",
            "GetOriginRequestPolicy",
            "UpdateOriginRequestPolicy",
        ],
        &["arn:{p}:cloudfront::{a}:origin-request-policy/*"],
    ),
    row(
        Part::Distribution,
        "cloudfront",
        &[
            "DeleteResponseHeadersPolicy",
            "GetResponseHeadersPolicy",
            "UpdateResponseHeadersPolicy",
        ],
        &["arn:{p}:cloudfront::{a}:response-headers-policy/*"],
    ),
    // CreateFunction, and a distribution that uses the function, name the store.
    row(
        Part::Application,
        "cloudfront-keyvaluestore",
        &["DescribeKeyValueStore", "GetKey", "UpdateKeys"],
        KEY_VALUE_STORE,
    ),
    row(
        Part::Distribution,
        "wafv2",
        &["CheckCapacity", "ListIPSets", "ListWebACLs"],
        ANY,
    ),
    row(
        Part::Distribution,
        "wafv2",
        &[
            "CreateWebACL",
            "DeleteWebACL",
            "GetWebACL",
            "ListTagsForResource",
            "TagResource",
            "UntagResource",
            "UpdateWebACL",
        ],
        &["arn:{p}:wafv2:us-east-1:{a}:global/webacl/zt-{s}--{n}/*"],
    ),
    // A web ACL names the managed rule groups it uses.
    row(
        Part::Distribution,
        "wafv2",
        &["CreateWebACL", "UpdateWebACL"],
        &["arn:{p}:wafv2:us-east-1:{a}:global/managedruleset/*/*"],
    ),
    // CloudFront gives out the ids.
    row(
        Part::Guard,
        "cloudfront",
        &["GetDistribution"],
        &["arn:{p}:cloudfront::{a}:distribution/*"],
    ),
    row(
        Part::Guard,
        "cloudfront",
        &["GetCachePolicy"],
        &["arn:{p}:cloudfront::{a}:cache-policy/*"],
    ),
    row(
        Part::Guard,
        "cloudfront",
        &["GetRealtimeLogConfig"],
        &["arn:{p}:cloudfront::{a}:realtime-log-config/*"],
    ),
    row(
        Part::Addresses,
        "wafv2",
        IP_SETS,
        &["arn:{p}:wafv2:us-east-1:{a}:global/ipset/zt-{s}--{n}-*/*"],
    ),
    row(
        Part::Addresses,
        "wafv2",
        &["CreateWebACL", "UpdateWebACL"],
        &["arn:{p}:wafv2:us-east-1:{a}:global/ipset/*/*"],
    ),
    row(
        Part::FirewallLogs,
        "wafv2",
        LOGGING,
        &["arn:{p}:wafv2:us-east-1:{a}:global/webacl/zt-{s}--{n}/*"],
    ),
    row(
        Part::Firewall,
        "wafv2",
        &["CheckCapacity", "ListIPSets", "ListWebACLs"],
        ANY,
    ),
    row(
        Part::Firewall,
        "wafv2",
        IP_SETS,
        &["arn:{p}:wafv2:us-east-1:{a}:global/ipset/zt-firewall-{n}-*/*"],
    ),
    row(
        Part::Firewall,
        "wafv2",
        &[
            "CreateWebACL",
            "DeleteWebACL",
            "GetWebACL",
            "ListTagsForResource",
            "TagResource",
            "UntagResource",
            "UpdateWebACL",
        ],
        &["arn:{p}:wafv2:us-east-1:{a}:global/webacl/zt-firewall-{n}/*"],
    ),
    row(
        Part::Firewall,
        "wafv2",
        LOGGING,
        &["arn:{p}:wafv2:us-east-1:{a}:global/webacl/zt-firewall-{n}/*"],
    ),
    row(
        Part::Firewall,
        "wafv2",
        &["CreateWebACL", "UpdateWebACL"],
        &[
            "arn:{p}:wafv2:us-east-1:{a}:global/ipset/*/*",
            "arn:{p}:wafv2:us-east-1:{a}:global/managedruleset/*/*",
        ],
    ),
    row(Part::PrivateOrigin, "cloudfront", &["CreateOriginAccessControl"], ANY),
    row(
        Part::PrivateOrigin,
        "cloudfront",
        &[
            "DeleteOriginAccessControl",
            "GetOriginAccessControl",
            "UpdateOriginAccessControl",
        ],
        &["arn:{p}:cloudfront::{a}:origin-access-control/*"],
    ),
    row(
        Part::BucketPolicy,
        "s3",
        &["DeleteBucketPolicy", "GetBucketPolicy", "PutBucketPolicy"],
        &["arn:{p}:s3:::{b}"],
    ),
    row(
        Part::ClientSecret,
        "secretsmanager",
        SECRET,
        &[
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/{n}/client-secret",
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/{n}/client-secret-??????",
        ],
    ),
    row(
        Part::Assertion,
        "secretsmanager",
        SECRET,
        &[
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/{n}/assertion",
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/{n}/assertion-??????",
        ],
    ),
    row(Part::Federation, "iam", &["GetOutboundWebIdentityFederationInfo"], ANY),
    // The last part of the name covers the six characters that Secrets Manager adds.
    row(
        Part::ServiceTokens,
        "secretsmanager",
        SECRET,
        &["arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/{n}/token/*"],
    ),
    // An import finds the store by its name.
    row(
        Part::ServiceTokens,
        "cloudfront",
        &["DescribeKeyValueStore"],
        KEY_VALUE_STORE,
    ),
    row(
        Part::ServiceTokens,
        "cloudfront-keyvaluestore",
        &["DescribeKeyValueStore", "GetKey", "UpdateKeys"],
        KEY_VALUE_STORE,
    ),
    row(
        Part::Revocation,
        "secretsmanager",
        &["GetSecretValue"],
        &[
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/pepper",
            "arn:{p}:secretsmanager:us-east-1:{a}:secret:zt/{s}/pepper-??????",
        ],
    ),
    row(
        Part::Revocation,
        "cloudfront-keyvaluestore",
        &["DescribeKeyValueStore", "GetKey", "ListKeys", "UpdateKeys"],
        KEY_VALUE_STORE,
    ),
];
