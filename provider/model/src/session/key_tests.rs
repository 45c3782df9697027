//! A configuration for tests, differing only in what a test is about.

use super::{ClaimMapping, Derivation};
use crate::ids::{ApplicationName, ClaimName, ClientId, Issuer};

pub(crate) fn derivation(application: &str, client: &str) -> Derivation {
    let claim = |name| ClaimName::parse(name).unwrap();
    Derivation {
        application: ApplicationName::parse(application).unwrap(),
        issuer: Issuer::parse("https://idp.example.com").unwrap(),
        client_id: ClientId::parse(client).unwrap(),
        mapping: ClaimMapping {
            user: claim("sub"),
            email: claim("email"),
            groups: claim("groups"),
            roles: claim("roles"),
            session: claim("sid"),
        },
    }
}
