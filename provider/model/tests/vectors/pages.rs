use zt_model::duration::Duration;
use zt_model::ids::KeyId;
use zt_model::instant::Instant;
use zt_model::session::{Grants, ProviderSession, Session, SessionId, UserFingerprint, admit};
use zt_model::store::{ApplicationDocument, Page};

use crate::{list, number, text, vectors};

#[test]
fn pages_parse_alike() {
    for case in list(&vectors!("pages.json"), "parse") {
        let parsed = Page::parse(text(case, "page"));
        assert_eq!(
            parsed.is_ok(),
            case["valid"].as_bool().unwrap(),
            "{}",
            text(case, "name")
        );
    }
}

#[test]
fn sessions_are_judged_alike() {
    let vectors = vectors!("pages.json");
    let now = Instant::from_seconds(number(&vectors, "now"));
    for case in list(&vectors, "judge") {
        let page = Page::parse(text(case, "page")).unwrap();
        let session = Session {
            kid: KeyId::parse("k").unwrap(),
            sid: SessionId::parse(text(case, "sid")).unwrap(),
            user: UserFingerprint::parse(text(case, "usr")).unwrap(),
            provider_session: ProviderSession::parse(text(case, "ses")).unwrap(),
            login: Instant::from_seconds(number(case, "lt")),
            issued: now,
            expires: now,
            generation: 1,
            grants: Grants::default(),
            contexts: Vec::new(),
            claims: serde_json::Map::new(),
            assertion: None,
        };
        let verdict = admit(&session, &ApplicationDocument::default(), &page, now);
        let verdict = verdict.map_or_else(|refusal| refusal.code(), |()| "pass");
        assert_eq!(verdict, text(case, "verdict"), "{}", text(case, "name"));
    }
}

#[test]
fn pages_merge_alike_in_either_order() {
    for case in list(&vectors!("pages.json"), "merge") {
        let pages: Vec<Page> = list(case, "pages")
            .iter()
            .map(|page| Page::parse(page.as_str().unwrap()).unwrap())
            .collect();
        for (one, other) in [(0, 1), (1, 0)] {
            let mut merged = pages[one].clone();
            merged.merge(&pages[other]);
            assert_eq!(merged.text(), text(case, "merged"), "{}", text(case, "name"));
        }
    }
}

#[test]
fn pages_settle_alike() {
    let vectors = vectors!("pages.json");
    let now = Instant::from_seconds(number(&vectors, "now"));
    let life = Duration::from_seconds(number(&vectors, "life"));
    for case in list(&vectors, "settle") {
        let mut page = Page::parse(text(case, "page")).unwrap();
        page.settle(life, now).unwrap();
        assert_eq!(page.text(), text(case, "settled"), "{}", text(case, "name"));
    }
}
