//! Settings of a distribution that our type does not name: how we turn them off, and how we see that they are on.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::types as sdk;
use aws_smithy_types::error::operation::BuildError;

pub(super) fn no_restrictions() -> Result<sdk::Restrictions, BuildError> {
    let geo = sdk::GeoRestriction::builder()
        .restriction_type(sdk::GeoRestrictionType::None)
        .quantity(0)
        .build()?;
    Ok(sdk::Restrictions::builder().geo_restriction(geo).build())
}

pub(super) fn no_logging() -> sdk::LoggingConfig {
    sdk::LoggingConfig::builder()
        .enabled(false)
        .include_cookies(false)
        .bucket("")
        .prefix("")
        .build()
}

/// Names of the settings that are on, in the words of the API.
pub(super) fn settings(config: &sdk::DistributionConfig) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut note = |on: bool, name: &str| {
        if on {
            found.insert(name.to_owned());
        }
    };
    let given = |text: &Option<String>| text.as_deref().is_some_and(|it| !it.is_empty());
    note(given(&config.default_root_object), "DefaultRootObject");
    note(config.logging.as_ref().is_some_and(|it| it.enabled), "Logging");
    note(
        config.origin_groups.as_ref().is_some_and(|it| it.quantity > 0),
        "OriginGroups",
    );
    note(
        config
            .restrictions
            .as_ref()
            .and_then(|it| it.geo_restriction.as_ref())
            .is_some_and(|it| it.restriction_type != sdk::GeoRestrictionType::None),
        "Restrictions",
    );
    note(
        given(&config.continuous_deployment_policy_id),
        "ContinuousDeploymentPolicyId",
    );
    note(config.staging == Some(true), "Staging");
    note(given(&config.anycast_ip_list_id), "AnycastIpListId");
    note(config.viewer_mtls_config.is_some(), "ViewerMtlsConfig");
    note(
        config.connection_function_association.is_some(),
        "ConnectionFunctionAssociation",
    );
    answers(config, &mut found);
    origins(config, &mut found);
    behaviors(config, &mut found);
    found
}

fn answers(config: &sdk::DistributionConfig, found: &mut BTreeSet<String>) {
    let mut note = |on: bool, name: &str| {
        if on {
            found.insert(name.to_owned());
        }
    };
    let given = |text: &Option<String>| text.as_deref().is_some_and(|it| !it.is_empty());
    let errors = config.custom_error_responses.iter().flat_map(|it| it.items());
    for error in errors {
        note(
            given(&error.response_page_path),
            "CustomErrorResponses.ResponsePagePath",
        );
    }
    let certificate = config.viewer_certificate.as_ref();
    note(
        certificate.is_some_and(|it| given(&it.iam_certificate_id)),
        "ViewerCertificate.IAMCertificateId",
    );
    note(
        certificate.is_some_and(|it| {
            matches!(
                it.ssl_support_method,
                Some(sdk::SslSupportMethod::Vip | sdk::SslSupportMethod::StaticIp)
            )
        }),
        "ViewerCertificate.SSLSupportMethod",
    );
}

fn origins(config: &sdk::DistributionConfig, found: &mut BTreeSet<String>) {
    for origin in config.origins.iter().flat_map(|it| it.items()) {
        let mut note = |on: bool, name: &str| {
            if on {
                found.insert(format!("Origins[{}].{name}", origin.id));
            }
        };
        note(
            origin.origin_shield.as_ref().is_some_and(|it| it.enabled),
            "OriginShield",
        );
        note(
            origin
                .s3_origin_config
                .as_ref()
                .is_some_and(|it| !it.origin_access_identity.is_empty()),
            "OriginAccessIdentity",
        );
        let old_tls = |custom: &sdk::CustomOriginConfig| {
            custom
                .origin_ssl_protocols
                .as_ref()
                .is_some_and(|it| it.items.iter().any(|tls| *tls != sdk::SslProtocol::TlSv12))
        };
        note(
            origin.custom_origin_config.as_ref().is_some_and(old_tls),
            "OriginSslProtocols",
        );
    }
}

/// The fields are the same in both of the SDK's types, but the types are not.
macro_rules! behavior_settings {
    ($behavior:expr, $place:expr, $found:expr) => {{
        let mut note = |on: bool, name: &str| {
            if on {
                $found.insert(format!("{}.{name}", $place));
            }
        };
        let behavior = $behavior;
        let given = |text: &Option<String>| text.as_deref().is_some_and(|it| !it.is_empty());
        note(behavior.smooth_streaming == Some(true), "SmoothStreaming");
        note(given(&behavior.field_level_encryption_id), "FieldLevelEncryptionId");
        note(given(&behavior.realtime_log_config_arn), "RealtimeLogConfigArn");
        note(
            behavior.trusted_signers.as_ref().is_some_and(|it| it.enabled),
            "TrustedSigners",
        );
        note(
            behavior.trusted_key_groups.as_ref().is_some_and(|it| it.enabled),
            "TrustedKeyGroups",
        );
        note(behavior.grpc_config.as_ref().is_some_and(|it| it.enabled), "GrpcConfig");
        // Old-style cache settings count only without a cache policy.
        note(!given(&behavior.cache_policy_id), "ForwardedValues");
    }};
}

fn behaviors(config: &sdk::DistributionConfig, found: &mut BTreeSet<String>) {
    if let Some(behavior) = &config.default_cache_behavior {
        behavior_settings!(behavior, "DefaultCacheBehavior", found);
    }
    for behavior in config.cache_behaviors.iter().flat_map(|it| it.items()) {
        let place = format!("CacheBehaviors[{}]", behavior.path_pattern);
        behavior_settings!(behavior, place, found);
    }
}
