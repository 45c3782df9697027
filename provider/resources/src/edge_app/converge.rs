//! Bringing an application to what is configured: the order of a create and of an update.
//!
//! Every step is idempotent, so a create that goes on after a crash and an update are the same walk. Documents and keys
//! come first, then the functions, then the distribution, then what is no longer needed goes. Up to the distribution
//! nobody can tell that anything happened; what fails after it is taken up by the next apply.

use zt_aws::Secret;
use zt_aws::cloudfront::{Distribution, DistributionConfig};
use zt_framework::Diagnostics;
use zt_model::compile::{Behaviour, Compiled};
use zt_model::duration::Duration;
use zt_model::instant::Instant;
use zt_model::membership::MembershipDocument;
use zt_model::session::{Derivation, KeysDocument};

use super::component::distribution::{Delivery, Wanted};
use super::component::store_document::Place;
use super::component::{
    Fault, Scope, auth_function, bucket_policy, client_secret, distribution, keys_secret, membership_secret,
    origin_access_control, response_headers_policy, role, secret, session_function, store_document, web_acl,
};
use super::config::identity::ClientSecret;
use super::config::{Origin, Settings};
use super::documents::{self, Documents, Fresh};
use super::{bundle, check, grants, language, transition};
use crate::marks::Stage;
use crate::random;
use crate::store_writer::StoreWriters;

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
}

/// Walks through all steps and notes in `facts` what is there.
pub(super) async fn converge(work: &Work<'_>, facts: &mut Facts, diagnostics: &mut Diagnostics) -> Result<(), Ended> {
    let compiled = language::compiled(work.settings)
        .map_err(refuse)
        .during("compiling the application")?;
    let derivation = language::derivation(&work.settings.name, &work.settings.identity)
        .map_err(refuse)
        .during("compiling the application")?;
    let (documents, secrets) = Box::pin(write_documents(work, &compiled, &derivation)).await?;
    Box::pin(ensure_auth_function(work, &secrets, &compiled, facts)).await?;
    let front = Box::pin(ensure_front(work, facts)).await?;
    Box::pin(publish_and_serve(
        work,
        &compiled,
        &documents.membership,
        &front,
        facts,
        diagnostics,
    ))
    .await?;
    Box::pin(tidy(work, facts)).await?;
    keys_secret::complete(&work.scope)
        .await
        .during("marking the application as complete")?;
    facts.complete = true;
    Ok(())
}

fn refuse(diagnostics: Diagnostics) -> Fault {
    let first = diagnostics.into_iter().next();
    first.map_or_else(
        || Fault::refused("The application cannot be compiled", ""),
        |one| Fault::Refused(Box::new(one)),
    )
}

/// Keys, membership, client secret and the document of the store.
async fn write_documents(
    work: &Work<'_>,
    compiled: &Compiled,
    derivation: &Derivation,
) -> Result<(Documents, Secrets), Ended> {
    let scope = &work.scope;
    let doing = "writing the keys";
    let store = scope.aws.keyvalue(&work.settings.store.arn);
    let now = Instant::from_seconds(store.aws_time().await.during("reading the session store")?);
    let present_keys = keys_secret::peek(scope).await.during(doing)?;
    let present = membership_secret::peek(scope)
        .await
        .during("reading the membership document")?;
    let wanted = documents::Wanted {
        derivation,
        lifetime: Duration::from_seconds(work.settings.lifetimes.session),
        policies: &compiled.policies,
        source: &work.settings.routing,
        now,
    };
    let documents = documents::settle(
        present_keys.as_ref().map(|held| held.value.expose()),
        present.as_ref().map(|held| held.value.expose()),
        &wanted,
        fresh().during(doing)?,
    )
    .map_err(|error| {
        Fault::refused(
            "The policies cannot be numbered",
            language::sentence(&error.to_string()),
        )
    })
    .during(doing)?;
    let keys_text = Secret::new(documents.keys.text().expose());
    let keys = keys_secret::ensure(scope, work.stage, &keys_text).await.during(doing)?;
    secret::put(scope, &keys, &keys_text).await.during(doing)?;
    let membership = write_membership(work, &documents.membership).await?;
    let client = match &work.settings.identity.secret {
        ClientSecret::None => None,
        ClientSecret::Given(arn) => Some(arn.clone()),
        ClientSecret::Owned(_) => {
            let value = work.client_secret.as_ref();
            Some(
                client_secret::ensure(scope, value)
                    .await
                    .during("writing the client secret")?,
            )
        }
    };
    write_store_document(work, &documents.keys, derivation).await?;
    Ok((
        documents,
        Secrets {
            keys: keys.arn,
            membership,
            client,
        },
    ))
}

async fn write_membership(work: &Work<'_>, document: &MembershipDocument) -> Result<String, Ended> {
    let doing = "writing the membership document";
    let text = documents::membership_text(document, work.configuration).filter(|text| check::fits(text));
    let text = text.ok_or_else(|| {
        Fault::refused(
            "The application is too large",
            "Policies, routes and the other attributes together have to fit into one secret of 65536 bytes. Shorten \
             lists of values.",
        )
    });
    let text = Secret::new(text.during(doing)?);
    let held = membership_secret::ensure(&work.scope, &text).await.during(doing)?;
    secret::put(&work.scope, &held, &text).await.during(doing)?;
    Ok(held.arn)
}

async fn write_store_document(work: &Work<'_>, keys: &KeysDocument, derivation: &Derivation) -> Result<(), Ended> {
    let (scope, store_arn) = (&work.scope, work.settings.store.arn.as_str());
    let doing = "writing the keys into the session store";
    if store_document::is_as_wanted(scope, store_arn, keys, derivation)
        .await
        .during(doing)?
    {
        return Ok(());
    }
    let place = Place {
        writers: work.writers,
        store_arn,
    };
    store_document::ensure(scope, &place, keys, derivation)
        .await
        .during(doing)
}

