//! Service tokens: how a machine proves itself, and what the store holds of it.
//!
//! The store holds hashes only, bound to application and id, of one secret or two: a new one beside an earlier one that
//! still counts for a while. A secret cannot be printed; what a caller sends is made here and nowhere else.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest;
use serde_json::{Value, json};

use super::block::Expiry;
use crate::encoding::{base64url, from_base64url};
use crate::ids::{ApplicationName, ServiceTokenId, ServiceTokenName};
use crate::instant::Instant;
use crate::secret::{SecretBytes, SecretText};

/// The secret half of a service token: 32 random bytes, spelled as 43 characters of base64url.
#[derive(Clone)]
pub struct ServiceTokenSecret(SecretBytes);

/// What the store holds of a secret, and from when on it no longer counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSecret {
    hash: [u8; 32],
    /// Its end.
    pub expires: Expiry,
}

/// `t:<application>:<id>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceTokenDocument {
    /// The name policies use.
    pub name: ServiceTokenName,
    present: StoredSecret,
    previous: Option<StoredSecret>,
}

/// Why a value is not the document of a service token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the document of the service token cannot be read: {0}")]
pub struct ServiceTokenError(&'static str);

impl ServiceTokenSecret {
    /// From 32 bytes of a cryptographic random source; `None` for any other length.
    #[must_use]
    pub fn new(bytes: SecretBytes) -> Option<Self> {
        (bytes.expose().len() == 32).then_some(Self(bytes))
    }

    /// From its spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        SecretBytes::from_base64url_32(text).map(Self)
    }

    /// Its spelling.
    #[must_use]
    pub fn text(&self) -> SecretText {
        self.0.base64url()
    }

    /// What a caller sends in `x-zt-service-token`.
    #[must_use]
    pub fn token(&self, id: &ServiceTokenId) -> SecretText {
        SecretText::new(format!("{id}.{}", self.text().expose()))
    }

    /// What the store holds of it.
    #[must_use]
    pub fn stored(&self, application: &ApplicationName, id: &ServiceTokenId, expires: Expiry) -> StoredSecret {
        StoredSecret {
            hash: self.hash(application, id),
            expires,
        }
    }

    fn hash(&self, application: &ApplicationName, id: &ServiceTokenId) -> [u8; 32] {
        let text = SecretText::new(format!("{application}.{id}.{}", self.text().expose()));
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, text.expose().as_bytes()).as_ref());
        hash
    }
}

/// The two halves of a presented token; `None` unless it has the one form.
#[must_use]
pub fn read_token(token: &str) -> Option<(ServiceTokenId, ServiceTokenSecret)> {
    let (id, secret) = token.split_once('.')?;
    Some((ServiceTokenId::parse(id).ok()?, ServiceTokenSecret::parse(secret)?))
}

/// Key of the document of a service token.
#[must_use]
pub fn service_token_key(application: &ApplicationName, id: &ServiceTokenId) -> String {
    format!("t:{application}:{id}")
}

impl ServiceTokenDocument {
    /// A document of one secret.
    #[must_use]
    pub fn new(name: ServiceTokenName, present: StoredSecret) -> Self {
        Self {
            name,
            present,
            previous: None,
        }
    }

    /// The present secret.
    #[must_use]
    pub fn present(&self) -> &StoredSecret {
        &self.present
    }

    /// The secret before it, where one still counts.
    #[must_use]
    pub fn previous(&self) -> Option<&StoredSecret> {
        self.previous.as_ref()
    }

    /// Puts a new secret in the place of the present one, which counts on until `previous_expires`. One that was previous
    /// already counts no longer.
    pub fn rotate(&mut self, present: StoredSecret, previous_expires: Instant) {
        let mut previous = std::mem::replace(&mut self.present, present);
        previous.expires = previous.expires.min(Expiry::At(previous_expires));
        self.previous = Some(previous);
    }

    /// Moves the end of the present secret.
    pub fn set_expiry(&mut self, expires: Expiry) {
        self.present.expires = expires;
    }

    /// Sets or removes the secret before the present one.
    pub fn set_previous(&mut self, previous: Option<StoredSecret>) {
        self.previous = previous;
    }

    /// Whether a secret counts now. Every stored one is compared, in constant time.
    #[must_use]
    pub fn accepts(
        &self,
        (application, id): (&ApplicationName, &ServiceTokenId),
        secret: &ServiceTokenSecret,
        now: Instant,
    ) -> bool {
        let hash = secret.hash(application, id);
        let mut accepted = false;
        for stored in self.secrets() {
            let same = verify_slices_are_equal(&stored.hash, &hash).is_ok();
            accepted |= same & stored.expires.stands(now);
        }
        accepted
    }

    /// Reads a document strictly.
    ///
    /// # Errors
    /// When the text is not of version 1 and its shape.
    pub fn parse(text: &str) -> Result<Self, ServiceTokenError> {
        read(text).map_err(ServiceTokenError)
    }

    /// The text to store; the same content is the same bytes.
    #[must_use]
    pub fn text(&self) -> String {
        let secret = |stored: &StoredSecret| {
            let expires = match stored.expires {
                Expiry::Never => 0,
                Expiry::At(time) => time.seconds(),
            };
            json!([base64url(&stored.hash), expires])
        };
        let secrets: Vec<Value> = self.secrets().map(secret).collect();
        json!({"v": 1, "n": self.name.as_str(), "s": secrets}).to_string()
    }

    fn secrets(&self) -> impl Iterator<Item = &StoredSecret> {
        [Some(&self.present), self.previous.as_ref()].into_iter().flatten()
    }
}

fn read(text: &str) -> Result<ServiceTokenDocument, &'static str> {
    let document: Value = serde_json::from_str(text).map_err(|_| "it is not JSON")?;
    if document.get("v") != Some(&json!(1)) {
        return Err("its version is not 1");
    }
    let name = document.get("n").and_then(Value::as_str).unwrap_or_default();
    let name = ServiceTokenName::parse(name).map_err(|_| "its name is malformed")?;
    let secrets = document.get("s").and_then(Value::as_array).ok_or("it has no secrets")?;
    let secret = |entry: &Value| read_secret(entry).ok_or("a secret is malformed");
    match secrets.as_slice() {
        [present] => Ok(ServiceTokenDocument::new(name, secret(present)?)),
        [present, previous] => Ok(ServiceTokenDocument {
            name,
            present: secret(present)?,
            previous: Some(secret(previous)?),
        }),
        _ => Err("it has not one or two secrets"),
    }
}

fn read_secret(entry: &Value) -> Option<StoredSecret> {
    let [hash, expires] = entry.as_array()?.as_slice() else {
        return None;
    };
    let expires = match expires.as_u64()? {
        0 => Expiry::Never,
        time => Expiry::At(Instant::from_seconds(time)),
    };
    let hash = from_base64url(hash.as_str()?)?.try_into().ok()?;
    Some(StoredSecret { hash, expires })
}
