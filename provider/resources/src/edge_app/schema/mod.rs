//! What a user may write about an application, and what the provider tells back.
//!
//! The descriptions are the documentation of the registry page. Rules that need one value only stand
//! here as validators; rules between values are in `config` and `plan`. It knows no AWS call.

pub(super) mod attached;
pub(super) mod features;
pub(super) mod identity;
pub(super) mod routing;
pub(super) mod rules;

use zt_framework::timeouts::{self, Operation};
use zt_framework::{Attribute, IdentityAttribute, IdentitySchema, Schema, Type};

use super::config::LOG_RETENTION_DAYS;
use crate::tagging;

/// The schema of `zt_edge_app`.
pub(super) fn schema() -> Schema {
    let mut attributes = Vec::new();
    attributes.extend(naming());
    attributes.extend(viewers());
    attributes.push(identity::identity_provider());
    attributes.push(identity::session());
    attributes.extend(features::attributes());
    attributes.extend(pages());
    attributes.extend(routing::attributes());
    attributes.push(web_acl());
    attributes.extend(delivery());
    attributes.extend(lifecycle());
    attributes.extend(computed());
    attributes.extend(tagging::attributes());
    Schema::new(
        "A zero-trust application on CloudFront: the distribution, a session function that decides every request, \
         an auth function that logs users in with an OpenID Connect provider, its keys, a web firewall, private \
         origins and response headers, as one object.",
    )
    .version(0)
    .attributes(attributes)
}

/// What identifies an application: its store and its name.
pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::new([
        IdentityAttribute::required("store", "Name of the session store."),
        IdentityAttribute::required("name", "Name of the application."),
    ])
}

fn naming() -> Vec<Attribute> {
    vec![
        Attribute::string(
            "name",
            "Name of the application, unique in its session store. The names of all AWS objects derive from it. \
             Lower-case letters, digits and hyphens, at most 24 characters. Changing it replaces the application.",
        )
        .required()
        .requires_replace()
        .validate(rules::application_name),
        Attribute::single(
            "session_store",
            "The session store of the application: the `session_store` attribute of a `zt_session_store`. \
             Changing the store replaces the application.",
            [
                Attribute::string("arn", "ARN of the KeyValueStore. Changing it replaces the application.")
                    .required()
                    .requires_replace(),
                Attribute::string("name", "Name of the store.").required(),
                Attribute::string(
                    "max_session_lifetime",
                    "Longest session lifetime that the store allows, such as `12h`.",
                )
                .required()
                .validate(rules::duration)
                .same_when(rules::same_duration),
                Attribute::string(
                    "pepper_secret_arn",
                    "ARN of the secret that holds the pepper of the store.",
                )
                .required(),
                features::queue(),
            ],
        )
        .required(),
    ]
}

pub(super) fn viewers() -> Vec<Attribute> {
    vec![
        Attribute::set_of(
            "aliases",
            Type::String,
            "Host names under which viewers reach the application, in lower case. Without any, the host name that \
             CloudFront assigns is used. Aliases need `certificate_arn`.",
        )
        .optional()
        .validate_each(rules::host_name),
        Attribute::string(
            "certificate_arn",
            "ARN of the ACM certificate for the aliases. CloudFront reads certificates in us-east-1 only.",
        )
        .optional()
        .validate(rules::certificate),
        Attribute::number(
            "viewer_port",
            "Port under which viewers reach the application: 443 (the default) on CloudFront, others only with the \
             local cloud or behind a port forwarder.",
        )
        .default(443)
        .validate(rules::port),
        Attribute::string(
            "minimum_tls",
            "Lowest TLS policy for viewers, a CloudFront security policy name. Default `TLSv1.2_2021`; in force \
             with `certificate_arn` only.",
        )
        .default("TLSv1.2_2021")
        .validate(rules::one_of(&[
            "TLSv1.2_2019",
            "TLSv1.2_2021",
            "TLSv1.2_2025",
            "TLSv1.3_2025",
        ])),
    ]
}

pub(super) fn pages() -> Vec<Attribute> {
    vec![
        Attribute::string(
            "auth_prefix",
            "Path under which the endpoints of the login live. Nothing below it reaches an origin. Default `/oauth2`.",
        )
        .default("/oauth2")
        .validate(rules::reserved_path),
        Attribute::string(
            "userinfo_path",
            "Path at which a signed-in browser reads its own session. Default `/.zt/userinfo`.",
        )
        .default("/.zt/userinfo")
        .validate(rules::reserved_path),
        Attribute::string(
            "title",
            "Name of the application on the pages of the login. Default: the name.",
        )
        .optional()
        .validate(rules::title),
        Attribute::string(
            "support_url",
            "Address offered to a user who has been refused, https or mailto.",
        )
        .optional()
        .validate(rules::support_url),
    ]
}

