//! The bundles, embedded at build time.
//!
//! A test compares them with `SHA256SUMS`, which the edge's own build writes, so that a bundle is never shipped that
//! did not come out of it.

use aws_lc_rs::digest;

/// The runtime of the session function, with the line that the table replaces.
pub const SESSION_RUNTIME: &str = include_str!("../../../edge-src/dist/session.js");
/// The auth function, one ECMAScript module.
pub const AUTH_BUNDLE: &[u8] = include_bytes!("../../../edge-src/dist/auth.mjs");

/// The store writer, one ECMAScript module.
pub const STORE_WRITER_BUNDLE: &[u8] = include_bytes!("../../../edge-src/dist/store-writer.mjs");

/// Version of the session runtime: twelve hexadecimal digits of its SHA-256.
#[must_use]
pub fn session_version() -> String {
    version(SESSION_RUNTIME.as_bytes())
}

/// Version of the auth bundle: twelve hexadecimal digits of its SHA-256.
#[must_use]
pub fn auth_version() -> String {
    version(AUTH_BUNDLE)
}

/// Version of the store writer's bundle: twelve hexadecimal digits of its SHA-256.
#[must_use]
pub fn store_writer_version() -> String {
    version(STORE_WRITER_BUNDLE)
}

fn version(bytes: &[u8]) -> String {
    let mut text = hex(bytes);
    text.truncate(12);
    text
}

fn hex(bytes: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checklist: K16.
    #[test]
    fn the_bundles_are_those_the_edge_build_made() {
        let sums = include_str!("../../../edge-src/dist/SHA256SUMS");
        let bundles = [
            ("session.js", SESSION_RUNTIME.as_bytes()),
            ("auth.mjs", AUTH_BUNDLE),
            ("store-writer.mjs", STORE_WRITER_BUNDLE),
        ];
        for (name, bytes) in bundles {
            let line = format!("{}  {name}", hex(bytes));
            assert!(
                sums.lines().any(|known| known == line),
                "SHA256SUMS has no line {line:?}"
            );
        }
    }
}
