//! How a store is now: for a refresh, and for an import that knows its name only.

use std::time::Duration;

use zt_aws::error::optional;
use zt_aws::{Aws, Tags};
use zt_framework::{Diagnostic, Value};
use zt_model::ids::StoreName;

use super::mark::{StoreMark, recovery_days, session_lifetime, writer_region};
use super::resource::store_name;
use super::writer::{self, Scope, Seen};
use super::{key_value_store_name, pages, pepper, schema, settings};
use crate::connection::Connected;
use crate::failure::diagnostic;
use crate::tagging;

/// Lists the whole store: a lost page must not hide behind the documents of applications. 83 reads a refresh.
pub(super) async fn look(connected: &Connected, mut state: Value) -> Result<Option<Value>, Diagnostic> {
    let name = store_name(&state)?;
    let cloudfront = connected.aws.cloudfront();
    let store = optional(cloudfront.describe_store(&key_value_store_name(&name)).await);
    let instance = state.get("instance_id").as_str().map(str::to_owned);
    let same = |mark: &StoreMark| instance.as_deref().is_none_or(|known| known == mark.instance.as_str());
    let Some(store) = store.map_err(|error| diagnostic(&error))? else {
        return remains(&connected.aws, state, &name, same).await;
    };
    let Some(mark) = StoreMark::from_comment(&store.comment).filter(same) else {
        tracing::warn!(
            store = name.as_str(),
            "the key value store of this name is not the one in the state"
        );
        return Ok(None);
    };
    let secret = connected
        .aws
        .secretsmanager()
        .describe(&pepper::secret_name(&name))
        .await;
    let secret = optional(secret)
        .map_err(|error| diagnostic(&error))?
        .filter(|secret| !secret.deleted);
    let tags = secret.as_ref().map(|secret| secret.tags.clone()).unwrap_or_default();
    if secret.is_some() {
        state.set("tags_all", tagging::value(&tagging::without_marks(&tags)));
    }
    state.set("pepper_secret_arn", secret.map(|secret| secret.arn));
    state.set("arn", store.arn.as_str());
    state.set("instance_id", mark.instance.as_str());
    let region = settings::region(&state);
    let (stock, seen) = tokio::try_join!(
        take_stock(&connected.aws, &store.arn),
        look_at_writer(
            connected,
            &store.arn,
            mark,
            Known {
                region,
                tags: &tags,
                state: &state
            }
        ),
    )?;
    stock.put(&mut state);
    settings::put_seen(&mut state, &seen);
    state.set("session_store", schema::reference(&state));
    Ok(Some(state))
}

/// What is left of a store without its KeyValueStore: a destroy that was interrupted, or somebody's mistake. The pepper is the last
/// object removed, so as long as it is there the writer and its queues may be; forgotten, nobody would ever remove them.
async fn remains(
    aws: &Aws,
    mut state: Value,
    name: &StoreName,
    same: impl Fn(&StoreMark) -> bool,
) -> Result<Option<Value>, Diagnostic> {
    let secret = optional(aws.secretsmanager().describe(&pepper::secret_name(name)).await);
    let secret = secret.map_err(|error| diagnostic(&error))?;
    let ours = |tags: &Tags| StoreMark::from_tags(tags).is_some_and(|mark| mark.store == *name && same(&mark));
    if !secret.is_some_and(|secret| !secret.deleted && ours(&secret.tags)) {
        return Ok(None);
    }
    state.set("arn", Value::Null);
    state.set("session_store", schema::reference(&state));
    Ok(Some(state))
}

/// Where the writer may be, and how the state says it was.
struct Known<'a> {
    region: Option<String>,
    tags: &'a Tags,
    state: &'a Value,
}

