//! What the secret of a token holds: the token, the document that follows from it, and what the user wrote.
//!
//! The document in the store is at every moment meant to be exactly the one in here, so drift is a difference and a
//! repair is a copy. Whether a rotation was made already is told from here as well, never from the state.

use serde_json::{Value, json};
use zt_aws::Secret;
use zt_framework::Diagnostic;
use zt_model::ids::ServiceTokenId;
use zt_model::instant::Instant;
use zt_model::secret::SecretBytes;
use zt_model::store::{Expiry, ServiceTokenDocument, ServiceTokenSecret, read_token};

use super::HEADER;
use super::names::Names;
use super::source::Source;
use crate::random;

/// The content of a token's secret.
#[derive(Clone)]
pub(super) struct Content {
    pub(super) id: ServiceTokenId,
    secret: ServiceTokenSecret,
    pub(super) document: ServiceTokenDocument,
    pub(super) minted: Instant,
    pub(super) source: Source,
}

/// What a new content is made of.
pub(super) struct Order<'all> {
    pub(super) names: &'all Names,
    pub(super) source: &'all Source,
    /// The user's own secret; without it one is minted.
    pub(super) own: Option<&'all ServiceTokenSecret>,
    /// AWS's time.
    pub(super) now: Instant,
}

impl Order<'_> {
    fn secret(&self) -> Result<ServiceTokenSecret, Diagnostic> {
        if let Some(own) = self.own {
            return Ok(own.clone());
        }
        let bytes = SecretBytes::new(random::bytes::<32>()?.to_vec());
        ServiceTokenSecret::new(bytes)
            .ok_or_else(|| Diagnostic::error("No secret can be made", "It must be 32 bytes long. Please report this."))
    }
}

impl Content {
    /// A token with one secret.
    pub(super) fn first(id: ServiceTokenId, order: &Order<'_>) -> Result<Self, Diagnostic> {
        let secret = order.secret()?;
        let stored = secret.stored(&order.names.application, &id, order.source.expiry(order.now));
        Ok(Self {
            document: ServiceTokenDocument::new(order.names.name.clone(), stored),
            id,
            secret,
            minted: order.now,
            source: order.source.clone(),
        })
    }

    /// The token as it is now wanted: with another secret where one is asked for, and its end where it should be.
    pub(super) fn turned(&self, order: &Order<'_>) -> Result<Self, Diagnostic> {
        let mut next = self.clone();
        if self.source.asks_for_another(order.source) {
            let secret = order.secret()?;
            // The same secret under another version is no new one.
            if !secret.text().same_as(self.secret.text().expose()) {
                next.document = succeeding(&self.document, &secret, (&self.id, order));
                next.secret = secret;
                next.minted = order.now;
            }
        }
        next.document.set_expiry(order.source.expiry(next.minted));
        end_previous_with_present(&mut next.document);
        next.source = order.source.clone();
        Ok(next)
    }

    /// A token whose secret was lost for good, beside the document that is still there: whoever holds the lost
    /// secret may use it for as long as after a rotation.
    pub(super) fn succeeding(
        id: ServiceTokenId,
        document: Option<&ServiceTokenDocument>,
        order: &Order<'_>,
    ) -> Result<Self, Diagnostic> {
        let mut next = Self::first(id, order)?;
        if let Some(document) = document {
            next.document = succeeding(document, &next.secret, (&next.id, order));
        }
        Ok(next)
    }

    /// What a caller sends.
    pub(super) fn token(&self) -> zt_model::secret::SecretText {
        self.secret.token(&self.id)
    }

    /// The text to keep in the secret.
    pub(super) fn text(&self) -> Secret {
        let document: Value = serde_json::from_str(&self.document.text()).unwrap_or_default();
        let text = json!({
            "v": 1,
            "header": HEADER,
            "token": self.token().expose(),
            "minted": self.minted.seconds(),
            "document": document,
            "source": self.source,
        });
        Secret::new(text.to_string())
    }

    /// Reads a content; none when it is not one, or does not agree with itself.
    pub(super) fn parse(text: &Secret) -> Option<Self> {
        let content: Value = serde_json::from_str(text.expose()).ok()?;
        if content["v"] != json!(1) {
            return None;
        }
        let (id, secret) = read_token(content["token"].as_str()?)?;
        Some(Self {
            id,
            secret,
            document: ServiceTokenDocument::parse(&content["document"].to_string()).ok()?,
            minted: Instant::from_seconds(content["minted"].as_u64()?),
            source: serde_json::from_value(content["source"].clone()).ok()?,
        })
    }

    /// Whether it is this token's, and its document lets its own secret in.
    pub(super) fn is_of(&self, names: &Names, id: &ServiceTokenId) -> bool {
        let present = self
            .secret
            .stored(&names.application, id, self.document.present().expires);
        self.id == *id && self.document.name == names.name && *self.document.present() == present
    }
}

/// The document with a new secret in the place of the present one.
fn succeeding(
    document: &ServiceTokenDocument,
    secret: &ServiceTokenSecret,
    (id, order): (&ServiceTokenId, &Order<'_>),
) -> ServiceTokenDocument {
    let mut next = document.clone();
    let stored = secret.stored(&order.names.application, id, order.source.expiry(order.now));
    next.rotate(stored, order.now.plus(order.source.overlap()));
    end_previous_with_present(&mut next);
    let counts = next
        .previous()
        .is_some_and(|previous| previous.expires.stands(order.now));
    if !counts {
        next.set_previous(None);
    }
    next
}

/// Whoever ends a token early means every secret of it, so the former one never outlives the present one.
fn end_previous_with_present(document: &mut ServiceTokenDocument) {
    let capped = document.previous().cloned().map(|mut previous| {
        previous.expires = previous.expires.min(document.present().expires);
        previous
    });
    document.set_previous(capped);
}

/// The time of an end; none when there is no end.
pub(super) fn end(expiry: Expiry) -> Option<Instant> {
    match expiry {
        Expiry::At(time) => Some(time),
        Expiry::Never => None,
    }
}
