//! The two documents that change together: keys and membership.
//!
//! Pure: what stands in the secrets and what is configured go in, what has to stand there comes out. Keys stay as long as
//! one of them is bound to the configuration; the ledger of grant bits stays as long as it can be read. A ledger that
//! cannot be read takes every key with it, because a bit could otherwise get a second meaning.

use std::collections::BTreeMap;

use zt_model::duration::Duration;
use zt_model::encoding;
use zt_model::ids::{KeyId, PolicyName};
use zt_model::instant::Instant;
use zt_model::membership::{MembershipDocument, SplitPolicy};
use zt_model::session::{Derivation, KeysDocument, RotationRequest, StoredKey};
use zt_model::source::Source;

use super::component::bucket_policy::Grant;

/// Secrets Manager's limit of one value.
pub(super) const SECRET_LIMIT: usize = 65_536;

/// Where the whole configuration stands inside the membership document, for import.
const CONFIGURATION: &str = "configuration";

/// Where the buckets stand that an earlier configuration had and that may still let the distribution read.
const LEAVING: &str = "leaving";

/// What the documents are made for.
pub(super) struct Wanted<'a> {
    pub(super) derivation: &'a Derivation,
    pub(super) lifetime: Duration,
    pub(super) policies: &'a BTreeMap<PolicyName, SplitPolicy>,
    pub(super) source: &'a Source,
    pub(super) rotation: Rotation,
    pub(super) now: Instant,
}

/// Which rotation has been asked for, and how long a new key waits until it signs.
#[derive(Clone)]
pub(super) struct Rotation {
    pub(super) request: RotationRequest,
    pub(super) propagation: Duration,
}

/// The rotation that a configuration asks for.
pub(super) fn rotation(settings: &super::config::features::Rotation) -> Rotation {
    let digest = |triggers: &BTreeMap<String, String>| match triggers.is_empty() {
        true => String::new(),
        false => {
            // A map of strings always serialises.
            let text = serde_json::to_vec(triggers).unwrap_or_default();
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &text);
            let mut text = encoding::base64url(digest.as_ref());
            text.truncate(22);
            text
        }
    };
    Rotation {
        request: RotationRequest {
            ordinary: digest(&settings.triggers),
            emergency: digest(&settings.emergency),
        },
        propagation: Duration::from_seconds(settings.propagation),
    }
}

/// A key not yet bound to anything: id and 32 bytes, both random.
pub(super) struct Fresh {
    pub(super) kid: KeyId,
    pub(super) bytes: [u8; 32],
}

/// What has to stand in the secrets.
pub(super) struct Documents {
    pub(super) keys: KeysDocument,
    pub(super) membership: MembershipDocument,
}

