//! The application document in the session store: the keys the session function verifies with.
//!
//! It inherits what holds for everyone in the store when it is made. Written through the one writer of the store.

use std::sync::Arc;
use std::time::Duration;

use zt_aws::keyvalue::edit::{Change, Current, Outcome};
use zt_model::instant::Instant;
use zt_model::session::{Derivation, KeysDocument};
use zt_model::store::{ApplicationDocument, STORE_KEY, StoreDocument};

use super::{Fault, Scope};
use crate::store_writer::{Edit, EditFault, StoreWriters};

/// Which document, of which store.
pub(in crate::edge_app) struct Place<'a> {
    pub(in crate::edge_app) writers: &'a StoreWriters,
    pub(in crate::edge_app) store_arn: &'a str,
}

/// Whether the document is there and holds exactly these keys.
pub(in crate::edge_app) async fn is_as_wanted(
    scope: &Scope<'_>,
    store_arn: &str,
    keys: &KeysDocument,
    derivation: &Derivation,
) -> Result<bool, Fault> {
    let text = scope.aws.keyvalue(store_arn).get(&scope.names.document).await?;
    let Some(Ok(found)) = text.as_deref().map(ApplicationDocument::parse) else {
        return Ok(false);
    };
    let mut wanted = ApplicationDocument::default();
    let now = now();
    wanted.set_keys(keys, derivation, now);
    Ok(found.has_the_keys_of(&wanted, now))
}

/// Whether the document holds what the store says of everyone: one that was made while a revocation of everyone was on its
/// way, by an apply that died then, does not.
pub(in crate::edge_app) async fn has_inherited(scope: &Scope<'_>, store_arn: &str) -> Result<bool, Fault> {
    let store = store_document(scope, store_arn).await?;
    let text = scope.aws.keyvalue(store_arn).get(&scope.names.document).await?;
    let document = text.as_deref().map(ApplicationDocument::parse);
    Ok(matches!(document, Some(Ok(document)) if inherits(&document, &store, now())))
}

fn inherits(document: &ApplicationDocument, store: &StoreDocument, now: Instant) -> bool {
    let mut standing = store.blocks().iter().filter(|(_, expiry)| expiry.stands(now));
    document.not_before() >= store.not_before() && standing.all(|(id, _)| document.blocks().contains_key(id))
}

/// The document as it stands, with AWS's time.
pub(in crate::edge_app) async fn read(
    scope: &Scope<'_>,
    store_arn: &str,
) -> Result<(ApplicationDocument, Instant), Fault> {
    let store = scope.aws.keyvalue(store_arn);
    let text = store.get(&scope.names.document).await?.unwrap_or_default();
    let document = ApplicationDocument::parse(&text).map_err(|error| {
        Fault::refused(
            "The application document is not usable",
            super::super::language::sentence(&error.to_string()),
        )
    })?;
    Ok((document, Instant::from_seconds(store.aws_time().await?)))
}

/// Only decides whether a key is long dead, so our own clock is good enough.
pub(in crate::edge_app) fn now() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Instant::from_seconds(since.map_or(0, |since| since.as_secs()))
}

/// Writes the keys; what holds for everyone stays, or is inherited from the store by a new document.
pub(in crate::edge_app) async fn ensure(
    scope: &Scope<'_>,
    place: &Place<'_>,
    keys: &KeysDocument,
    derivation: &Derivation,
) -> Result<(), Fault> {
    let writer = place.writers.of(scope.aws, place.store_arn);
    loop {
        let inherited = store_document(scope, place.store_arn).await?;
        let edit = edit(scope, keys, derivation, &inherited);
        writer
            .apply(vec![edit])
            .await
            .map_err(|error| Fault::Refused(Box::new(error.diagnostic())))?;
        // A revocation of everyone that came between reading and writing would otherwise be lost on a new document.
        if store_document(scope, place.store_arn).await? == inherited {
            return Ok(());
        }
        scope.context.check()?;
    }
}

async fn store_document(scope: &Scope<'_>, store_arn: &str) -> Result<StoreDocument, Fault> {
    let text = scope.aws.keyvalue(store_arn).get(STORE_KEY).await?;
    let unusable = |why: String| {
        Fault::refused(
            "The session store is not usable",
            format!(
                "{store_arn}: {why}. Applications need a store made by zt_session_store; apply that resource again if \
                 it is one."
            ),
        )
    };
    let text = text.ok_or_else(|| unusable("its own document is absent".to_owned()))?;
    StoreDocument::parse(&text).map_err(|error| unusable(error.to_string()))
}

