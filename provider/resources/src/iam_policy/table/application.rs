//! What an application needs wherever its distribution stands: secrets, functions, roles and logs.
//!
//! Rows of features that not every application has stand at the end, one part of the table each.

use super::{ANY, KEY_VALUE_STORE, LOG_GROUP, Part, ROLE, Row, SECRET, row};

const AUTH_ROLE: &[&str] = &["arn:{p}:iam::{a}:role/zt-{s}--{n}-auth"];
const AUTH_FUNCTION: &[&str] = &[
    "arn:{p}:lambda:us-east-1:{a}:function:zt-{s}--{n}-auth",
    "arn:{p}:lambda:us-east-1:{a}:function:zt-{s}--{n}-auth:*",
];

/// The rows.
pub(super) const ROWS: &[Row] = &[
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
    // CreateFunction, and a distribution that uses the function, name the store.
    row(
        Part::Application,
        "cloudfront-keyvaluestore",
        &["DescribeKeyValueStore", "GetKey", "UpdateKeys"],
        KEY_VALUE_STORE,
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
];
