//! What a user may write about a firewall alone, and what the provider tells back.

use zt_framework::{Attribute, IdentityAttribute, IdentitySchema, Schema};

use crate::edge_app::written;
use crate::{firewall, tagging};

pub(super) fn schema() -> Schema {
    let name = Attribute::string(
        "name",
        "Name of the firewall, unique in the account: lower-case letters, digits and hyphens, at most 24 characters. Changing it \
         replaces the firewall: where a distribution names it, with `create_before_destroy`.",
    )
    .required()
    .requires_replace()
    .validate(written::application_name);
    let auth_prefix = Attribute::string(
        "auth_prefix",
        "Path of the login of the application behind it, whose endpoints for servers are exempt from what refuses servers. \
         Default `/oauth2`.",
    )
    .default("/oauth2")
    .validate(written::reserved_path);
    Schema::new(
        "The web firewall alone: a web ACL of AWS WAF for CloudFront with its IP sets and its logging, for distributions that are \
         managed elsewhere. Give its `arn` to their `web_acl_id`. Applications of `zt_edge_app` have one of their own.",
    )
    .attributes([name, auth_prefix])
    .attributes(firewall::attributes())
    .attributes(computed())
    .attributes(tagging::attributes())
}

fn computed() -> [Attribute; 5] {
    [
        Attribute::string("arn", "ARN of the web ACL, which a distribution takes as `web_acl_id`.")
            .computed()
            .keep_prior(),
        Attribute::string("id", "Id of the web ACL.").computed().keep_prior(),
        Attribute::string("instance_id", "Id with which its objects are marked.")
            .computed()
            .keep_prior(),
        Attribute::number("capacity", "What its rules need, in capacity units of AWS WAF.").computed(),
        Attribute::bool(
            "in_force",
            "Whether what stands in AWS WAF is what is written. False after somebody altered it; the next apply repairs it.",
        )
        .computed(),
    ]
}

pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::new([IdentityAttribute::required("name", "Name of the firewall.")])
}