fn edit(scope: &Scope<'_>, keys: &KeysDocument, derivation: &Derivation, store: &StoreDocument) -> Edit {
    let (keys, derivation, store) = (Arc::new(keys.clone()), derivation.clone(), store.clone());
    Edit::new(scope.names.document.clone(), move |present, now| {
        let mut document = match present.map(ApplicationDocument::parse) {
            Some(Ok(document)) => document,
            // What it said about everyone is lost, so everyone logs in again.
            Some(Err(_)) => {
                let mut document = ApplicationDocument::new(&keys, &derivation, &store, now);
                document.revoke_everyone(now);
                document
            }
            None => ApplicationDocument::new(&keys, &derivation, &store, now),
        };
        document.set_keys(&keys, &derivation, now);
        inherit(&mut document, &store, now);
        let text = document.text().map_err(|error| EditFault::new(error.to_string()))?;
        Ok(Some(text.expose().to_owned()))
    })
}

/// What holds for everyone in the store holds for a document that was made beside it.
fn inherit(document: &mut ApplicationDocument, store: &StoreDocument, now: Instant) {
    document.revoke_everyone(store.not_before());
    // What has ended ended the sessions before it, which is what the store's not-before says.
    for (id, expiry) in store.blocks().iter().filter(|(_, expiry)| expiry.stands(now)) {
        if !document.blocks().contains_key(id) {
            document.set_block(id, *expiry, now);
        }
    }
}

/// Removes the document.
pub(in crate::edge_app) async fn remove(scope: &Scope<'_>, store_arn: &str) -> Result<(), Fault> {
    let store = scope.aws.keyvalue(store_arn);
    let key = scope.names.document.clone();
    let mut delete = |current: Current<'_>| {
        Ok(match current.value {
            Some(_) => Change::Delete,
            None => Change::Keep,
        })
    };
    let limit = scope.remaining().min(Duration::from_secs(120));
    let report = store.edit(vec![key.clone()], &mut delete, limit).await;
    match report.outcomes.get(&key) {
        Some(Outcome::Failed(error)) if error.is_not_found() => Ok(()),
        Some(Outcome::Failed(error)) => Err(Fault::Refused(Box::new(crate::failure::diagnostic(error)))),
        Some(Outcome::Refused(why)) => Err(Fault::refused(
            "The application document cannot be removed",
            why.clone(),
        )),
        Some(Outcome::Done) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zt_model::duration;
    use zt_model::ids::{BlockId, InstanceId, StoreName};
    use zt_model::store::Expiry;

    fn store() -> StoreDocument {
        StoreDocument::new(
            StoreName::parse("main").unwrap(),
            InstanceId::parse("AAAAAAAA").unwrap(),
            duration::Duration::from_seconds(3_600),
        )
    }

    fn block() -> BlockId {
        BlockId::parse("AAAAAAAA").unwrap()
    }

    const fn at(seconds: u64) -> Instant {
        Instant::from_seconds(seconds)
    }

    #[test]
    fn everyone_s_revocations_are_inherited_and_never_weakened() {
        let mut store = store();
        store.revoke_everyone(at(500));
        store.set_block(&block(), Expiry::Never, at(600));
        let mut document = ApplicationDocument::default();
        document.revoke_everyone(at(900));
        inherit(&mut document, &store, at(1_000));
        assert_eq!(document.blocks().len(), 1);
        assert!(document.not_before() >= at(900));
    }

    /// A document with the right keys is not yet right: the apply that made it may have died before it inherited.
    #[test]
    fn a_document_that_lacks_what_holds_for_everyone_is_written_again() {
        let mut revoked = store();
        revoked.revoke_everyone(at(500));
        let mut blocked = store();
        blocked.set_block(&block(), Expiry::Never, at(600));
        for store in [revoked, blocked] {
            let mut document = ApplicationDocument::default();
            assert!(!inherits(&document, &store, at(1_000)));
            inherit(&mut document, &store, at(1_000));
            assert!(inherits(&document, &store, at(1_000)));
        }
        assert!(inherits(&ApplicationDocument::default(), &store(), at(1_000)));
    }

    #[test]
    fn a_block_that_has_ended_logs_nobody_out_again() {
        let mut store = store();
        store.set_block(&block(), Expiry::At(at(700)), at(600));
        let mut document = ApplicationDocument::default();
        document.revoke_everyone(at(600));
        assert!(inherits(&document, &store, at(1_000)));
        inherit(&mut document, &store, at(1_000));
        assert_eq!(document.not_before(), at(600));
    }
}
