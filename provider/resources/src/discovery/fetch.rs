//! One GET over https: roots of the system (`SSL_CERT_FILE` is obeyed by the roots crate), no redirects, bounded.

use std::error::Error;
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::Fetch;

/// An issuer that needs longer is treated as silent; logins could not wait for it either.
const TIMEOUT: Duration = Duration::from_secs(10);
const LARGEST: usize = 256 * 1024;

type HttpsClient = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

/// Fetches over the network. Roots are read when first needed, since most calls of a provider need none.
#[derive(Default)]
pub(crate) struct HttpsFetch {
    client: std::sync::OnceLock<Result<HttpsClient, String>>,
}

impl HttpsFetch {
    fn client(&self) -> Result<&HttpsClient, String> {
        self.client.get_or_init(connect).as_ref().map_err(Clone::clone)
    }
}

fn connect() -> Result<HttpsClient, String> {
    // The crypto provider is passed in: a process default would be somebody else's choice.
    let connector = HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(rustls::crypto::aws_lc_rs::default_provider())
        .map_err(|error| format!("the system's root certificates cannot be read: {error}"))?
        .https_only()
        .enable_http1()
        .build();
    Ok(Client::builder(TokioExecutor::new()).build(connector))
}

#[async_trait]
impl Fetch for HttpsFetch {
    async fn get(&self, address: &str) -> Result<Vec<u8>, String> {
        let fetched = tokio::time::timeout(TIMEOUT, get(self.client()?, address)).await;
        fetched.unwrap_or_else(|_| Err(format!("no answer within {} s", TIMEOUT.as_secs())))
    }
}

async fn get(client: &HttpsClient, address: &str) -> Result<Vec<u8>, String> {
    let request = hyper::Request::get(address)
        .header("accept", "application/json")
        .body(Empty::new())
        .map_err(|error| error.to_string())?;
    let response = client.request(request).await.map_err(|error| chain(&error))?;
    if response.status() != hyper::StatusCode::OK {
        return Err(format!("it answered {}", response.status()));
    }
    let body = Limited::new(response.into_body(), LARGEST)
        .collect()
        .await
        .map_err(|error| error.to_string())?;
    Ok(body.to_bytes().to_vec())
}

/// The client's own message says only "client error"; the reason is in its sources.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
