//! The client secret, where the application owns it: written from a write-only attribute, never read back.

use zt_aws::Secret;

use super::secret::{self, Which};
use super::{Fault, Scope};
use crate::marks::Stage;

/// Makes it with a value, or puts the value where one is given; yields its ARN.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>, value: Option<&Secret>) -> Result<String, Fault> {
    let name = &scope.names.client_secret;
    let Some(value) = value else {
        // Terraform hands write-only values to every apply, so a missing one is the user's doing.
        let found = secret::look(scope, name).await?.filter(|found| !found.deleted);
        return found.map(|found| found.arn).ok_or_else(|| {
            Fault::refused(
                "Client secret missing",
                "client_secret_wo_version is set, but client_secret_wo is null and no secret was stored before. Give \
                 client_secret_wo, or client_secret_arn.",
            )
        });
    };
    let held = secret::ensure(
        scope,
        Which {
            kind: "client secret",
            name,
            stage: Stage::Live,
        },
        value,
    )
    .await?;
    secret::put(scope, &held, value).await?;
    Ok(held.arn)
}

/// Removes it.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>, recovery_days: i64) -> Result<(), Fault> {
    secret::remove(scope, &scope.names.client_secret, recovery_days).await
}
