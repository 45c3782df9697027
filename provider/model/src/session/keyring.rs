//! The keys secret of an application: which keys exist, which one signs, which verify.
//!
//! Both halves of the edge obey `sign_after` and `verify_until`, so a rotation is one write of this secret and one of
//! the application document, in any order of arrival. A key bound to another configuration neither signs nor verifies.

use serde::{Deserialize, Serialize};

use super::{Derivation, SessionKey};
use crate::duration::Duration;
use crate::encoding::base64url;
use crate::ids::KeyId;
use crate::instant::Instant;
use crate::secret::{SecretBytes, SecretText};

/// One key of the secret.
#[derive(Clone)]
pub struct StoredKey {
    /// Its id, carried by every cookie it signs.
    pub kid: KeyId,
    /// Its 32 random bytes.
    pub secret: SecretBytes,
    /// It signs from here on.
    pub sign_after: Instant,
    /// It verifies before this time; `None` as long as no end is set.
    pub verify_until: Option<Instant>,
    /// Fingerprint of the configuration it was made for.
    pub binding: String,
    /// What asked for it.
    pub request: RotationRequest,
}

/// What asks for a key: digests of the user's triggers, empty without any. Another request is another key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RotationRequest {
    /// Of an ordinary rotation.
    pub ordinary: String,
    /// Of an emergency, in which every other key ends.
    pub emergency: String,
}

/// The content of `zt/<store>/<application>/keys`.
#[derive(Clone, Default)]
pub struct KeysDocument {
    /// All keys, the order without meaning.
    pub keys: Vec<StoredKey>,
}

/// Why the content of the keys secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// Not the JSON of a keys document. The cause is not kept: it could quote key material.
    #[error("the keys secret does not hold a keys document of version 1")]
    Malformed,
    /// Two keys of one id.
    #[error("the keys secret holds two keys with the id {0}")]
    Duplicate(KeyId),
}

#[derive(Serialize, Deserialize)]
struct Written {
    v: u64,
    keys: Vec<WrittenKey>,
}

#[derive(Serialize, Deserialize)]
struct WrittenKey {
    kid: KeyId,
    secret: String,
    sign_after: u64,
    verify_until: u64,
    binding: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    rotation: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    emergency: String,
}

impl StoredKey {
    /// A new key for a configuration, from random bytes.
    #[must_use]
    pub fn new(kid: KeyId, random: [u8; 32], derivation: &Derivation, sign_after: Instant) -> Self {
        Self {
            kid,
            secret: SecretBytes::new(random.to_vec()),
            sign_after,
            verify_until: None,
            binding: derivation.binding(),
            request: RotationRequest::default(),
        }
    }

    /// The same key, made for a request.
    #[must_use]
    pub fn asked_for_by(mut self, request: RotationRequest) -> Self {
        self.request = request;
        self
    }

    fn verifies(&self, now: Instant) -> bool {
        self.verify_until.is_none_or(|end| now < end)
    }
}

impl KeysDocument {
    /// Reads the content of the secret.
    ///
    /// # Errors
    /// When it is not a keys document, or two keys have one id.
    pub fn parse(text: &str) -> Result<Self, KeysError> {
        let written: Written = serde_json::from_str(text).map_err(|_| KeysError::Malformed)?;
        if written.v != 1 {
            return Err(KeysError::Malformed);
        }
        let mut document = Self::default();
        for key in written.keys {
            if document.keys.iter().any(|known| known.kid == key.kid) {
                return Err(KeysError::Duplicate(key.kid));
            }
            let secret = SecretText::new(key.secret);
            document.keys.push(StoredKey {
                kid: key.kid,
                secret: SecretBytes::from_base64url_32(secret.expose()).ok_or(KeysError::Malformed)?,
                sign_after: Instant::from_seconds(key.sign_after),
                verify_until: (key.verify_until != 0).then(|| Instant::from_seconds(key.verify_until)),
                binding: key.binding,
                request: RotationRequest {
                    ordinary: key.rotation,
                    emergency: key.emergency,
                },
            });
        }
        Ok(document)
    }

    /// The content of the secret.
    #[must_use]
    pub fn text(&self) -> SecretText {
        let keys = self
            .keys
            .iter()
            .map(|key| WrittenKey {
                kid: key.kid.clone(),
                secret: base64url(key.secret.expose()),
                sign_after: key.sign_after.seconds(),
                verify_until: key.verify_until.map_or(0, Instant::seconds),
                binding: key.binding.clone(),
                rotation: key.request.ordinary.clone(),
                emergency: key.request.emergency.clone(),
            })
            .collect();
        // Serialising plain strings and numbers does not fail.
        SecretText::new(serde_json::to_string(&Written { v: 1, keys }).unwrap_or_default())
    }

    /// The key that signs now, for sessions of at most `lifetime`.
    #[must_use]
    pub fn signer(&self, derivation: &Derivation, lifetime: Duration, now: Instant) -> Option<&StoredKey> {
        let binding = derivation.binding();
        self.keys
            .iter()
            .filter(|key| key.binding == binding && key.sign_after <= now)
            .filter(|key| key.verify_until.is_none_or(|end| end > now.plus(lifetime)))
            .max_by(|one, other| (one.sign_after, &one.kid).cmp(&(other.sign_after, &other.kid)))
    }

