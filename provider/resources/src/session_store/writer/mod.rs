//! The store writer and what belongs to it: queue, dead-letter queue, function with role and log group, what hands it the queue's
//! messages, and its schedule. All in one region.
//!
//! Every part can be *ensured* (made, taken over or changed until it is as wanted), *looked at* and *removed*. Parts carry the mark
//! of the store's instance; nothing else of their names is touched.

mod function;
mod log_group;
mod mapping;
mod parts;
mod queues;
mod role;
mod schedule;

use std::time::Duration;

use zt_aws::{Aws, Tags};
use zt_edge::{StoreWriterArchive, StoreWriterConfig};
use zt_framework::Diagnostic;
use zt_model::ids::StoreName;

pub(super) use parts::{Deployed, Seen, ensure, look, remove};

use super::mark::StoreMark;

/// What the parts need to know.
pub(super) struct Scope<'a> {
    pub(super) aws: &'a Aws,
    pub(super) region: String,
    /// The mark of the store's instance.
    pub(super) mark: StoreMark,
    /// Tags of every object, without the mark.
    pub(super) tags: Tags,
    /// How long a wait may take.
    pub(super) limit: Duration,
    /// ARN of the KeyValueStore.
    pub(super) store_arn: String,
    /// Whether parts of an earlier instance may be taken over: only while a store is made, so that its own is known to be gone.
    pub(super) adopts: bool,
}

/// What the user decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) log_retention_days: i64,
    pub(super) prune_schedule: String,
}

/// The physical names. Names of stores hold no two hyphens in a row, and no two of these are ever alike.
struct Names {
    /// Of role and function.
    function: String,
    log_group: String,
    queue: String,
    dead_letter_queue: String,
    rule: String,
}

impl Names {
    fn of(store: &StoreName) -> Self {
        Self {
            function: format!("zt-{store}-writer"),
            log_group: format!("/aws/lambda/zt-{store}-writer"),
            queue: format!("zt-{store}-revocations.fifo"),
            dead_letter_queue: format!("zt-{store}-revocations-dead.fifo"),
            rule: format!("zt-{store}-prune"),
        }
    }
}

impl Scope<'_> {
    fn names(&self) -> Names {
        Names::of(&self.mark.store)
    }

    /// Tags of an object: the user's, and the mark.
    fn marked(&self) -> Tags {
        let mark = self.mark.complete();
        self.tags.clone().into_iter().chain(mark.tags()).collect()
    }

    /// The mark as a description.
    fn description(&self) -> String {
        self.mark.complete().comment()
    }

    fn owns(&self, found: Option<&StoreMark>) -> bool {
        found.is_some_and(|found| found.same_instance(&self.mark))
    }

    fn owns_tagged(&self, tags: &Tags) -> bool {
        self.owns(StoreMark::from_tags(tags).as_ref())
    }

    /// Refuses an object that is not ours to take.
    fn may_take(&self, found: Option<&StoreMark>, what: &str, name: &str) -> Result<(), Diagnostic> {
        let orphan = self.adopts && found.is_some_and(|found| found.store == self.mark.store);
        match orphan || self.owns(found) {
            true => Ok(()),
            false => Err(super::exists(&self.mark.store, &format!("the {what} {name}"))),
        }
    }

    /// The zip of the function.
    fn archive(&self, dead_letter_queue_url: &str) -> Result<StoreWriterArchive, Diagnostic> {
        let config = StoreWriterConfig {
            store: self.mark.store.to_string(),
            arn: self.store_arn.clone(),
            region: self.region.clone(),
            dead_letter_queue_url: dead_letter_queue_url.to_owned(),
            keyvaluestore_endpoint: self.aws.keyvalue_endpoint(),
            sqs_endpoint: self.aws.sqs_endpoint(),
        };
        StoreWriterArchive::pack(&config)
            .map_err(|error| Diagnostic::error("The store writer cannot be packed", error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_names_fit_the_limits_of_aws() {
        let names = Names::of(&StoreName::parse(&"s".repeat(24)).unwrap());
        // 64 characters: Lambda functions, roles and rules. 80: queues.
        assert!(names.function.len() <= 64 && names.rule.len() <= 64);
        assert!(names.queue.len() <= 80 && names.dead_letter_queue.len() <= 80);
        assert!(names.queue.ends_with(".fifo") && names.dead_letter_queue.ends_with(".fifo"));
    }
}
