//! The secret with the membership document: policies, ledger, and the configuration for import.

use zt_aws::Secret;

use super::secret::{self, Held, Which};
use super::{Fault, Scope};
use crate::marks::Stage;

/// The membership document of this instance.
pub(in crate::edge_app) async fn peek(scope: &Scope<'_>) -> Result<Option<Held>, Fault> {
    secret::peek(scope, &scope.names.membership_secret).await
}

/// Makes it, or takes it over.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>, first: &Secret) -> Result<Held, Fault> {
    let which = Which {
        kind: "membership document",
        name: &scope.names.membership_secret,
        stage: Stage::Live,
    };
    secret::ensure(scope, which, first).await
}

/// Removes it.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>, recovery_days: i64) -> Result<(), Fault> {
    secret::remove(scope, &scope.names.membership_secret, recovery_days).await
}