fn fresh() -> Result<Fresh, Fault> {
    let draw = || -> Result<Fresh, zt_framework::Diagnostic> {
        let id: [u8; 8] = random::bytes()?;
        let kid: String = id
            .iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
            .collect();
        let bytes = random::bytes()?;
        let kid = zt_model::ids::KeyId::parse(&kid)
            .map_err(|error| zt_framework::Diagnostic::error("No key id", error.to_string()))?;
        Ok(Fresh { kid, bytes })
    };
    draw().map_err(|diagnostic| Fault::Refused(Box::new(diagnostic)))
}

/// 32 letters and digits, so that a byte modulo 32 is even.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A random id of an instance: letters and digits only, because it becomes part of a policy's statement id.
pub(super) fn instance() -> Result<String, zt_framework::Diagnostic> {
    let bytes: [u8; 12] = random::bytes()?;
    Ok(bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect())
}

async fn ensure_auth_function(
    work: &Work<'_>,
    secrets: &Secrets,
    compiled: &Compiled,
    facts: &mut Facts,
) -> Result<(), Ended> {
    let scope = &work.scope;
    let pepper = work.settings.store.pepper_secret_arn.as_str();
    let access = role_access(&secrets.keys, &secrets.membership, pepper, secrets.client.as_deref());
    let role_arn = role::ensure(scope, &access)
        .await
        .during("making the role of the auth function")?;
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
    Ok(())
}

/// What the role may read.
pub(super) fn role_access<'a>(
    keys: &'a str,
    membership: &'a str,
    pepper: &'a str,
    client: Option<&'a str>,
) -> role::Access<'a> {
    role::Access {
        secrets: [Some(keys), Some(membership), Some(pepper), client]
            .into_iter()
            .flatten()
            .collect(),
    }
}

impl Secrets {
    fn arns(&self) -> bundle::SecretArns<'_> {
        bundle::SecretArns {
            keys: &self.keys,
            membership: &self.membership,
            client: self.client.as_deref(),
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
    let endpoint = scope.aws.secretsmanager_endpoint();
    bundle::auth_archive(settings, compiled, secrets, endpoint)
        .map_err(|error| Fault::refused("The auth function cannot be packed", error))
}

/// What stands around the functions.
struct Front {
    access_control: Option<String>,
    headers_policy: String,
}

async fn ensure_front(work: &Work<'_>, facts: &mut Facts) -> Result<Front, Ended> {
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
    let rules = web_acl::wanted(scope, &settings.firewall, &settings.pages.auth_prefix);
    facts.web_acl_arn = Some(web_acl::ensure(scope, &rules).await.during("making the web ACL")?);
    Ok(Front {
        access_control,
        headers_policy,
    })
}

/// The session function and the distribution, in the order that leaves no route unguarded.
async fn publish_and_serve(
    work: &Work<'_>,
    compiled: &Compiled,
    membership: &MembershipDocument,
    front: &Front,
    facts: &mut Facts,
    diagnostics: &mut Diagnostics,
) -> Result<(), Ended> {
    let scope = &work.scope;
    let serving = "reading the distribution";
    let found = distribution::look(scope, work.distribution_id).await.during(serving)?;
    let between = match (work.prior, &found) {
        (Some(prior), Some(_)) => {
            let before = language::compiled(prior).ok();
            before.and_then(|before| transition::between(&before, compiled))
        }
        _ => None,
    };
    let mut found = found;
    if let (None, Some(present)) = (&between, &found) {
        settle_down(work, compiled, membership, present).await?;
    }
    if let (Some(between), Some(present)) = (&between, &found) {
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

async fn publish(
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
pub(super) fn session_code(compiled: &Compiled, membership: &MembershipDocument) -> Result<String, Fault> {
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
    };
    wanted_distribution(&work.scope, work.settings, compiled, &surroundings)
}

/// The objects a distribution points at.
pub(super) struct Surroundings<'a> {
    pub(super) session_function_arn: &'a str,
    pub(super) auth_function_arn: &'a str,
    pub(super) headers_policy: &'a str,
    pub(super) access_control: Option<&'a str>,
    pub(super) web_acl_arn: &'a str,
}

/// The distribution that settings ask for.
pub(super) fn wanted_distribution(
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
        region: scope.aws.region(),
    }
    .config(scope.mark)
}

/// What is no longer needed goes, now that no edge location uses it.
async fn tidy(work: &Work<'_>, facts: &Facts) -> Result<(), Ended> {
    let (scope, settings) = (&work.scope, work.settings);
    if let Some(arn) = &facts.auth_function_arn {
        auth_function::prune(scope, arn)
            .await
            .during("removing old versions of the auth function")?;
    }
    let Some(prior) = work.prior else { return Ok(()) };
    let managed = grants::managed(&settings.origins, scope.aws.region());
    for grant in grants::managed(&prior.origins, scope.aws.region()) {
        if !managed.iter().any(|kept| kept.bucket == grant.bucket) {
            bucket_policy::remove(scope, &grant)
                .await
                .during("cleaning the policy of a bucket")?;
        }
    }
    if prior.origins.values().any(Origin::is_bucket) && !settings.origins.values().any(Origin::is_bucket) {
        origin_access_control::remove(scope)
            .await
            .during("removing the origin access control")?;
    }
    if matches!(prior.identity.secret, ClientSecret::Owned(_))
        && !matches!(settings.identity.secret, ClientSecret::Owned(_))
    {
        let days = settings.secret_recovery_days;
        client_secret::remove(scope, days)
            .await
            .during("removing the client secret")?;
    }
    Ok(())
}
