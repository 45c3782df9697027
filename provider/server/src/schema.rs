//! The provider block, in hashicorp/aws's words, so that a block can be carried over.

use zt_framework::value::Type;
use zt_framework::{Attribute, Block, BlockNesting, Schema, Value};

/// Services whose endpoint can be replaced, in hashicorp/aws's words, and how AWS's own variables name them.
pub(crate) const ENDPOINTS: [(&str, &str); 11] = [
    ("cloudfront", "CLOUDFRONT"),
    ("cloudfront_keyvaluestore", "CLOUDFRONT_KEYVALUESTORE"),
    ("events", "EVENTBRIDGE"),
    ("iam", "IAM"),
    ("lambda", "LAMBDA"),
    ("logs", "CLOUDWATCH_LOGS"),
    ("s3", "S3"),
    ("secretsmanager", "SECRETS_MANAGER"),
    ("sqs", "SQS"),
    ("sts", "STS"),
    ("wafv2", "WAFV2"),
];

pub(crate) fn schema() -> Schema {
    Schema::new(
        "Turns Amazon CloudFront into a zero-trust gateway. Credentials and region come from this block, else from the \
         standard AWS environment and shared files. CloudFront's own services are always called in us-east-1.",
    )
    .attributes(credentials().into_iter().chain(connection()).chain(guards()))
    .blocks([assume_role(), default_tags(), endpoints()])
}

fn credentials() -> Vec<Attribute> {
    vec![
        Attribute::string("region", "Home region. Default: `AWS_REGION`, then the profile's.").optional(),
        Attribute::string("profile", "Profile of the shared files. Default: `AWS_PROFILE`.").optional(),
        Attribute::string(
            "access_key",
            "Access key id. Default: `AWS_ACCESS_KEY_ID`, then the profile's.",
        )
        .optional(),
        Attribute::string("secret_key", "Secret access key. Default: `AWS_SECRET_ACCESS_KEY`.")
            .optional()
            .sensitive(),
        Attribute::string("token", "Session token. Default: `AWS_SESSION_TOKEN`.")
            .optional()
            .sensitive(),
        Attribute::list_of("shared_config_files", Type::String, "Shared configuration files.").optional(),
        Attribute::list_of("shared_credentials_files", Type::String, "Shared credentials files.").optional(),
    ]
}

fn connection() -> Vec<Attribute> {
    vec![
        Attribute::number(
            "max_retries",
            "How often a throttled or failing call is tried again. Default 25.",
        )
        .optional()
        .validate(|value| match value.as_i64() {
            Some(0..=1000) => Ok(()),
            _ => Err("Write a whole number from 0 to 1000.".to_owned()),
        }),
        Attribute::string("retry_mode", "`standard` or `adaptive`. Default `standard`.")
            .optional()
            .validate(|value| match value.as_str() {
                Some("standard" | "adaptive") => Ok(()),
                _ => Err("Write \"standard\" or \"adaptive\".".to_owned()),
            }),
        Attribute::string(
            "custom_ca_bundle",
            "PEM file of authorities to trust. Default: `AWS_CA_BUNDLE`.",
        )
        .optional(),
        Attribute::string("http_proxy", "Proxy for http endpoints. Default: `HTTP_PROXY`.").optional(),
        Attribute::string("https_proxy", "Proxy for https endpoints. Default: `HTTPS_PROXY`.").optional(),
        Attribute::string(
            "no_proxy",
            "Hosts reached without a proxy, comma separated. Default: `NO_PROXY`.",
        )
        .optional(),
        Attribute::bool("use_fips_endpoint", "Use FIPS endpoints. Default false.").optional(),
        Attribute::bool("use_dualstack_endpoint", "Use dual-stack endpoints. Default false.").optional(),
        Attribute::bool(
            "s3_use_path_style",
            "Address buckets by path; always so with an own S3 endpoint.",
        )
        .optional(),
    ]
}

fn guards() -> Vec<Attribute> {
    vec![
        Attribute::set_of("allowed_account_ids", Type::String, "Only these accounts are touched.").optional(),
        Attribute::set_of(
            "forbidden_account_ids",
            Type::String,
            "These accounts are never touched.",
        )
        .optional(),
        Attribute::bool(
            "skip_credentials_validation",
            "Do not ask STS whether credentials are valid.",
        )
        .optional(),
        Attribute::bool("skip_requesting_account_id", "Do not ask STS for the account.").optional(),
    ]
}

fn assume_role() -> Block {
    Block::new(
        "assume_role",
        BlockNesting::List,
        "Roles to assume, one after the other.",
    )
    .attributes([
        Attribute::string("role_arn", "ARN of the role.").required(),
        Attribute::string("session_name", "Name of the session, as CloudTrail shows it.").optional(),
        Attribute::string("external_id", "External id that the role asks for.").optional(),
        Attribute::string("duration", "How long the credentials live, such as `1h`.").optional(),
        Attribute::string("policy", "JSON policy that narrows the role.").optional(),
        Attribute::set_of("policy_arns", Type::String, "Managed policies that narrow the role.").optional(),
        Attribute::map_of("tags", Type::String, "Tags of the session.").optional(),
    ])
}

fn default_tags() -> Block {
    Block::new(
        "default_tags",
        BlockNesting::List,
        "Tags for every object that takes tags.",
    )
    .attributes([Attribute::map_of("tags", Type::String, "The tags. An object's own tags win.").optional()])
    .items(0, 1)
}

fn endpoints() -> Block {
    let endpoint = |(name, variable): (&str, &str)| {
        Attribute::string(
            name,
            format!("Endpoint of {name}. Default: `AWS_ENDPOINT_URL_{variable}`, then `AWS_ENDPOINT_URL`."),
        )
        .optional()
        .validate(is_address)
    };
    Block::new("endpoints", BlockNesting::Set, "Endpoints in place of AWS's own.").attributes(ENDPOINTS.map(endpoint))
}

fn is_address(value: &Value) -> Result<(), String> {
    let address = value.as_str().unwrap_or_default();
    match ["http://", "https://"].iter().any(|scheme| address.starts_with(scheme)) {
        true => Ok(()),
        false => Err(format!(
            "{address:?} is no endpoint; write it with its scheme, such as http://127.0.0.1:4566."
        )),
    }
}
