//! Bringing an application to what is configured: the order of a create and of an update.
//!
//! Every step is idempotent, so a create that goes on after a crash and an update are the same walk. Documents and keys
//! come first, then the functions, then the distribution, then what is no longer needed goes. Up to the distribution
//! nobody can tell that anything happened; what fails after it is taken up by the next apply.

mod attached;
mod credentials;
mod deployed;
mod serving;

use zt_aws::Secret;
use zt_framework::{Diagnostic, Diagnostics};
use zt_model::compile::Compiled;

use super::component::origin_request_policy::{Needed, RequestPolicies};
use super::component::{
    Fault, Scope, assertion_secret, auth_function, bucket_policy, client_secret, keys_secret, log_groups,
    origin_access_control, origin_request_policy, response_headers_policy, role, web_acl,
};
use super::config::identity::ClientSecret;
use super::config::{Origin, Settings};
use super::form::Form;
use super::{bundle, language};
use crate::marks::Stage;
use crate::store_writer::StoreWriters;

pub(super) use attached::refuse_while_associated;
use credentials::Written;
pub(super) use credentials::instance;
pub(super) use serving::{Surroundings, session_code, wanted_distribution};

/// What an apply is given.
pub(super) struct Work<'a> {
    pub(super) scope: Scope<'a>,
    pub(super) writers: &'a StoreWriters,
    pub(super) settings: &'a Settings,
    /// What was in force before, in an update.
    pub(super) prior: Option<&'a Settings>,
    /// Id of the distribution, where it is known.
    pub(super) distribution_id: Option<&'a str>,
    /// The written attributes as JSON, for import.
    pub(super) configuration: &'a [u8],
    /// The write-only client secret.
    pub(super) client_secret: Option<Secret>,
    /// The stage of the anchor while this goes on.
    pub(super) stage: Stage,
}

/// What is there so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) role_arn: Option<String>,
    pub(super) auth_function_arn: Option<String>,
    pub(super) session_function_arn: Option<String>,
    pub(super) web_acl_arn: Option<String>,
    pub(super) distribution: Option<Served>,
    /// Everything is in place.
    pub(super) complete: bool,
}

/// A distribution as viewers and DNS know it.
#[derive(Debug, Clone)]
pub(super) struct Served {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) domain: String,
}

/// Where it ended, if it did not come to its end.
pub(super) struct Ended {
    pub(super) fault: Fault,
    /// What was being done, as in "while creating the role".
    pub(super) doing: &'static str,
}

