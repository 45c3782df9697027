//! What a user may write about the firewall. The descriptions are the documentation of the registry page.

use zt_framework::validate::rules as validate;
use zt_framework::{Attribute, Type};

use super::rules;

const ACTIONS: &[&str] = &["block", "challenge", "count"];

/// The attributes, for `web_acl` of an application and for a firewall alone.
pub(crate) fn attributes() -> Vec<Attribute> {
    let mut attributes = limits();
    attributes.extend([
        geo(),
        addresses(),
        custom_rules(),
        rule_order(),
        managed_groups(),
        bot_control(),
    ]);
    attributes.extend([
        response(
            "refusal",
            "The answer to requests that countries, addresses or rules of your own refuse. Default: AWS's 403.",
        )
        .optional(),
        response(
            "too_many",
            "The answer to requests beyond a rate limit. Default: status 429 without a body.",
        )
        .optional(),
        logging(),
    ]);
    attributes
}

fn limits() -> Vec<Attribute> {
    vec![
        limit("rate_limit", 2000, "all requests"),
        window("rate_limit_window", "`rate_limit`"),
        action("rate_limit_action", "`rate_limit`"),
        limit(
            "auth_rate_limit",
            100,
            "the endpoints of the login in five minutes, without those that servers of identity providers call",
        ),
        Attribute::map_of(
            "path_rate_limits",
            Type::Number,
            "Further limits for five minutes by path prefix, such as `{ \"/api/\" = 500 }`. With `rate_limits` more can be said.",
        )
        .optional()
        .validate(rules::path_rate_limits),
        Attribute::map(
            "rate_limits",
            "Further limits by names of your own; each counts by itself.",
            [
                Attribute::string(
                    "path",
                    "Path whose requests count, where `*` stands for anything: `/api/*` is `/api` and all below it. Every spelling of a path counts: it is decoded, normalised and compared \
                     without regard to case.",
                )
                .required()
                .validate(rules::pattern),
                Attribute::list_of("methods", Type::String, "Only requests of these methods count. Default: all.")
                    .optional()
                    .validate(rules::methods),
                Attribute::number("limit", "Requests of one address in the window, at least 10.")
                    .required()
                    .validate(rules::rate),
                window("window", "the limit"),
                action("action", "the limit"),
            ],
        )
        .optional()
        .validate(rules::names),
    ]
}

fn limit(name: &'static str, default: i64, what: &str) -> Attribute {
    Attribute::number(
        name,
        format!("Requests of one address that may come to {what}, at least 10. Default {default}."),
    )
    .default(default)
    .validate(rules::rate)
}

fn window(name: &'static str, what: &str) -> Attribute {
    Attribute::number(
        name,
        format!("Seconds in which {what} counts: 60, 120, 300 or 600. Default 300."),
    )
    .default(300)
    .validate(rules::window)
}

fn action(name: &'static str, what: &str) -> Attribute {
    Attribute::string(
        name,
        format!("What happens beyond {what}: `block` (the default), `challenge` (the browser proves itself silently) or `count`."),
    )
    .default("block")
    .validate(validate::one_of(ACTIONS))
}

fn geo() -> Attribute {
    let countries = |name, description| {
        Attribute::list_of(name, Type::String, description)
            .optional()
            .validate(rules::countries)
    };
    Attribute::single(
        "geo",
        "Countries, as two-letter codes; with both lists, what is in `allow` and not in `block` passes. Endpoints of the login \
         that servers call are exempt.",
        [
            countries("allow", "Only these countries."),
            countries("block", "Not these countries."),
        ],
    )
    .optional()
}

fn ranges(name: &'static str, description: impl Into<String>) -> Attribute {
    Attribute::set_of(name, Type::String, description)
        .optional()
        .validate(rules::addresses)
        .validate_each(rules::address)
}

fn addresses() -> Attribute {
    Attribute::single(
        "addresses",
        "Addresses of viewers: ranges in CIDR notation, IPv4 and IPv6 mixed, for which IP sets are made, and ARNs of IP sets of \
         yours for CloudFront.",
        [
            ranges("block", "Refused, before anything else is asked."),
            ranges(
                "trust",
                "Pass the firewall unless blocked: no country, limit, group or rule applies. The session function decides about \
                 them as about all.",
            ),
            ranges(
                "allow",
                "Only these and the trusted ones. Endpoints of the login that servers call are exempt.",
            ),
        ],
    )
    .optional()
}

fn text_match(name: &'static str, description: &'static str) -> Attribute {
    let text = |name, description| Attribute::string(name, description).optional().validate(rules::sought);
    Attribute::map(
        name,
        description,
        [
            text("equals", "The whole value."),
            text("starts_with", "Its beginning."),
            text("ends_with", "Its end."),
            text("contains", "A part of it."),
        ],
    )
    .optional()
    .validate(rules::field_names)
}

fn conditions() -> Vec<Attribute> {
    vec![
        Attribute::list_of(
            "paths",
            Type::String,
            "One of these paths, where `*` stands for anything.",
        )
        .optional()
        .validate(rules::not_empty_list)
        .validate_each(rules::pattern),
        Attribute::list_of("methods", Type::String, "One of these methods.")
            .optional()
            .validate(rules::methods),
        Attribute::list_of("countries", Type::String, "The viewer is in one of these countries.")
            .optional()
            .validate(rules::countries),
        ranges(
            "addresses",
            "The viewer has an address in one of these ranges or IP sets, written as in `addresses`.",
        ),
        text_match(
            "headers",
            "Headers by name in lower case, each with exactly one of the texts. All of them must match.",
        ),
        text_match(
            "query",
            "Arguments of the query by name in lower case, each with exactly one of the texts. All of them must match.",
        ),
    ]
}

