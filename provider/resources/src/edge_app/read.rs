//! How an application stands: what is missing or differs from what was applied.
//!
//! A removed or changed object is drift. It shows as a null `deployed_revision` (and null ids of what is gone), which the
//! next plan turns into an update; an application that is whole again gets its revision back. Reads only, side by side;
//! the futures of AWS's SDK are large, so those that run side by side are boxed. What can only fail closed (the signing of
//! the access control) is put right by applies and costs no look.

use zt_aws::cloudfront::Distribution;
use zt_framework::Value;
use zt_model::compile::Compiled;
use zt_model::duration::Duration;
use zt_model::membership::MembershipDocument;
use zt_model::session::{Derivation, KeysDocument};

use super::bundle::SecretArns;
use super::component::origin_request_policy::Needed;
use super::component::secret::Held;
use super::component::{
    Fault, Scope, assertion_secret, auth_function, bucket_policy, distribution, keys_secret, origin_request_policy,
    response_headers_policy, role, secret, session_function, store_document, web_acl,
};
use super::config::Settings;
use super::config::identity::ClientSecret;
use super::converge::{self, Facts, Served, Surroundings};
use super::documents::{self, Fresh};
use super::form::Form;
use super::{grants, language, state};
use crate::marks::Stage;

/// What a look found.
pub(super) struct Seen {
    pub(super) facts: Facts,
    /// What is missing or differs, in words; empty when all is in place.
    pub(super) drift: Vec<&'static str>,
    /// Nothing of it is left.
    pub(super) gone: bool,
    /// The distribution is on its way to all edge locations.
    pub(super) deploying: bool,
}

/// What the stored settings mean, compiled once.
struct Meant<'a> {
    settings: &'a Settings,
    compiled: Compiled,
    derivation: Derivation,
    /// Written attributes as JSON.
    configuration: &'a [u8],
}

/// Looks at every object of the application.
pub(super) async fn look(
    scope: &Scope<'_>,
    settings: &Settings,
    stored: &Value,
    configuration: &[u8],
) -> Result<Seen, Fault> {
    let mut facts = state::facts(stored);
    let id = facts.distribution.as_ref().map(|served| served.id.clone());
    let (served, anchor, keys, membership) = tokio::try_join!(
        Box::pin(look_at_distribution(scope, settings, id.as_deref())),
        Box::pin(keys_secret::look(scope)),
        Box::pin(secret::value(scope, &scope.names.keys_secret)),
        Box::pin(secret::value(scope, &scope.names.membership_secret)),
    )?;
    if served.is_none() && anchor.is_none() && membership.is_none() {
        return Ok(Seen {
            facts,
            drift: Vec::new(),
            gone: true,
            deploying: false,
        });
    }
    let mut drift = Vec::new();
    if anchor.is_none_or(|mark| !scope.owns(Some(&mark)) || mark.stage != Stage::Live) {
        drift.push("the application was never completed");
    }
    match settings.form {
        Form::Whole => fill(&mut facts, served.as_ref()),
        Form::Attached => find_functions(scope, &mut facts).await?,
    }
    let Some(meant) = meant(settings, configuration) else {
        // What an earlier version accepted and this one does not: the next apply brings what is written by then.
        drift.push("the configuration it was made from is no longer valid");
        if settings.form == Form::Whole {
            let acl = web_acl::look(scope, facts.web_acl_arn.as_deref()).await?;
            facts.web_acl_arn = facts.web_acl_arn.filter(|_| acl.is_some());
        }
        return Ok(seen(facts, drift, served));
    };
    let documents = (keys, membership);
    let (one, two) = tokio::try_join!(
        Box::pin(look_at_code(scope, &meant, facts.auth_function_arn.clone(), &documents)),
        Box::pin(look_at_front(scope, &meant, &facts, served.as_ref())),
    )?;
    drift.extend(one.drift);
    drift.extend(two.drift);
    // An update makes another one, so the plan must not promise this one.
    facts.web_acl_arn = facts.web_acl_arn.filter(|_| two.web_acl);
    facts.role_arn = one.role_arn.or(facts.role_arn).filter(|_| one.role);
    facts.auth_function_arn = one.auth_function_arn;
    facts.session_function_arn = facts.session_function_arn.filter(|_| one.session_function);
    Ok(seen(facts, drift, served))
}

fn seen(mut facts: Facts, drift: Vec<&'static str>, served: Option<Distribution>) -> Seen {
    let deploying = served.as_ref().is_some_and(|served| served.status != "Deployed");
    facts.distribution = served.map(|served| Served {
        id: served.id,
        arn: served.arn,
        domain: served.domain,
    });
    facts.complete = drift.is_empty();
    Seen {
        facts,
        drift,
        gone: false,
        deploying,
    }
}

