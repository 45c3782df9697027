//! Random bytes from the operating system, by way of aws-lc.

use zt_framework::Diagnostic;
use zt_model::encoding::base64url;

/// So many random bytes.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Diagnostic> {
    let mut bytes = [0_u8; N];
    match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(Diagnostic::error(
            "No randomness",
            "The operating system gives no random bytes, without which no key or id can be made. Nothing was changed.",
        )),
    }
}

/// An id of eight characters of base64url.
pub(crate) fn id() -> Result<String, Diagnostic> {
    bytes::<6>().map(|bytes| base64url(&bytes))
}