fn custom_rules() -> Attribute {
    let action = Attribute::string(
        "action",
        "What happens when all conditions hold: `block`, `challenge`, `captcha`, `count`, or `allow`, which spares the request \
         the later rules and the managed groups.",
    )
    .required()
    .validate(validate::one_of(&["allow", "block", "captcha", "challenge", "count"]));
    let mut attributes = vec![action];
    attributes.extend(conditions());
    attributes.extend([
        Attribute::single(
            "unless",
            "The rule leaves requests alone for which one of these holds.",
            conditions(),
        )
        .optional(),
        Attribute::bool(
            "machine_endpoints",
            "Whether the rule is asked for the endpoints of the login that servers call, too. Default `false`.",
        )
        .default(false),
        response("response", "The answer to what this rule blocks. Default: `refusal`.").optional(),
    ]);
    Attribute::map(
        "rules",
        "Rules of your own, by name; they are asked after countries, addresses and limits and before the managed groups. A rule \
         holds when all its conditions do. What refuses or counts compares every spelling of a path (decoded, normalised, without \
         regard to case); what lets pass compares it as it was sent, too.",
        attributes,
    )
    .optional()
    .validate(rules::names)
}

fn rule_order() -> Attribute {
    Attribute::list_of(
        "rule_order",
        Type::String,
        "Names of all `rules` in the order in which they are asked. Default: in the order of their names.",
    )
    .optional()
    .validate(rules::no_doubles)
}

fn overrides() -> [Attribute; 4] {
    [
        Attribute::string(
            "version",
            "Version of the group. Default: the vendor's default version.",
        )
        .optional()
        .validate(rules::not_empty),
        Attribute::bool("count_only", "Count whatever the group says. Default `false`.").default(false),
        Attribute::list_of("count_rules", Type::String, "Rules of the group that only count.").optional(),
        Attribute::map_of(
            "overrides",
            Type::String,
            "What rules of the group do instead, by their names: `allow`, `block`, `captcha`, `challenge` or `count`.",
        )
        .optional()
        .validate(rules::overrides),
    ]
}

fn managed_groups() -> Attribute {
    let mut attributes = vec![
        Attribute::string("name", "Name of the group.")
            .required()
            .validate(rules::not_empty),
        Attribute::string("vendor", "Vendor of the group. Default `AWS`.").default("AWS"),
    ];
    attributes.extend(overrides());
    Attribute::list(
        "managed_groups",
        "Managed rule groups in order. Default: AWSManagedRulesCommonRuleSet, \
         AWSManagedRulesKnownBadInputsRuleSet and AWSManagedRulesAmazonIpReputationList.",
        attributes,
    )
    .optional()
}

fn bot_control() -> Attribute {
    let mut attributes = vec![
        Attribute::string(
            "level",
            "`common` (the default) for bots that say what they are, `targeted` for those that hide, too.",
        )
        .default("common")
        .validate(validate::one_of(&["common", "targeted"])),
        Attribute::bool(
            "machine_learning",
            "Whether `targeted` learns from the traffic. Default `true`.",
        )
        .default(true),
    ];
    attributes.extend(overrides());
    Attribute::single(
        "bot_control",
        "AWS's bot control, which AWS charges by request. Default: none. Endpoints of the login that servers call are exempt.",
        attributes,
    )
    .optional()
}

fn response(name: &'static str, description: &'static str) -> Attribute {
    Attribute::single(
        name,
        description,
        [
            Attribute::number("status", "Its status, 4xx or 5xx.")
                .required()
                .validate(rules::status),
            Attribute::string("body", "Its body, at most 4,096 bytes.")
                .optional()
                .validate(rules::body),
            Attribute::string(
                "content_type",
                "Type of the body: `text/plain` (the default), `text/html` or `application/json`.",
            )
            .default("text/plain")
            .validate(validate::one_of(&["text/plain", "text/html", "application/json"])),
        ],
    )
}

fn logging() -> Attribute {
    Attribute::single(
        "logging",
        "Where AWS WAF writes down requests. The values of `authorization`, `cookie`, `x-zt-session` and `x-zt-service-token` are \
         always left out. Without this attribute logging is left as somebody else set it.",
        [
            Attribute::string(
                "destination_arn",
                "ARN of a log group or Firehose stream in us-east-1 or of an S3 bucket; its name begins with `aws-waf-logs-`.",
            )
            .required()
            .validate(rules::destination),
            Attribute::set_of(
                "redact_headers",
                Type::String,
                "Further headers whose values are left out, in lower case.",
            )
            .optional()
            .validate(rules::redacted),
            Attribute::bool(
                "redact_query",
                "Whether query strings are left out: the login's callback has codes in them. Default `true`.",
            )
            .default(true),
            Attribute::bool(
                "matched_only",
                "Whether only requests are written down that a rule blocked, challenged or counted. Default `false`.",
            )
            .default(false),
        ],
    )
    .optional()
}
