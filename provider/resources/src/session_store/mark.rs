//! Whose store is this? The mark on the two AWS objects of a session store: its pepper's tags, its KeyValueStore's comment.
//!
//! A store is *creating* until its first create is complete. Create takes over what an unfinished create of the same
//! name left behind, and nothing else; delete touches only its own instance.

use zt_aws::Tags;
use zt_model::ids::{InstanceId, StoreName};

const STORE: &str = "zt:store";
const INSTANCE: &str = "zt:instance";
const STATE: &str = "zt:state";
/// Days in which the deleted pepper can be restored: an import has no other place to learn of them.
const RECOVERY: &str = "zt:recovery-days";

/// The configured session lifetime; the store's own document may hold a longer one of earlier times.
const LIFETIME: &str = "zt:max-session-lifetime";

/// Where the queue and the writer are: a KeyValueStore has no region to tell it.
const REGION: &str = "zt:writer-region";

/// The tag that remembers the region of the writer.
pub(super) fn region_tag(region: &str) -> (String, String) {
    (REGION.to_owned(), region.to_owned())
}

/// What `region_tag` remembered.
pub(super) fn writer_region(tags: &Tags) -> Option<String> {
    tags.get(REGION).cloned()
}

/// The tag that remembers `max_session_lifetime`.
pub(super) fn lifetime_tag(lifetime: &str) -> (String, String) {
    (LIFETIME.to_owned(), lifetime.to_owned())
}

/// What `lifetime_tag` remembered.
pub(super) fn session_lifetime(tags: &Tags) -> Option<String> {
    tags.get(LIFETIME).cloned()
}

/// The tag that remembers `secret_recovery_days`.
pub(super) fn recovery_tag(days: i64) -> (String, String) {
    (RECOVERY.to_owned(), days.to_string())
}

/// What `recovery_tag` remembered.
pub(super) fn recovery_days(tags: &Tags) -> Option<i64> {
    tags.get(RECOVERY)?.parse().ok()
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoreMark {
    pub(super) store: StoreName,
    pub(super) instance: InstanceId,
    pub(super) creating: bool,
}

impl StoreMark {
    pub(super) fn complete(&self) -> Self {
        Self {
            creating: false,
            ..self.clone()
        }
    }

    /// Whether both are of one create, however far it came.
    pub(super) fn same_instance(&self, other: &Self) -> bool {
        self.store == other.store && self.instance == other.instance
    }

    fn state(&self) -> &'static str {
        if self.creating { "creating" } else { "live" }
    }

    pub(super) fn tags(&self) -> Tags {
        let pairs = [
            (STORE, self.store.as_str()),
            (INSTANCE, self.instance.as_str()),
            (STATE, self.state()),
        ];
        pairs
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    }

    /// Reads a mark from tags; none when they are not a store's.
    pub(super) fn from_tags(tags: &Tags) -> Option<Self> {
        let tag = |key: &str| tags.get(key).map(String::as_str);
        Self::new(tag(STORE)?, tag(INSTANCE)?, tag(STATE)?)
    }

    /// The comment of the KeyValueStore.
    pub(super) fn comment(&self) -> String {
        format!(
            "zt store={} instance={} state={}",
            self.store,
            self.instance,
            self.state()
        )
    }

    /// Reads a mark from a comment; none when somebody else wrote it.
    pub(super) fn from_comment(comment: &str) -> Option<Self> {
        let fields: Vec<&str> = comment.split(' ').collect();
        let ["zt", store, instance, state] = fields.as_slice() else {
            return None;
        };
        Self::new(
            store.strip_prefix("store=")?,
            instance.strip_prefix("instance=")?,
            state.strip_prefix("state=")?,
        )
    }

    fn new(store: &str, instance: &str, state: &str) -> Option<Self> {
        let creating = match state {
            "creating" => true,
            "live" => false,
            _ => return None,
        };
        Some(Self {
            store: StoreName::parse(store).ok()?,
            instance: InstanceId::parse(instance).ok()?,
            creating,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back_from_tags_and_comment() {
        for creating in [true, false] {
            let (store, instance) = (
                StoreName::parse("main").unwrap(),
                InstanceId::parse("AbC-_123").unwrap(),
            );
            let mark = StoreMark {
                store,
                instance,
                creating,
            };
            assert_eq!(StoreMark::from_tags(&mark.tags()), Some(mark.clone()));
            assert_eq!(StoreMark::from_comment(&mark.comment()), Some(mark));
        }
    }

    #[test]
    fn what_others_wrote_is_no_mark() {
        for comment in [
            "",
            "sessions",
            "zt store=main instance=AbC-_123",
            "zt store=main instance=AbC-_123 state=odd",
        ] {
            assert_eq!(StoreMark::from_comment(comment), None, "{comment}");
        }
    }
}
