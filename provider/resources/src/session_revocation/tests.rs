//! What becomes of a page, and of an application's document, when revocations come, change and go.

use std::collections::{BTreeMap, BTreeSet};

use zt_model::duration::Duration;
use zt_model::ids::{ApplicationName, BlockId, Issuer};
use zt_model::instant::Instant;
use zt_model::secret::SecretBytes;
use zt_model::session::{Pepper, SessionHandle};
use zt_model::store::{ApplicationDocument, Expiry, Page, STORE_KEY, StoreDocument, page_key};

use super::edits::{edits, store_edits, sweep_edits};
use super::others::{OtherBlocks, Subject};
use super::revocation::{Mode, Revocation, User};
use crate::session_store_usage::filling;
use crate::store_writer::Edit;

const HOUR: Duration = Duration::from_seconds(3600);
const T0: u64 = 1_800_000_000;

fn at(seconds: u64) -> Instant {
    Instant::from_seconds(T0 + seconds)
}

fn pepper() -> Pepper {
    Pepper::new(SecretBytes::new(vec![7; 32])).unwrap()
}

fn user(subject: &str) -> User {
    User {
        issuer: Issuer::parse("https://login.example.com").unwrap(),
        subject: subject.to_owned(),
    }
}

fn revocation(id: &str, mode: Mode, subjects: &[&str]) -> Revocation {
    Revocation {
        id: BlockId::parse(id).unwrap(),
        users: subjects.iter().map(|subject| user(subject)).collect(),
        sessions: BTreeSet::new(),
        applications: BTreeSet::new(),
        whole_store: false,
        mode,
        expires: Expiry::Never,
        file: None,
    }
}

/// A store in memory, on which edits are applied as the writer does.
struct Store(BTreeMap<String, String>);

impl Store {
    fn new() -> Self {
        let pages = zt_model::store::all_page_keys().map(|key| (key, Page::EMPTY.to_owned()));
        Self(pages.collect())
    }

    fn apply(&mut self, before: Option<&Revocation>, after: Option<&Revocation>, now: Instant) -> OtherBlocks {
        let others = OtherBlocks::default();
        for edit in edits((before, after), &pepper(), HOUR, &others) {
            self.write(&edit, now);
        }
        others
    }

    fn write(&mut self, edit: &Edit, now: Instant) {
        let present = self.0.get(edit.key()).map(String::as_str);
        if let Some(text) = edit.apply(present, now).unwrap() {
            self.0.insert(edit.key().to_owned(), text);
        }
    }

    fn page(&self, subject: &str) -> Page {
        let user = user(subject);
        Page::parse(&self.0[&page_key(&pepper().user(&user.issuer, &user.subject))]).unwrap()
    }

    fn blocked(&self, subject: &str, now: Instant) -> bool {
        let user = user(subject);
        self.page(subject)
            .blocks_user(&pepper().user(&user.issuer, &user.subject), now)
    }

    fn not_before(&self, subject: &str) -> Instant {
        let user = user(subject);
        self.page(subject)
            .user_not_before(&pepper().user(&user.issuer, &user.subject))
    }
}

#[test]
fn a_block_stands_until_it_is_lifted_and_lifting_revives_nothing() {
    let mut store = Store::new();
    let one = revocation("AAAAAAA1", Mode::Block, &["bob"]);
    store.apply(None, Some(&one), at(0));
    assert!(store.blocked("bob", at(1)));
    store.apply(Some(&one), None, at(60));
    assert!(!store.blocked("bob", at(61)));
    assert_eq!(
        store.not_before("bob"),
        at(60),
        "sessions from before the end stay dead"
    );
}

#[test]
fn two_revocations_of_one_user_are_lifted_one_by_one() {
    let mut store = Store::new();
    let (one, two) = (
        revocation("AAAAAAA1", Mode::Block, &["bob"]),
        revocation("AAAAAAA2", Mode::Block, &["bob"]),
    );
    store.apply(None, Some(&one), at(0));
    let others = store.apply(None, Some(&two), at(1)).take();
    assert_eq!(others.len(), 1, "the first is told to whoever sets the second");
    assert_eq!(
        (&others[0].id, &others[0].subjects),
        (&one.id, &vec![Subject::User(user("bob"))])
    );
    store.apply(Some(&two), None, at(2));
    assert!(store.blocked("bob", at(3)), "lifting one lifts the other");
    store.apply(Some(&one), None, at(4));
    assert!(!store.blocked("bob", at(5)));
}

#[test]
fn adding_a_user_moves_no_other_time() {
    let mut store = Store::new();
    let one = revocation("AAAAAAA1", Mode::SignOut, &["bob"]);
    let both = revocation("AAAAAAA1", Mode::SignOut, &["bob", "eve"]);
    store.apply(None, Some(&one), at(0));
    store.apply(Some(&one), Some(&both), at(100));
    assert_eq!((store.not_before("bob"), store.not_before("eve")), (at(0), at(100)));
}

