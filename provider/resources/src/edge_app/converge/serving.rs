//! The last steps: the session function and the distribution, in the order that leaves no route unguarded.

use zt_aws::cloudfront::{Distribution, DistributionConfig};
use zt_framework::Diagnostics;
use zt_model::compile::{Behaviour, Compiled, CompiledRoute};
use zt_model::membership::MembershipDocument;

use super::{Ended, Facts, Front, Served, While, Work, deployed};
use crate::edge_app::component::distribution::{Delivery, Wanted};
use crate::edge_app::component::origin_request_policy::RequestPolicies;
use crate::edge_app::component::{Fault, Scope, bucket_policy, distribution, session_function, store_document};
use crate::edge_app::config::Settings;
use crate::edge_app::hand_over::{self, Asked};
use crate::edge_app::{bundle, grants, language, transition};

/// Publishes the function and brings the distribution to what is wanted.
pub(super) async fn publish_and_serve(
    work: &Work<'_>,
    compiled: &Compiled,
    membership: &MembershipDocument,
    front: &Front,
    facts: &mut Facts,
    diagnostics: &mut Diagnostics,
) -> Result<(), Ended> {
    let scope = &work.scope;
    let serving = "reading the distribution";
    let found = match distribution::look(scope, work.distribution_id).await.during(serving)? {
        Some(present) => Some(show_viewers(work, front, present).await?),
        None => None,
    };
    let between = match &found {
        Some(present) => {
            let wanted = distribution_config(work, compiled, front, facts, "");
            match as_stored(work, front, present) {
                Some(prior) => between(prior, work.settings, compiled, membership),
                None => deployed::between(&present.config, &wanted, compiled, membership),
            }
        }
        None => None,
    };
    let between = match &found {
        Some(_) => patient(work, compiled, between).await?,
        None => None,
    };
    let mut found = found;
    if let (None, Some(present)) = (&between, &found) {
        settle_down(work, compiled, membership, present).await?;
    }
    if let (Some(between), Some(present)) = (&between, &found) {
        if present.status != "Deployed" {
            // Some edge locations may still deliver as before a change that nobody recorded.
            distribution::wait(scope, &present.id)
                .await
                .during("waiting for the distribution to be deployed")?;
        }
        let before = publish(work, between, membership, diagnostics).await?;
        let config = distribution_config(work, compiled, front, facts, &before);
        let served = distribution::ensure(scope, Some(present.clone()), &config)
            .await
            .during("updating the distribution")?;
        distribution::wait(scope, &served.id)
            .await
            .during("waiting for the distribution to be deployed")?;
        found = Some(served);
    }
    let arn = publish(work, compiled, membership, diagnostics).await?;
    facts.session_function_arn = Some(arn.clone());
    let config = distribution_config(work, compiled, front, facts, &arn);
    let served = distribution::ensure(scope, found, &config)
        .await
        .during("making the distribution")?;
    facts.distribution = Some(Served {
        id: served.id.clone(),
        arn: served.arn.clone(),
        domain: served.domain.clone(),
    });
    distribution::ensure_tags(scope, &served.arn)
        .await
        .during("tagging the distribution")?;
    for grant in grants::managed(&work.settings.origins, scope.aws.region()) {
        bucket_policy::ensure(scope, &grant, &served.arn)
            .await
            .during("writing the policy of a bucket")?;
    }
    distribution::wait(scope, &served.id)
        .await
        .during("waiting for the distribution to be deployed")
}

/// The table to run until the auth function is everywhere, which asks for no more than the one in force.
pub(super) async fn patient(
    work: &Work<'_>,
    compiled: &Compiled,
    between: Option<Compiled>,
) -> Result<Option<Compiled>, Ended> {
    let live = session_function::live_code(&work.scope).await;
    let asked = live
        .during("reading the session function")?
        .and_then(|code| Asked::read(&code));
    let patient = asked.and_then(|asked| hand_over::patient(between.as_ref().unwrap_or(compiled), &asked));
    Ok(patient.or(between))
}

/// A function that asks for a header of CloudFront's would refuse everybody where the header is not shown yet, so every
/// edge location has to show it before the function is published.
async fn show_viewers(work: &Work<'_>, front: &Front, present: Distribution) -> Result<Distribution, Ended> {
    let scope = &work.scope;
    let shown = distribution::showing(&present.config, &front.requests);
    if !front.requests_changed && distribution::same(&present.config, &shown) {
        return Ok(present);
    }
    let served = distribution::ensure(scope, Some(present), &shown)
        .await
        .during("showing the viewer's country and TLS to the session function")?;
    distribution::wait(scope, &served.id)
        .await
        .during("waiting for the distribution to be deployed")?;
    let deployed = distribution::look(scope, Some(&served.id)).await;
    Ok(deployed.during("reading the distribution")?.unwrap_or(served))
}

/// What was in force before, provided that the distribution delivers by it.
fn as_stored<'a>(work: &Work<'a>, front: &Front, present: &Distribution) -> Option<&'a Settings> {
    let prior = work.prior?;
    let surroundings = Surroundings {
        session_function_arn: "",
        auth_function_arn: "",
        headers_policy: "",
        access_control: front.access_control.as_deref(),
        web_acl_arn: "",
        requests: &front.requests,
    };
    let before = language::compiled(prior).ok()?;
    let stored = wanted_distribution(&work.scope, prior, &before, &surroundings);
    deployed::alike(&present.config, &stored).then_some(prior)
}

