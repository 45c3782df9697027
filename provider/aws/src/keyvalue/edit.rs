//! Changing values that others change too.
//!
//! Every writer of a store follows this discipline: take the version from the data API, read what is to be changed, compute,
//! write under If-Match in batches of at most 50 keys, go on with the returned version. On a conflict read again and compute
//! again; never write blindly, never lose another writer's change, and tell for each key whether it was written.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use super::{KEYS_PER_WRITE, KeyValue, Pair};
use crate::cloudfront::ETag;
use crate::error::{AwsError, ErrorKind, Result};
use crate::retry::Backoff;

/// Above this number of keys a list of the whole store (82 pages for 4,096) is cheaper than reads of single keys.
const LIST_ABOVE: usize = 100;
/// Reads of single keys that run at once.
const READS_AT_ONCE: usize = 10;

/// What a computation makes of a value.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// Write this value.
    Put(String),
    /// Remove the key.
    Delete,
    /// Leave it as it is.
    Keep,
}

/// What a computation is given.
#[derive(Clone, Copy)]
pub struct Current<'a> {
    /// The key.
    pub key: &'a str,
    /// Its value as it stands, or `None` when it is absent.
    pub value: Option<&'a str>,
    /// AWS's time in seconds since 1970.
    pub aws_time: u64,
}

/// Computes what a key has to hold. It runs again after each conflict, so it must not remember earlier runs, and it has to be
/// idempotent: a write whose answer was lost is met again as a conflict with ourselves. The error is a sentence for the
/// user; it refuses this key only.
pub trait Compute: Send + Sync {
    /// The change of one key.
    ///
    /// # Errors
    /// Why this key cannot be changed.
    fn change(&mut self, current: Current<'_>) -> std::result::Result<Change, String>;
}

impl<F> Compute for F
where
    F: FnMut(Current<'_>) -> std::result::Result<Change, String> + Send + Sync,
{
    fn change(&mut self, current: Current<'_>) -> std::result::Result<Change, String> {
        self(current)
    }
}

/// What became of one key.
#[derive(Debug)]
pub enum Outcome {
    /// It holds what was computed, confirmed by AWS.
    Done,
    /// The computation refused it.
    Refused(String),
    /// It was not written.
    Failed(std::sync::Arc<AwsError>),
}

/// What became of all keys.
#[derive(Debug)]
pub struct Report {
    /// By key.
    pub outcomes: BTreeMap<String, Outcome>,
    /// How many writes AWS confirmed.
    pub writes: usize,
    /// Bytes in the store after the last write, if there was one.
    pub bytes: Option<u64>,
}

impl KeyValue {
    /// Changes keys under the discipline above until all are done or `limit` has passed.
    ///
    /// Batches follow the order of the keys, so what others depend on can go first. A failure of one batch leaves the earlier
    /// ones done; the report tells which.
    pub async fn edit(&self, keys: Vec<String>, compute: &mut dyn Compute, limit: Duration) -> Report {
        let mut seen = BTreeSet::new();
        let mut keys = keys;
        keys.retain(|key| seen.insert(key.clone()));
        let mut session = Session {
            store: self,
            compute,
            deadline: Instant::now() + limit,
            base: None,
            report: Report {
                outcomes: BTreeMap::new(),
                writes: 0,
                bytes: None,
            },
        };
        if keys.len() > LIST_ABOVE {
            session.by_list(&keys).await;
        } else {
            session.by_batches(&keys, None).await;
        }
        session.report
    }
}

/// The version the next write is based on, and AWS's time.
struct Base {
    etag: ETag,
    aws_time: u64,
}

type Values = BTreeMap<String, String>;

/// What one write has to do.
#[derive(Default)]
struct Work {
    puts: Vec<Pair>,
    deletes: Vec<String>,
}

impl Work {
    /// What already stands there is not written again.
    fn add(&mut self, key: &str, present: Option<&str>, change: Change) {
        match change {
            Change::Put(new) if present == Some(new.as_str()) => {}
            Change::Put(value) => self.puts.push(Pair {
                key: key.to_owned(),
                value,
            }),
            Change::Delete if present.is_some() => self.deletes.push(key.to_owned()),
            Change::Delete | Change::Keep => {}
        }
    }
}

struct Session<'a> {
    store: &'a KeyValue,
    compute: &'a mut dyn Compute,
    deadline: Instant,
    base: Option<Base>,
    report: Report,
}

impl Session<'_> {
    /// One list of everything, then batches from it for as long as nobody else writes.
    async fn by_list(&mut self, keys: &[String]) {
        let listed = async {
            self.base = Some(self.fresh_base().await?);
            let pairs = self.store.list().await?;
            Ok(pairs.into_iter().map(|it| (it.key, it.value)).collect())
        };
        let values: Result<Values> = listed.await;
        match values {
            Ok(values) => {
                let changing = self.changing(keys, &values);
                self.by_batches(&changing, Some(&values)).await;
            }
            Err(error) => self.fail(keys, error),
        }
    }

