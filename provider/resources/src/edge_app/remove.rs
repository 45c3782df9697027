//! Taking an application down, in the reverse order: viewers first, secrets last.
//!
//! Only objects of its own instance are touched. What is gone already was removed well.

use std::collections::BTreeSet;

use zt_framework::{Diagnostic, Diagnostics};

use super::component::bucket_policy::Grant;
use super::component::{
    Fault, Scope, assertion_secret, auth_function, bucket_policy, client_secret, distribution, keys_secret, log_groups,
    membership_secret, origin_access_control, origin_request_policy, response_headers_policy, role, session_function,
    store_document, web_acl,
};
use super::config::{LOG_REGIONS, Origin, ReplicaDeletion, Store};
use super::form::Form;
use super::{converge, grants};

/// What a delete has to know.
pub(super) struct Farewell<'a> {
    pub(super) form: Form,
    pub(super) scope: Scope<'a>,
    pub(super) distribution_id: Option<&'a str>,
    pub(super) store: &'a Store,
    pub(super) origins: &'a std::collections::BTreeMap<String, Origin>,
    pub(super) replicas: ReplicaDeletion,
    pub(super) recovery_days: i64,
    /// Where the log groups are, besides the regions that have them by default.
    pub(super) log_regions: BTreeSet<String>,
}

/// Removes everything; yields warnings about what had to stay.
pub(super) async fn remove(farewell: &Farewell<'_>) -> Result<Diagnostics, Diagnostic> {
    let scope = &farewell.scope;
    let mut told = match farewell.form {
        Form::Whole => remove_distribution(farewell).await?,
        Form::Attached => {
            step(
                "looking for distributions that run the functions",
                converge::refuse_while_associated(scope).await,
            )?;
            Diagnostics::default()
        }
    };
    step("removing the session function", session_function::remove(scope).await)?;
    if farewell.form == Form::Whole {
        remove_front(scope).await?;
    }
    let parked = step(
        "removing the auth function",
        auth_function::remove(scope, farewell.replicas).await,
    )?;
    step("removing the role of the auth function", role::remove(scope).await)?;
    // Without its role a replica makes no new group.
    let mut regions = farewell.log_regions.clone();
    regions.extend(LOG_REGIONS.map(str::to_owned));
    let refused = log_groups::remove(scope, &regions).await;
    remove_documents(farewell).await?;
    let parked = parked.map(|name| {
        Diagnostic::warning(
            "The auth function is parked",
            format!(
                "CloudFront still holds replicas of {name}, so Lambda does not delete it yet. It serves nobody any more; \
                 a later apply of any {} removes it.",
                farewell.form.type_name()
            ),
        )
    });
    told.extend(parked);
    told.extend(log_groups::told(&refused, "removed"));
    Ok(told)
}

/// The buckets' statements, then the distribution; yields warnings about what had to stay.
async fn remove_distribution(farewell: &Farewell<'_>) -> Result<Diagnostics, Diagnostic> {
    let scope = &farewell.scope;
    let managed = grants::managed(farewell.origins, scope.aws.region());
    let forgotten = step("reading the membership document", leaving(scope, &managed).await)?;
    let doing = "cleaning the policy of a bucket";
    for grant in &managed {
        step(doing, bucket_policy::remove(scope, grant).await)?;
    }
    let mut told = Diagnostics::default();
    for grant in &forgotten {
        told.extend(step(doing, bucket_policy::forget(scope, grant).await)?);
    }
    step(
        "removing the distribution",
        distribution::remove(scope, farewell.distribution_id).await,
    )?;
    Ok(told)
}

/// What stood around the functions.
async fn remove_front(scope: &Scope<'_>) -> Result<(), Diagnostic> {
    step("removing the web ACL", web_acl::remove(scope).await)?;
    step(
        "removing the response headers policy",
        response_headers_policy::remove(scope).await,
    )?;
    step(
        "removing the origin request policies",
        origin_request_policy::remove(scope).await,
    )?;
    step(
        "removing the origin access control",
        origin_access_control::remove(scope).await,
    )
}

/// The documents with the keys, the anchor last.
async fn remove_documents(farewell: &Farewell<'_>) -> Result<(), Diagnostic> {
    let scope = &farewell.scope;
    let days = farewell.recovery_days;
    step(
        "removing the keys from the session store",
        remove_document(scope, &farewell.store.arn).await,
    )?;
    step("removing the client secret", client_secret::remove(scope, days).await)?;
    step(
        "removing the keys of the assertion",
        assertion_secret::remove(scope, days).await,
    )?;
    step(
        "removing the membership document",
        membership_secret::remove(scope, days).await,
    )?;
    step("removing the keys", keys_secret::remove(scope, days).await)
}

/// Buckets that an update which did not come to its end left behind.
async fn leaving(scope: &Scope<'_>, managed: &[Grant]) -> Result<Vec<Grant>, Fault> {
    let held = membership_secret::peek(scope).await?;
    Ok(held.map_or_else(Vec::new, |held| {
        grants::leaving(held.value.expose(), scope.aws.region(), managed)
    }))
}

/// The document carries no mark: it belongs to the instance whose keys are in it.
async fn remove_document(scope: &Scope<'_>, store_arn: &str) -> Result<(), Fault> {
    match keys_secret::look(scope).await? {
        Some(mark) if !scope.owns(Some(&mark)) => Ok(()),
        _ => store_document::remove(scope, store_arn).await,
    }
}

fn step<T>(doing: &str, result: Result<T, Fault>) -> Result<T, Diagnostic> {
    result.map_err(|fault| fault.diagnostic(doing))
}
