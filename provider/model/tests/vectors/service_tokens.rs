use zt_model::ids::{ApplicationName, ServiceTokenId, ServiceTokenName};
use zt_model::instant::Instant;
use zt_model::store::{Expiry, ServiceTokenDocument, ServiceTokenSecret, read_token, service_token_key};

use crate::{list, number, text, vectors};

#[test]
fn documents_of_service_tokens_are_read_alike() {
    for case in list(&vectors!("service_tokens.json"), "documents") {
        let name = text(case, "name");
        let parsed = ServiceTokenDocument::parse(text(case, "document"));
        assert_eq!(parsed.is_ok(), case["valid"].as_bool().unwrap(), "{name}");
        if let Ok(document) = parsed {
            assert_eq!(ServiceTokenDocument::parse(&document.text()), Ok(document), "{name}");
        }
    }
}

/// Checklist: P16
#[test]
fn presented_tokens_are_judged_alike() {
    let vectors = vectors!("service_tokens.json");
    let now = Instant::from_seconds(number(&vectors, "now"));
    let application = ApplicationName::parse(text(&vectors, "application")).unwrap();
    let own = ServiceTokenId::parse(text(&vectors, "id")).unwrap();
    assert_eq!(service_token_key(&application, &own), text(&vectors, "key"));
    for case in list(&vectors, "presented") {
        let name = text(case, "name");
        let presented = read_token(text(case, "token"));
        assert_eq!(presented.is_some(), case["form"].as_bool().unwrap(), "{name}");
        let document = case["document"]
            .as_str()
            .map(|text| ServiceTokenDocument::parse(text).unwrap());
        let accepted = match (presented, document) {
            (Some((id, secret)), Some(document)) => document.accepts((&application, &id), &secret, now),
            _ => false,
        };
        assert_eq!(accepted, text(case, "verdict") == "valid", "{name}");
    }
}

#[test]
fn what_is_stored_is_the_hash_that_others_compute() {
    let vectors = vectors!("service_tokens.json");
    let application = ApplicationName::parse(text(&vectors, "application")).unwrap();
    let id = ServiceTokenId::parse(text(&vectors, "id")).unwrap();
    let secrets: Vec<ServiceTokenSecret> = list(&vectors, "hashes")
        .iter()
        .map(|case| ServiceTokenSecret::parse(text(case, "secret")).unwrap())
        .collect();
    let hashes: Vec<&str> = list(&vectors, "hashes").iter().map(|case| text(case, "hash")).collect();
    let name = ServiceTokenName::parse("ci").unwrap();
    let mut document = ServiceTokenDocument::new(name, secrets[1].stored(&application, &id, Expiry::Never));
    document.rotate(
        secrets[0].stored(&application, &id, Expiry::Never),
        Instant::from_seconds(1_800_000_060),
    );
    let written: serde_json::Value = serde_json::from_str(&document.text()).unwrap();
    let expected = serde_json::json!({"v": 1, "n": "ci", "s": [[hashes[0], 0], [hashes[1], 1_800_000_060]]});
    assert_eq!(written, expected);
    let token = secrets[0].token(&id);
    assert!(token.same_as(&format!("{id}.{}", text(&list(&vectors, "hashes")[0], "secret"))));
}
