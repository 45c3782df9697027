//! What firewalls need, of an application or alone: web ACLs, their IP sets and their logging.
//!
//! Their names are ours, so every row that changes an object names it. What a web ACL refers to is checked by AWS, too.

use super::{ANY, Part, Row, row};

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

/// The rows.
pub(super) const ROWS: &[Row] = &[
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
];
