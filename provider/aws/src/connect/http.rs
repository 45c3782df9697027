//! The HTTP client: system roots plus a bundle of the user's, and proxies.

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::ConnectError;
use crate::config::{ENV_CA_BUNDLE, Settings, environment};

pub(super) fn client(settings: &Settings) -> Result<SharedHttpClient, ConnectError> {
    let context = tls_context(settings)?;
    let proxy = proxy(settings)?;
    Ok(
        Builder::new().build_with_connector_fn(move |connector_settings, components| {
            let mut builder = Connector::builder();
            if let Some(settings) = connector_settings {
                builder = builder.connector_settings(settings.clone());
            }
            if let Some(components) = components {
                builder.set_sleep_impl(components.sleep_impl());
            }
            builder
                .proxy_config(proxy.clone())
                .tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc))
                .tls_context(context.clone())
                .build()
        }),
    )
}

fn tls_context(settings: &Settings) -> Result<TlsContext, ConnectError> {
    let mut store = TrustStore::default();
    let bundle = settings.custom_ca_bundle.clone().or_else(|| environment(ENV_CA_BUNDLE));
    if let Some(path) = bundle {
        let pem = std::fs::read(&path).map_err(|error| ConnectError::Setting {
            setting: "custom_ca_bundle",
            reason: format!("{path} cannot be read: {error}."),
        })?;
        store = store.with_pem_certificate(pem);
    }
    TlsContext::builder()
        .with_trust_store(store)
        .build()
        .map_err(|error| ConnectError::Setting {
            setting: "custom_ca_bundle",
            reason: format!("The certificates cannot be used: {error}."),
        })
}

fn proxy(settings: &Settings) -> Result<ProxyConfig, ConnectError> {
    let refuse = |setting: &'static str| {
        move |error: aws_smithy_http_client::proxy::ProxyError| ConnectError::Setting {
            setting,
            reason: format!("It is not the URL of a proxy: {error}."),
        }
    };
    let config = match (&settings.http_proxy, &settings.https_proxy) {
        (None, None) => return Ok(ProxyConfig::from_env()),
        // As hashicorp/aws: an http proxy serves https endpoints too.
        (Some(http), None) => ProxyConfig::all(http.as_str()).map_err(refuse("http_proxy"))?,
        (None, Some(https)) => ProxyConfig::https(https.as_str()).map_err(refuse("https_proxy"))?,
        (Some(http), Some(https)) if http == https => ProxyConfig::all(http.as_str()).map_err(refuse("http_proxy"))?,
        (Some(_), Some(https)) => {
            // Every endpoint of AWS is https; the http proxy could only serve overridden endpoints.
            ProxyConfig::https(https.as_str()).map_err(refuse("https_proxy"))?
        }
    };
    Ok(match &settings.no_proxy {
        Some(hosts) => config.no_proxy(hosts),
        None => config,
    })
}