    /// The keys that are to be written, so that batches are full; the others hold already what is computed.
    fn changing(&mut self, keys: &[String], values: &Values) -> Vec<String> {
        let Some(aws_time) = self.base.as_ref().map(|base| base.aws_time) else {
            return keys.to_vec();
        };
        let (work, mut outcomes) = self.computed(keys, values, aws_time);
        let written: BTreeSet<&String> = work.puts.iter().map(|pair| &pair.key).chain(&work.deletes).collect();
        let changes = |key: &&String| written.contains(key) || matches!(outcomes.get(*key), Some(Outcome::Refused(_)));
        let changing: Vec<String> = keys.iter().filter(changes).cloned().collect();
        for key in &changing {
            outcomes.remove(key);
        }
        self.report.outcomes.extend(outcomes);
        changing
    }

    async fn by_batches(&mut self, keys: &[String], mut listed: Option<&Values>) {
        for batch in keys.chunks(KEYS_PER_WRITE) {
            let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
            loop {
                let error = match self.batch(batch, listed).await {
                    Ok(()) => break,
                    Err(error) => error,
                };
                // What was listed is stale from the first conflict on.
                self.base = None;
                listed = None;
                if !error.is_conflict() || Instant::now() >= self.deadline {
                    return self.fail_rest(keys, error);
                }
                if !backoff.pause(&self.store.caller.stop).await {
                    let stopped = self.store.caller.own(
                        ErrorKind::Stopped,
                        "UpdateKeys",
                        &self.store.arn,
                        "the operation was cancelled between two tries",
                    );
                    return self.fail_rest(keys, stopped);
                }
            }
        }
    }

    /// Reads, computes and writes one batch.
    async fn batch(&mut self, keys: &[String], listed: Option<&Values>) -> Result<()> {
        let base = match self.base.take() {
            Some(base) => base,
            None => self.fresh_base().await?,
        };
        let read;
        let values = match listed {
            Some(values) => values,
            None => {
                read = self.read(keys).await?;
                &read
            }
        };
        let (work, outcomes) = self.computed(keys, values, base.aws_time);
        let mut next = base;
        if !work.puts.is_empty() || !work.deletes.is_empty() {
            let usage = self.store.update(&next.etag, &work.puts, &work.deletes).await?;
            self.report.writes += 1;
            self.report.bytes = Some(usage.bytes);
            next = Base {
                etag: usage.etag,
                aws_time: usage.aws_time.unwrap_or(next.aws_time),
            };
        }
        self.base = Some(next);
        self.report.outcomes.extend(outcomes);
        Ok(())
    }

    fn computed(&mut self, keys: &[String], values: &Values, aws_time: u64) -> (Work, BTreeMap<String, Outcome>) {
        let mut work = Work::default();
        let mut outcomes = BTreeMap::new();
        for key in keys {
            let value = values.get(key).map(String::as_str);
            let current = Current { key, value, aws_time };
            let outcome = match self.compute.change(current) {
                Err(reason) => Outcome::Refused(reason),
                Ok(change) => {
                    work.add(key, value, change);
                    Outcome::Done
                }
            };
            outcomes.insert(key.clone(), outcome);
        }
        (work, outcomes)
    }

    async fn fresh_base(&self) -> Result<Base> {
        let usage = self.store.describe().await?;
        let aws_time = usage
            .aws_time
            .ok_or_else(|| self.store.caller.incomplete("DescribeKeyValueStore", &self.store.arn))?;
        Ok(Base {
            etag: usage.etag,
            aws_time,
        })
    }

    async fn read(&self, keys: &[String]) -> Result<Values> {
        let mut values = Values::new();
        for some in keys.chunks(READS_AT_ONCE) {
            for (key, value) in self.store.get_all(some).await? {
                if let Some(value) = value {
                    values.insert(key, value);
                }
            }
        }
        Ok(values)
    }

    fn fail(&mut self, keys: &[String], error: AwsError) {
        let error = std::sync::Arc::new(error);
        for key in keys {
            let failed = Outcome::Failed(std::sync::Arc::clone(&error));
            self.report.outcomes.insert(key.clone(), failed);
        }
    }

    fn fail_rest(&mut self, keys: &[String], error: AwsError) {
        let rest: Vec<String> = keys
            .iter()
            .filter(|key| !self.report.outcomes.contains_key(*key))
            .cloned()
            .collect();
        self.fail(&rest, error);
    }
}

impl KeyValue {
    /// Reads several keys at once; absent ones are `None`.
    ///
    /// # Errors
    /// The first failure.
    pub async fn get_all(&self, keys: &[String]) -> Result<Vec<(String, Option<String>)>> {
        let mut reads = tokio::task::JoinSet::new();
        for key in keys {
            let (store, key) = (self.clone(), key.clone());
            reads.spawn(async move { (store.get(&key).await, key) });
        }
        let mut found = Vec::with_capacity(keys.len());
        while let Some(read) = reads.join_next().await {
            let (value, key) = read.map_err(|_| {
                self.caller
                    .own(ErrorKind::Other, "GetKey", &self.arn, "the read was aborted")
            })?;
            found.push((key, value?));
        }
        Ok(found)
    }
}
