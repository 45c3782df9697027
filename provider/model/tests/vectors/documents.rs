use zt_model::ids::KeyId;
use zt_model::instant::Instant;
use zt_model::store::ApplicationDocument;

use crate::{list, number, text, vectors};

#[test]
fn application_documents_are_read_alike() {
    let vectors = vectors!("documents.json");
    let now = Instant::from_seconds(number(&vectors, "now"));
    for case in list(&vectors, "application") {
        let name = text(case, "name");
        let parsed = ApplicationDocument::parse(text(case, "document"));
        assert_eq!(parsed.is_ok(), case["valid"].as_bool().unwrap(), "{name}");
        let Ok(document) = parsed else { continue };
        let expected: Vec<&str> = list(case, "keys").iter().map(|kid| kid.as_str().unwrap()).collect();
        let verifies = |kid: &&str| document.key(&KeyId::parse(kid).unwrap(), now).is_some();
        let found: Vec<&str> = ["k1", "k2", "k3"].into_iter().filter(verifies).collect();
        assert_eq!(found, expected, "{name}");
        assert_eq!(document.not_before().seconds(), number(case, "nb"), "{name}");
        assert_eq!(
            document.blocks_everyone(now),
            case["blocked"].as_bool().unwrap(),
            "{name}"
        );

        let again = document.text().unwrap();
        let read = ApplicationDocument::parse(again.expose()).unwrap();
        assert!(read.text().unwrap().same_as(again.expose()), "{name}");
        assert!(read.has_the_keys_of(&document, Instant::ZERO), "{name}");
    }
}