/// The table to run while the distribution changes, where one is needed.
fn between(
    prior: &Settings,
    settings: &Settings,
    compiled: &Compiled,
    membership: &MembershipDocument,
) -> Option<Compiled> {
    let before = language::compiled(prior).ok()?;
    let target = |settings: &Settings, route: &CompiledRoute| {
        let name = route.origin.as_ref().map(ToString::to_string);
        let name = name.unwrap_or_else(|| settings.default_origin.clone());
        // The same name may stand for another server by now.
        (settings.origins.get(&name).cloned(), route.shared_cache)
    };
    let same = |before: &CompiledRoute, after: &CompiledRoute| target(prior, before) == target(settings, after);
    let between = transition::between(&before, compiled, &same)?;
    match session_code(&between, membership) {
        Ok(_) => Some(between),
        Err(_) => Some(transition::closed(&before, compiled, &same)),
    }
}

/// An earlier apply may have ended while the distribution was changing, with a function that keeps paths closed
/// meanwhile: it must stay until the change is everywhere.
async fn settle_down(
    work: &Work<'_>,
    compiled: &Compiled,
    membership: &MembershipDocument,
    present: &Distribution,
) -> Result<(), Ended> {
    if present.status == "Deployed" {
        return Ok(());
    }
    let doing = "making the session function";
    let code = session_code(compiled, membership).during(doing)?;
    match session_function::live(&work.scope, &code, &work.settings.store.arn)
        .await
        .during(doing)?
    {
        Some(_) => Ok(()),
        None => distribution::wait(&work.scope, &present.id)
            .await
            .during("waiting for the distribution to be deployed"),
    }
}

/// Publishes the session function, unless it is live as it should be.
pub(super) async fn publish(
    work: &Work<'_>,
    compiled: &Compiled,
    membership: &MembershipDocument,
    diagnostics: &mut Diagnostics,
) -> Result<String, Ended> {
    let doing = "making the session function";
    let code = session_code(compiled, membership).during(doing)?;
    let scope = &work.scope;
    let store_arn = work.settings.store.arn.as_str();
    if let Some(arn) = session_function::live(scope, &code, store_arn).await.during(doing)? {
        return Ok(arn);
    }
    let (document, now) = store_document::read(scope, store_arn)
        .await
        .during("reading the session store")?;
    let events = bundle::events(compiled, membership, &document, now)
        .map_err(|why| Fault::refused("The session function cannot be tested", why))
        .during(doing)?;
    let wanted = session_function::Wanted {
        code: &code,
        store_arn,
        events: &events,
    };
    session_function::ensure(scope, &wanted, diagnostics)
        .await
        .during(doing)
}

/// The code of the session function.
pub(in crate::edge_app) fn session_code(compiled: &Compiled, membership: &MembershipDocument) -> Result<String, Fault> {
    let refused = |why: String| Fault::refused("The session function cannot be rendered", why);
    let table = compiled
        .table(membership)
        .map_err(|error| refused(language::sentence(&error.to_string())))?;
    bundle::session_code(&table).map_err(refused)
}

fn distribution_config(
    work: &Work<'_>,
    compiled: &Compiled,
    front: &Front,
    facts: &Facts,
    session_function_arn: &str,
) -> DistributionConfig {
    let surroundings = Surroundings {
        session_function_arn,
        auth_function_arn: facts.auth_function_arn.as_deref().unwrap_or_default(),
        headers_policy: &front.headers_policy,
        access_control: front.access_control.as_deref(),
        web_acl_arn: facts.web_acl_arn.as_deref().unwrap_or_default(),
        requests: &front.requests,
    };
    wanted_distribution(&work.scope, work.settings, compiled, &surroundings)
}

/// The objects a distribution points at.
pub(in crate::edge_app) struct Surroundings<'a> {
    pub(in crate::edge_app) session_function_arn: &'a str,
    pub(in crate::edge_app) auth_function_arn: &'a str,
    pub(in crate::edge_app) headers_policy: &'a str,
    pub(in crate::edge_app) access_control: Option<&'a str>,
    pub(in crate::edge_app) web_acl_arn: &'a str,
    pub(in crate::edge_app) requests: &'a RequestPolicies,
}

/// The distribution that settings ask for.
pub(in crate::edge_app) fn wanted_distribution(
    scope: &Scope<'_>,
    settings: &Settings,
    compiled: &Compiled,
    around: &Surroundings<'_>,
) -> DistributionConfig {
    let origin = |behaviour: &Behaviour| {
        behaviour
            .origin
            .as_ref()
            .map_or_else(|| settings.default_origin.clone(), ToString::to_string)
    };
    let path = |behaviour: &Behaviour| {
        let delivery = Delivery {
            origin: origin(behaviour),
            shared_cache: behaviour.shared_cache,
        };
        (behaviour.pattern.clone(), delivery)
    };
    Wanted {
        viewers: &settings.viewers,
        auth_prefix: &settings.pages.auth_prefix,
        origins: &settings.origins,
        default: Delivery {
            origin: settings.default_origin.clone(),
            shared_cache: false,
        },
        paths: compiled.behaviours.iter().map(path).collect(),
        session_function_arn: around.session_function_arn,
        auth_function_arn: around.auth_function_arn,
        headers_policy: around.headers_policy,
        access_control: around.access_control,
        web_acl_arn: around.web_acl_arn,
        requests: around.requests,
        region: scope.aws.region(),
    }
    .config(scope.mark)
}
