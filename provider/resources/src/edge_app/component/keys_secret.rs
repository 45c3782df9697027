//! The secret with the keys: the anchor of an instance.
//!
//! It is made first and carries the stage of the whole instance, so that a create can tell what an unfinished one left
//! behind from what a finished one owns.

use zt_aws::error::optional;
use zt_aws::{Aws, Secret};

use super::secret::{self, Held, Which};
use super::{Fault, Scope, Taken};
use crate::marks::{Mark, Stage};

/// Decides which instance a create goes on with: `fresh`, or one that was never finished.
pub(in crate::edge_app) async fn claim(aws: &Aws, name: &str, fresh: Mark) -> Result<Mark, Fault> {
    let Some(found) = optional(aws.secretsmanager().describe(name).await)? else {
        return Ok(fresh);
    };
    match Mark::from_tags(&found.tags) {
        Some(mark) if mark.same_application(&fresh) && (found.deleted || mark.stage == Stage::Parked) => Ok(fresh),
        Some(mark) if mark.same_application(&fresh) && mark.stage == Stage::Creating => Ok(mark.at(Stage::Live)),
        found => Err(Fault::Taken(Box::new(Taken {
            kind: "secret with the keys",
            name: name.to_owned(),
            found,
            wanted: fresh,
        }))),
    }
}

/// The anchor's mark as it stands, and whether it is there at all.
pub(in crate::edge_app) async fn look(scope: &Scope<'_>) -> Result<Option<Mark>, Fault> {
    let found = secret::look(scope, &scope.names.keys_secret).await?;
    Ok(found
        .filter(|found| !found.deleted)
        .and_then(|found| Mark::from_tags(&found.tags)))
}

/// The keys of this instance.
pub(in crate::edge_app) async fn peek(scope: &Scope<'_>) -> Result<Option<Held>, Fault> {
    secret::peek(scope, &scope.names.keys_secret).await
}

/// Makes it, or takes it over.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>, stage: Stage, first: &Secret) -> Result<Held, Fault> {
    let which = Which {
        kind: "secret with the keys",
        name: &scope.names.keys_secret,
        stage,
    };
    secret::ensure(scope, which, first).await
}

/// Says that the instance is complete.
pub(in crate::edge_app) async fn complete(scope: &Scope<'_>) -> Result<(), Fault> {
    secret::set_stage(scope, &scope.names.keys_secret, Stage::Live).await
}

/// Removes it.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>, recovery_days: i64) -> Result<(), Fault> {
    secret::remove(scope, &scope.names.keys_secret, recovery_days).await
}
