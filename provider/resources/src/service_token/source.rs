//! What the user wrote about a token, as it is kept beside the token: an import and a killed apply learn it from there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zt_framework::Value;
use zt_model::duration::Duration;
use zt_model::instant::Instant;
use zt_model::store::Expiry;

use crate::session_revocation::time;

/// The settings of a token, in the user's spelling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Source {
    pub(super) expires_at: Option<String>,
    pub(super) lifetime: Option<String>,
    pub(super) rotation_overlap: String,
    pub(super) rotation_triggers: Option<BTreeMap<String, String>>,
    pub(super) secret_recovery_days: i64,
    pub(super) secret_wo_version: Option<i64>,
}

impl Source {
    /// Reads a wholly known plan or state.
    pub(super) fn read(object: &Value) -> Self {
        let text = |name: &str| object.get(name).as_str().map(str::to_owned);
        let triggers = object.get("rotation_triggers").entries().map(|entries| {
            let known = entries.iter();
            known
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect()
        });
        Self {
            expires_at: text("expires_at"),
            lifetime: text("lifetime"),
            rotation_overlap: text("rotation_overlap").unwrap_or_default(),
            rotation_triggers: triggers,
            secret_recovery_days: object.get("secret_recovery_days").as_i64().unwrap_or(7),
            secret_wo_version: object.get("secret_wo_version").as_i64(),
        }
    }

    /// Writes it into a state.
    pub(super) fn put(&self, state: &mut Value) {
        let triggers = self.rotation_triggers.as_ref().map(|triggers| {
            let values = triggers.iter().map(|(key, value)| (key.clone(), value.into()));
            values.collect::<BTreeMap<String, Value>>()
        });
        state.set("expires_at", self.expires_at.clone());
        state.set("lifetime", self.lifetime.clone());
        state.set("rotation_overlap", self.rotation_overlap.as_str());
        state.set("rotation_triggers", triggers);
        state.set("secret_recovery_days", self.secret_recovery_days);
        state.set("secret_wo_version", self.secret_wo_version);
    }

    /// Whether `wanted` asks for a new secret. Taking the triggers away asks for nothing; a map without any is none.
    pub(super) fn asks_for_another(&self, wanted: &Self) -> bool {
        let triggers = wanted
            .rotation_triggers
            .as_ref()
            .filter(|triggers| !triggers.is_empty());
        let triggered = triggers.is_some() && triggers != self.rotation_triggers.as_ref();
        triggered || wanted.secret_wo_version != self.secret_wo_version
    }

    /// The end of a secret of this age. What cannot be read has ended: better closed than open.
    pub(super) fn expiry(&self, minted: Instant) -> Expiry {
        let at = match (&self.expires_at, &self.lifetime) {
            (None, None) => return Expiry::Never,
            (Some(text), _) => time::parse(text),
            (None, Some(text)) => text.parse().ok().map(|lifetime| minted.plus(lifetime)),
        };
        Expiry::At(at.unwrap_or(Instant::from_seconds(1)))
    }

    /// How long a secret counts once another has taken its place.
    pub(super) fn overlap(&self) -> Duration {
        self.rotation_overlap.parse().unwrap_or(Duration::from_seconds(0))
    }
}