async fn look_at_writer(
    connected: &Connected,
    store_arn: &str,
    mark: StoreMark,
    known: Known<'_>,
) -> Result<Seen, Diagnostic> {
    let region = known.region.or_else(|| writer_region(known.tags));
    let scope = Scope {
        aws: &connected.aws,
        region: region.unwrap_or_else(|| connected.aws.region().to_owned()),
        mark,
        tags: tagging::without_marks(known.tags),
        limit: Duration::ZERO,
        store_arn: store_arn.to_owned(),
        adopts: false,
    };
    writer::look(&scope, &settings::wanted(known.state)).await
}

/// Finds a store by its name or ARN.
pub(super) async fn find(connected: &Connected, id: &str) -> Result<Value, Diagnostic> {
    let name = named(&connected.aws, id).await?;
    let cloudfront = connected.aws.cloudfront();
    let store = optional(cloudfront.describe_store(&key_value_store_name(&name)).await);
    let store = store
        .map_err(|error| diagnostic(&error))?
        .ok_or_else(|| not_found(id))?;
    let mark = StoreMark::from_comment(&store.comment).ok_or_else(|| not_found(id))?;
    let secret = connected
        .aws
        .secretsmanager()
        .describe(&pepper::secret_name(&name))
        .await;
    let tags = optional(secret)
        .map_err(|error| diagnostic(&error))?
        .map(|secret| secret.tags)
        .unwrap_or_default();
    let own = |(key, value): &(String, String)| connected.default_tags.get(key) != Some(value);
    let own: Tags = tagging::without_marks(&tags).into_iter().filter(own).collect();
    let mut state = Value::object([("name", name.as_str().into())]);
    state.set("secret_recovery_days", recovery_days(&tags).unwrap_or(7));
    state.set("max_session_lifetime", session_lifetime(&tags));
    let own = if own.is_empty() {
        Value::Null
    } else {
        tagging::value(&own)
    };
    state.set("tags", own);
    let known = Known {
        region: None,
        tags: &tags,
        state: &Value::Null,
    };
    let seen = look_at_writer(connected, &store.arn, mark, known).await?;
    state.set("writer", settings::decided(&seen));
    take_stock(&connected.aws, &store.arn).await?.put(&mut state);
    Ok(state)
}

async fn named(aws: &Aws, id: &str) -> Result<StoreName, Diagnostic> {
    if !id.starts_with("arn:") {
        return StoreName::parse(id).map_err(|_| not_found(id));
    }
    let stores = aws.cloudfront().list_stores().await;
    let stores = stores.map_err(|error| diagnostic(&error))?;
    let named = stores.into_iter().find(|store| store.arn == id).map(|store| store.name);
    named
        .and_then(|name| StoreName::parse(name.strip_prefix("zt-")?).ok())
        .ok_or_else(|| not_found(id))
}

/// What a list of the store tells.
struct Stock {
    /// Pages that are there and sound.
    sound: i64,
    /// The longest session lifetime, from the store's own document.
    longest: Option<String>,
}

impl Stock {
    fn put(&self, state: &mut Value) {
        match &self.longest {
            Some(longest) if state.get("max_session_lifetime").is_null() => {
                state.set("max_session_lifetime", longest.as_str());
                state.set("pages", self.sound);
            }
            Some(_) => state.set("pages", self.sound),
            // Without its own document a store cannot be written to: one page less than all shows that.
            None => state.set("pages", (self.sound - 1).max(0)),
        }
    }
}

async fn take_stock(aws: &Aws, arn: &str) -> Result<Stock, Diagnostic> {
    let pairs = aws.keyvalue(arn).list().await.map_err(|error| diagnostic(&error))?;
    let (sound, document) = pages::take_stock(&pairs);
    Ok(Stock {
        sound: i64::try_from(sound).unwrap_or_default(),
        longest: document.map(|document| document.longest.to_string()),
    })
}

fn not_found(id: &str) -> Diagnostic {
    Diagnostic::error(
        "There is no such session store",
        format!(
            "{id:?} is neither the name nor the ARN of a session store in this account. Write its name, such as \"main\"."
        ),
    )
}
