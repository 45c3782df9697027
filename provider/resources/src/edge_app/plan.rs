//! The plan: honest about what is known, empty after an apply, and without a single write.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use zt_framework::{Context, Diagnostic, Diagnostics, Path, Plan, PlanRequest, Value};

use super::component::bucket_policy;
use super::config::{Origin, Sections};
use super::form::Form;
use super::{EdgeApp, attach, check, endpoints, federation, grants, revision};
use crate::connection::Connected;
use crate::firewall::upkeep;
use crate::marks::Mark;
use crate::tagging;

/// Attributes that an update keeps, unless the object behind them was gone.
const KEPT: [&str; 7] = [
    "distribution_arn",
    "distribution_id",
    "domain_name",
    "hosted_zone_id",
    "session_function_arn",
    "web_acl_arn",
    "role_arn",
];

pub(super) async fn plan(
    app: &EdgeApp,
    context: &Context,
    request: &PlanRequest,
    plan: &mut Plan,
    diagnostics: &mut Diagnostics,
) {
    let connected = app.connection.get(context);
    if leaves_authentication_open(request) {
        // What an earlier plan found does not count as asked for: the secret may have come or gone since.
        plan.mark_unknown(client_authentication());
    }
    let sections = check::check(app.form, &plan.planned, diagnostics);
    if diagnostics.has_errors() {
        return;
    }
    match &connected {
        Some(connected) => tagging::plan(plan, &connected.default_tags),
        None => plan.mark_unknown("tags_all"),
    }
    plan_endpoints(app, &sections, request, plan, diagnostics).await;
    plan_redirects(&sections, plan);
    plan_revision(app.form, request.prior.as_ref(), plan);
    match app.form {
        Form::Whole => {
            plan_bucket_policies(&sections, connected.as_ref(), plan);
            judge_firewall(connected.as_ref(), &sections, request.prior.as_ref(), diagnostics).await;
        }
        Form::Attached => {
            attach::plan(&sections, plan);
            attach::warn(request.prior.as_ref(), &plan.planned, diagnostics);
        }
    }
    claim_aliases(app, &sections, diagnostics);
    let federates = sections.identity.as_ref().is_some_and(federation::is_used);
    if let (Some(connected), true) = (&connected, federates) {
        let account = app.federation.get_or_init(|| federation::ask(&connected.aws)).await;
        federation::judge(account, diagnostics);
    }
    if app.form == Form::Attached {
        // They belong to the other distribution, or will.
        return;
    }
    if let (Some(connected), Some(aliases)) = (&connected, new_aliases(&sections, request.prior.as_ref())) {
        check_aliases(connected, &aliases, request.prior.as_ref(), &sections, diagnostics).await;
    }
}

/// A firewall that is new or changed is judged by AWS before anything is made.
async fn judge_firewall(
    connected: Option<&Connected>,
    sections: &Sections,
    prior: Option<&Value>,
    diagnostics: &mut Diagnostics,
) {
    let (Some(connected), Some(firewall), Some(pages)) = (connected, &sections.firewall, &sections.pages) else {
        return;
    };
    let before = prior.and_then(|prior| crate::firewall::read(prior.get("web_acl")));
    if firewall.is_priced() && before.as_ref() != Some(firewall) {
        let named = crate::firewall::Named {
            name: "zt",
            mark: "zt",
            auth_prefix: &pages.auth_prefix,
        };
        let wanted = crate::firewall::wanted(firewall, &named);
        let mut judged = Diagnostics::new();
        Box::pin(upkeep::judge(&connected.aws, &wanted, &mut judged)).await;
        let at = |diagnostic: Diagnostic| diagnostic.at("web_acl");
        diagnostics.extend(judged.iter().cloned().map(at));
    }
}

fn client_authentication() -> Path {
    Path::from("identity_provider").attribute("client_authentication")
}

fn leaves_authentication_open(request: &PlanRequest) -> bool {
    request.config.get("identity_provider").is_set() && request.config.at(&client_authentication()).is_null()
}

async fn plan_endpoints(
    app: &EdgeApp,
    sections: &Sections,
    request: &PlanRequest,
    plan: &mut Plan,
    diagnostics: &mut Diagnostics,
) {
    let Some(identity) = &sections.identity else {
        plan.mark_unknown("provider_endpoints");
        return;
    };
    let Some(pinned) = endpoints::pin(&app.discovery, identity, request.prior.as_ref(), diagnostics).await else {
        return;
    };
    plan.planned.set("provider_endpoints", pinned.endpoints.value());
    if leaves_authentication_open(request) {
        plan.planned
            .set_at(&client_authentication(), Value::from(pinned.authentication));
    }
}

fn plan_redirects(sections: &Sections, plan: &mut Plan) {
    let (Some(viewers), Some(pages)) = (&sections.viewers, &sections.pages) else {
        return plan.mark_unknown("redirect_uris");
    };
    let assigned = plan.planned.get("domain_name").as_str().map(str::to_owned);
    match viewers.redirect_uris(&pages.auth_prefix, assigned.as_deref()) {
        Some(uris) => plan.planned.set("redirect_uris", uris),
        None => plan.mark_unknown("redirect_uris"),
    }
}

