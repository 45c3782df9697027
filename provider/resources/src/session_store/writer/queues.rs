//! The queue of revocations and that of dead letters, both FIFO: the same event is the same message, and one batch runs at a time.

use serde_json::{Value, json};
use zt_aws::sqs::{Queue, QueueAttributes};
use zt_framework::Diagnostic;

use super::{Scope, function};
use crate::failure::diagnostic;
use crate::session_store::mark::StoreMark;

/// SQS's longest: fourteen days.
const RETENTION: &str = "1209600";
/// SQS's most. A message that cannot be carried out goes to the dead letters by the writer's own hand; only what outlives an
/// outage of the better part of a day goes by this count.
const RECEIVES: u32 = 1_000;

/// What a queue has to be.
pub(super) struct WantedQueue {
    pub(super) name: String,
    attributes: QueueAttributes,
}

impl WantedQueue {
    /// Whether a queue has every attribute that we set.
    pub(super) fn is_met_by(&self, queue: &Queue) -> bool {
        self.missing(queue).is_empty()
    }

    fn missing(&self, queue: &Queue) -> QueueAttributes {
        let differs = |(name, value): &(&String, &String)| !same(queue.attributes.get(*name), value);
        let pair = |(name, value): (&String, &String)| (name.clone(), value.clone());
        self.attributes.iter().filter(differs).map(pair).collect()
    }
}

/// Attributes that are documents are compared by meaning; SQS may write numbers as texts and leave out what is false.
fn same(found: Option<&String>, wanted: &str) -> bool {
    let Some(found) = found else {
        return wanted == "false";
    };
    let plain = |text: &str| -> Option<std::collections::BTreeMap<String, String>> {
        let document: Value = serde_json::from_str(text).ok()?;
        let members = document.as_object()?.iter();
        Some(
            members
                .map(|(name, value)| {
                    (
                        name.clone(),
                        value.as_str().map_or_else(|| value.to_string(), str::to_owned),
                    )
                })
                .collect(),
        )
    };
    found == wanted || plain(found).is_some_and(|found| Some(found) == plain(wanted))
}

pub(super) fn dead_letters(scope: &Scope<'_>) -> WantedQueue {
    wanted(scope.names().dead_letter_queue, [])
}

pub(super) fn revocations(scope: &Scope<'_>, dead_letters_arn: &str) -> WantedQueue {
    let redrive = json!({ "deadLetterTargetArn": dead_letters_arn, "maxReceiveCount": RECEIVES });
    wanted(
        scope.names().queue,
        [
            ("RedrivePolicy", redrive.to_string()),
            // Long enough for one run of the writer; a failed batch comes again after the rest of it.
            ("VisibilityTimeout", function::VISIBILITY.to_string()),
        ],
    )
}

fn wanted<const N: usize>(name: String, more: [(&str, String); N]) -> WantedQueue {
    let all = [
        ("FifoQueue", "true"),
        ("ContentBasedDeduplication", "false"),
        ("MessageRetentionPeriod", RETENTION),
        ("SqsManagedSseEnabled", "true"),
    ];
    let all = all.into_iter().map(|(name, value)| (name, value.to_owned()));
    let attributes = all.chain(more).map(|(name, value)| (name.to_owned(), value)).collect();
    WantedQueue { name, attributes }
}

pub(super) async fn look(scope: &Scope<'_>, name: &str) -> Result<Option<Queue>, Diagnostic> {
    let found = scope.aws.sqs(&scope.region).find(name).await;
    found.map_err(|error| diagnostic(&error))
}

pub(super) async fn ensure(scope: &Scope<'_>, wanted: &WantedQueue) -> Result<Queue, Diagnostic> {
    let sqs = scope.aws.sqs(&scope.region);
    let tags = scope.marked();
    let Some(found) = look(scope, &wanted.name).await? else {
        let made = sqs.create(&wanted.name, &wanted.attributes, &tags).await;
        return made.map_err(|error| diagnostic(&error));
    };
    let present = sqs.tags(&found.url).await.map_err(|error| diagnostic(&error))?;
    scope.may_take(StoreMark::from_tags(&present).as_ref(), "queue", &wanted.name)?;
    let missing = wanted.missing(&found);
    if !missing.is_empty() {
        let set = sqs.set_attributes(&found.url, &missing).await;
        set.map_err(|error| diagnostic(&error))?;
    }
    let tagged = sqs.set_tags(&found.url, &present, &tags).await;
    tagged.map_err(|error| diagnostic(&error))?;
    Ok(found)
}

pub(super) async fn remove(scope: &Scope<'_>, name: &str) -> Result<(), Diagnostic> {
    let sqs = scope.aws.sqs(&scope.region);
    let Some(found) = look(scope, name).await? else {
        return Ok(());
    };
    let tags = sqs.tags(&found.url).await.map_err(|error| diagnostic(&error))?;
    if !scope.owns_tagged(&tags) {
        return Ok(());
    }
    sqs.delete(&found.url).await.map_err(|error| diagnostic(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(attributes: &[(&str, &str)]) -> Queue {
        Queue {
            url: String::new(),
            arn: String::new(),
            attributes: attributes
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn documents_are_compared_by_meaning() {
        let wanted = WantedQueue {
            name: String::new(),
            attributes: QueueAttributes::from([
                (
                    "RedrivePolicy".to_owned(),
                    r#"{"deadLetterTargetArn":"arn:d","maxReceiveCount":1000}"#.to_owned(),
                ),
                ("ContentBasedDeduplication".to_owned(), "false".to_owned()),
            ]),
        };
        let other_words = r#"{"maxReceiveCount":"1000", "deadLetterTargetArn":"arn:d"}"#;
        assert!(wanted.is_met_by(&queue(&[("RedrivePolicy", other_words)])));
        for changed in [
            r#"{"maxReceiveCount":"3","deadLetterTargetArn":"arn:d"}"#,
            r#"{"deadLetterTargetArn":"arn:d"}"#,
            "",
        ] {
            assert!(!wanted.is_met_by(&queue(&[("RedrivePolicy", changed)])), "{changed}");
        }
        assert!(!wanted.is_met_by(&queue(&[])));
    }
}
