//! The documents for everyone: what operators do to them, and what later applications inherit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use zt_model::duration::Duration;
use zt_model::ids::{ApplicationName, BlockId, ClaimName, ClientId, InstanceId, Issuer, KeyId, StoreName};
use zt_model::instant::Instant;
use zt_model::session::{ClaimMapping, Derivation, KeysDocument, StoredKey};
use zt_model::store::{ApplicationDocument, ApplicationDocumentError, Expiry, StoreDocument, VALUE_LIMIT};

const NOW: Instant = Instant::from_seconds(1_800_000_000);
const HOUR: Duration = Duration::from_seconds(3_600);

fn derivation(client: &str) -> Derivation {
    let claim = |name| ClaimName::parse(name).unwrap();
    Derivation {
        application: ApplicationName::parse("members").unwrap(),
        issuer: Issuer::parse("https://idp.example.com").unwrap(),
        client_id: ClientId::parse(client).unwrap(),
        mapping: ClaimMapping {
            user: claim("sub"),
            email: claim("email"),
            groups: claim("groups"),
            roles: claim("roles"),
            session: claim("sid"),
        },
    }
}

fn block(number: usize) -> BlockId {
    BlockId::parse(&format!("{number:08}")).unwrap()
}

fn store() -> StoreDocument {
    let name = StoreName::parse("main").unwrap();
    StoreDocument::new(name, InstanceId::parse("abcdefgh").unwrap(), HOUR)
}

fn keys(count: u8) -> KeysDocument {
    let key = |number: u8| {
        let kid = KeyId::parse(&format!("k{number}")).unwrap();
        StoredKey::new(kid, [number; 32], &derivation("client"), NOW)
    };
    KeysDocument {
        keys: (0..count).map(key).collect(),
    }
}

fn document() -> ApplicationDocument {
    ApplicationDocument::new(&keys(1), &derivation("client"), &store(), NOW)
}

#[test]
fn a_new_application_inherits_what_holds_for_the_whole_store() {
    let mut store = store();
    store.revoke_everyone(NOW.minus(HOUR));
    store.set_block(&block(1), Expiry::Never, NOW.minus(HOUR));
    let document = ApplicationDocument::new(&keys(2), &derivation("client"), &store, NOW);
    assert_eq!(document.not_before(), NOW.minus(HOUR));
    assert!(document.blocks_everyone(NOW));
    assert_eq!(document.keys().len(), 2);
    let other = ApplicationDocument::new(&keys(2), &derivation("another"), &store, NOW);
    assert!(other.keys().is_empty(), "keys of another configuration verify nothing");
}

#[test]
fn the_store_document_survives_the_way_there_and_back() {
    let mut store = store();
    store.set_block(&block(1), Expiry::At(NOW), NOW);
    assert_eq!(StoreDocument::parse(&store.text().unwrap()).unwrap(), store);
    store.prune(NOW);
    assert!(store.blocks().is_empty());
    assert_eq!(store.not_before(), NOW, "the sessions it ended stay ended");
    let text = store.text().unwrap();
    for wrong in [
        "",
        "{}",
        &text.replace("\"v\":1", "\"v\":2"),
        &text.replace("3600", "\"1h\""),
        &text.replace("main", "Main"),
        &text.replace("abcdefgh", "a"),
        &text.replace("1800000000", "null"),
    ] {
        assert!(StoreDocument::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn lifting_one_block_of_everyone_leaves_the_others_and_revives_nobody() {
    let mut document = document();
    document.set_block(&block(1), Expiry::Never, NOW.minus(HOUR));
    document.set_block(&block(2), Expiry::Never, NOW.minus(HOUR));
    assert!(document.lift_block(&block(1), NOW));
    assert!(document.blocks_everyone(NOW));
    assert!(document.lift_block(&block(2), NOW));
    assert!(!document.lift_block(&block(2), NOW), "it is gone");
    assert!(!document.blocks_everyone(NOW));
    assert_eq!(document.not_before(), NOW);
}

#[test]
fn moving_the_end_of_a_block_of_everyone_signs_nobody_out_again() {
    let mut document = document();
    document.set_block(&block(1), Expiry::Never, NOW.minus(HOUR));
    let before = document.not_before();
    document.set_block(&block(1), Expiry::At(NOW.plus(HOUR)), NOW);
    assert_eq!(document.not_before(), before);
    assert!(document.blocks_everyone(NOW) && !document.blocks_everyone(NOW.plus(HOUR)));
}

#[test]
fn a_document_that_does_not_fit_is_refused_to_the_writer() {
    let mut document = document();
    for number in 0..80 {
        document.set_block(&block(number), Expiry::Never, NOW);
    }
    match document.text() {
        Err(ApplicationDocumentError::TooLarge(bytes)) => assert!(bytes > VALUE_LIMIT),
        _ => panic!("eighty blocks do not fit into {VALUE_LIMIT} bytes"),
    }
}

#[test]
fn a_rotation_changes_the_keys_and_nothing_else() {
    let mut document = document();
    document.revoke_everyone(NOW);
    document.set_block(&block(1), Expiry::Never, NOW);
    let before = document.clone();
    document.set_keys(&keys(2), &derivation("client"), NOW);
    assert!(!document.has_the_keys_of(&before, Instant::ZERO));
    assert_eq!(document.not_before(), before.not_before());
    assert_eq!(document.blocks(), before.blocks());
}
