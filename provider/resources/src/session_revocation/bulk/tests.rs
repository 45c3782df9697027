//! What a file makes of pages in memory: set, changed, swept, and counted again.

use std::collections::BTreeMap;

use zt_model::duration::Duration;
use zt_model::ids::{BlockId, Issuer};
use zt_model::instant::Instant;
use zt_model::secret::SecretBytes;
use zt_model::session::{Pepper, SessionHandle};
use zt_model::store::{Expiry, Page, all_page_keys, page_key};

use super::super::others::OtherBlocks;
use super::super::revocation::{Mode, Revocation, User};
use super::entries::Reader;
use super::standing::Terms;
use super::{Crowd, Entries, RevocationFile, Task, crowd_edits, held_by};

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

fn entries(lines: &[&str]) -> Entries {
    let mut reader = Reader::default();
    for line in ["issuer,subject,session,expires_at"].iter().chain(lines) {
        reader.take(line.as_bytes()).unwrap();
    }
    reader.end().unwrap()
}

fn users(subjects: impl IntoIterator<Item = impl std::fmt::Display>) -> Entries {
    let lines: Vec<String> = subjects
        .into_iter()
        .map(|subject| format!("https://login.example.com,{subject},,"))
        .collect();
    entries(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

fn revocation(id: &str, mode: Mode, listed: &[&str]) -> Revocation {
    Revocation {
        id: BlockId::parse(id).unwrap(),
        users: listed.iter().map(|subject| user(subject)).collect(),
        sessions: Default::default(),
        applications: Default::default(),
        whole_store: false,
        mode,
        expires: Expiry::Never,
        file: Some(RevocationFile {
            path: "leavers.csv".to_owned(),
            sha256: "0".repeat(64),
        }),
    }
}

/// A store in memory that counts the pages each change writes.
struct Store(BTreeMap<String, Option<String>>);

impl Store {
    fn new() -> Self {
        Self(all_page_keys().map(|key| (key, Some(Page::EMPTY.to_owned()))).collect())
    }

    fn apply(&mut self, revocation: &Revocation, entries: Option<&Entries>, sweep: bool, now: Instant) -> usize {
        let crowd = entries.map_or(Crowd::of_list(revocation, &pepper()), |entries| {
            Crowd::new(revocation, entries, &pepper())
        });
        let task = Task {
            id: revocation.id.clone(),
            crowd,
            mode: revocation.mode,
            sweep,
        };
        self.write(task, now)
    }

    fn destroy(&mut self, revocation: &Revocation, now: Instant) -> usize {
        let task = Task {
            id: revocation.id.clone(),
            crowd: Crowd::default(),
            mode: Mode::Block,
            sweep: true,
        };
        self.write(task, now)
    }

    fn write(&mut self, task: Task, now: Instant) -> usize {
        let mut written = 0;
        for edit in crowd_edits(task, HOUR, &OtherBlocks::default()) {
            let present = self.0.get(edit.key()).and_then(Option::as_deref);
            if let Some(text) = edit.apply(present, now).unwrap() {
                self.0.insert(edit.key().to_owned(), Some(text));
                written += 1;
            }
        }
        written
    }

    fn page(&self, subject: &str) -> Page {
        let user = user(subject);
        let key = page_key(&pepper().user(&user.issuer, &user.subject));
        Page::parse(self.0[&key].as_deref().unwrap()).unwrap()
    }

    fn blocked(&self, subject: &str, now: Instant) -> bool {
        let user = user(subject);
        let page = self.page(subject);
        page.blocks_user(&pepper().user(&user.issuer, &user.subject), now)
    }

    fn not_before(&self, subject: &str) -> Instant {
        let user = user(subject);
        let page = self.page(subject);
        page.user_not_before(&pepper().user(&user.issuer, &user.subject))
    }

    fn stands(&self, revocation: &Revocation, entries: &Entries, now: Instant) -> bool {
        let terms = Terms {
            mode: revocation.mode,
            since: at(0),
            now,
            may_be_gone: false,
        };
        Crowd::new(revocation, entries, &pepper()).stands(&self.0, &revocation.id, terms)
    }
}

#[test]
fn a_file_blocks_and_lifting_it_needs_no_file_and_revives_nobody() {
    let mut store = Store::new();
    let one = revocation("AAAAAAA1", Mode::Block, &[]);
    let names = users(["bob", "eve"]);
    assert_eq!(store.apply(&one, Some(&names), false, at(0)), 2);
    assert!(store.blocked("bob", at(1)) && store.stands(&one, &names, at(1)));
    assert_eq!(held_by(&store.0, &one.id, &Crowd::default(), at(1)), 2);
    assert_eq!(
        store.apply(&one, Some(&names), true, at(5)),
        0,
        "a repeated apply writes nothing"
    );
    assert_eq!(store.destroy(&one, at(60)), 2);
    assert!(!store.blocked("bob", at(61)) && !store.blocked("eve", at(61)));
    assert_eq!((store.not_before("bob"), store.not_before("eve")), (at(60), at(60)));
    assert_eq!(held_by(&store.0, &one.id, &Crowd::default(), at(61)), 0);
}

#[test]
fn lifting_leaves_the_blocks_of_others() {
    let mut store = Store::new();
    let (one, two) = (
        revocation("AAAAAAA1", Mode::Block, &[]),
        revocation("AAAAAAA2", Mode::Block, &[]),
    );
    let names = users(["bob", "eve"]);
    store.apply(&one, Some(&names), false, at(0));
    store.apply(&two, Some(&users(["bob"])), false, at(1));
    store.destroy(&one, at(2));
    assert!(store.blocked("bob", at(3)), "the other's block went too");
    assert!(!store.blocked("eve", at(3)));
}

#[test]
fn a_changed_file_moves_only_who_came_and_who_went() {
    let mut store = Store::new();
    let one = revocation("AAAAAAA1", Mode::Block, &["listed"]);
    let named = pepper().user(&user("listed").issuer, "listed");
    let mut page = store.page("listed");
    page.set_block(&named, &one.id, Expiry::Never, at(0));
    store.0.insert(page_key(&named), Some(page.text()));
    store.apply(&one, Some(&users(["bob", "eve"])), false, at(0));
    assert_eq!(store.apply(&one, Some(&users(["eve", "mallory"])), true, at(50)), 2);
    assert!(!store.blocked("bob", at(51)) && store.blocked("eve", at(51)) && store.blocked("mallory", at(51)));
    assert!(store.blocked("listed", at(51)), "the list is not the file's to lift");
    assert_eq!(
        (
            store.not_before("bob"),
            store.not_before("eve"),
            store.not_before("mallory")
        ),
        (at(50), at(0), at(50))
    );
    store.apply(&one, None, true, at(70));
    assert!(!store.blocked("eve", at(71)) && store.blocked("listed", at(71)));
}

#[test]
fn a_user_may_end_before_the_others_and_an_end_that_passed_does_nothing() {
    let mut store = Store::new();
    let one = revocation("AAAAAAA1", Mode::Block, &[]);
    let end = |seconds: u64| super::super::time::format(at(seconds));
    let lines = [
        format!("https://login.example.com,soon,,{}", end(100)),
        format!("https://login.example.com,past,,{}", end(0)),
        "https://login.example.com,never,,".to_owned(),
    ];
    let names = entries(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    store.apply(&one, Some(&names), false, at(10));
    assert!(store.blocked("soon", at(99)) && !store.blocked("soon", at(100)));
    assert!(store.blocked("never", at(100)) && !store.blocked("past", at(10)));
    assert_eq!(store.not_before("past"), Instant::ZERO);
    assert!(store.stands(&one, &names, at(50)) && store.stands(&one, &names, at(200)));
    assert_eq!(
        store.apply(&one, Some(&names), true, at(200)),
        0,
        "who is in again stays in"
    );
    let moved = [
        lines[2].as_str(),
        &format!("https://login.example.com,soon,,{}", end(1)),
    ];
    store.apply(&one, Some(&entries(&moved)), true, at(60));
    assert!(!store.blocked("soon", at(61)), "an end moved into the past lifts");
    assert_eq!(store.not_before("soon"), at(60));
}

#[test]
fn a_missing_entry_is_seen() {
    let mut store = Store::new();
    let handle = SessionHandle::parse("AAbbbbbbbb").unwrap();
    let names = entries(&["https://login.example.com,bob,,", ",,AAbbbbbbbb,"]);
    for mode in [Mode::Block, Mode::SignOut] {
        let one = revocation("AAAAAAA1", mode, &[]);
        store.apply(&one, Some(&names), true, at(0));
        assert!(store.stands(&one, &names, at(1)));
        let page = Page::parse(store.0["p:AA"].as_deref().unwrap()).unwrap();
        assert_eq!(page.session_revoked(&handle), Some(at(0)));
        let whole = store.0.clone();
        for key in ["p:AA".to_owned(), page_key(&pepper().user(&user("bob").issuer, "bob"))] {
            store.0.insert(key.clone(), Some(Page::EMPTY.to_owned()));
            assert!(!store.stands(&one, &names, at(1)), "{key} lost in {mode:?}");
            store.0.insert(key.clone(), None);
            assert!(!store.stands(&one, &names, at(1)), "{key} gone in {mode:?}");
            store.0 = whole.clone();
        }
    }
}

#[test]
fn a_block_too_many_is_seen_and_the_lists_own_is_none() {
    let mut store = Store::new();
    let one = revocation("AAAAAAA1", Mode::Block, &["listed"]);
    let named = pepper().user(&user("listed").issuer, "listed");
    let mut page = store.page("listed");
    page.set_block(&named, &one.id, Expiry::Never, at(0));
    store.0.insert(page_key(&named), Some(page.text()));
    let (names, more) = (users(["bob"]), users(["bob", "eve"]));
    store.apply(&one, Some(&more), false, at(0));
    assert!(!store.stands(&one, &names, at(1)) && store.stands(&one, &more, at(1)));
    assert!(!store.stands(&revocation("AAAAAAA1", Mode::SignOut, &["listed"]), &names, at(1)));
    store.apply(&one, Some(&names), true, at(2));
    assert!(store.stands(&one, &names, at(3)));
}

#[test]
fn the_most_that_a_file_may_block_fits_into_the_pages() {
    let mut store = Store::new();
    let one = revocation("AAAAAAA1", Mode::Block, &[]);
    let names = users(0..super::MOST_BLOCKED);
    store.apply(&one, Some(&names), false, at(0));
    assert!(store.stands(&one, &names, at(1)));
    assert_eq!(store.apply(&one, Some(&names), true, at(5)), 0);
}

#[test]
fn a_hundred_thousand_sign_outs_collapse_no_page() {
    let mut store = Store::new();
    let one = revocation("AAAAAAA1", Mode::SignOut, &[]);
    let names = users(0..super::entries::MOST);
    store.apply(&one, Some(&names), false, at(0));
    assert!(store.stands(&one, &names, at(1)));
    for (key, text) in &store.0 {
        let page = Page::parse(text.as_deref().unwrap()).unwrap();
        assert_eq!(page.not_before(), Instant::ZERO, "{key} collapsed");
    }
}

#[test]
fn the_blocks_of_the_list_are_not_counted_as_the_files() {
    let mut store = Store::new();
    let one = revocation("AAAAAAA1", Mode::Block, &["listed"]);
    let named = pepper().user(&user("listed").issuer, "listed");
    let mut page = store.page("listed");
    page.set_block(&named, &one.id, Expiry::Never, at(0));
    store.0.insert(page_key(&named), Some(page.text()));
    let names = users(["listed", "bob", "eve"]);
    store.apply(&one, Some(&names), false, at(0));
    let list = Crowd::of_list(&one, &pepper());
    assert_eq!(held_by(&store.0, &one.id, &list, at(1)), 2);
    assert_eq!(names.lasting(&one.users), 2);
    store.0.insert(
        page_key(&pepper().user(&user("bob").issuer, "bob")),
        Some(Page::EMPTY.to_owned()),
    );
    assert_eq!(held_by(&store.0, &one.id, &list, at(1)), 1);
}

#[test]
fn who_has_an_end_of_his_own_is_not_counted_on_to_the_end() {
    let none = Default::default();
    let end = super::super::time::format(at(100));
    let lines = [
        format!("https://login.example.com,soon,,{end}"),
        "https://login.example.com,never,,".to_owned(),
    ];
    let names = entries(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((names.users(), names.lasting(&none)), (2, 1));
    assert_eq!(
        names.latest(Expiry::Never, &[user("never")].into()),
        Some(Expiry::At(at(100)))
    );
    assert_eq!(names.latest(Expiry::At(at(200)), &none), Some(Expiry::At(at(200))));
    let sessions = entries(&[",,AAbbbbbbbb,"]);
    assert_eq!(
        (sessions.lasting(&none), sessions.latest(Expiry::Never, &none)),
        (0, None)
    );
}
