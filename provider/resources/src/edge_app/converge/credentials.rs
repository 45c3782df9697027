//! The first steps: keys, membership, client secret, and the document of the store.

use zt_aws::Secret;
use zt_framework::Diagnostic;
use zt_model::compile::Compiled;
use zt_model::duration::Duration;
use zt_model::ids::KeyId;
use zt_model::instant::Instant;
use zt_model::membership::MembershipDocument;
use zt_model::session::{Derivation, KeysDocument};

use super::{Ended, Secrets, While, Work};
use crate::edge_app::component::bucket_policy::Grant;
use crate::edge_app::component::store_document::Place;
use crate::edge_app::component::{
    Fault, assertion_secret, client_secret, keys_secret, membership_secret, secret, store_document,
};
use crate::edge_app::config::Settings;
use crate::edge_app::config::identity::ClientSecret;
use crate::edge_app::documents::{self, Documents, Fresh};
use crate::edge_app::form::Form;
use crate::edge_app::{check, grants, language};
use crate::random;

/// What stands in the secrets.
pub(super) struct Written {
    pub(super) documents: Documents,
    pub(super) secrets: Secrets,
    /// Buckets that the distribution may still read and is not meant to.
    pub(super) leaving: Vec<Grant>,
}

/// Keys, membership, client secret and the document of the store.
pub(super) async fn write_documents(
    work: &Work<'_>,
    compiled: &Compiled,
    derivation: &Derivation,
) -> Result<Written, Ended> {
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
        lifetime: longest(work),
        policies: &compiled.policies,
        source: &work.settings.routing,
        rotation: documents::rotation(&work.settings.features.rotation),
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
    let leaving = leaving(work, present.as_ref().map(|held| held.value.expose()));
    let membership = write_membership(work, &documents.membership, &leaving).await?;
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
    let assertion = match work.settings.features.assertion {
        None => None,
        Some(_) => {
            let kid = fresh().during(doing)?.kid.to_string();
            let emergency = wanted.rotation.request.emergency.as_str();
            Some(
                assertion_secret::ensure(scope, &kid, emergency)
                    .await
                    .during("writing the keys of the assertion")?,
            )
        }
    };
    let mut changed = write_store_document(work, &documents.keys, derivation).await?;
    changed |= keys.value != keys_text;
    // The signer learns of a key last: what it signs must verify wherever this ends.
    secret::put(scope, &keys, &keys_text).await.during(doing)?;
    if changed {
        agree(work, &documents.keys, derivation).await.during(doing)?;
    }
    Ok(Written {
        documents,
        secrets: Secrets {
            keys: keys.arn,
            membership,
            client,
            assertion,
        },
        leaving,
    })
}

fn leaving(work: &Work<'_>, text: Option<&str>) -> Vec<Grant> {
    if work.settings.form == Form::Attached {
        return Vec::new();
    }
    let home = work.scope.aws.region();
    let mut settled = grants::managed(&work.settings.origins, home);
    let mut leaving = text.map_or_else(Vec::new, |text| grants::leaving(text, home, &settled));
    // The state remembers, too, should the secret be gone.
    settled.extend(leaving.iter().cloned());
    let prior = work.prior.map(|prior| grants::managed(&prior.origins, home));
    let known = |grant: &Grant| settled.iter().any(|one| one.bucket == grant.bucket);
    leaving.extend(prior.into_iter().flatten().filter(|grant| !known(grant)));
    leaving
}

/// How long a session of before or after this apply may need its key: a renewal shows the old cookie, expired or not.
fn longest(work: &Work<'_>) -> Duration {
    let of = |settings: &Settings| settings.lifetimes.longest();
    Duration::from_seconds(of(work.settings).max(work.prior.map_or(0, of)))
}

/// Writes the membership document with what has to be remembered beside it; yields the ARN of its secret.
pub(super) async fn write_membership(
    work: &Work<'_>,
    document: &MembershipDocument,
    leaving: &[Grant],
) -> Result<String, Ended> {
    let doing = "writing the membership document";
    let text = documents::membership_text(document, work.configuration, leaving).filter(|text| check::fits(text));
    // Without room for it, who logs in while the function changes may have to wait for it.
    let text = text.or_else(|| {
        let mut alone = document.clone();
        alone.former.clear();
        documents::membership_text(&alone, work.configuration, leaving).filter(|text| check::fits(text))
    });
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

/// Writes the document of the store unless it is as wanted; yields whether it did.
async fn write_store_document(work: &Work<'_>, keys: &KeysDocument, derivation: &Derivation) -> Result<bool, Ended> {
    let (scope, store_arn) = (&work.scope, work.settings.store.arn.as_str());
    let doing = "writing the keys into the session store";
    let right = store_document::is_as_wanted(scope, store_arn, keys, derivation)
        .await
        .during(doing)?;
    if right && store_document::has_inherited(scope, store_arn).await.during(doing)? {
        return Ok(false);
    }
    let place = Place {
        writers: work.writers,
        store_arn,
    };
    store_document::ensure(scope, &place, keys, derivation)
        .await
        .during(doing)?;
    Ok(true)
}

/// Reads back both places that hold the keys. AWS writes neither on condition of the other, so of two applies at once each
/// may have won one of them; whoever wrote last sees it here.
async fn agree(work: &Work<'_>, keys: &KeysDocument, derivation: &Derivation) -> Result<(), Fault> {
    let (scope, store_arn) = (&work.scope, work.settings.store.arn.as_str());
    let text = keys.text();
    for pause in PAUSES {
        // A read may answer with what stood there before our own write.
        scope.context.sleep(pause).await?;
        let held = keys_secret::peek(scope).await?;
        let signs = held.is_some_and(|held| text.same_as(held.value.expose()));
        if signs && store_document::is_as_wanted(scope, store_arn, keys, derivation).await? {
            return Ok(());
        }
    }
    Err(Fault::refused(
        format!("Another apply changes the application {}", work.settings.name),
        "The keys that this apply wrote are not the ones that stand in the secret and in the session store now, so somebody \
         else writes them at the same time. This apply ended here, and the next one makes both the same again. Until then \
         some sessions may have to log in anew. Use a backend with a state lock, and wait for the other apply before you \
         apply again.",
    ))
}

/// What is read right after a write may be old for a moment.
const PAUSES: [std::time::Duration; 4] = [
    std::time::Duration::ZERO,
    std::time::Duration::from_millis(200),
    std::time::Duration::from_secs(1),
    std::time::Duration::from_secs(2),
];

fn fresh() -> Result<Fresh, Fault> {
    let draw = || -> Result<Fresh, Diagnostic> {
        let id: [u8; 8] = random::bytes()?;
        let kid: String = id
            .iter()
            .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
            .collect();
        let bytes = random::bytes()?;
        let kid = KeyId::parse(&kid).map_err(|error| Diagnostic::error("No key id", error.to_string()))?;
        Ok(Fresh { kid, bytes })
    };
    draw().map_err(|diagnostic| Fault::Refused(Box::new(diagnostic)))
}

/// 32 letters and digits, so that a byte modulo 32 is even.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A random id of an instance: letters and digits only, because it becomes part of a policy's statement id.
pub(in crate::edge_app) fn instance() -> Result<String, Diagnostic> {
    let bytes: [u8; 12] = random::bytes()?;
    Ok(bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect())
}