fn web_acl() -> Attribute {
    Attribute::single(
        "web_acl",
        "The web firewall in front of the application. Default: its limits and three managed groups.",
        crate::firewall::attributes(),
    )
    .optional()
}

fn delivery() -> Vec<Attribute> {
    vec![
        Attribute::string(
            "price_class",
            "Edge locations that serve the application: `PriceClass_All` (the default), `PriceClass_200` or \
             `PriceClass_100`.",
        )
        .default("PriceClass_All")
        .validate(rules::one_of(&["PriceClass_All", "PriceClass_200", "PriceClass_100"])),
        Attribute::string(
            "http_version",
            "Highest HTTP version: `http1.1`, `http2`, `http2and3` (the default) or `http3`.",
        )
        .default("http2and3")
        .validate(rules::one_of(&["http1.1", "http2", "http2and3", "http3"])),
        Attribute::bool("ipv6", "Whether viewers may connect by IPv6. Default `true`.").default(true),
    ]
}

fn lifecycle() -> Vec<Attribute> {
    vec![
        Attribute::string(
            "replica_deletion",
            "What a destroy does while CloudFront still holds replicas of the auth function, which takes hours: \
             `park` (the default) marks the function and a later apply of any application removes it, `wait` waits \
             until the `delete` timeout.",
        )
        .default("park")
        .validate(rules::one_of(&["park", "wait"])),
        Attribute::number(
            "secret_recovery_days",
            "Days during which destroyed secrets can be restored: 7 to 30, or 0 to delete them at once. Default 7.",
        )
        .default(7)
        .validate(rules::recovery_days),
        Attribute::number(
            "log_retention_days",
            "Days that log lines of the auth function are kept, one of the numbers that CloudWatch Logs takes, such as 30, 90 \
             or 365. Default 90.",
        )
        .default(LOG_RETENTION_DAYS)
        .validate(rules::retention),
        Attribute::set_of(
            "log_regions",
            Type::String,
            "Regions in which the log group of the auth function is made ahead, with this retention. Lambda@Edge writes in \
             the region that answers a viewer, and makes a group that keeps its lines for ever where there is none. Default: \
             the regions of CloudFront's regional edge caches. A region taken out of the list keeps its group until the \
             application is destroyed, which removes the groups with their lines.",
        )
        .optional()
        .validate_each(features::region),
        timeouts::attribute(&[Operation::Create, Operation::Update, Operation::Delete]),
    ]
}

fn computed() -> Vec<Attribute> {
    vec![
        kept("distribution_arn", "ARN of the distribution."),
        kept("distribution_id", "Id of the distribution."),
        kept("domain_name", "Host name that CloudFront assigned."),
        kept(
            "hosted_zone_id",
            "Route 53 zone id for alias records that point at the distribution.",
        ),
        Attribute::list_of(
            "redirect_uris",
            Type::String,
            "Redirect URIs to register with the identity provider; known at plan time when aliases are given.",
        )
        .computed(),
        Attribute::string(
            "deployed_revision",
            "Digest of what is deployed. Null while something is missing or has drifted, so that the next plan \
             shows an update.",
        )
        .computed(),
        Attribute::string("auth_function_arn", "ARN of the auth function, with its version.").computed(),
        kept("session_function_arn", "ARN of the session function."),
        kept("web_acl_arn", "ARN of the web ACL."),
        kept("role_arn", "ARN of the role of the auth function."),
        kept(
            "instance_id",
            "Id with which every AWS object of this application is marked.",
        ),
        Attribute::map_of(
            "origin_bucket_policies",
            Type::String,
            "For each S3 origin, by its name: the statement (JSON) that its bucket policy needs so that the \
             application, and nobody else, can read it.",
        )
        .computed(),
        Attribute::single(
            "provider_endpoints",
            "Endpoints of the identity provider that are in force: those discovered, or yours.",
            identity::endpoints(Attribute::computed)
                .into_iter()
                .chain([Attribute::bool(
                "issuer_in_response",
                "Whether the provider names itself in its answers (RFC 9207); then answers without that are refused.",
            )
            .computed()]),
        )
        .computed(),
    ]
}

/// A computed string that no update changes.
fn kept(name: &'static str, description: &'static str) -> Attribute {
    Attribute::string(name, description).computed().keep_prior()
}
