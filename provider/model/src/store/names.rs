//! Keys of the session store, and the limits its values live under.

use crate::ids::ApplicationName;
use crate::session::{SessionHandle, UserFingerprint};

/// Key of the store document.
pub const STORE_KEY: &str = "s:store";
/// How many pages there are, one for each two characters of base64url.
pub const PAGE_COUNT: usize = 4_096;
/// The longest value of a KeyValueStore, in bytes.
pub const VALUE_LIMIT: usize = 1_024;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Key of an application document.
#[must_use]
pub fn application_key(application: &ApplicationName) -> String {
    format!("a:{application}")
}

/// Key of the page that tells about a user.
#[must_use]
pub fn page_key(user: &UserFingerprint) -> String {
    format!("p:{}", user.page())
}

/// Key of the page that tells about a session.
#[must_use]
pub fn page_key_of_handle(handle: &SessionHandle) -> String {
    format!("p:{}", handle.page())
}

/// The keys of all pages, `p:AA` first.
pub fn all_page_keys() -> impl Iterator<Item = String> {
    ALPHABET.iter().flat_map(|first| {
        ALPHABET
            .iter()
            .map(move |second| format!("p:{}{}", char::from(*first), char::from(*second)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_user_has_its_page() {
        let keys: BTreeSet<String> = all_page_keys().collect();
        assert_eq!(keys.len(), PAGE_COUNT);
        for bytes in [[0; 9], [255; 9], [0xfb; 9]] {
            assert!(keys.contains(&page_key(&UserFingerprint::from_bytes(bytes))));
        }
    }
}
