//! From settings to clients.
//!
//! Promises: missing or invalid credentials are one error that says what to do, found before the first real call;
//! overridden endpoints work for each service, the KeyValueStore included; clients are built when first used.

use std::sync::{Arc, OnceLock};

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio_util::sync::CancellationToken;

use crate::call::{Caller, Observer};
use crate::config::Settings;
use crate::error::{AwsError, Explanation};

mod account;
mod client;
mod http;
mod load;
#[cfg(test)]
mod tests;

pub use account::{Identity, Partition};

/// Why no connection came about.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// A setting is wrong by itself.
    #[error("setting `{setting}` is not usable")]
    Setting {
        /// Name of the setting.
        setting: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody provides credentials.
    #[error("no credentials for AWS")]
    NoCredentials {
        /// What the chain of providers said.
        reason: String,
    },
    /// AWS refuses the credentials, or cannot be asked.
    #[error("credentials could not be validated")]
    Rejected(#[source] AwsError),
    /// The account is not one of those that are allowed.
    #[error("account {account} is not allowed")]
    Account {
        /// The account of the credentials.
        account: String,
        /// The setting that refuses it.
        setting: &'static str,
    },
}

impl ConnectError {
    /// A summary in one line and a detail that says what to do.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        let (summary, detail) = match self {
            Self::Setting { setting, reason } => (
                format!("Provider setting `{setting}` is not usable"),
                reason.clone(),
            ),
            Self::NoCredentials { reason } => (
                "No credentials for AWS".to_owned(),
                format!(
                    "The provider found no credentials in its own block, the environment, the shared files, single sign-on, the container or the instance.\n\
                     Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or `profile` in the provider block; with single sign-on, log in again.\n\
                     The last source said: {reason}"
                ),
            ),
            Self::Rejected(error) => {
                let inner = error.explain();
                (
                    format!("Credentials for AWS could not be validated: {}", inner.summary),
                    inner.detail,
                )
            }
            Self::Account { account, setting } => (
                format!("AWS account {account} is refused by `{setting}`"),
                "The credentials belong to another account than this configuration is meant for. Use other credentials, or change the setting. Nothing was changed.".to_owned(),
            ),
        };
        Explanation { summary, detail }
    }
}

/// A connection to AWS: cheap to clone, shared by all resources.
#[derive(Debug, Clone)]
pub struct Aws {
    shared: Arc<Shared>,
    stop: CancellationToken,
}

#[derive(Debug)]
struct Shared {
    settings: Settings,
    sdk: SdkConfig,
    observer: Observer,
    identity: Option<Identity>,
    cloudfront: OnceLock<aws_sdk_cloudfront::Client>,
    keyvalue: OnceLock<aws_sdk_cloudfrontkeyvaluestore::Client>,
    iam: OnceLock<aws_sdk_iam::Client>,
    lambda: OnceLock<aws_sdk_lambda::Client>,
    secrets: OnceLock<aws_sdk_secretsmanager::Client>,
    wafv2: OnceLock<aws_sdk_wafv2::Client>,
}

impl Aws {
    /// Connects: finds credentials, and asks STS who they are unless both skips are set.
    ///
    /// # Errors
    /// [`ConnectError`], one for the whole provider.
    pub async fn connect(settings: Settings) -> Result<Self, ConnectError> {
        let client = http::client(&settings)?;
        Self::connect_with(settings, client).await
    }

    pub(crate) async fn connect_with(settings: Settings, client: SharedHttpClient) -> Result<Self, ConnectError> {
        let sdk = load::sdk_config(&settings, client).await?;
        let mut aws = Self::assemble(settings, sdk, None);
        let identity = account::identify(&aws).await?;
        if let Some(shared) = Arc::get_mut(&mut aws.shared) {
            shared.identity = identity;
        }
        Ok(aws)
    }

    fn assemble(settings: Settings, sdk: SdkConfig, identity: Option<Identity>) -> Self {
        let observer = Observer {
            user_agent: settings.user_agent.clone(),
        };
        let shared = Shared {
            settings,
            sdk,
            observer,
            identity,
            cloudfront: OnceLock::new(),
            keyvalue: OnceLock::new(),
            iam: OnceLock::new(),
            lambda: OnceLock::new(),
            secrets: OnceLock::new(),
            wafv2: OnceLock::new(),
        };
        Self {
            shared: Arc::new(shared),
            stop: CancellationToken::new(),
        }
    }

    /// The same connection, whose calls and waits end when `stop` is cancelled.
    #[must_use]
    pub fn stopping_at(&self, stop: &CancellationToken) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            stop: stop.clone(),
        }
    }

    /// The token that ends calls and waits.
    #[must_use]
    pub fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Who the credentials are, unless `skip_requesting_account_id` is set.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.shared.identity.as_ref()
    }

    /// The account of the credentials, unless `skip_requesting_account_id` is set.
    #[must_use]
    pub fn account_id(&self) -> Option<&str> {
        self.shared.identity.as_ref().map(|identity| identity.account.as_str())
    }

    /// The partition of the credentials.
    #[must_use]
    pub fn partition(&self) -> Partition {
        match &self.shared.identity {
            Some(identity) => identity.partition,
            None => Partition::of_region(self.region()),
        }
    }

    /// The home region of the provider.
    #[must_use]
    pub fn region(&self) -> &str {
        self.shared
            .sdk
            .region()
            .map_or(crate::config::GLOBAL_REGION, AsRef::as_ref)
    }

    fn caller(&self, service: &'static str) -> Caller {
        Caller {
            service,
            stop: self.stop.clone(),
        }
    }
}
