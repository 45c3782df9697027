use serde_json::Value;
use zt_model::ids::{ApplicationName, ClaimName, ClientId, Issuer, KeyId};
use zt_model::instant::Instant;
use zt_model::secret::SecretBytes;
use zt_model::session::{
    AssertionHash, ClaimMapping, ContextFingerprint, Derivation, Grants, Pepper, ProviderSession, Session,
    SessionHandle, SessionId, UserFingerprint, verify,
};
use zt_model::store::{ApplicationDocument, page_key_of_handle};

use crate::{list, number, text, vectors};

fn derivation(configuration: &Value) -> Derivation {
    let claim = |name| ClaimName::parse(text(&configuration["mapping"], name)).unwrap();
    Derivation {
        application: ApplicationName::parse(text(configuration, "application")).unwrap(),
        issuer: Issuer::parse(text(configuration, "issuer")).unwrap(),
        client_id: ClientId::parse(text(configuration, "client_id")).unwrap(),
        mapping: ClaimMapping {
            user: claim("user"),
            email: claim("email"),
            groups: claim("groups"),
            roles: claim("roles"),
            session: claim("session"),
        },
    }
}

#[test]
fn keys_and_bindings_are_derived_alike() {
    for configuration in list(&vectors!("tokens.json"), "configurations") {
        let derivation = derivation(configuration);
        assert_eq!(derivation.binding(), text(configuration, "binding"));
        for key in list(configuration, "keys") {
            let secret = SecretBytes::from_base64url_32(text(key, "secret")).unwrap();
            let session = derivation.session_key(&secret).base64url();
            assert!(session.same_as(text(key, "session")));
            let transaction = derivation.transaction_key(&secret).base64url();
            assert!(transaction.same_as(text(key, "transaction")));
            assert!(
                derivation
                    .refresh_key(&secret)
                    .base64url()
                    .same_as(text(key, "refresh"))
            );
        }
    }
}

#[test]
fn fingerprints_are_the_same() {
    let pepper = &vectors!("tokens.json")["pepper"];
    let secret = SecretBytes::from_base64url_32(text(pepper, "secret")).unwrap();
    let own = Pepper::new(secret).unwrap();
    for case in list(pepper, "fingerprints") {
        let issuer = Issuer::parse(text(case, "issuer")).unwrap();
        let name = text(case, "name");
        assert_eq!(own.user(&issuer, name).as_str(), text(case, "fingerprint"));
        assert_eq!(own.provider_session(&issuer, name).as_str(), text(case, "fingerprint"));
    }
    let again = Pepper::from_document(own.document().expose()).unwrap();
    assert!(again.document().same_as(own.document().expose()));
}

#[test]
fn handles_are_the_same() {
    let case = &vectors!("tokens.json")["handle"];
    let user = UserFingerprint::parse(text(case, "usr")).unwrap();
    let handle = SessionHandle::of(&user, &SessionId::parse(text(case, "sid")).unwrap());
    assert_eq!(handle.as_str(), text(case, "handle"));
    assert_eq!(page_key_of_handle(&handle), text(case, "page"));
}

#[test]
fn tokens_are_judged_alike() {
    let vectors = vectors!("tokens.json");
    let document = ApplicationDocument::parse(text(&vectors, "document")).unwrap();
    let now = Instant::from_seconds(number(&vectors, "now"));
    for case in list(&vectors, "cases") {
        let name = text(case, "name");
        let verdict = verify(text(case, "token"), |kid| document.key(kid, now), now);
        match (text(case, "verdict"), verdict) {
            ("valid", Ok(found)) => assert_eq!(found, session(&case["session"]), "{name}"),
            (expected, Err(refusal)) => assert_eq!(refusal.code(), expected, "{name}"),
            (expected, Ok(_)) => panic!("{name} passes and should be refused: {expected}"),
        }
    }
}

#[test]
fn minting_makes_a_session_that_reads_back() {
    let vectors = vectors!("tokens.json");
    let document = ApplicationDocument::parse(text(&vectors, "document")).unwrap();
    let now = Instant::from_seconds(number(&vectors, "now"));
    for case in list(&vectors, "cases").iter().filter(|case| case["verdict"] == "valid") {
        let session = session(&case["session"]);
        let token = session.mint(&document.key(&session.kid, now).unwrap()).unwrap();
        let read = verify(token.expose(), |kid| document.key(kid, now), now).unwrap();
        assert_eq!(read, session);
        // The order of claims is the writer's own; without claims the bytes agree.
        if session.claims.is_empty() {
            assert!(token.same_as(text(case, "token")));
        }
    }
}

fn session(fields: &Value) -> Session {
    let time = |name| Instant::from_seconds(number(fields, name));
    let bits = fields["bits"].as_array().unwrap().iter();
    let contexts = fields["ctx"].as_array().unwrap().iter();
    Session {
        kid: KeyId::parse(text(fields, "kid")).unwrap(),
        sid: SessionId::parse(text(fields, "sid")).unwrap(),
        user: UserFingerprint::parse(text(fields, "usr")).unwrap(),
        provider_session: ProviderSession::parse(text(fields, "ses")).unwrap(),
        login: time("lt"),
        issued: time("iat"),
        expires: time("exp"),
        generation: number(fields, "gen"),
        grants: bits
            .map(|bit| u16::try_from(bit.as_u64().unwrap()).unwrap())
            .collect::<Grants>(),
        contexts: contexts
            .map(|text| ContextFingerprint::parse(text.as_str().unwrap()).unwrap())
            .collect(),
        claims: fields["claims"].as_object().unwrap().clone(),
        assertion: AssertionHash::parse(text(fields, "ah")),
    }
}
