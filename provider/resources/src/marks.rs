//! Marks: whose object is this?
//!
//! Terraform learns of an object only from the answer of an apply, so a provider that dies has saved nothing. Hence every
//! object in AWS says itself to which application of which store it belongs and to which instance of it. An
//! instance is *creating* until its first create is complete; that state stands once, on the instance's anchor (the
//! secret with the keys, the first object made and the last but one removed), and holds for all objects of the instance.
//! Create adopts what an unfinished instance of the same name left behind and parked functions; it touches nothing else.

use std::collections::BTreeMap;
use std::fmt;

const APPLICATION: &str = "zt:application";
const STORE: &str = "zt:store";
const INSTANCE: &str = "zt:instance";
const STATE: &str = "zt:state";

/// The life of what carries a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The first create has not come to its end.
    Creating,
    /// Complete.
    Live,
    /// Given up by its application, but AWS does not delete it yet.
    Parked,
}

impl Stage {
    fn word(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Live => "live",
            Self::Parked => "parked",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Creating, Self::Live, Self::Parked]
            .into_iter()
            .find(|stage| stage.word() == word)
    }
}

/// Who an object belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Name of the application.
    pub(crate) application: String,
    /// Name of its store.
    pub(crate) store: String,
    /// Random id of one create of it.
    pub(crate) instance: String,
    /// Meaningful on the anchor and on parked objects.
    pub(crate) stage: Stage,
}

impl Mark {
    /// The same mark at another stage.
    pub(crate) fn at(&self, stage: Stage) -> Self {
        Self { stage, ..self.clone() }
    }

    /// As tags, for objects that have tags.
    pub(crate) fn tags(&self) -> BTreeMap<String, String> {
        [
            (APPLICATION, self.application.as_str()),
            (STORE, self.store.as_str()),
            (INSTANCE, self.instance.as_str()),
            (STATE, self.stage.word()),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
    }

    /// Reads a mark from tags; `None` when the object carries none of ours.
    pub(crate) fn from_tags(tags: &BTreeMap<String, String>) -> Option<Self> {
        let tag = |key: &str| tags.get(key).cloned();
        Some(Self {
            application: tag(APPLICATION)?,
            store: tag(STORE)?,
            instance: tag(INSTANCE)?,
            stage: Stage::parse(&tag(STATE)?)?,
        })
    }

    /// Reads a mark from a comment or description.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        if words.next() != Some("zt") {
            return None;
        }
        let fields: BTreeMap<&str, &str> = words.filter_map(|word| word.split_once('=')).collect();
        let field = |key: &str| fields.get(key).map(|value| (*value).to_owned());
        Some(Self {
            application: field("application")?,
            store: field("store")?,
            instance: field("instance")?,
            stage: fields
                .get("state")
                .map_or(Some(Stage::Live), |word| Stage::parse(word))?,
        })
    }

    /// Whether both are of the same application, in whatever instance.
    pub(crate) fn same_application(&self, other: &Self) -> bool {
        self.application == other.application && self.store == other.store
    }

    /// Whether a create or update with this mark may take an object over that carries the other.
    pub(crate) fn may_take(&self, other: &Self) -> bool {
        self.same_application(other) && (self.instance == other.instance || other.stage == Stage::Parked)
    }
}

impl fmt::Display for Mark {
    /// The form for comments and descriptions: no longer than 128 characters with names of 24.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            application,
            store,
            instance,
            stage,
        } = self;
        write!(
            formatter,
            "zt application={application} store={store} instance={instance}"
        )?;
        match stage {
            Stage::Live => Ok(()),
            other => write!(formatter, " state={}", other.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(instance: &str, stage: Stage) -> Mark {
        Mark {
            application: "members".into(),
            store: "main".into(),
            instance: instance.into(),
            stage,
        }
    }

    #[test]
    fn a_mark_reads_back_from_tags_and_from_text() {
        for stage in [Stage::Creating, Stage::Live, Stage::Parked] {
            let mark = mark("AbC-_123", stage);
            assert_eq!(Mark::from_tags(&mark.tags()), Some(mark.clone()));
            assert_eq!(Mark::from_text(&mark.to_string()), Some(mark));
        }
    }

    #[test]
    fn what_others_wrote_is_no_mark() {
        for text in [
            "",
            "zt",
            "managed by somebody",
            "zt application=a store=b",
            "zt application=a store=b instance=c state=odd",
        ] {
            assert_eq!(Mark::from_text(text), None, "{text}");
        }
        assert_eq!(Mark::from_tags(&BTreeMap::new()), None);
    }

    #[test]
    fn the_longest_mark_fits_a_comment() {
        let longest = Mark {
            application: "a".repeat(24),
            store: "s".repeat(24),
            instance: "i".repeat(12),
            stage: Stage::Creating,
        };
        // Comments of distributions and response headers policies end at 128 characters.
        assert!(longest.to_string().len() <= 128, "{}", longest.to_string().len());
    }

    #[test]
    fn only_the_own_instance_and_parked_objects_are_taken() {
        let ours = mark("one", Stage::Creating);
        assert!(ours.may_take(&mark("one", Stage::Live)));
        assert!(ours.may_take(&mark("two", Stage::Parked)));
        assert!(!ours.may_take(&mark("two", Stage::Creating)));
        assert!(!ours.may_take(&Mark {
            store: "other".into(),
            ..mark("one", Stage::Live)
        }));
    }
}
