//! The web ACL: the first thing a request meets. The firewall's own upkeep does the work; this says whose it is.

use super::{Fault, Scope, Taken};
use crate::edge_app::config::Firewall;
use crate::firewall::upkeep::{self, Found, Owner, Trouble};
use crate::firewall::{self, Named, Wanted};
use crate::marks::Mark;

impl Owner for Scope<'_> {
    fn may_take(&self, description: &str) -> bool {
        Mark::from_text(description).is_some_and(|mark| self.mark.may_take(&mark))
    }

    fn owns(&self, description: &str) -> bool {
        Scope::owns(self, Mark::from_text(description).as_ref())
    }
}

/// What a firewall asks for, with the path of the login.
pub(in crate::edge_app) fn wanted(scope: &Scope<'_>, firewall: &Firewall, auth_prefix: &str) -> Wanted {
    let named = Named {
        name: &scope.names.stem,
        mark: &scope.mark.to_string(),
        auth_prefix,
    };
    firewall::wanted(firewall, &named)
}

/// The web ACL as it stands, with its IP sets and its logging.
pub(in crate::edge_app) async fn look(scope: &Scope<'_>, arn: Option<&str>) -> Result<Option<Found>, Fault> {
    // The id is the last part of the ARN.
    let id = arn.and_then(|arn| arn.rsplit('/').next());
    Ok(Box::pin(upkeep::look(scope.aws, scope, (&scope.names.stem, id))).await?)
}

/// Makes it, or changes it until it is as wanted; yields its ARN.
pub(in crate::edge_app) async fn ensure(scope: &Scope<'_>, wanted: &Wanted) -> Result<String, Fault> {
    // Boxed: the work on an application is deep, and its stack is short.
    match Box::pin(upkeep::ensure(scope.aws, scope, wanted, scope.tags)).await {
        Ok(arn) => Ok(arn),
        Err(Trouble::Aws(error)) => Err(error.into()),
        Err(Trouble::Taken {
            kind,
            name,
            description,
        }) => Err(Fault::Taken(Box::new(Taken {
            kind,
            name,
            found: Mark::from_text(&description),
            wanted: scope.mark.clone(),
        }))),
    }
}

/// Removes it.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>) -> Result<(), Fault> {
    Ok(Box::pin(upkeep::remove(scope.aws, scope, &scope.names.stem)).await?)
}
