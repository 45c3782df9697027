//! The functions of an application whose distribution is somebody else's.
//!
//! They are live before that distribution associates them, and it follows a new version of the auth function only after
//! our apply. So the session function asks for no more than the auth function that viewers meet gives, until every
//! distribution that runs it has the new one; the next plan then shows the rest as an update.

use zt_aws::cloudfront::DistributionSummary;
use zt_framework::{Diagnostic, Diagnostics};
use zt_model::compile::Compiled;
use zt_model::membership::MembershipDocument;

use super::{Ended, Facts, While, Work, serving};
use crate::edge_app::component::{Fault, Scope};

/// What an apply has to leave for a later one.
pub(super) struct Rest {
    /// Distributions that do not run the new auth function everywhere.
    pub(super) behind: Vec<String>,
    /// The session function in force is not the final one.
    pub(super) patient: bool,
}

/// Publishes the session function.
pub(super) async fn publish(
    work: &Work<'_>,
    compiled: &Compiled,
    membership: &MembershipDocument,
    facts: &mut Facts,
    diagnostics: &mut Diagnostics,
) -> Result<Rest, Ended> {
    let running = running(&work.scope)
        .await
        .during("looking for distributions that run the functions")?;
    let current = facts.auth_function_arn.as_deref().unwrap_or_default();
    let follows = |one: &DistributionSummary| one.deployed && auth_versions(&work.scope, one).all(|arn| arn == current);
    let behind: Vec<String> = running
        .into_iter()
        .filter(|one| !follows(one))
        .map(|one| one.id)
        .collect();
    let patient = match behind.is_empty() {
        true => None,
        false => serving::patient(work, compiled, None).await?,
    };
    let table = patient.as_ref().unwrap_or(compiled);
    let arn = Box::pin(serving::publish(work, table, membership, diagnostics)).await?;
    facts.session_function_arn = Some(arn);
    Ok(Rest {
        behind,
        patient: patient.is_some(),
    })
}

impl Rest {
    /// What to tell when something has to wait.
    pub(super) fn told(&self, application: &str) -> Diagnostic {
        Diagnostic::warning(
            format!("The distribution has to follow before {application} is finished"),
            format!(
                "What viewers meet at {} is still the auth function of before, so the rest of this change waits: until then \
                 requests are decided as the old auth function's sessions allow, and the old rights of its role stay. Let the \
                 distribution take the new auth_function_arn, wait until it is deployed, and apply again; the plan shows an \
                 update of this object until then.",
                self.behind.join(", ")
            ),
        )
    }
}

/// Refuses as long as a distribution runs a function of this application: CloudFront would not let go of it, and without its
/// keys nobody could log in there.
pub(in crate::edge_app) async fn refuse_while_associated(scope: &Scope<'_>) -> Result<(), Fault> {
    let running = running(scope).await?;
    let Some(first) = running.first() else {
        return Ok(());
    };
    let ids: Vec<&str> = running.iter().map(|one| one.id.as_str()).collect();
    Err(Fault::refused(
        format!(
            "Distribution {} still runs the functions of {}",
            first.id, scope.mark.application
        ),
        format!(
            "CloudFront does not delete a function while a distribution ({}) has it associated, and nothing was removed. Take \
             the associations with the session function and the auth function out of its behaviours first, or remove the \
             distribution, and apply that; what the functions protect is then open to everybody, unless something else protects \
             it. Then destroy this object.",
            ids.join(", ")
        ),
    ))
}

/// The distributions that run a function of this application.
async fn running(scope: &Scope<'_>) -> Result<Vec<DistributionSummary>, Fault> {
    let session = format!(":function/{}", scope.names.session_function);
    let mut all = scope.aws.cloudfront().list_distributions().await?;
    all.retain(|one| one.code.iter().any(|arn| arn.ends_with(&session)) || auth_versions(scope, one).next().is_some());
    Ok(all)
}

/// The versions of the auth function that a distribution runs.
fn auth_versions<'a>(scope: &Scope<'_>, one: &'a DistributionSummary) -> impl Iterator<Item = &'a str> {
    let name = format!(":function:{}:", scope.names.auth_function);
    one.code
        .iter()
        .map(String::as_str)
        .filter(move |arn| arn.contains(&name))
}
