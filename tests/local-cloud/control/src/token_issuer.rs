//! The issuer of STS's web identity tokens: its keys, the accounts that enabled it, and the documents by which others verify.
//!
//! An account's issuer is a URL of its own below one base, as on AWS, where each is a host of its own. The keys live as long as the
//! process and are written nowhere.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::request_id;

const DISCOVERY: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/.well-known/jwks.json";

/// Why there is no issuer.
#[derive(Debug, thiserror::Error)]
pub enum TokenIssuerError {
    #[error("no key could be made: {0}")]
    Key(#[from] aws_lc_rs::error::Unspecified),
}

/// The algorithms of GetWebIdentityToken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Es384,
}

impl Algorithm {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "RS256" => Some(Self::Rs256),
            "ES384" => Some(Self::Es384),
            _ => None,
        }
    }
}

/// An account's own issuer.
#[derive(Debug, Clone)]
struct Account {
    /// The last part of the URL; kept when the feature is switched off.
    id: String,
    enabled: bool,
}

/// Signs tokens and shows the keys that verify them.
pub struct TokenIssuer {
    rsa: RsaKeyPair,
    ecdsa: EcdsaKeyPair,
    random: SystemRandom,
    key_ids: [String; 2],
    base: OnceLock<String>,
    accounts: Mutex<BTreeMap<String, Account>>,
}

impl std::fmt::Debug for TokenIssuer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("TokenIssuer").finish_non_exhaustive()
    }
}

impl TokenIssuer {
    pub(crate) fn new() -> Result<Self, TokenIssuerError> {
        Ok(Self {
            rsa: RsaKeyPair::generate(KeySize::Rsa2048)?,
            ecdsa: EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING)?,
            random: SystemRandom::new(),
            key_ids: ["RSA", "EC384"].map(|kind| format!("{kind}_{}", request_id::new())),
            base: OnceLock::new(),
            accounts: Mutex::default(),
        })
    }

    /// Says under which URL [`TokenIssuer::document`] is served; the first word counts.
    pub fn serve_at(&self, base: &str) {
        let _ = self.base.set(base.trim_end_matches('/').to_owned());
    }

    /// The document at a path below the base: discovery or keys of an account's issuer.
    pub fn document(&self, path: &str) -> Option<Value> {
        let (id, rest) = path.strip_prefix('/')?.split_once('/')?;
        let known = self.accounts().values().any(|account| account.id == id);
        let issuer = format!("{}/{id}", self.base.get()?);
        match format!("/{rest}").as_str() {
            DISCOVERY if known => Some(json!({
                "issuer": issuer,
                "jwks_uri": format!("{issuer}{KEYS}"),
                "response_types_supported": ["id_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "ES384"],
                "claims_supported": ["aud", "exp", "iat", "iss", "jti", "sub"],
            })),
            KEYS if known => Some(self.keys()),
            _ => None,
        }
    }

    /// Switches the feature on. `None`: it was on.
    pub(crate) fn enable(&self, account: &str) -> Option<String> {
        let base = self.base.get()?;
        let mut accounts = self.accounts();
        let known = accounts.entry(account.to_owned()).or_insert_with(|| Account {
            id: request_id::new(),
            enabled: false,
        });
        let fresh = !std::mem::replace(&mut known.enabled, true);
        fresh.then(|| format!("{base}/{}", known.id))
    }

    /// Switches the feature off. Whether it was on.
    pub(crate) fn disable(&self, account: &str) -> bool {
        let mut accounts = self.accounts();
        accounts
            .get_mut(account)
            .is_some_and(|known| std::mem::replace(&mut known.enabled, false))
    }

    /// The account's issuer, where the feature is on.
    pub(crate) fn issuer(&self, account: &str) -> Option<String> {
        let accounts = self.accounts();
        let known = accounts.get(account).filter(|known| known.enabled)?;
        Some(format!("{}/{}", self.base.get()?, known.id))
    }

    /// A signed token.
    pub(crate) fn sign(&self, algorithm: Algorithm, claims: &Value) -> Result<String, TokenIssuerError> {
        let (name, kid) = match algorithm {
            Algorithm::Rs256 => ("RS256", &self.key_ids[0]),
            Algorithm::Es384 => ("ES384", &self.key_ids[1]),
        };
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({"alg": name, "kid": kid, "typ": "JWT"});
        let text = format!("{}.{}", part(&header), part(claims));
        let signature = match algorithm {
            Algorithm::Rs256 => {
                let mut signature = vec![0; self.rsa.public_modulus_len()];
                self.rsa
                    .sign(&RSA_PKCS1_SHA256, &self.random, text.as_bytes(), &mut signature)?;
                signature
            }
            Algorithm::Es384 => self.ecdsa.sign(&self.random, text.as_bytes())?.as_ref().to_vec(),
        };
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn keys(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let rsa = PublicKeyComponents::<Vec<u8>>::from(self.rsa.public_key());
        let point = self.ecdsa.public_key().as_ref();
        // An uncompressed point: one byte of form, then both coordinates.
        let (x, y) = point[1..].split_at(point.len() / 2);
        json!({"keys": [
            {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.key_ids[0], "n": text(&rsa.n), "e": text(&rsa.e)},
            {"kty": "EC", "crv": "P-384", "use": "sig", "alg": "ES384", "kid": self.key_ids[1], "x": text(x), "y": text(y)},
        ]})
    }

    fn accounts(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
