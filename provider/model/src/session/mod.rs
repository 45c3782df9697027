//! The session cookie: keys, fingerprints, grants, the token itself and the decision whether it still counts.
//!
//! The token is opaque to the browser and to origins. Minting takes every field from the caller, random bytes included;
//! verification applies the one regular form first, the MAC second, and reads fields only then.

mod admission;
mod fingerprint;
mod grants;
mod handle;
mod key;
#[cfg(test)]
pub(crate) mod key_tests;
mod keyring;
mod token;

pub use admission::{Refusal, admit};
pub use fingerprint::{ContextFingerprint, ContextFingerprintError, Pepper, ProviderSession, UserFingerprint};
pub use grants::Grants;
pub use handle::{HandleError, SessionHandle};
pub use key::{ClaimMapping, Derivation, SessionKey};
pub use keyring::{KeysDocument, KeysError, RotationRequest, StoredKey};
pub use token::{AssertionHash, CLAIMS_LIMIT, MintError, Session, SessionId, TOKEN_LIMIT, verify};
