//! The secret with the keys of the signed assertion: asymmetric, so that who verifies an assertion cannot make one.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::json;
use zt_aws::Secret;
use zt_model::encoding;

use super::secret::{self, Which};
use super::{Fault, Scope};
use crate::marks::Stage;

/// Makes it with a first key, or takes it over with the keys it has; an emergency that it has not seen replaces them. Yields
/// its ARN.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>, kid: &str, emergency: &str) -> Result<String, Fault> {
    let which = Which {
        kind: "keys of the assertion",
        name: &scope.names.assertion_secret,
        stage: Stage::Live,
    };
    let fresh = first(kid, emergency)?;
    let held = secret::ensure(scope, which, &fresh).await?;
    if !emergency.is_empty() && !has_seen(&held.value, emergency) {
        secret::put(scope, &held, &fresh).await?;
    }
    Ok(held.arn)
}

fn has_seen(document: &Secret, emergency: &str) -> bool {
    let document: serde_json::Value = serde_json::from_str(document.expose()).unwrap_or_default();
    document["emergency"] == emergency
}

/// ARN of the secret, where it is there.
pub(in crate::edge_app) async fn look(scope: &Scope<'_>) -> Result<Option<String>, Fault> {
    let found = secret::look(scope, &scope.names.assertion_secret).await?;
    Ok(found.filter(|found| !found.deleted).map(|found| found.arn))
}

/// Removes it.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>, recovery_days: i64) -> Result<(), Fault> {
    secret::remove(scope, &scope.names.assertion_secret, recovery_days).await
}

/// A document with one new key (edge contract, section 3).
fn first(kid: &str, emergency: &str) -> Result<Secret, Fault> {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
        .map_err(|_| Fault::refused("No key could be made", "The system gives no random numbers."))?;
    let document = json!({
        "v": 1,
        "emergency": emergency,
        "keys": [{ "kid": kid, "private_key": pem(key.as_ref()), "sign_after": 0, "verify_until": 0 }],
    });
    Ok(Secret::new(document.to_string()))
}

/// PEM of a PKCS #8 key (RFC 7468, section 10): lines of 64 characters.
fn pem(der: &[u8]) -> String {
    let text = encoding::base64(der);
    let mut lines = String::from("-----BEGIN PRIVATE KEY-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        lines.push_str(line);
        lines.push('\n');
        rest = after;
    }
    lines.push_str("-----END PRIVATE KEY-----\n");
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::KeyPair;
    use rustls::pki_types::PrivatePkcs8KeyDer;
    use rustls::pki_types::pem::PemObject;

    /// Checklist: K4. The key is asymmetric, new each time, and readable by a PEM reader that is not ours.
    #[test]
    fn the_document_holds_a_key_that_can_be_read_again() {
        let document: serde_json::Value = serde_json::from_str(first("a1b2", "").unwrap().expose()).unwrap();
        let key = &document["keys"][0];
        assert_eq!(key["kid"], "a1b2");
        let pem = key["private_key"].as_str().unwrap();
        assert!(pem.lines().all(|line| line.len() <= 64));
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.secret_pkcs8_der()).unwrap();
        assert_eq!(pair.public_key().as_ref().len(), 65);
        assert_ne!(first("a1b2", "").unwrap().expose(), first("a1b2", "").unwrap().expose());
    }

    #[test]
    fn an_emergency_is_seen_once() {
        let document = first("a1b2", "leaked").unwrap();
        assert!(has_seen(&document, "leaked"));
        assert!(!has_seen(&document, "again"));
        assert!(!has_seen(&Secret::new("garbage"), "leaked"));
    }
}
