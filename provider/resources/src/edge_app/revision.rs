//! The revision of an application: a digest of all that is deployed for it, in two halves.
//!
//! The first half covers what the auth function is made of, so that a plan can tell whether a change publishes a new
//! version of it; the second covers everything. Both include the digests of the shipped bundles, so a newer provider plans
//! an update.

use serde_json::Value as Json;
use zt_framework::{Schema, Value};

use super::bundle;

/// Attributes that shape the deployment without being deployed, or that are computed from it.
const NOT_DEPLOYED: [&str; 3] = ["timeouts", "replica_deletion", "secret_recovery_days"];

const ENDPOINTS: &str = "provider_endpoints";

/// Attributes that go into the configuration of the auth function.
const OF_AUTH: [&str; 14] = [
    "name",
    "session_store",
    "aliases",
    "viewer_port",
    "identity_provider",
    "session",
    "cookie_domain",
    "assertion",
    "shared_signals",
    "bearer_issuers",
    "auth_prefix",
    "title",
    "support_url",
    ENDPOINTS,
];

/// What an import needs to know, as JSON: attributes as the user wrote them, and the endpoints that were found.
pub(super) fn configuration(schema: &Schema, object: &Value) -> Option<Vec<u8>> {
    let mut written = object.clone();
    for attribute in &schema.attributes {
        let is_written = attribute.required || attribute.optional || attribute.name == ENDPOINTS;
        if !is_written {
            written.set(&attribute.name, Value::Null);
        }
    }
    zt_framework::value::json::encode(&written, &schema.ty()).ok()
}

/// The revision of an object, when it is wholly known.
pub(super) fn of(schema: &Schema, object: &Value) -> Option<String> {
    let json: Json = serde_json::from_slice(&configuration(schema, object)?).ok()?;
    let mut all = json.as_object()?.clone();
    for name in NOT_DEPLOYED {
        all.remove(name);
    }
    let tags = schema.attribute("tags_all")?;
    let encoded = zt_framework::value::json::encode(object.get("tags_all"), &tags.ty()).ok()?;
    all.insert("tags_all".to_owned(), serde_json::from_slice(&encoded).ok()?);
    let headers = all.get("identity_headers").cloned().unwrap_or_default();
    let auth: Vec<Json> = OF_AUTH
        .iter()
        .map(|name| all.get(*name).cloned().unwrap_or_default())
        .collect();
    let auth = digest(&serde_json::to_vec(&(auth, headers, bundle::auth_version())).ok()?);
    let all = digest(&serde_json::to_vec(&(all, bundle::session_version(), bundle::auth_version())).ok()?);
    Some(format!("{auth}.{all}"))
}

/// Whether two revisions have the same auth function.
pub(super) fn same_auth(one: &str, other: &str) -> bool {
    let auth = |revision: &str| revision.split_once('.').map(|(auth, _)| auth.to_owned());
    auth(one).is_some() && auth(one) == auth(other)
}

fn digest(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest
        .as_ref()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
