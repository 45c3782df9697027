use proptest::prelude::*;
use zt_model::duration::Duration;
use zt_model::ids::{BlockId, KeyId};
use zt_model::instant::Instant;
use zt_model::session::{Grants, ProviderSession, Session, SessionHandle, SessionId, UserFingerprint, admit};
use zt_model::store::{ApplicationDocument, Expiry, Page, VALUE_LIMIT};

const NOW: u64 = 1_800_000_000;
const LIFE: Duration = Duration::from_seconds(1_000);

fn at(seconds: u64) -> Instant {
    Instant::from_seconds(seconds)
}

/// One of few users and sessions, so that entries meet.
fn name(number: u8, length: usize) -> String {
    format!("pp{}", char::from(b'A' + number % 12).to_string().repeat(length - 2))
}

fn user(number: u8) -> UserFingerprint {
    UserFingerprint::parse(&name(number, 12)).unwrap()
}

fn session(user_number: u8, sid: u8, provider: u8, login: u64) -> Session {
    Session {
        kid: KeyId::parse("k").unwrap(),
        sid: SessionId::parse(&name(sid, 22)).unwrap(),
        user: user(user_number),
        provider_session: ProviderSession::parse(&name(provider, 12)).unwrap(),
        login: at(login),
        issued: at(login),
        expires: at(login),
        generation: 1,
        grants: Grants::default(),
        contexts: Vec::new(),
        claims: serde_json::Map::new(),
        assertion: None,
    }
}

#[derive(Debug, Clone)]
enum Edit {
    User(u8, u64),
    Session(u8, u64),
    Provider(u8, u64),
    Block(u8, u8, Option<u64>, u64),
    Lift(u8, u8, u64),
}

fn time() -> impl Strategy<Value = u64> {
    NOW - 1_500..NOW + 3
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<u8>(), time()).prop_map(|(user, at)| Edit::User(user, at)),
        (any::<u8>(), time()).prop_map(|(sid, at)| Edit::Session(sid, at)),
        (any::<u8>(), time()).prop_map(|(provider, at)| Edit::Provider(provider, at)),
        (any::<u8>(), 0_u8..3, proptest::option::of(time()), time())
            .prop_map(|(user, id, end, at)| Edit::Block(user, id, end, at)),
        (any::<u8>(), 0_u8..3, time()).prop_map(|(user, id, at)| Edit::Lift(user, id, at)),
    ]
}

fn block_id(number: u8) -> BlockId {
    BlockId::parse(&name(number, 8)).unwrap()
}

fn apply(page: &mut Page, edit: &Edit) {
    match edit {
        Edit::User(number, time) => page.revoke_user(&user(*number), at(*time)),
        Edit::Session(sid, time) => {
            let sid = SessionId::parse(&name(*sid, 22)).unwrap();
            page.revoke_session(&SessionHandle::of(&user(0), &sid), at(*time));
        }
        Edit::Provider(number, time) => {
            page.revoke_provider_session(&ProviderSession::parse(&name(*number, 12)).unwrap(), at(*time));
        }
        Edit::Block(number, id, end, time) => {
            let expires = end.map_or(Expiry::Never, |end| Expiry::At(at(end)));
            page.set_block(&user(*number), &block_id(*id), expires, at(*time));
        }
        Edit::Lift(number, id, time) => {
            page.lift_block(&user(*number), &block_id(*id), at(*time));
        }
    }
}

fn page() -> impl Strategy<Value = Page> {
    proptest::collection::vec(edit(), 0..40).prop_map(|edits| {
        let mut page = Page::default();
        edits.iter().for_each(|edit| apply(&mut page, edit));
        page
    })
}

fn merged(one: &Page, other: &Page) -> Page {
    let mut page = one.clone();
    page.merge(other);
    page
}

fn refuses(page: &Page, session: &Session) -> bool {
    admit(session, &ApplicationDocument::default(), page, at(NOW)).is_err()
}

fn any_session() -> impl Strategy<Value = Session> {
    (any::<u8>(), any::<u8>(), any::<u8>(), NOW - 999..NOW + 3)
        .prop_map(|(user, sid, provider, login)| session(user, sid, provider, login))
}

proptest! {
    #[test]
    fn the_text_says_everything_and_is_canonical(page in page()) {
        let text = page.text();
        if text.len() <= VALUE_LIMIT {
            let read = Page::parse(&text).unwrap();
            prop_assert_eq!(&read, &page);
            prop_assert_eq!(read.text(), text);
        } else {
            prop_assert!(Page::parse(&text).is_err());
        }
    }

    #[test]
    fn merging_needs_no_order_and_no_count(one in page(), other in page(), third in page()) {
        prop_assert_eq!(merged(&one, &other), merged(&other, &one));
        prop_assert_eq!(merged(&one, &merged(&other, &third)), merged(&merged(&one, &other), &third));
        prop_assert_eq!(merged(&one, &one), one);
    }

    #[test]
    fn merging_lets_nobody_in(one in page(), other in page(), session in any_session()) {
        let both = merged(&one, &other);
        prop_assert_eq!(refuses(&both, &session), refuses(&one, &session) || refuses(&other, &session));
    }

    #[test]
    fn settling_lets_no_living_session_in_and_fits(page in page(), session in any_session()) {
        let mut settled = page.clone();
        settled.settle(LIFE, at(NOW)).unwrap();
        let text = settled.text();
        prop_assert!(text.len() <= VALUE_LIMIT);
        // A session younger than its own revocation does not exist, and pruning relies on that.
        let handle = session.handle();
        let odd = page.session_revoked(&handle).is_some_and(|time| time < session.login);
        if refuses(&page, &session) && !odd {
            prop_assert!(refuses(&settled, &session), "{} let in by {}", page.text(), text);
        }
        let mut again = settled.clone();
        again.settle(LIFE, at(NOW)).unwrap();
        prop_assert_eq!(again.text(), text);
    }

    #[test]
    fn settling_before_or_after_a_merge_refuses_alike(one in page(), other in page(), session in any_session()) {
        let mut settled_first = one.clone();
        settled_first.settle(LIFE, at(NOW)).unwrap();
        let late = merged(&settled_first, &other);
        let odd = [&one, &other].iter().any(|page| page.session_revoked(&session.handle()).is_some_and(|time| time < session.login));
        if refuses(&merged(&one, &other), &session) && !odd {
            prop_assert!(refuses(&late, &session));
        }
    }

    #[test]
    fn an_edit_twice_is_an_edit_once(mut page in page(), edit in edit()) {
        apply(&mut page, &edit);
        let once = page.text();
        apply(&mut page, &edit);
        prop_assert_eq!(page.text(), once);
    }

    #[test]
    fn lifting_removes_one_block_and_revives_nobody(mut page in page(), number: u8, session in any_session()) {
        page.set_block(&user(number), &block_id(0), Expiry::Never, at(NOW - 10));
        page.set_block(&user(number), &block_id(1), Expiry::Never, at(NOW - 10));
        page.lift_block(&user(number), &block_id(0), at(NOW));
        prop_assert!(page.blocks_user(&user(number), at(NOW)), "the other block stands");
        page.lift_block(&user(number), &block_id(1), at(NOW));
        page.lift_block(&user(number), &block_id(2), at(NOW));
        prop_assert!(!page.blocks_user(&user(number), at(NOW)));
        if session.user == user(number) && session.login <= at(NOW) {
            prop_assert!(refuses(&page, &session));
        }
    }
}
