use zt_model::duration::Duration;
use zt_model::instant::Instant;
use zt_model::store::{Page, RevocationMessage};

use crate::{list, number, text, vectors};

#[test]
fn messages_are_read_alike() {
    for case in list(&vectors!("queue.json"), "parse") {
        let name = text(case, "name");
        let parsed = RevocationMessage::parse(text(case, "body"));
        assert_eq!(parsed.is_ok(), case["valid"].as_bool().unwrap(), "{name}");
        let Ok(message) = parsed else { continue };
        assert_eq!(message.revoked.page_key(), text(case, "page"), "{name}");
        assert_eq!(RevocationMessage::parse(&message.text()), Ok(message), "{name}");
    }
}

#[test]
fn a_replay_has_the_same_id() {
    for case in list(&vectors!("queue.json"), "deduplication") {
        let message = RevocationMessage::parse(text(case, "body")).unwrap();
        assert_eq!(message.deduplication_id(), text(case, "id"), "{}", text(case, "text"));
    }
}

/// Checklist: R6
#[test]
fn messages_make_the_same_page() {
    let vectors = vectors!("queue.json");
    let now = Instant::from_seconds(number(&vectors, "now"));
    for case in list(&vectors, "pages") {
        let name = text(case, "name");
        let Ok(mut page) = Page::parse(text(case, "page")) else {
            assert!(case["after"].is_null(), "{name}");
            continue;
        };
        let messages: Vec<(RevocationMessage, Instant)> = list(case, "messages")
            .iter()
            .map(|message| {
                let sent = Instant::from_seconds(number(message, "sent_ms") / 1_000);
                (RevocationMessage::parse(text(message, "body")).unwrap(), sent)
            })
            .collect();
        RevocationMessage::enter(&messages, &mut page);
        match case["life"].as_u64() {
            Some(life) => page.settle(Duration::from_seconds(life), now),
            None => page.settle_undated(now),
        }
        .unwrap();
        assert_eq!(page.text(), text(case, "after"), "{name}");
    }
}
