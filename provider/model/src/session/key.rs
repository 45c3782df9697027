//! Derivation of the keys of one application from one key secret.
//!
//! Application, issuer, client id and claim mapping are part of the derivation, so that a session of one configuration
//! is never valid under another. Each purpose has its own label: a key is never used for two.

use aws_lc_rs::{digest, hmac};

use crate::encoding::{base64url, length_prefixed};
use crate::ids::{ApplicationName, ClaimName, ClientId, Issuer};
use crate::secret::{SecretBytes, SecretText};

/// Which claim carries what the gateway needs to know of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimMapping {
    /// Who the user is, within the issuer.
    pub user: ClaimName,
    /// E-mail address; counts only beside `email_verified: true`.
    pub email: ClaimName,
    /// Groups, an array of strings.
    pub groups: ClaimName,
    /// Roles, an array of strings.
    pub roles: ClaimName,
    /// The provider's own session id.
    pub session: ClaimName,
}

impl ClaimMapping {
    /// The canonical text that is part of the key derivation.
    #[must_use]
    pub fn text(&self) -> String {
        let Self {
            user,
            email,
            groups,
            roles,
            session,
        } = self;
        format!("user={user};email={email};groups={groups};roles={roles};session={session}")
    }
}

/// The configuration a session key is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derivation {
    /// Name of the application.
    pub application: ApplicationName,
    /// Issuer of the identity provider.
    pub issuer: Issuer,
    /// Our client id there.
    pub client_id: ClientId,
    /// Which claim means what.
    pub mapping: ClaimMapping,
}

impl Derivation {
    fn info(&self) -> Vec<u8> {
        [
            "zt session v1",
            self.application.as_str(),
            self.issuer.as_str(),
            self.client_id.as_str(),
            &self.mapping.text(),
        ]
        .iter()
        .flat_map(|part| length_prefixed(part))
        .collect()
    }

    /// The public fingerprint of this configuration that stands beside a stored key.
    #[must_use]
    pub fn binding(&self) -> String {
        let mut text = base64url(digest::digest(&digest::SHA256, &self.info()).as_ref());
        text.truncate(22);
        text
    }

    /// The key that signs and verifies sessions.
    #[must_use]
    pub fn session_key(&self, secret: &SecretBytes) -> SessionKey {
        SessionKey(derive(secret, &self.info()))
    }

    /// The key that encrypts login transactions.
    #[must_use]
    pub fn transaction_key(&self, secret: &SecretBytes) -> SecretBytes {
        self.labelled(secret, "zt transaction v1")
    }

    /// The key that encrypts refresh cookies.
    #[must_use]
    pub fn refresh_key(&self, secret: &SecretBytes) -> SecretBytes {
        self.labelled(secret, "zt refresh v1")
    }

    fn labelled(&self, secret: &SecretBytes, label: &str) -> SecretBytes {
        let mut info = length_prefixed(label);
        info.extend(length_prefixed(self.application.as_str()));
        derive(secret, &info)
    }
}

/// A derived session key. It is what the application document of the store holds.
#[derive(Clone)]
pub struct SessionKey(SecretBytes);

impl SessionKey {
    /// From the spelling of the application document; `None` unless it is 32 bytes.
    #[must_use]
    pub fn from_base64url(text: &str) -> Option<Self> {
        SecretBytes::from_base64url_32(text).map(Self)
    }

    /// The spelling of the application document.
    #[must_use]
    pub fn base64url(&self) -> SecretText {
        self.0.base64url()
    }

    pub(super) fn sign(&self, message: &str) -> String {
        base64url(hmac::sign(&self.hmac(), message.as_bytes()).as_ref())
    }

    pub(super) fn signed(&self, message: &str, mac: &[u8]) -> bool {
        hmac::verify(&self.hmac(), message.as_bytes(), mac).is_ok()
    }

    fn hmac(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.0.expose())
    }
}

/// HKDF-SHA256 with an empty salt and 32 bytes of output (RFC 5869).
fn derive(secret: &SecretBytes, info: &[u8]) -> SecretBytes {
    let extract = |salt: &[u8], message: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, salt), message);
    // One block of output is HMAC(PRK, info || 0x01). The two steps are written out because the library's `expand`
    // can fail for lengths we never ask for, and an error that cannot happen has no good answer here.
    let pseudorandom = extract(&[0; 32], secret.expose());
    let mut block = info.to_vec();
    block.push(1);
    SecretBytes::new(extract(pseudorandom.as_ref(), &block).as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::key_tests::derivation;
    use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
    use proptest::prelude::*;

    #[test]
    fn no_two_configurations_or_purposes_share_a_key() {
        let secret = SecretBytes::new(vec![7; 32]);
        let one = derivation("members", "client");
        let keys = [
            one.session_key(&secret).base64url(),
            derivation("member", "sclient").session_key(&secret).base64url(),
            derivation("members", "client2").session_key(&secret).base64url(),
            one.transaction_key(&secret).base64url(),
            one.refresh_key(&secret).base64url(),
        ];
        for (index, key) in keys.iter().enumerate() {
            for other in &keys[index + 1..] {
                assert!(!key.same_as(other.expose()));
            }
        }
        assert_ne!(one.binding(), derivation("members", "client2").binding());
        assert_eq!(one.binding().len(), 22);
    }

    proptest! {
        /// The library's own HKDF is the judge.
        #[test]
        fn derivation_is_rfc_5869(secret in proptest::array::uniform32(0_u8..), info: Vec<u8>) {
            struct Length;
            impl KeyType for Length {
                fn len(&self) -> usize { 32 }
            }
            let mut expected = [0; 32];
            Salt::new(HKDF_SHA256, &[])
                .extract(&secret)
                .expand(&[&info], Length)
                .unwrap()
                .fill(&mut expected)
                .unwrap();
            prop_assert!(derive(&SecretBytes::new(secret.to_vec()), &info).same_as(&expected));
        }
    }
}