#[test]
fn a_changed_mode_sets_or_lifts_the_block() {
    let mut store = Store::new();
    let (sign_out, block) = (
        revocation("AAAAAAA1", Mode::SignOut, &["bob"]),
        revocation("AAAAAAA1", Mode::Block, &["bob"]),
    );
    store.apply(None, Some(&sign_out), at(0));
    assert!(!store.blocked("bob", at(1)));
    store.apply(Some(&sign_out), Some(&block), at(2));
    assert!(store.blocked("bob", at(3)));
    store.apply(Some(&block), Some(&sign_out), at(4));
    assert!(!store.blocked("bob", at(5)));
    assert_eq!(store.not_before("bob"), at(4));
}

#[test]
fn a_block_with_an_end_ends_by_itself_and_an_end_can_move() {
    let mut store = Store::new();
    let short = Revocation {
        expires: Expiry::At(at(10)),
        ..revocation("AAAAAAA1", Mode::Block, &["bob"])
    };
    let long = Revocation {
        expires: Expiry::At(at(100)),
        ..short.clone()
    };
    store.apply(None, Some(&short), at(0));
    assert!(store.blocked("bob", at(9)) && !store.blocked("bob", at(10)));
    store.apply(Some(&short), Some(&long), at(5));
    assert!(store.blocked("bob", at(99)));
    assert_eq!(store.not_before("bob"), at(0), "moving the end signs nobody out again");
}

#[test]
fn a_session_is_ended_for_good_and_repeating_changes_no_byte() {
    let mut store = Store::new();
    let handle = SessionHandle::parse("AAbbbbbbbb").unwrap();
    let one = Revocation {
        sessions: [handle.clone()].into(),
        ..revocation("AAAAAAA1", Mode::Block, &[])
    };
    store.apply(None, Some(&one), at(0));
    let first = store.0.clone();
    store.apply(None, Some(&one), at(0));
    assert_eq!(store.0, first);
    store.apply(Some(&one), None, at(5));
    assert!(
        Page::parse(&store.0["p:AA"])
            .unwrap()
            .session_revoked(&handle)
            .is_some()
    );
}

#[test]
fn an_absent_page_or_application_is_a_fault_and_not_an_empty_one() {
    let application = ApplicationName::parse("members").unwrap();
    let one = Revocation {
        applications: [application].into(),
        ..revocation("AAAAAAA1", Mode::Block, &["bob"])
    };
    for edit in edits((None, Some(&one)), &pepper(), HOUR, &OtherBlocks::default()) {
        if edit.key() == STORE_KEY {
            assert_eq!(edit.apply(None, at(0)), Ok(None), "it is only looked at");
            continue;
        }
        assert!(edit.apply(None, at(0)).is_err(), "{} is made up", edit.key());
        assert!(
            edit.apply(Some("garbage"), at(0)).is_err(),
            "{} is overwritten",
            edit.key()
        );
    }
}