/// Names the step of a fault.
trait While<T> {
    fn during(self, doing: &'static str) -> Result<T, Ended>;
}

impl<T, E: Into<Fault>> While<T> for Result<T, E> {
    fn during(self, doing: &'static str) -> Result<T, Ended> {
        self.map_err(|fault| Ended {
            fault: fault.into(),
            doing,
        })
    }
}

/// ARNs of the secrets.
struct Secrets {
    keys: String,
    membership: String,
    client: Option<String>,
    assertion: Option<String>,
}

/// Walks through all steps and notes in `facts` what is there.
pub(super) async fn converge(work: &Work<'_>, facts: &mut Facts, diagnostics: &mut Diagnostics) -> Result<(), Ended> {
    let compiled = language::compiled(work.settings)
        .map_err(refuse)
        .during("compiling the application")?;
    let derivation = language::derivation(&work.settings.name, &work.settings.identity)
        .map_err(refuse)
        .during("compiling the application")?;
    let written = Box::pin(credentials::write_documents(work, &compiled, &derivation)).await?;
    // Before the first line is written: Lambda would make a group that keeps it for ever.
    let refused = Box::pin(log_groups::ensure(&work.scope, &work.settings.logging)).await;
    diagnostics.extend(log_groups::told(&refused, "kept in order"));
    let role_is_wide = Box::pin(ensure_auth_function(work, &written.secrets, &compiled, facts)).await?;
    let needed = Needed::of(&compiled, &work.settings.origins);
    let membership = &written.documents.membership;
    let rest = match work.settings.form {
        Form::Whole => {
            let front = Box::pin(ensure_front(work, &needed, facts)).await?;
            Box::pin(serving::publish_and_serve(
                work,
                &compiled,
                membership,
                &front,
                facts,
                diagnostics,
            ))
            .await?;
            None
        }
        Form::Attached => {
            let rest = Box::pin(attached::publish(work, &compiled, membership, facts, diagnostics)).await?;
            Some(rest).filter(|rest| !rest.behind.is_empty())
        }
    };
    if rest.is_none() {
        diagnostics.extend(Box::pin(tidy(work, &written, role_is_wide, facts)).await?);
    }
    if work.settings.form == Form::Whole && (work.prior.is_some() || !needed.is_nothing()) {
        Box::pin(origin_request_policy::settle(&work.scope, &needed))
            .await
            .during("removing origin request policies")?;
    }
    reap(&work.scope).await;
    // The last call: whoever dies before it finds an unfinished instance, whoever lives after it has a state to save.
    keys_secret::complete(&work.scope)
        .await
        .during("marking the application as complete")?;
    // What is left alone only because a distribution has not followed yet.
    let waits = rest.filter(|rest| rest.patient || role_is_wide);
    diagnostics.extend(waits.as_ref().map(|rest| rest.told(&work.settings.name)));
    facts.complete = waits.is_none();
    Ok(())
}

fn refuse(diagnostics: Diagnostics) -> Fault {
    let first = diagnostics.into_iter().next();
    first.map_or_else(
        || Fault::refused("The application cannot be compiled", ""),
        |one| Fault::Refused(Box::new(one)),
    )
}

/// Makes a version of the function as wanted. Yields whether its role may do more than it needs.
async fn ensure_auth_function(
    work: &Work<'_>,
    secrets: &Secrets,
    compiled: &Compiled,
    facts: &mut Facts,
) -> Result<bool, Ended> {
    let scope = &work.scope;
    // The version in use reads what it always read, until the new one is everywhere.
    let role = role::widen(scope, &role_access(work.settings, secrets.arns()))
        .await
        .during("making the role of the auth function")?;
    let role_arn = role.arn;
    facts.role_arn = Some(role_arn.clone());
    let doing = "making the auth function";
    let zip = auth_archive(scope, work.settings, compiled, secrets.arns()).during(doing)?;
    let sha256 = zip.code_sha256();
    let wanted = auth_function::Wanted {
        zip: zip.bytes(),
        sha256: &sha256,
        role_arn: &role_arn,
    };
    facts.auth_function_arn = Some(auth_function::ensure(scope, &wanted).await.during(doing)?);
    Ok(role.wide)
}

/// What the role of the auth function may do.
pub(super) fn role_access<'a>(settings: &'a Settings, secrets: bundle::SecretArns<'a>) -> role::Access<'a> {
    let hook = settings.identity.hook.as_ref().map(|hook| hook.secret_arn.as_str());
    let pepper = settings.store.pepper_secret_arn.as_str();
    let queue = settings.store.queue.as_ref();
    role::Access {
        secrets: [
            Some(secrets.keys),
            Some(secrets.membership),
            Some(pepper),
            secrets.client,
            secrets.assertion,
            hook,
        ]
        .into_iter()
        .flatten()
        .collect(),
        queue: queue.map(|queue| queue.arn.as_str()),
        federation: settings.identity.federation.as_ref(),
    }
}

impl Secrets {
    fn arns(&self) -> bundle::SecretArns<'_> {
        bundle::SecretArns {
            keys: &self.keys,
            membership: &self.membership,
            client: self.client.as_deref(),
            assertion: self.assertion.as_deref(),
        }
    }
}

