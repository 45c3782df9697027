//! What a session store with its writer needs, and what its revocations do.
//!
//! The rows name the objects by the store; it knows no application.

use super::{ANY, KEY_VALUE_STORE, LOG_GROUP, Part, ROLE, Row, SECRET, row};

const WRITER_ROLE: &[&str] = &["arn:{p}:iam::{a}:role/zt-{s}-writer"];
const WRITER: &[&str] = &["arn:{p}:lambda:{r}:{a}:function:zt-{s}-writer"];

/// The rows.
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