#[test]
fn everyone_of_the_store_reaches_later_applications() {
    let one = Revocation {
        whole_store: true,
        ..revocation("AAAAAAA1", Mode::Block, &[])
    };
    let name = ApplicationName::parse("members").unwrap();
    let edits = store_edits((None, Some(&one)), &[name], &OtherBlocks::default());
    let keys: Vec<&str> = edits.iter().map(|edit| edit.key()).collect();
    assert_eq!(keys, [STORE_KEY, "a:members"]);
    let store = r#"{"v":1,"name":"main","id":"AbCd_123","life":3600,"nb":0}"#;
    let document = StoreDocument::parse(&edits[0].apply(Some(store), at(0)).unwrap().unwrap()).unwrap();
    assert_eq!((document.blocks().len(), document.not_before()), (1, at(0)));
    let application = ApplicationDocument::parse(
        &edits[1]
            .apply(Some(r#"{"v":1,"nb":0,"k":{}}"#), at(0))
            .unwrap()
            .unwrap(),
    );
    assert!(application.unwrap().blocks_everyone(at(1)));
}

#[test]
fn everyone_held_out_by_others_is_told_by_whole_store_and_by_application() {
    let name = ApplicationName::parse("members").unwrap();
    let of_application = |id: &str| Revocation {
        applications: [name.clone()].into(),
        ..revocation(id, Mode::Block, &[])
    };
    let of_store = Revocation {
        whole_store: true,
        ..revocation("AAAAAAA2", Mode::Block, &[])
    };
    let mut store = Store(BTreeMap::from([
        (
            STORE_KEY.to_owned(),
            r#"{"v":1,"name":"main","id":"AbCd_123","life":3600,"nb":0}"#.to_owned(),
        ),
        ("a:members".to_owned(), r#"{"v":1,"nb":0,"k":{}}"#.to_owned()),
    ]));
    store.apply(None, Some(&of_application("AAAAAAA1")), at(0));
    for edit in store_edits(
        (None, Some(&of_store)),
        std::slice::from_ref(&name),
        &OtherBlocks::default(),
    ) {
        store.write(&edit, at(1));
    }
    let others = store.apply(None, Some(&of_application("AAAAAAA3")), at(2)).take();
    let found: Vec<_> = others
        .iter()
        .map(|other| (other.id.as_str(), other.subjects.as_slice()))
        .collect();
    let application = [Subject::Application(name)];
    assert_eq!(
        found,
        [
            ("AAAAAAA1", application.as_slice()),
            ("AAAAAAA2", [Subject::Store].as_slice())
        ]
    );
}

#[test]
fn a_block_that_has_ended_is_nobodys() {
    let mut store = Store::new();
    let short = Revocation {
        expires: Expiry::At(at(10)),
        ..revocation("AAAAAAA1", Mode::Block, &["bob"])
    };
    store.apply(None, Some(&short), at(0));
    let two = revocation("AAAAAAA2", Mode::Block, &["bob"]);
    assert_eq!(store.apply(None, Some(&two), at(10)).take(), []);
}

#[test]
fn a_repeated_block_writes_nothing_on_a_page_that_collapsed() {
    let mut store = Store::new();
    let one = revocation("AAAAAAA1", Mode::Block, &["bob"]);
    store.apply(None, Some(&one), at(0));
    let key = page_key(&pepper().user(&user("bob").issuer, "bob"));
    let mut page = store.page("bob");
    for number in 0..60 {
        let letters = format!("{number:02}");
        page.revoke_session(
            &SessionHandle::parse(&format!("{}{letters}bbbbbb", &key[2..])).unwrap(),
            at(5),
        );
    }
    page.settle(HOUR, at(10)).unwrap();
    assert_eq!((page.not_before(), page.slots()), (at(10), 2), "only the block is left");
    store.0.insert(key.clone(), page.text());
    store.apply(None, Some(&one), at(20));
    assert_eq!(store.0[&key], page.text());
    // Another end puts the not-before of the block back: a place is taken, nobody is let in.
    let longer = Revocation {
        expires: Expiry::At(at(1_000)),
        ..one.clone()
    };
    store.apply(Some(&one), Some(&longer), at(30));
    assert!(store.blocked("bob", at(999)) && store.not_before("bob") == at(10));
    store.apply(Some(&longer), None, at(40));
    assert!(!store.blocked("bob", at(41)) && store.not_before("bob") == at(40));
}

#[test]
fn a_block_whose_not_before_was_taken_away_gets_it_back() {
    let mut store = Store::new();
    let one = revocation("AAAAAAA1", Mode::Block, &["bob"]);
    store.apply(None, Some(&one), at(0));
    let key = page_key(&pepper().user(&user("bob").issuer, "bob"));
    let text = store.0[&key].clone();
    let bare = format!("{}{}", &text[..7], text[7..].split('u').next().unwrap());
    assert!(Page::parse(&bare).is_ok() && bare.len() < text.len(), "{bare}");
    store.0.insert(key.clone(), bare);
    store.apply(None, Some(&one), at(9));
    assert_eq!(store.not_before("bob"), at(0));
}

#[test]
fn what_stands_under_an_id_goes_whomever_it_holds_out_and_nothing_else() {
    let name = ApplicationName::parse("members").unwrap();
    let mut store = Store::new();
    store.0.insert(
        STORE_KEY.to_owned(),
        r#"{"v":1,"name":"main","id":"AbCd_123","life":3600,"nb":0}"#.to_owned(),
    );
    store
        .0
        .insert("a:members".to_owned(), r#"{"v":1,"nb":0,"k":{}}"#.to_owned());
    let whole = |id: &str, subjects: &[&str]| Revocation {
        whole_store: true,
        ..revocation(id, Mode::Block, subjects)
    };
    let (one, two) = (whole("AAAAAAA1", &["bob", "eve"]), whole("AAAAAAA2", &["bob"]));
    for revocation in [&one, &two] {
        store.apply(None, Some(revocation), at(0));
        let names = std::slice::from_ref(&name);
        for edit in store_edits((None, Some(revocation)), names, &OtherBlocks::default()) {
            store.write(&edit, at(0));
        }
    }
    let keys = store.0.keys().filter(|key| !key.starts_with("p:")).cloned();
    let pages = ["bob", "eve"].map(|subject| page_key(&pepper().user(&user(subject).issuer, subject)));
    for edit in sweep_edits(&one.id, keys.chain(pages).collect(), HOUR) {
        store.write(&edit, at(50));
    }
    assert!(store.blocked("bob", at(51)) && !store.blocked("eve", at(51)));
    assert_eq!((store.not_before("bob"), store.not_before("eve")), (at(50), at(50)));
    let document = StoreDocument::parse(&store.0[STORE_KEY]).unwrap();
    let application = ApplicationDocument::parse(&store.0["a:members"]).unwrap();
    assert_eq!(document.blocks().keys().collect::<Vec<_>>(), [&two.id]);
    assert_eq!(application.blocks().keys().collect::<Vec<_>>(), [&two.id]);
}

#[test]
fn a_store_that_fills_up_is_told_from_eighty_percent_on() {
    let capacity = 5 * 1024 * 1024;
    let told = |bytes: u64| filling(bytes).map(|warning| warning.summary);
    assert_eq!(told(capacity * 80 / 100 - 1), None);
    assert_eq!(
        told(capacity * 80 / 100).as_deref(),
        Some("The session store is 80 % full")
    );
    assert_eq!(told(capacity - 1).as_deref(), Some("The session store is 100 % full"));
}
