use proptest::prelude::*;
use zt_model::ids::KeyId;
use zt_model::instant::Instant;
use zt_model::session::{
    AssertionHash, ContextFingerprint, Grants, ProviderSession, Session, SessionId, SessionKey, UserFingerprint, verify,
};

const FIRST: u64 = 36_u64.pow(5);
const LAST: u64 = 36_u64.pow(7);

fn key(byte: u8) -> SessionKey {
    let text = zt_model::encoding::base64url(&[byte; 32]);
    SessionKey::from_base64url(&text).unwrap()
}

prop_compose! {
    fn session()(
        kid in "[a-z0-9]{1,8}",
        sid: [u8; 16],
        user: [u8; 9],
        provider in "[A-Za-z0-9_-]{12}",
        (login, issued, expires) in (FIRST..LAST, FIRST..LAST, FIRST + 1..LAST),
        generation in 0..LAST,
        bits in proptest::collection::vec(0_u16..256, 0..20),
        contexts in proptest::collection::btree_set("[a-z]{1,9}".prop_map(|text| ContextFingerprint::of(&text)), 0..5),
        claims in proptest::collection::btree_map("\\PC{1,9}", "\\PC{0,30}", 0..4),
        assertion in proptest::option::of("[A-Za-z0-9_-]{22}"),
    ) -> Session {
        Session {
            kid: KeyId::parse(&kid).unwrap(),
            sid: SessionId::from_random(sid),
            user: UserFingerprint::from_bytes(user),
            provider_session: ProviderSession::parse(&provider).unwrap(),
            login: Instant::from_seconds(login),
            issued: Instant::from_seconds(issued),
            expires: Instant::from_seconds(expires),
            generation,
            grants: bits.into_iter().collect::<Grants>(),
            contexts: contexts.into_iter().collect(),
            claims: claims.into_iter().map(|(name, value)| (name, value.into())).collect(),
            assertion: assertion.map(|text| AssertionHash::parse(&text).unwrap()),
        }
    }
}

proptest! {
    #[test]
    fn a_minted_session_reads_back_until_it_expires(session in session()) {
        let token = session.mint(&key(1)).unwrap();
        let at = |seconds| verify(token.expose(), |_| Some(key(1)), Instant::from_seconds(seconds));
        prop_assert_eq!(at(session.expires.seconds() - 1).unwrap(), session.clone());
        prop_assert!(at(session.expires.seconds()).is_err());
        prop_assert!(verify(token.expose(), |_| Some(key(2)), Instant::ZERO).is_err());
    }

    #[test]
    fn no_changed_character_survives(session in session(), position: prop::sample::Index, other in "[ -~]") {
        let token = session.mint(&key(1)).unwrap();
        let at = position.index(token.expose().len());
        let mut changed = token.expose().to_owned();
        changed.replace_range(at..=at, &other);
        if changed != token.expose() {
            prop_assert!(verify(&changed, |_| Some(key(1)), Instant::ZERO).is_err(), "{} at {}", changed, at);
        }
    }

    #[test]
    fn arbitrary_text_is_no_session(text in "\\PC*") {
        prop_assert!(verify(&text, |_| Some(key(1)), Instant::ZERO).is_err());
    }
}
