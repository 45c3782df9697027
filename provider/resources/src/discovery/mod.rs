//! OpenID Connect discovery: what an issuer says about itself.
//!
//! Promises: a document is accepted only when it names exactly the issuer that was asked, every endpoint is https, and
//! what the auth function needs (code flow with PKCE S256, the wanted algorithms) is not ruled out. "Cannot be
//! reached" and "says something else" are different errors, because a plan treats them differently.

mod document;
mod fetch;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::OnceCell;

pub(crate) use document::Document;
pub(crate) use fetch::HttpsFetch;

/// Why an issuer's document cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DiscoveryError {
    /// No document could be fetched.
    #[error("{address} cannot be read: {reason}")]
    Unreachable {
        /// Where the document should have been.
        address: String,
        /// What happened there.
        reason: String,
    },
    /// The document names another issuer.
    #[error("the document of {asked:?} names the issuer {found:?}")]
    OtherIssuer {
        /// The issuer that was configured.
        asked: String,
        /// The issuer in the document.
        found: String,
    },
    /// The document lacks something or rules something out.
    #[error("the document of {issuer:?} cannot be used: {reason}")]
    Unusable {
        /// The issuer that was asked.
        issuer: String,
        /// What is wrong.
        reason: String,
    },
}

impl DiscoveryError {
    /// Whether the issuer was merely silent.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}

/// Fetches a document over the network; tests put a fixed answer here.
#[async_trait]
pub(crate) trait Fetch: Send + Sync + 'static {
    /// The body of a 200 answer, or the reason why there is none.
    async fn get(&self, address: &str) -> Result<Vec<u8>, String>;
}

type Answer = Result<Document, DiscoveryError>;

/// Asks every issuer once in the life of the process, so that both plans of an apply see the same answer.
pub(crate) struct Discovery {
    fetch: Box<dyn Fetch>,
    answers: Mutex<HashMap<String, Arc<OnceCell<Answer>>>>,
}

impl Discovery {
    /// Discovery over the given way of fetching.
    pub(crate) fn new(fetch: impl Fetch) -> Self {
        Self {
            fetch: Box::new(fetch),
            answers: Mutex::new(HashMap::new()),
        }
    }

    /// What the issuer says about itself.
    pub(crate) async fn of(&self, issuer: &str) -> Answer {
        let cell = {
            let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(answers.entry(issuer.to_owned()).or_default())
        };
        cell.get_or_init(|| self.ask(issuer)).await.clone()
    }

    async fn ask(&self, issuer: &str) -> Answer {
        // An issuer that stands for many tenants is described where any of them may ask (Entra ID).
        let any = issuer.replace("{tenantid}", "organizations");
        let address = format!("{}/.well-known/openid-configuration", any.trim_end_matches('/'));
        let body = self
            .fetch
            .get(&address)
            .await
            .map_err(|reason| DiscoveryError::Unreachable { address, reason })?;
        Document::read(issuer, &body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Counting(Arc<AtomicUsize>, Result<&'static str, &'static str>);

    #[async_trait]
    impl Fetch for Counting {
        async fn get(&self, address: &str) -> Result<Vec<u8>, String> {
            assert_eq!(
                address,
                "https://idp.example.com/realm/.well-known/openid-configuration"
            );
            self.0.fetch_add(1, Ordering::SeqCst);
            self.1.map(|body| body.as_bytes().to_vec()).map_err(str::to_owned)
        }
    }

    #[tokio::test]
    async fn an_issuer_is_asked_once() {
        let count = Arc::new(AtomicUsize::new(0));
        let discovery = Discovery::new(Counting(Arc::clone(&count), Err("connection refused")));
        for _ in 0..3 {
            let error = discovery.of("https://idp.example.com/realm").await.unwrap_err();
            assert!(error.is_unreachable());
        }
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn a_trailing_slash_belongs_to_the_issuer_but_not_to_the_address() {
        let body = r#"{"issuer":"https://idp.example.com/realm/","authorization_endpoint":"https://idp.example.com/a",
            "token_endpoint":"https://idp.example.com/t","jwks_uri":"https://idp.example.com/k"}"#;
        let discovery = Discovery::new(Counting(Arc::default(), Ok(body)));
        assert!(discovery.of("https://idp.example.com/realm/").await.is_ok());
    }
}
