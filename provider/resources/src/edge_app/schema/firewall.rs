//! Attributes of the web firewall in front of the application.

use super::rules;
use zt_framework::{Attribute, Type};

pub(super) fn web_acl() -> Attribute {
    Attribute::single(
        "web_acl",
        "The web ACL in front of the application. Rate limits count requests of one address in five minutes.",
        vec![
            limit("rate_limit", 2000, "all requests"),
            limit(
                "auth_rate_limit",
                100,
                "the endpoints of the login, without those that servers of identity providers call",
            ),
            Attribute::map_of(
                "path_rate_limits",
                Type::Number,
                "Further limits by path prefix, such as `{ \"/api/\" = 500 }`.",
            )
            .optional()
            .validate(rules::path_rate_limits),
            geo(),
            managed_groups(),
        ],
    )
    .optional()
}

fn limit(name: &'static str, default: i64, what: &str) -> Attribute {
    Attribute::number(name, format!("Limit for {what}, at least 10. Default {default}."))
        .default(default)
        .validate(rules::rate)
}

fn geo() -> Attribute {
    let countries = |name, description| {
        Attribute::list_of(name, Type::String, description)
            .optional()
            .validate(rules::countries)
    };
    Attribute::single(
        "geo",
        "Countries, as two-letter codes: exactly one of the lists.",
        [
            countries("allow", "Only these countries."),
            countries("block", "All but these countries."),
        ],
    )
    .optional()
}

fn managed_groups() -> Attribute {
    Attribute::list(
        "managed_groups",
        "Managed rule groups in order. Default: AWSManagedRulesCommonRuleSet, \
         AWSManagedRulesKnownBadInputsRuleSet and AWSManagedRulesAmazonIpReputationList.",
        vec![
            Attribute::string("name", "Name of the group.")
                .required()
                .validate(rules::not_empty),
            Attribute::string("vendor", "Vendor of the group. Default `AWS`.").default("AWS"),
            Attribute::string(
                "version",
                "Version of the group. Default: the vendor's default version.",
            )
            .optional(),
            Attribute::bool("count_only", "Count instead of block. Default `false`.").default(false),
            Attribute::list_of("count_rules", Type::String, "Rules of the group that only count.").optional(),
        ],
    )
    .optional()
}