    /// The youngest key of this configuration: what it was asked for by has been done.
    #[must_use]
    pub fn youngest(&self, derivation: &Derivation) -> Option<&StoredKey> {
        let binding = derivation.binding();
        self.keys
            .iter()
            .filter(|key| key.binding == binding)
            .max_by(|one, other| (one.sign_after, &one.kid).cmp(&(other.sign_after, &other.kid)))
    }

    /// The keys the application document must hold: bound to this configuration and not dead.
    pub fn verifiers<'a>(
        &'a self,
        derivation: &'a Derivation,
        now: Instant,
    ) -> impl Iterator<Item = (&'a StoredKey, SessionKey)> + 'a {
        let binding = derivation.binding();
        self.keys
            .iter()
            .filter(move |key| key.binding == binding && key.verifies(now))
            .map(move |key| (key, derivation.session_key(&key.secret)))
    }

    /// Adds a key that signs from `key.sign_after` on, and sets the end of those that signed before it.
    ///
    /// Keys that would sign even later go. A key that signs until then may have signed a session that lives `lifetime` longer. Dead keys go.
    pub fn rotate(&mut self, key: StoredKey, lifetime: Duration, now: Instant) {
        let end = key.sign_after.max(now).plus(lifetime);
        // One that would sign only after the new one has never signed, and would be taken for the youngest.
        let last = key.sign_after.max(now);
        self.keys
            .retain(|known| known.verifies(now) && known.binding == key.binding && known.sign_after <= last);
        for known in &mut self.keys {
            known.verify_until = Some(known.verify_until.map_or(end, |earlier| earlier.min(end)));
        }
        self.keys.push(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::key_tests::derivation;

    const HOUR: Duration = Duration::from_seconds(3_600);

    fn key(kid: &str, sign_after: u64) -> StoredKey {
        StoredKey::new(
            KeyId::parse(kid).unwrap(),
            [1; 32],
            &derivation("members", "client"),
            Instant::from_seconds(sign_after),
        )
    }

    #[test]
    fn a_rotation_signs_with_the_old_key_until_the_new_one_is_everywhere() {
        let configuration = derivation("members", "client");
        let at = Instant::from_seconds;
        let mut keys = KeysDocument {
            keys: vec![key("k1", 0)],
        };
        keys.rotate(key("k2", 1_600), HOUR, at(1_000));
        let signer = |now| {
            keys.signer(&configuration, HOUR, at(now))
                .map(|key| key.kid.to_string())
        };
        assert_eq!(signer(1_000).as_deref(), Some("k1"));
        assert_eq!(signer(1_599).as_deref(), Some("k1"));
        assert_eq!(signer(1_600).as_deref(), Some("k2"));
        let verifying = |now| keys.verifiers(&configuration, at(now)).count();
        assert_eq!((verifying(1_000), verifying(5_199), verifying(5_200)), (2, 2, 1));
    }

    #[test]
    fn a_key_of_another_configuration_neither_signs_nor_verifies() {
        let keys = KeysDocument {
            keys: vec![key("k1", 0)],
        };
        let other = derivation("members", "client2");
        assert!(keys.signer(&other, HOUR, Instant::from_seconds(9)).is_none());
        assert_eq!(keys.verifiers(&other, Instant::from_seconds(9)).count(), 0);
    }

    #[test]
    fn a_tie_goes_to_the_greater_id_whatever_the_order() {
        let configuration = derivation("members", "client");
        for keys in [[key("k1", 5), key("k2", 5)], [key("k2", 5), key("k1", 5)]] {
            let document = KeysDocument { keys: keys.to_vec() };
            let signer = document.signer(&configuration, HOUR, Instant::from_seconds(9)).unwrap();
            assert_eq!(signer.kid.as_str(), "k2");
        }
    }

    #[test]
    fn the_document_survives_the_way_there_and_back() {
        let mut keys = KeysDocument {
            keys: vec![key("k1", 0)],
        };
        keys.rotate(key("k2", 1_600), HOUR, Instant::from_seconds(1_000));
        let text = keys.text();
        assert!(
            KeysDocument::parse(text.expose())
                .unwrap()
                .text()
                .same_as(text.expose())
        );
    }

    #[test]
    fn malformed_documents_are_refused_without_quoting_them() {
        let right = KeysDocument {
            keys: vec![key("k1", 0)],
        }
        .text();
        for wrong in [
            String::new(),
            "{}".into(),
            right.expose().replace("\"v\":1", "\"v\":2"),
            right.expose().replace("AQEB", "A?EB"),
            right.expose().replace("\"sign_after\":0", "\"sign_after\":\"0\""),
        ] {
            let error = KeysDocument::parse(&wrong).err().unwrap();
            assert!(matches!(error, KeysError::Malformed), "{wrong}");
            assert!(std::error::Error::source(&error).is_none());
        }
    }
}