async fn look_at_distribution(
    scope: &Scope<'_>,
    settings: &Settings,
    id: Option<&str>,
) -> Result<Option<Distribution>, Fault> {
    match settings.form {
        Form::Whole => distribution::look(scope, id).await,
        Form::Attached => Ok(None),
    }
}

/// After an import, the functions' names lead to them.
async fn find_functions(scope: &Scope<'_>, facts: &mut Facts) -> Result<(), Fault> {
    if facts.session_function_arn.is_none() {
        facts.session_function_arn = session_function::arn(scope).await?;
    }
    if facts.auth_function_arn.is_none() {
        facts.auth_function_arn = auth_function::newest(scope).await?;
    }
    Ok(())
}

/// What the settings mean, when they still mean something.
fn meant<'a>(settings: &'a Settings, configuration: &'a [u8]) -> Option<Meant<'a>> {
    Some(Meant {
        settings,
        compiled: language::compiled(settings).ok()?,
        derivation: language::derivation(&settings.name, &settings.identity).ok()?,
        configuration,
    })
}

/// After an import, the distribution tells what belongs to it.
fn fill(facts: &mut Facts, served: Option<&Distribution>) {
    let Some(served) = served else { return };
    let config = &served.config;
    let session = config
        .default_behavior
        .functions
        .first()
        .map(|function| function.arn.clone());
    let login = config.behaviors.iter().find_map(|path| path.behavior.lambdas.first());
    facts.session_function_arn = facts.session_function_arn.take().or(session);
    facts.auth_function_arn = facts
        .auth_function_arn
        .take()
        .or_else(|| login.map(|lambda| lambda.arn.clone()));
    facts.web_acl_arn = facts.web_acl_arn.take().or_else(|| config.web_acl.clone());
}

/// What a look at the distribution and what stands around it found.
struct Front {
    drift: Vec<&'static str>,
    /// The web ACL is there.
    web_acl: bool,
}

/// What a look at documents and functions found.
#[derive(Default)]
struct Code {
    drift: Vec<&'static str>,
    role: bool,
    role_arn: Option<String>,
    auth_function_arn: Option<String>,
    session_function: bool,
}

async fn look_at_code(
    scope: &Scope<'_>,
    meant: &Meant<'_>,
    auth_function_arn: Option<String>,
    (keys, membership): &(Option<Held>, Option<Held>),
) -> Result<Code, Fault> {
    let mut code = Code {
        auth_function_arn,
        role: true,
        ..Code::default()
    };
    let (Some(keys), Some(membership)) = (keys, membership) else {
        code.drift.push("a secret is missing");
        code.session_function = true;
        return Ok(code);
    };
    let Some((ring, document)) = settled(meant, keys, membership) else {
        code.drift.push("the keys or the membership document differ");
        code.session_function = true;
        return Ok(code);
    };
    let client = client_secret_arn(scope, meant.settings).await?;
    let assertion = match meant.settings.features.assertion {
        None => None,
        Some(_) => assertion_secret::look(scope).await?,
    };
    if meant.settings.features.assertion.is_some() && assertion.is_none() {
        code.drift.push("the keys of the assertion are missing");
    }
    let arns = SecretArns {
        keys: &keys.arn,
        membership: &membership.arn,
        client: client.as_deref(),
        assertion: assertion.as_deref(),
    };
    let access = converge::role_access(meant.settings, arns);
    let source = converge::session_code(&meant.compiled, &document)?;
    let store_arn = meant.settings.store.arn.as_str();
    let (role, stored, live, version) = tokio::try_join!(
        Box::pin(role::is_as_wanted(scope, &access)),
        Box::pin(store_document::is_as_wanted(scope, store_arn, &ring, &meant.derivation)),
        Box::pin(session_function::live_code(scope)),
        Box::pin(look_at_version(scope, code.auth_function_arn.as_deref())),
    )?;
    code.role = role;
    code.session_function = live.is_some();
    let sha256 = converge::auth_archive(scope, meant.settings, &meant.compiled, arns)?.code_sha256();
    let version_is_right = version
        .as_ref()
        .is_some_and(|found| auth_function::is_as_wanted(found, &sha256));
    for (right, what) in [
        (role, "the role of the auth function differs"),
        (stored, "the keys in the session store differ"),
        (live.as_deref() == Some(source.as_str()), "the session function differs"),
        (version_is_right, "the auth function differs"),
    ] {
        if !right {
            code.drift.push(what);
        }
    }
    code.auth_function_arn = code.auth_function_arn.filter(|_| version.is_some());
    code.role_arn = version.map(|version| version.config.role);
    Ok(code)
}

async fn look_at_version(
    scope: &Scope<'_>,
    arn: Option<&str>,
) -> Result<Option<zt_aws::lambda::LambdaFunction>, Fault> {
    match arn {
        Some(arn) => auth_function::look(scope, arn).await,
        None => Ok(None),
    }
}