/// The zip of the auth function for these settings.
pub(super) fn auth_archive(
    scope: &Scope<'_>,
    settings: &Settings,
    compiled: &Compiled,
    secrets: bundle::SecretArns<'_>,
) -> Result<zt_edge::AuthArchive, Fault> {
    let endpoints = bundle::AwsEndpoints {
        secretsmanager: bundle::shared_with_the_edge(scope.aws.secretsmanager_endpoint()),
        sqs: bundle::shared_with_the_edge(scope.aws.sqs_endpoint()),
        sts: bundle::shared_with_the_edge(scope.aws.sts_endpoint()),
    };
    bundle::auth_archive(settings, compiled, secrets, endpoints)
        .map_err(|error| Fault::refused("The auth function cannot be packed", error))
}

/// What stands around the functions.
struct Front {
    access_control: Option<String>,
    headers_policy: String,
    requests: RequestPolicies,
    /// An origin request policy shows more than it did.
    requests_changed: bool,
}

async fn ensure_front(work: &Work<'_>, needed: &Needed, facts: &mut Facts) -> Result<Front, Ended> {
    let (scope, settings) = (&work.scope, work.settings);
    let access_control = match settings.origins.values().any(Origin::is_bucket) {
        true => Some(
            origin_access_control::ensure(scope)
                .await
                .during("making the origin access control")?,
        ),
        false => None,
    };
    let headers_policy = response_headers_policy::ensure(scope, &settings.response_headers)
        .await
        .during("making the response headers policy")?;
    let (requests, requests_changed) = origin_request_policy::ensure(scope, needed)
        .await
        .during("making the origin request policies")?;
    let rules = web_acl::wanted(scope, &settings.firewall, &settings.pages.auth_prefix);
    facts.web_acl_arn = Some(web_acl::ensure(scope, &rules).await.during("making the web ACL")?);
    Ok(Front {
        access_control,
        headers_policy,
        requests,
        requests_changed,
    })
}

/// What is no longer needed goes, now that no edge location uses it. What there is of it AWS tells, not the state: an
/// earlier apply may have ended after its state was written.
async fn tidy(work: &Work<'_>, written: &Written, role_is_wide: bool, facts: &Facts) -> Result<Vec<Diagnostic>, Ended> {
    let (scope, settings) = (&work.scope, work.settings);
    let mut told = Vec::new();
    if let Some(arn) = &facts.auth_function_arn {
        auth_function::prune(scope, arn)
            .await
            .during("removing old versions of the auth function")?;
    }
    for grant in &written.leaving {
        let left = bucket_policy::forget(scope, grant).await;
        told.extend(left.during("cleaning the policy of a bucket")?);
    }
    let had_buckets = settings.form == Form::Whole && work.prior.is_some();
    if had_buckets && !settings.origins.values().any(Origin::is_bucket) {
        origin_access_control::remove(scope)
            .await
            .during("removing the origin access control")?;
    }
    if role_is_wide {
        role::narrow(scope, &role_access(settings, written.secrets.arns()))
            .await
            .during("narrowing the role of the auth function")?;
    }
    let days = settings.secret_recovery_days;
    if settings.features.assertion.is_none() {
        assertion_secret::remove(scope, days)
            .await
            .during("removing the keys of the assertion")?;
    }
    if !matches!(settings.identity.secret, ClientSecret::Owned(_)) {
        client_secret::remove(scope, days)
            .await
            .during("removing the client secret")?;
    }
    if !written.leaving.is_empty() {
        credentials::write_membership(work, &written.documents.membership, &[]).await?;
    }
    Ok(told)
}

/// Removes functions that earlier destroys had to park, as far as AWS lets go of them by now. Whoever may not list
/// functions can still apply: the functions stay parked.
async fn reap(scope: &Scope<'_>) {
    if let Err(fault) = auth_function::reap(scope).await {
        tracing::debug!(error = %fault, "parked functions were not looked for");
    }
}