/// Why there are none.
#[derive(Debug, thiserror::Error)]
pub(super) enum DocumentsError {
    /// More policies than bits, even with a new numbering.
    #[error("there are more policies than grant bits")]
    TooManyPolicies(#[source] zt_model::membership::LedgerFull),
}

/// Settles both documents. `fresh` is used only when a new key is needed.
pub(super) fn settle(
    keys: Option<&str>,
    membership: Option<&str>,
    wanted: &Wanted<'_>,
    fresh: Fresh,
) -> Result<Documents, DocumentsError> {
    let present = membership.map(MembershipDocument::parse);
    if let Some(Ok(present)) = &present
        && let Ok(next) = present.next(wanted.policies, wanted.source.clone())
    {
        return Ok(Documents {
            keys: settle_keys(keys, wanted, fresh),
            membership: next,
        });
    }
    let kid = fresh.kid.clone();
    let earlier = present.and_then(Result::ok).map(|present| present.generation);
    // Also without any document: it may have been lost, and a session function that still has the old table must not
    // read the new numbers. Generations that begin with the present time lie apart from all earlier ones.
    let membership = MembershipDocument::restarted(kid, earlier, wanted.policies, wanted.source.clone(), wanted.now);
    Ok(Documents {
        keys: only(fresh, wanted),
        membership: membership.map_err(DocumentsError::TooManyPolicies)?,
    })
}

/// Keys that are there stay, and sign until a new one is known everywhere; in an emergency they end.
fn settle_keys(keys: Option<&str>, wanted: &Wanted<'_>, fresh: Fresh) -> KeysDocument {
    // Unreadable or absent: nobody can hold a session of it any more.
    let Some(Ok(mut present)) = keys.map(KeysDocument::parse) else {
        return only(fresh, wanted);
    };
    let Some(youngest) = present.youngest(wanted.derivation) else {
        // Of another configuration: its sessions end with the change.
        present.rotate(key(fresh, wanted, Instant::ZERO), wanted.lifetime, wanted.now);
        return present;
    };
    let (done, asked) = (&youngest.request, &wanted.rotation.request);
    // Triggers that are taken away ask for nothing.
    let new = |done: &str, asked: &str| !asked.is_empty() && done != asked;
    if new(&done.emergency, &asked.emergency) {
        return only(fresh, wanted);
    }
    let rotates = new(&done.ordinary, &asked.ordinary);
    let unsigned = present.signer(wanted.derivation, wanted.lifetime, wanted.now).is_none();
    if unsigned {
        present.rotate(key(fresh, wanted, wanted.now), wanted.lifetime, wanted.now);
    } else if rotates {
        let sign_after = wanted.now.plus(wanted.rotation.propagation);
        present.rotate(key(fresh, wanted, sign_after), wanted.lifetime, wanted.now);
    }
    present
}

fn only(fresh: Fresh, wanted: &Wanted<'_>) -> KeysDocument {
    KeysDocument {
        // There is no other key whose end would have to be waited for: it signs at once.
        keys: vec![key(fresh, wanted, Instant::ZERO)],
    }
}

fn key(fresh: Fresh, wanted: &Wanted<'_>, sign_after: Instant) -> StoredKey {
    let request = wanted.rotation.request.clone();
    StoredKey::new(fresh.kid, fresh.bytes, wanted.derivation, sign_after).asked_for_by(request)
}

/// The text of the membership secret: the document, and in its source the configuration as JSON, with the buckets that
/// are no longer in it. Those stand there until they are cleaned, because no other record outlives an apply that died.
pub(super) fn membership_text(
    document: &MembershipDocument,
    configuration: &[u8],
    leaving: &[Grant],
) -> Option<String> {
    let mut text: serde_json::Value = serde_json::from_str(&document.text()).ok()?;
    let configuration: serde_json::Value = serde_json::from_slice(configuration).ok()?;
    let source = text.get_mut("source")?.as_object_mut()?;
    source.insert(CONFIGURATION.to_owned(), configuration);
    if !leaving.is_empty() {
        let bucket = |grant: &Grant| serde_json::json!({ "bucket": grant.bucket, "region": grant.region });
        source.insert(LEAVING.to_owned(), leaving.iter().map(bucket).collect());
    }
    serde_json::to_string(&text).ok()
}

/// The buckets inside the text of the membership secret that are no longer in its configuration.
pub(super) fn leaving(text: &str) -> Vec<Grant> {
    let document: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let buckets = document["source"][LEAVING].as_array().cloned().unwrap_or_default();
    let grant = |one: &serde_json::Value| {
        Some(Grant {
            bucket: one["bucket"].as_str()?.to_owned(),
            region: one["region"].as_str()?.to_owned(),
            paths: Vec::new(),
        })
    };
    buckets.iter().filter_map(grant).collect()
}

/// The configuration inside the text of the membership secret.
pub(super) fn configuration(text: &str) -> Option<Vec<u8>> {
    let document: serde_json::Value = serde_json::from_str(text).ok()?;
    serde_json::to_vec(document.get("source")?.get(CONFIGURATION)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use zt_model::ids::{ApplicationName, ClaimName, ClientId, Issuer};
    use zt_model::membership::{Policy, Selector};
    use zt_model::session::ClaimMapping;

    fn derivation(client: &str) -> Derivation {
        let claim = |name: &str| ClaimName::parse(name).unwrap();
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

    fn fresh(kid: &str) -> Fresh {
        Fresh {
            kid: KeyId::parse(kid).unwrap(),
            bytes: [7; 32],
        }
    }

    fn staff(group: &str) -> BTreeMap<PolicyName, SplitPolicy> {
        let selector = Selector {
            groups: Some(vec![group.to_owned()]),
            ..Selector::default()
        };
        let policy = Policy {
            any: vec![selector],
            ..Policy::default()
        };
        let name = PolicyName::parse("staff").unwrap();
        let split = SplitPolicy::of(&name, &policy).unwrap();
        [(name, split)].into()
    }

    const NOW: u64 = 1_700_000_000;

    fn documents(keys: Option<&str>, membership: Option<&str>, client: &str, group: &str) -> Documents {
        rotated(keys, membership, client, group, ("", ""))
    }

    fn rotated(
        keys: Option<&str>,
        membership: Option<&str>,
        client: &str,
        group: &str,
        (ordinary, emergency): (&str, &str),
    ) -> Documents {
        let (derivation, policies, source) = (derivation(client), staff(group), Source::default());
        let wanted = Wanted {
            derivation: &derivation,
            lifetime: Duration::from_seconds(3_600),
            policies: &policies,
            source: &source,
            rotation: rotation(ordinary, emergency),
            now: Instant::from_seconds(NOW),
        };
        settle(keys, membership, &wanted, fresh("k2")).unwrap()
    }

    fn rotation(ordinary: &str, emergency: &str) -> Rotation {
        Rotation {
            request: RotationRequest {
                ordinary: ordinary.to_owned(),
                emergency: emergency.to_owned(),
            },
            propagation: Duration::from_seconds(600),
        }
    }

    fn first() -> (String, String) {
        let (derivation, policies, source) = (derivation("client"), staff("staff"), Source::default());
        let wanted = Wanted {
            derivation: &derivation,
            lifetime: Duration::from_seconds(3_600),
            policies: &policies,
            source: &source,
            rotation: rotation("", ""),
            now: Instant::from_seconds(NOW),
        };
        let first = settle(None, None, &wanted, fresh("k1")).unwrap();
        (first.keys.text().expose().to_owned(), first.membership.text())
    }

    fn kids(documents: &Documents) -> Vec<String> {
        documents.keys.keys.iter().map(|key| key.kid.to_string()).collect()
    }

    #[test]
    fn the_same_configuration_changes_nothing() {
        let (keys, membership) = first();
        let again = documents(Some(&keys), Some(&membership), "client", "staff");
        assert_eq!(again.keys.text().expose(), keys);
        assert_eq!(again.membership.text(), membership);
    }

    fn membership_generation(text: &str) -> u64 {
        MembershipDocument::parse(text).unwrap().generation
    }

    #[test]
    fn an_edited_policy_keeps_the_keys_and_raises_the_generation() {
        let (keys, membership) = first();
        let edited = documents(Some(&keys), Some(&membership), "client", "employees");
        assert_eq!(kids(&edited), ["k1"]);
        assert_eq!(edited.membership.generation, membership_generation(&membership) + 1);
        assert_eq!(edited.membership.ledger.len(), 2);
    }

    /// Edge locations learn of a new session function after the document: whoever logs in between is judged by both texts.
    #[test]
    fn the_text_before_an_edit_is_evaluated_until_the_next_one() {
        let (keys, membership) = first();
        let edited = documents(Some(&keys), Some(&membership), "client", "employees").membership;
        let bits: Vec<u16> = edited.former.iter().map(|former| former.bit).collect();
        assert_eq!(bits, [0]);
        assert_eq!(edited.former[0].policy.any[0].groups, Some(vec!["staff".to_owned()]));
        let again = documents(Some(&keys), Some(&edited.text()), "client", "employees").membership;
        assert_eq!(
            again.text(),
            edited.text(),
            "an apply that changes nothing writes nothing"
        );
        let other = documents(Some(&keys), Some(&edited.text()), "client", "guests").membership;
        assert_eq!(other.former.len(), 1);
        assert_eq!(other.former[0].bit, 1);
    }

    /// Checklist: K1, K2. An ordinary rotation refuses nobody: the old key signs until the new one is everywhere, and verifies
    /// as long as its sessions live.
    #[test]
    fn a_trigger_adds_a_key_that_signs_later() {
        let (keys, membership) = first();
        let after = rotated(Some(&keys), Some(&membership), "client", "staff", ("november", ""));
        assert_eq!(kids(&after), ["k1", "k2"]);
        let (old, new) = (&after.keys.keys[0], &after.keys.keys[1]);
        assert_eq!(new.sign_after.seconds(), NOW + 600);
        assert_eq!(old.verify_until.map(Instant::seconds), Some(NOW + 600 + 3_600));
        let text = after.keys.text().expose().to_owned();
        let again = rotated(Some(&text), Some(&membership), "client", "staff", ("november", ""));
        assert_eq!(again.keys.text().expose(), text, "once for each trigger");
        assert_eq!(again.membership.text(), membership, "the numbering of grants stays");
    }

    /// A second trigger that waits less than the first one would otherwise leave the first one's key as the youngest.
    #[test]
    fn a_trigger_inside_the_wait_of_another_settles() {
        let (keys, membership) = first();
        let patient = rotated(Some(&keys), Some(&membership), "client", "staff", ("november", ""));
        let (derivation, policies, source) = (derivation("client"), staff("staff"), Source::default());
        let hasty = Rotation {
            propagation: Duration::from_seconds(120),
            ..rotation("december", "")
        };
        let wanted = Wanted {
            derivation: &derivation,
            lifetime: Duration::from_seconds(3_600),
            policies: &policies,
            source: &source,
            rotation: hasty,
            now: Instant::from_seconds(NOW),
        };
        let text = patient.keys.text().expose().to_owned();
        let after = settle(Some(&text), Some(&membership), &wanted, fresh("k3")).unwrap();
        assert_eq!(kids(&after), ["k1", "k3"]);
        let text = after.keys.text().expose().to_owned();
        let again = settle(Some(&text), Some(&membership), &wanted, fresh("k4")).unwrap();
        assert_eq!(again.keys.text().expose(), text);
    }

    /// Checklist: K2. An emergency ends every session of the application at once.
    #[test]
    fn an_emergency_leaves_one_new_key() {
        let (keys, membership) = first();
        let after = rotated(Some(&keys), Some(&membership), "client", "staff", ("", "leaked"));
        assert_eq!(kids(&after), ["k2"]);
        assert_eq!(after.keys.keys[0].sign_after, Instant::ZERO);
        let text = after.keys.text().expose().to_owned();
        let again = rotated(Some(&text), Some(&membership), "client", "staff", ("", "leaked"));
        assert_eq!(again.keys.text().expose(), text);
    }

    #[test]
    fn another_client_gets_another_key() {
        let (keys, membership) = first();
        let other = documents(Some(&keys), Some(&membership), "other", "staff");
        assert_eq!(kids(&other), ["k2"]);
        assert_eq!(other.membership.generation, membership_generation(&membership));
    }

    #[test]
    fn a_ledger_that_cannot_be_read_takes_the_keys_with_it() {
        let (keys, _) = first();
        let restarted = documents(Some(&keys), Some("{}"), "client", "staff");
        assert_eq!(kids(&restarted), ["k2"]);
        assert!(restarted.membership.generation >= 1_700_000_000);
    }

    #[test]
    fn keys_that_cannot_be_read_are_replaced_and_the_ledger_stays() {
        let (_, membership) = first();
        let replaced = documents(Some("{}"), Some(&membership), "client", "staff");
        assert_eq!(kids(&replaced), ["k2"]);
        assert_eq!(replaced.membership.text(), membership);
    }

    #[test]
    fn the_configuration_travels_inside_the_document() {
        let (_, membership) = first();
        let document = MembershipDocument::parse(&membership).unwrap();
        let text = membership_text(&document, br#"{"name":"members"}"#, &[]).unwrap();
        assert_eq!(configuration(&text).unwrap(), br#"{"name":"members"}"#);
        assert_eq!(MembershipDocument::parse(&text).unwrap(), document);
        assert_eq!(configuration(&membership), None);
    }
}