/// Both documents, when they are what an apply would leave as they are.
fn settled(meant: &Meant<'_>, keys: &Held, membership: &Held) -> Option<(KeysDocument, MembershipDocument)> {
    let wanted = documents::Wanted {
        derivation: &meant.derivation,
        lifetime: Duration::from_seconds(meant.settings.lifetimes.longest()),
        policies: &meant.compiled.policies,
        source: &meant.settings.routing,
        rotation: documents::rotation(&meant.settings.features.rotation),
        now: store_document::now(),
    };
    let unused = Fresh {
        kid: zt_model::ids::KeyId::parse("0").ok()?,
        bytes: [0; 32],
    };
    let (ring, text) = (keys.value.expose(), membership.value.expose());
    let documents = documents::settle(Some(ring), Some(text), &wanted, unused).ok()?;
    let same_keys = documents
        .keys
        .text()
        .same_as(KeysDocument::parse(ring).ok()?.text().expose());
    let same_text = documents::membership_text(&documents.membership, meant.configuration, &[])? == text;
    (same_keys && same_text).then_some((documents.keys, documents.membership))
}

async fn client_secret_arn(scope: &Scope<'_>, settings: &Settings) -> Result<Option<String>, Fault> {
    match &settings.identity.secret {
        ClientSecret::None => Ok(None),
        ClientSecret::Given(arn) => Ok(Some(arn.clone())),
        ClientSecret::Owned(_) => {
            let found = secret::look(scope, &scope.names.client_secret).await?;
            Ok(found.filter(|found| !found.deleted).map(|found| found.arn))
        }
    }
}

async fn look_at_front(
    scope: &Scope<'_>,
    meant: &Meant<'_>,
    facts: &Facts,
    served: Option<&Distribution>,
) -> Result<Front, Fault> {
    if meant.settings.form == Form::Attached {
        return Ok(Front {
            drift: Vec::new(),
            web_acl: false,
        });
    }
    let Some(served) = served else {
        let acl = web_acl::look(scope, facts.web_acl_arn.as_deref()).await?;
        return Ok(Front {
            drift: vec!["the distribution is missing"],
            web_acl: acl.is_some(),
        });
    };
    let config = &served.config;
    let access_control = config.origins.iter().find_map(|origin| origin.access_control.clone());
    let headers_policy = config.default_behavior.headers_policy.clone();
    let needed = Needed::of(&meant.compiled, &meant.settings.origins);
    let (headers, acl, tags, buckets, (requests, requests_right)) = tokio::try_join!(
        Box::pin(response_headers_policy::look(scope, headers_policy.as_deref())),
        Box::pin(web_acl::look(scope, facts.web_acl_arn.as_deref())),
        Box::pin(look_at_tags(scope, &served.arn)),
        Box::pin(look_at_buckets(scope, meant.settings, &served.arn)),
        Box::pin(origin_request_policy::look(scope, &needed)),
    )?;
    let rules = web_acl::wanted(scope, &meant.settings.firewall, &meant.settings.pages.auth_prefix);
    let wanted_headers = response_headers_policy::wanted(scope, &meant.settings.response_headers);
    let surroundings = Surroundings {
        session_function_arn: facts.session_function_arn.as_deref().unwrap_or_default(),
        auth_function_arn: facts.auth_function_arn.as_deref().unwrap_or_default(),
        headers_policy: headers_policy.as_deref().unwrap_or_default(),
        access_control: access_control.as_deref(),
        web_acl_arn: facts.web_acl_arn.as_deref().unwrap_or_default(),
        requests: &requests,
    };
    let wanted = converge::wanted_distribution(scope, meant.settings, &meant.compiled, &surroundings);
    let web_acl = acl.is_some();
    let findings = [
        (distribution::same(config, &wanted), "the distribution differs"),
        (
            headers.is_some_and(|found| found.config == wanted_headers),
            "the response headers policy differs",
        ),
        (requests_right, "an origin request policy differs"),
        (acl.is_some_and(|found| found.config == rules), "the web ACL differs"),
        (tags, "the tags of the distribution differ"),
        (buckets, "the policy of a bucket differs"),
    ];
    let wrong = findings.into_iter().filter(|(right, _)| !right);
    Ok(Front {
        drift: wrong.map(|(_, what)| what).collect(),
        web_acl,
    })
}

async fn look_at_tags(scope: &Scope<'_>, arn: &str) -> Result<bool, Fault> {
    let found = scope.aws.cloudfront().tags(arn).await?;
    Ok(zt_aws::tags::difference(&found, scope.tags).is_empty())
}

async fn look_at_buckets(scope: &Scope<'_>, settings: &Settings, arn: &str) -> Result<bool, Fault> {
    for grant in grants::managed(&settings.origins, scope.aws.region()) {
        match bucket_policy::is_as_wanted(scope, &grant, arn).await {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(Fault::Aws(error)) if error.is_not_found() => return Ok(false),
            Err(fault) => return Err(fault),
        }
    }
    Ok(true)
}