/// Decides whether there is anything to do, and what of the computed values survives it.
fn plan_revision(form: Form, prior: Option<&Value>, plan: &mut Plan) {
    let Some(prior) = prior else { return };
    let schema = form.schema();
    let wanted = revision::of(&schema, &plan.planned);
    let deployed = prior.get("deployed_revision").as_str();
    if deployed.is_some() && deployed == wanted.as_deref() {
        // Written values may still differ, in what is not deployed: timeouts and the like.
        plan.planned
            .set("deployed_revision", prior.get("deployed_revision").clone());
        plan.planned
            .set("auth_function_arn", prior.get("auth_function_arn").clone());
        return;
    }
    plan.mark_unknown("deployed_revision");
    let same_auth = matches!((deployed, &wanted), (Some(one), Some(other)) if revision::same_auth(one, other));
    match same_auth {
        true => plan
            .planned
            .set("auth_function_arn", prior.get("auth_function_arn").clone()),
        false => plan.mark_unknown("auth_function_arn"),
    }
    for name in KEPT.into_iter().filter(|name| schema.attribute(name).is_some()) {
        if plan.planned.get(name).is_null() {
            plan.mark_unknown(name);
        }
    }
}

fn plan_bucket_policies(sections: &Sections, connected: Option<&Connected>, plan: &mut Plan) {
    let instance = plan.planned.get("instance_id").as_str();
    let arn = plan.planned.get("distribution_arn").as_str();
    let known = (sections.origins.as_ref(), connected, instance, arn);
    let (Some(origins), Some(connected), Some(instance), Some(arn)) = known else {
        return plan.mark_unknown("origin_bucket_policies");
    };
    let policies = bucket_policies(origins, connected.aws.region(), instance, arn);
    plan.planned.set("origin_bucket_policies", policies);
}

/// The statements of all bucket origins, by the name of the origin.
pub(super) fn bucket_policies(
    origins: &BTreeMap<String, Origin>,
    region: &str,
    instance: &str,
    distribution_arn: &str,
) -> Value {
    let statement = |name: &String| {
        let grant = grants::of_origin(origins, name, region)?;
        let statement = bucket_policy::statement(instance, &grant, distribution_arn);
        Some((name.clone(), Value::from(statement.to_string())))
    };
    Value::Map(origins.keys().filter_map(statement).collect())
}

/// Aliases that this application did not have before.
fn new_aliases(sections: &Sections, prior: Option<&Value>) -> Option<Vec<String>> {
    let had: Vec<&str> = prior.map_or_else(Vec::new, |prior| {
        prior
            .get("aliases")
            .elements()
            .iter()
            .filter_map(Value::as_str)
            .collect()
    });
    let aliases = sections.viewers.as_ref()?.aliases.iter();
    let new: Vec<String> = aliases
        .filter(|alias| !had.contains(&alias.as_str()))
        .cloned()
        .collect();
    (!new.is_empty()).then_some(new)
}

/// Two applications of one configuration cannot have the same domain.
fn claim_aliases(app: &EdgeApp, sections: &Sections, diagnostics: &mut Diagnostics) {
    let (Some(name), Some(viewers)) = (&sections.name, &sections.viewers) else {
        return;
    };
    let store = sections.store.as_ref().map_or("", |store| store.name.as_str());
    let application = format!("{store}/{name}");
    let mut claimed = app.claimed.lock().unwrap_or_else(PoisonError::into_inner);
    for alias in &viewers.aliases {
        let owner = claimed.entry(alias.clone()).or_insert_with(|| application.clone());
        // The store's name may be known in one plan and not yet in another.
        let same = *owner == application || owner.split('/').next_back() == Some(name.as_str());
        if !same {
            diagnostics.error_at(
                "aliases",
                "Domain in use",
                format!(
                    "{alias} is also a domain of the application {owner}, and CloudFront serves a domain from one \
                     distribution only. Remove it from one of the two."
                ),
            );
        }
    }
}

/// A domain belongs to one distribution; CloudFront would refuse the second one only after everything else is made.
async fn check_aliases(
    connected: &Connected,
    aliases: &[String],
    prior: Option<&Value>,
    sections: &Sections,
    diagnostics: &mut Diagnostics,
) {
    // A plan without this right can still go on: AWS checks again.
    let Ok(distributions) = connected.aws.cloudfront().list_distributions().await else {
        return;
    };
    let own_id = prior.and_then(|prior| prior.get("distribution_id").as_str());
    let unfinished = |comment: &str| {
        let (name, store) = (
            sections.name.as_deref(),
            sections.store.as_ref().map(|store| store.name.as_str()),
        );
        Mark::from_text(comment)
            .is_some_and(|mark| Some(mark.application.as_str()) == name && Some(mark.store.as_str()) == store)
    };
    for other in distributions {
        if Some(other.id.as_str()) == own_id || unfinished(&other.comment) {
            continue;
        }
        if let Some(alias) = aliases.iter().find(|alias| other.aliases.contains(alias)) {
            diagnostics.error_at(
                "aliases",
                "Domain in use",
                format!(
                    "{alias} already belongs to distribution {} in this account, and CloudFront serves a domain from \
                     one distribution only. Remove it there first, or choose another name.",
                    other.id
                ),
            );
        }
    }
}
