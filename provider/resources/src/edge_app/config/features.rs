//! What an application may do without: machines, signals, the signed assertion, rotation of keys.

use std::collections::BTreeMap;

use super::read;
use zt_framework::{Diagnostics, Value};

/// Queue of the session store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct Queue {
    pub(in crate::edge_app) url: String,
    pub(in crate::edge_app) arn: String,
    pub(in crate::edge_app) region: String,
}

/// Whose signed messages are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct Trusted {
    pub(in crate::edge_app) issuer: String,
    pub(in crate::edge_app) jwks_uri: String,
    pub(in crate::edge_app) audience: String,
    pub(in crate::edge_app) algorithms: Vec<String>,
}

/// Whose bearer tokens are exchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct Bearer {
    pub(in crate::edge_app) trusted: Trusted,
    pub(in crate::edge_app) token_type: Option<String>,
    /// Seconds.
    pub(in crate::edge_app) lifetime: u64,
}

/// When keys are replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct Rotation {
    pub(in crate::edge_app) triggers: BTreeMap<String, String>,
    pub(in crate::edge_app) emergency: BTreeMap<String, String>,
    /// Seconds until a new key signs.
    pub(in crate::edge_app) propagation: u64,
}

impl Default for Rotation {
    fn default() -> Self {
        Self {
            triggers: BTreeMap::new(),
            emergency: BTreeMap::new(),
            propagation: 600,
        }
    }
}

/// The features of an application.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::edge_app) struct Features {
    /// Domain of the session cookie; without one it is host-only.
    pub(in crate::edge_app) cookie_domain: Option<String>,
    /// Audience of the signed assertion, where there is one.
    pub(in crate::edge_app) assertion: Option<String>,
    pub(in crate::edge_app) signals: Option<Trusted>,
    /// By the user's own names.
    pub(in crate::edge_app) bearer: BTreeMap<String, Bearer>,
    pub(in crate::edge_app) rotation: Rotation,
}

/// Reads the features; `name` is the application's.
pub(super) fn read(object: &Value, name: &str) -> Option<Features> {
    Some(Features {
        cookie_domain: read::optional_text(object.get("cookie_domain"))?,
        assertion: read::present(object.get("assertion"), |it| read::text_or(it.get("audience"), name))?,
        signals: read::present(object.get("shared_signals"), trusted)?,
        bearer: bearer_issuers(object.get("bearer_issuers"))?,
        rotation: read::present(object.get("key_rotation"), rotation)?.unwrap_or_default(),
    })
}

/// The queue of a store, where the store has one; `None` while that is not known.
pub(super) fn queue(store: &Value) -> Option<Option<Queue>> {
    read::present(store.get("queue"), |queue| {
        let part = |name| read::optional_text(queue.get(name));
        Some(match (part("url")?, part("arn")?, part("region")?) {
            (Some(url), Some(arn), Some(region)) => Some(Queue { url, arn, region }),
            _ => None,
        })
    })
    .map(Option::flatten)
}

/// What would end sessions but has no queue to do it by.
pub(super) fn check_queue(object: &Value, diagnostics: &mut Diagnostics) {
    let store = object.get("session_store");
    if store.is_unknown() || queue(store) != Some(None) {
        return;
    }
    let provider = super::attribute("identity_provider");
    let logout = object.get("identity_provider").get("back_channel_logout").as_bool() == Some(true);
    let needing = [
        (logout, provider.attribute("back_channel_logout")),
        (
            object.get("shared_signals").is_set(),
            super::attribute("shared_signals"),
        ),
    ];
    for (_, path) in needing.into_iter().filter(|(asked, _)| *asked) {
        diagnostics.error_at(
            path,
            "The session store has no queue",
            "What ends sessions from outside goes through the queue of the session store, and this store has none. Hand \
             over the whole `session_store` attribute of a zt_session_store, and apply that store with this version of \
             the provider first.",
        );
    }
}

fn trusted(value: &Value) -> Option<Trusted> {
    Some(Trusted {
        issuer: read::text(value.get("issuer"))?,
        jwks_uri: read::text(value.get("jwks_uri"))?,
        audience: read::text(value.get("audience"))?,
        algorithms: read::texts_or(value.get("signing_algorithms"), &["RS256"])?,
    })
}

fn bearer_issuers(value: &Value) -> Option<BTreeMap<String, Bearer>> {
    if value.is_unknown() {
        return None;
    }
    let Some(entries) = value.entries() else {
        return Some(BTreeMap::new());
    };
    let bearer = |value: &Value| {
        Some(Bearer {
            trusted: trusted(value)?,
            token_type: read::optional_text(value.get("token_type"))?,
            lifetime: read::seconds(&read::text_or(value.get("lifetime"), "15m")?)?,
        })
    };
    entries
        .iter()
        .map(|(name, value)| Some((name.clone(), bearer(value)?)))
        .collect()
}

fn rotation(value: &Value) -> Option<Rotation> {
    Some(Rotation {
        triggers: read::text_map(value.get("triggers"))?,
        emergency: read::text_map(value.get("emergency"))?,
        propagation: read::seconds(&read::text_or(value.get("propagation"), "10m")?)?,
    })
}
