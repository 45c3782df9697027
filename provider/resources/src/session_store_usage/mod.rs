//! `zt_session_store_usage`: how full a session store is, and a warning before it is full.
//!
//! Its numbers move by themselves, so it is a data source and no attribute of the store. It reads and changes nothing.

use zt_aws::AwsError;
use zt_aws::keyvalue::{KeyValue, Usage};
use zt_framework::{
    Attribute, Context, DataOutcome, DataSource, Diagnostic, Diagnostics, Path, Schema, Value, async_trait,
};
use zt_model::store::{PAGE_COUNT, SLOTS_PER_PAGE, StoreUsage};

use crate::connection::Connection;
use crate::failure;
use crate::session_revocation::time;

/// What a KeyValueStore holds (CloudFront quotas: 5 MB).
const CAPACITY: u64 = 5 * 1024 * 1024;
/// From here on operators are warned.
const WARNING: u64 = 80;

/// The data source over a connection.
pub struct SessionStoreUsage {
    connection: Connection,
}

impl SessionStoreUsage {
    /// The data source over a connection.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

fn schema() -> Schema {
    let count = |name, description: &str| Attribute::number(name, description).computed();
    Schema::new(
        "How full a session store is. A warning is given when the store or one of its pages is filled to 80 %. The whole store \
         is read for it: some ninety calls when it is full.",
    )
    .attributes([
        Attribute::single(
            "session_store",
            "The session store: the `session_store` attribute of a `zt_session_store`.",
            [Attribute::string("arn", "ARN of the KeyValueStore.").required()],
        )
        .required(),
        count("bytes", "Bytes of keys and values, as AWS counts them."),
        count("bytes_limit", "Bytes that a KeyValueStore holds."),
        count(
            "fullness_percent",
            "The greater of the shares of `bytes_limit` and of all entries the pages hold, in whole percent, rounded up.",
        ),
        count("keys", "Keys of all kinds."),
        count("pages", "Pages that are in place and can be read; 4096 when all is well."),
        count("applications", "Applications with a document in the store."),
        count("service_tokens", "Service tokens in the store."),
        Attribute::single(
            "entries",
            "Entries of the pages by kind.",
            [
                count("total", "All of them."),
                count("users", "Users whose sessions before a time have ended."),
                count("sessions", "Sessions that have ended."),
                count("provider_sessions", "Sessions of identity providers that have ended."),
                count("blocks", "Blocks of users."),
            ],
        )
        .computed(),
        Attribute::single(
            "largest_page",
            "The fullest page; null when no page has an entry. Above 60 of its 67 slots the page ends all its sessions to make \
             room: one user in 4,096 logs in again.",
            [
                Attribute::string("key", "Its key.").computed(),
                count("slots", "Slots that are taken; a block takes two."),
                count("fullness_percent", "Share of its slots, in whole percent, rounded up."),
            ],
        )
        .computed(),
        Attribute::string(
            "oldest_entry",
            "Time of the oldest entry that is no block, in RFC 3339; null when there is none. Entries go once no session can be \
             as old.",
        )
        .computed(),
    ])
}

/// A share in whole percent, rounded up, so that a full store is never called almost full.
fn percent(part: u64, whole: u64) -> u64 {
    (part * 100).div_ceil(whole.max(1))
}

/// Whether so much is taken that operators are warned.
fn is_filling(part: u64, whole: u64) -> bool {
    part * 100 >= whole * WARNING
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn filled(config: &Value, all: &Usage, counted: &StoreUsage) -> Value {
    let entries = [
        ("total", counted.entries()),
        ("users", counted.users),
        ("sessions", counted.sessions),
        ("provider_sessions", counted.provider_sessions),
        ("blocks", counted.blocks),
    ];
    let largest = counted.largest.as_ref().map_or(Value::Null, |page| {
        Value::object([
            ("key", page.key.as_str().into()),
            ("slots", number(page.slots).into()),
            (
                "fullness_percent",
                percent(number(page.slots), number(SLOTS_PER_PAGE)).into(),
            ),
        ])
    });
    config
        .clone()
        .with("bytes", all.bytes)
        .with("bytes_limit", CAPACITY)
        .with("fullness_percent", fullness(all, counted))
        .with("keys", all.items)
        .with("pages", number(counted.pages))
        .with("applications", number(counted.applications))
        .with("service_tokens", number(counted.service_tokens))
        .with(
            "entries",
            Value::object(entries.map(|(name, count)| (name, number(count).into()))),
        )
        .with("largest_page", largest)
        .with("oldest_entry", counted.oldest.map(time::format))
}

fn fullness(all: &Usage, counted: &StoreUsage) -> u64 {
    let slots = number(PAGE_COUNT * SLOTS_PER_PAGE);
    percent(all.bytes, CAPACITY).max(percent(number(counted.slots), slots))
}

/// What to say of a store that holds so many bytes after a write; nothing while there is room.
pub(crate) fn filling(bytes: u64) -> Option<Diagnostic> {
    is_filling(bytes, CAPACITY).then(|| {
        Diagnostic::warning(
            format!("The session store is {} % full", percent(bytes, CAPACITY)),
            format!(
                "It holds {bytes} of {CAPACITY} bytes. When it is full, revocations are refused. Lift blocks that are no longer \
                 needed, shorten max_session_lifetime, so that entries go sooner, or spread the applications over several \
                 stores. The data source zt_session_store_usage tells what fills it."
            ),
        )
    })
}

fn warnings(all: &Usage, counted: &StoreUsage, diagnostics: &mut Diagnostics) {
    let full = fullness(all, counted);
    let slots = number(PAGE_COUNT * SLOTS_PER_PAGE);
    if is_filling(all.bytes, CAPACITY) || is_filling(number(counted.slots), slots) {
        diagnostics.warning_at(
            "session_store",
            format!("The session store is {full} % full"),
            format!(
                "It holds {} of {CAPACITY} bytes and {} entries. When it is full, revocations are refused. Shorten \
                 max_session_lifetime, so that entries go sooner, or spread the applications over several stores.",
                all.bytes,
                counted.entries()
            ),
        );
    }
    if let Some(page) = &counted.largest
        && is_filling(number(page.slots), number(SLOTS_PER_PAGE))
    {
        diagnostics.warning_at(
            "session_store",
            format!("Page {} of the session store is almost full", page.key),
            format!(
                "{} of its {SLOTS_PER_PAGE} slots are taken. Above 60 it ends all its sessions to make room, and blocks that do not \
                 fit are refused. Lift blocks that are no longer needed.",
                page.slots
            ),
        );
    }
    if counted.unsound_pages > 0 {
        diagnostics.warning_at(
            "session_store",
            "Pages of the session store are missing",
            format!(
                "{} of {PAGE_COUNT} pages are absent or cannot be read. Users of those pages are refused. Apply the zt_session_store, \
                 which restores them.",
                counted.unsound_pages
            ),
        );
    }
}

async fn look(store: &KeyValue) -> Result<(Usage, StoreUsage), AwsError> {
    let all = store.describe().await?;
    let pairs = store.list().await?;
    let counted = StoreUsage::of(pairs.iter().map(|pair| (pair.key.as_str(), pair.value.as_str())));
    Ok((all, counted))
}

#[async_trait]
impl DataSource for SessionStoreUsage {
    fn type_name(&self) -> &'static str {
        "zt_session_store_usage"
    }

    fn schema(&self) -> Schema {
        schema()
    }

    async fn read(&self, context: &Context, config: Value) -> DataOutcome {
        let connected = match self.connection.need(context) {
            Ok(connected) => connected,
            Err(error) => return DataOutcome::failed(error),
        };
        let path = Path::from("session_store").attribute("arn");
        let arn = config.get("session_store").get("arn").as_str().unwrap_or_default();
        match look(&connected.aws.keyvalue(arn)).await {
            Err(error) => DataOutcome::failed(failure::diagnostic(&error).at(path)),
            Ok((all, counted)) => {
                let mut outcome = DataOutcome::found(filled(&config, &all, &counted));
                warnings(&all, &counted, &mut outcome.diagnostics);
                outcome
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zt_aws::cloudfront::ETag;
    use zt_model::store::{LargestPage, all_page_keys};

    fn sound() -> StoreUsage {
        let keys: Vec<String> = all_page_keys().collect();
        StoreUsage::of(keys.iter().map(|key| (key.as_str(), "1000000")))
    }

    fn of(bytes: u64) -> Usage {
        Usage {
            etag: ETag::new("E1"),
            items: 4_097,
            bytes,
            aws_time: None,
        }
    }

    fn warned(bytes: u64, counted: &StoreUsage) -> Vec<String> {
        let mut diagnostics = Diagnostics::new();
        warnings(&of(bytes), counted, &mut diagnostics);
        diagnostics.iter().map(|one| one.summary.clone()).collect()
    }

    #[test]
    fn operators_are_warned_from_eighty_percent_on() {
        assert!(warned(CAPACITY * 80 / 100 - 1, &sound()).is_empty());
        assert_eq!(
            warned(CAPACITY * 80 / 100, &sound()),
            ["The session store is 80 % full"]
        );
        let entries = StoreUsage {
            slots: PAGE_COUNT * SLOTS_PER_PAGE * 9 / 10,
            ..sound()
        };
        assert_eq!(warned(0, &entries), ["The session store is 90 % full"]);
        let page = |slots| StoreUsage {
            largest: Some(LargestPage {
                key: "p:AB".to_owned(),
                slots,
            }),
            ..sound()
        };
        assert!(warned(0, &page(53)).is_empty());
        assert_eq!(warned(0, &page(54)), ["Page p:AB of the session store is almost full"]);
        assert_eq!(
            warned(0, &StoreUsage::of([])),
            ["Pages of the session store are missing"]
        );
    }

    #[test]
    fn a_page_has_the_slots_of_the_edge_contract() {
        assert_eq!(SLOTS_PER_PAGE, 67);
    }

    #[test]
    fn numbers_come_under_their_names() {
        let read = filled(&Value::object([]), &of(2_621_440), &sound());
        assert_eq!(read.get("fullness_percent").as_i64(), Some(50));
        assert_eq!(read.get("pages").as_i64(), Some(4_096));
        assert_eq!(read.get("entries").get("total").as_i64(), Some(0));
        assert!(read.get("largest_page").is_null() && read.get("oldest_entry").is_null());
    }
}
