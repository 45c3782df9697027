//! Settings, environment and shared files into one configuration of the SDK.

// The only way to name shared files without a dependency on the SDK's internal runtime crate.
#![allow(deprecated)]

use std::path::Path;
use std::time::Duration;

use aws_config::profile::profile_file::{ProfileFileKind, ProfileFiles};
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::timeout::TimeoutConfig;

use super::ConnectError;
use crate::config::{AssumeRole, ENV_DEFAULT_REGION, ENV_MAX_ATTEMPTS, GLOBAL_REGION, Settings, environment};
use crate::retry::{DEFAULT_MAX_ATTEMPTS, sdk_policy};

pub(super) async fn sdk_config(settings: &Settings, client: SharedHttpClient) -> Result<SdkConfig, ConnectError> {
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(client)
        .timeout_config(timeouts());
    if let Some(region) = &settings.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(files) = profile_files(settings)? {
        loader = loader.profile_files(files);
    }
    if let Some(credentials) = static_credentials(settings)? {
        loader = loader.credentials_provider(credentials);
    }
    // Settings without an environment variable of the SDK are left to it when they are off.
    if settings.use_fips_endpoint {
        loader = loader.use_fips(true);
    }
    if settings.use_dualstack_endpoint {
        loader = loader.use_dual_stack(true);
    }
    let loaded = loader.load().await;
    let settled = settle(settings, loaded);
    assume_roles(settings, settled).await
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(60))
        .build()
}

fn profile_files(settings: &Settings) -> Result<Option<ProfileFiles>, ConnectError> {
    must_exist("shared_config_files", &settings.shared_config_files)?;
    must_exist("shared_credentials_files", &settings.shared_credentials_files)?;
    if settings.shared_config_files.is_empty() && settings.shared_credentials_files.is_empty() {
        return Ok(None);
    }
    let mut files = ProfileFiles::builder();
    if settings.shared_config_files.is_empty() {
        files = files.include_default_config_file(true);
    }
    if settings.shared_credentials_files.is_empty() {
        files = files.include_default_credentials_file(true);
    }
    for path in &settings.shared_config_files {
        files = files.with_file(ProfileFileKind::Config, path);
    }
    for path in &settings.shared_credentials_files {
        files = files.with_file(ProfileFileKind::Credentials, path);
    }
    Ok(Some(files.build()))
}

/// The SDK passes over a whole profile when one of its files is absent, endpoints included.
fn must_exist(setting: &'static str, paths: &[String]) -> Result<(), ConnectError> {
    let absent = |path: &&String| !path.starts_with('~') && !Path::new(path.as_str()).exists();
    match paths.iter().find(absent) {
        Some(path) => Err(ConnectError::Setting {
            setting,
            reason: format!("{path} does not exist. Name an existing file, or leave the setting out."),
        }),
        None => Ok(()),
    }
}

fn static_credentials(settings: &Settings) -> Result<Option<Credentials>, ConnectError> {
    match (&settings.access_key, &settings.secret_key) {
        (None, None) => Ok(None),
        (Some(access), Some(secret)) => Ok(Some(Credentials::new(
            access,
            secret.expose(),
            settings.token.as_ref().map(|token| token.expose().to_owned()),
            None,
            "provider block",
        ))),
        (Some(_), None) => Err(ConnectError::Setting {
            setting: "secret_key",
            reason: "It is missing, but `access_key` is set. Set both or neither.".to_owned(),
        }),
        (None, Some(_)) => Err(ConnectError::Setting {
            setting: "access_key",
            reason: "It is missing, but `secret_key` is set. Set both or neither.".to_owned(),
        }),
    }
}

/// Region and retries, where the loader's defaults are not ours.
fn settle(settings: &Settings, loaded: SdkConfig) -> SdkConfig {
    let mut builder = loaded.to_builder();
    if loaded.region().is_none() {
        let region = environment(ENV_DEFAULT_REGION).unwrap_or_else(|| GLOBAL_REGION.to_owned());
        builder = builder.region(Region::new(region));
    }
    let loaded_attempts = loaded.retry_config().map(|retry| retry.max_attempts());
    let max_attempts = match (settings.max_retries, loaded_attempts) {
        (Some(attempts), _) => attempts,
        // Three is what the SDK says when neither environment nor profile says anything.
        (None, Some(attempts)) if attempts != 3 || environment(ENV_MAX_ATTEMPTS).is_some() => attempts,
        _ => DEFAULT_MAX_ATTEMPTS,
    };
    let mode = settings.retry_mode.unwrap_or_else(|| {
        let adaptive = loaded
            .retry_config()
            .is_some_and(|retry| retry.mode() == aws_smithy_types::retry::RetryMode::Adaptive);
        if adaptive {
            crate::retry::RetryMode::Adaptive
        } else {
            crate::retry::RetryMode::Standard
        }
    });
    builder.set_retry_config(Some(sdk_policy(mode, max_attempts)));
    builder.build()
}

async fn assume_roles(settings: &Settings, sdk: SdkConfig) -> Result<SdkConfig, ConnectError> {
    let Some(provider) = sdk.credentials_provider() else {
        return Err(ConnectError::NoCredentials {
            reason: "no source is configured".to_owned(),
        });
    };
    // The roles are not asked here: the identity cache of all clients will do so once.
    provider
        .provide_credentials()
        .await
        .map_err(|error| ConnectError::NoCredentials { reason: reason(&error) })?;
    let mut sdk = sdk;
    let mut provider = provider;
    for role in &settings.assume_role {
        provider = assume(role, provider, &sdk, settings).await;
        sdk = sdk.to_builder().credentials_provider(provider.clone()).build();
    }
    Ok(sdk)
}

async fn assume(
    role: &AssumeRole,
    base: SharedCredentialsProvider,
    sdk: &SdkConfig,
    settings: &Settings,
) -> SharedCredentialsProvider {
    let mut with_endpoint = sdk.to_builder();
    if let Some(endpoint) = &settings.endpoints.sts {
        with_endpoint = with_endpoint.endpoint_url(endpoint);
    }
    let with_endpoint = with_endpoint.build();
    let mut builder = AssumeRoleProvider::builder(&role.role_arn).configure(&with_endpoint);
    builder = builder.session_name(role.session_name.as_deref().unwrap_or("terraform-provider-zt"));
    if let Some(id) = &role.external_id {
        builder = builder.external_id(id);
    }
    if let Some(duration) = role.duration {
        builder = builder.session_length(duration);
    }
    if let Some(policy) = &role.policy {
        builder = builder.policy(policy);
    }
    if !role.policy_arns.is_empty() {
        builder = builder.policy_arns(role.policy_arns.clone());
    }
    if !role.tags.is_empty() {
        builder = builder.tags(role.tags.clone());
    }
    if let Some(region) = sdk.region() {
        builder = builder.region(region.clone());
    }
    SharedCredentialsProvider::new(builder.build_from_provider(base).await)
}

fn reason(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
