//! The life of a session store: pepper first, then the KeyValueStore, its documents, and the mark that it is complete.

use std::time::Duration;

use zt_aws::cloudfront::Store;
use zt_aws::error::optional;
use zt_aws::{Aws, Tags};
use zt_framework::timeouts::Timeouts;
use zt_framework::{
    ApplyOutcome, Context, CreateRequest, DeleteOutcome, DeleteRequest, Diagnostic, Diagnostics, IdentitySchema,
    ImportOutcome, ImportRequest, Path, Plan, PlanRequest, ReadOutcome, ReadRequest, Resource, Schema, UpdateRequest,
    Value, async_trait,
};
use zt_model::duration::Duration as Lifetime;
use zt_model::ids::StoreName;

use super::mark::{StoreMark, lifetime_tag, recovery_days, recovery_tag, session_lifetime};
use super::pages::{self, Absent};
use super::pepper::Anchor;
use super::{exists, key_value_store_name, pepper, schema};
use crate::connection::Connection;
use crate::failure::diagnostic;
use crate::tagging;

/// How long an operation may take by default.
const TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// The resource type `zt_session_store`.
pub struct SessionStore {
    connection: Connection,
}

impl SessionStore {
    /// The resource over this connection.
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }

    async fn make(&self, context: &Context, planned: &Value) -> Result<Value, Diagnostic> {
        let connected = self.connection.need(context)?;
        let aws = &connected.aws;
        let name = store_name(planned)?;
        let tags = tagging::merge(&connected.default_tags, planned.get("tags"));
        let marked: Tags = tags.clone().into_iter().chain(remembered(planned)).collect();
        let anchor = pepper::ensure(aws, &name, &marked).await?;
        let limit = Timeouts::of(planned).create(TIMEOUT);
        let store = ensure_store(aws, &anchor.mark, &tags, limit).await?;

        let instance = anchor.mark.instance.clone();
        let document = pages::document_edit(name.clone(), instance, lifetime(planned)?, Absent::IsNew);
        let edits = std::iter::once(document)
            .chain(pages::page_edits(Absent::IsNew))
            .collect();
        let writer = connected.writers.of(&connected.aws, &store.arn);
        writer.apply(edits).await.map_err(|error| error.diagnostic())?;

        complete(aws, &anchor, &store, &marked).await?;
        let mut state = planned.clone();
        state.set("arn", store.arn);
        state.set("pepper_secret_arn", anchor.arn);
        state.set("instance_id", anchor.mark.instance.as_str());
        state.set("pages", schema::PAGES);
        state.set("session_store", schema::reference(&state));
        state.set("tags_all", tagging::value(&tags));
        Ok(state)
    }

    /// Lists the whole store: a lost page must not hide behind the documents of applications. 83 reads a refresh.
    async fn look(&self, context: &Context, mut state: Value) -> Result<Option<Value>, Diagnostic> {
        let connected = self.connection.need(context)?;
        let name = store_name(&state)?;
        let cloudfront = connected.aws.cloudfront();
        let store = optional(cloudfront.describe_store(&key_value_store_name(&name)).await);
        let Some(store) = store.map_err(|error| diagnostic(&error))? else {
            return Ok(None);
        };
        let mark = StoreMark::from_comment(&store.comment);
        let instance = state.get("instance_id").as_str().map(str::to_owned);
        let same = |mark: &StoreMark| instance.as_deref().is_none_or(|known| known == mark.instance.as_str());
        let Some(mark) = mark.filter(same) else {
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
        if let Some(secret) = &secret {
            state.set("tags_all", tagging::value(&tagging::without_marks(&secret.tags)));
        }
        state.set("pepper_secret_arn", secret.map(|secret| secret.arn));
        state.set("arn", store.arn.as_str());
        state.set("instance_id", mark.instance.as_str());
        take_stock(&connected.aws, &store.arn, &mut state).await?;
        state.set("session_store", schema::reference(&state));
        Ok(Some(state))
    }

    async fn change(&self, context: &Context, prior: &Value, planned: &Value) -> Result<Value, Diagnostic> {
        let connected = self.connection.need(context)?;
        let name = store_name(planned)?;
        let tags = tagging::merge(&connected.default_tags, planned.get("tags"));
        let instance = prior.get("instance_id").as_str().unwrap_or_default();
        let instance = zt_model::ids::InstanceId::parse(instance)
            .map_err(|error| Diagnostic::error("The state names no instance", error.to_string()))?;
        let mark = StoreMark {
            store: name.clone(),
            instance,
            creating: false,
        };

        let secrets = connected.aws.secretsmanager();
        let secret =
            optional(secrets.describe(&pepper::secret_name(&name)).await).map_err(|error| diagnostic(&error))?;
        let secret = secret.ok_or_else(|| lost_pepper(&name))?;
        if secret.deleted {
            secrets.restore(&secret.arn).await.map_err(|error| diagnostic(&error))?;
        }
        let wanted: Tags = tags
            .clone()
            .into_iter()
            .chain(mark.tags())
            .chain(remembered(planned))
            .collect();
        secrets
            .set_tags(&secret.arn, &secret.tags, &wanted)
            .await
            .map_err(|error| diagnostic(&error))?;

        let arn = prior.get("arn").as_str().unwrap_or_default();
        retag_store(&connected.aws, arn, &wanted).await?;
        let document = pages::document_edit(name, mark.instance.clone(), lifetime(planned)?, Absent::WasLost);
        let broken = prior.get("pages").as_i64() != Some(schema::PAGES);
        let repairs = broken.then(|| pages::page_edits(Absent::WasLost)).into_iter().flatten();
        let edits = std::iter::once(document).chain(repairs).collect();
        let writer = connected.writers.of(&connected.aws, arn);
        writer.apply(edits).await.map_err(|error| error.diagnostic())?;

        let mut state = planned.clone();
        state.set("arn", arn);
        state.set("pepper_secret_arn", secret.arn);
        state.set("instance_id", mark.instance.as_str());
        state.set("pages", schema::PAGES);
        state.set("session_store", schema::reference(&state));
        state.set("tags_all", tagging::value(&tags));
        Ok(state)
    }

    async fn remove(&self, context: &Context, prior: &Value) -> Result<(), Diagnostic> {
        let connected = self.connection.need(context)?;
        let name = store_name(prior)?;
        let instance = prior.get("instance_id").as_str().unwrap_or_default();
        let ours = |mark: &StoreMark| mark.instance.as_str() == instance && mark.store == name;
        let cloudfront = connected.aws.cloudfront();
        let store = optional(cloudfront.describe_store(&key_value_store_name(&name)).await);
        let store = store.map_err(|error| diagnostic(&error))?;
        if let Some(store) = store.filter(|store| StoreMark::from_comment(&store.comment).as_ref().is_some_and(ours)) {
            let deleted = optional(cloudfront.delete_store(&store.name, &store.etag).await);
            deleted.map_err(|error| diagnostic(&error))?;
            connected.writers.forget(&store.arn);
        }
        let secrets = connected.aws.secretsmanager();
        let secret =
            optional(secrets.describe(&pepper::secret_name(&name)).await).map_err(|error| diagnostic(&error))?;
        let ours = |tags: &Tags| StoreMark::from_tags(tags).as_ref().is_some_and(ours);
        if let Some(secret) = secret.filter(|secret| !secret.deleted && ours(&secret.tags)) {
            let days = u8::try_from(recovery(prior)).unwrap_or(7);
            optional(secrets.delete(&secret.arn, days).await).map_err(|error| diagnostic(&error))?;
        }
        Ok(())
    }

    async fn find(&self, context: &Context, id: &str) -> Result<Value, Diagnostic> {
        let connected = self.connection.need(context)?;
        let name = match id.starts_with("arn:") {
            false => id.to_owned(),
            true => {
                let stores = connected
                    .aws
                    .cloudfront()
                    .list_stores()
                    .await
                    .map_err(|error| diagnostic(&error))?;
                let named = stores.into_iter().find(|store| store.arn == id).map(|store| store.name);
                named
                    .and_then(|name| name.strip_prefix("zt-").map(str::to_owned))
                    .ok_or_else(|| not_found(id))?
            }
        };
        let name = StoreName::parse(&name).map_err(|_| not_found(id))?;
        let store = optional(
            connected
                .aws
                .cloudfront()
                .describe_store(&key_value_store_name(&name))
                .await,
        );
        let store = store
            .map_err(|error| diagnostic(&error))?
            .ok_or_else(|| not_found(id))?;
        if StoreMark::from_comment(&store.comment).is_none() {
            return Err(not_found(id));
        }
        let secret = optional(
            connected
                .aws
                .secretsmanager()
                .describe(&pepper::secret_name(&name))
                .await,
        );
        let tags = secret
            .map_err(|error| diagnostic(&error))?
            .map(|secret| secret.tags)
            .unwrap_or_default();
        let own = |(key, value): &(String, String)| connected.default_tags.get(key) != Some(value);
        let own: Tags = tagging::without_marks(&tags).into_iter().filter(own).collect();
        let mut state = Value::object([("name", name.as_str().into())]);
        state.set("secret_recovery_days", recovery_days(&tags).unwrap_or(7));
        state.set("max_session_lifetime", session_lifetime(&tags));
        state.set(
            "tags",
            if own.is_empty() {
                Value::Null
            } else {
                tagging::value(&own)
            },
        );
        take_stock(&connected.aws, &store.arn, &mut state).await?;
        Ok(state)
    }
}

/// Lists the store: how many pages are sound, and, for an import, the longest lifetime.
async fn take_stock(aws: &Aws, arn: &str, state: &mut Value) -> Result<(), Diagnostic> {
    let pairs = aws.keyvalue(arn).list().await.map_err(|error| diagnostic(&error))?;
    let (sound, document) = pages::take_stock(&pairs);
    state.set("pages", i64::try_from(sound).unwrap_or_default());
    match document {
        Some(document) if state.get("max_session_lifetime").is_null() => {
            state.set("max_session_lifetime", document.longest.to_string());
        }
        // Without its own document a store cannot be written to: one page less than all shows that.
        None => state.set("pages", i64::try_from(sound.saturating_sub(1)).unwrap_or_default()),
        Some(_) => {}
    }
    Ok(())
}

/// Makes the KeyValueStore, or takes over what this create had made before it was interrupted.
async fn ensure_store(aws: &Aws, mark: &StoreMark, tags: &Tags, limit: Duration) -> Result<Store, Diagnostic> {
    let cloudfront = aws.cloudfront();
    let name = key_value_store_name(&mark.store);
    let found = optional(cloudfront.describe_store(&name).await).map_err(|error| diagnostic(&error))?;
    match found {
        // An interrupted create may have come as far as to call the store complete; its instance tells.
        Some(store) if !StoreMark::from_comment(&store.comment).is_some_and(|found| found.same_instance(mark)) => {
            return Err(exists(&mark.store, &format!("the key value store {name}")));
        }
        Some(_) => {}
        None => {
            let tags: Tags = tags.clone().into_iter().chain(mark.tags()).collect();
            let made = cloudfront.create_store(&name, &mark.comment(), &tags).await;
            made.map_err(|error| diagnostic(&error))?;
        }
    }
    cloudfront
        .wait_store_ready(&name, limit)
        .await
        .map_err(|error| diagnostic(&error))
}

/// Says on both objects that the create is complete; the anchor is the last word.
async fn complete(aws: &Aws, anchor: &Anchor, store: &Store, tags: &Tags) -> Result<(), Diagnostic> {
    let done = anchor.mark.complete();
    let cloudfront = aws.cloudfront();
    let updated = cloudfront.update_store(&store.name, &store.etag, &done.comment()).await;
    updated.map_err(|error| diagnostic(&error))?;
    let wanted: Tags = tags.clone().into_iter().chain(done.tags()).collect();
    retag_store(aws, &store.arn, &wanted).await?;
    let secrets = aws.secretsmanager();
    let tagged = secrets.set_tags(&anchor.arn, &anchor.tags, &wanted).await;
    tagged.map_err(|error| diagnostic(&error))
}

async fn retag_store(aws: &Aws, arn: &str, wanted: &Tags) -> Result<(), Diagnostic> {
    let cloudfront = aws.cloudfront();
    let current = cloudfront.tags(arn).await.map_err(|error| diagnostic(&error))?;
    cloudfront
        .set_tags(arn, &current, wanted)
        .await
        .map_err(|error| diagnostic(&error))
}

/// What an import has no other place to learn of.
fn remembered(object: &Value) -> [(String, String); 2] {
    [
        recovery_tag(recovery(object)),
        lifetime_tag(object.get("max_session_lifetime").as_str().unwrap_or_default()),
    ]
}

fn recovery(object: &Value) -> i64 {
    object.get("secret_recovery_days").as_i64().unwrap_or(7)
}

fn store_name(object: &Value) -> Result<StoreName, Diagnostic> {
    let name = object.get("name").as_str().unwrap_or_default();
    StoreName::parse(name).map_err(|error| Diagnostic::error("The store has no usable name", format!("{error}.")))
}

fn lifetime(object: &Value) -> Result<Lifetime, Diagnostic> {
    let text = object.get("max_session_lifetime").as_str().unwrap_or_default();
    text.parse()
        .map_err(|error| Diagnostic::error("The store has no usable lifetime", format!("{error}.")))
}

fn lost_pepper(name: &StoreName) -> Diagnostic {
    Diagnostic::error(
        format!("The pepper of session store {name} is lost"),
        format!(
            "The secret {} was deleted for good. Without it no user can be found in the store again. Replace the store, \
             which ends all sessions: terraform apply -replace=zt_session_store.<name>.",
            pepper::secret_name(name)
        ),
    )
}

fn not_found(id: &str) -> Diagnostic {
    Diagnostic::error(
        "There is no such session store",
        format!(
            "{id:?} is neither the name nor the ARN of a session store in this account. Write its name, such as \"main\"."
        ),
    )
}

#[async_trait]
impl Resource for SessionStore {
    fn type_name(&self) -> &'static str {
        "zt_session_store"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(schema::identity())
    }

    async fn plan(&self, context: &Context, request: &PlanRequest, plan: &mut Plan, _diagnostics: &mut Diagnostics) {
        // Without a connection the default tags are not known yet.
        match self.connection.get(context) {
            Some(connected) => tagging::plan(plan, &connected.default_tags),
            None => plan.mark_unknown(Path::root().attribute("tags_all")),
        }
        plan.planned.set("pages", schema::PAGES);
        if request
            .prior
            .as_ref()
            .is_some_and(|prior| prior.get("pepper_secret_arn").is_null())
        {
            plan.mark_unknown(Path::root().attribute("pepper_secret_arn"));
        }
        let reference = schema::reference(&plan.planned);
        plan.planned.set("session_store", reference);
    }

    async fn read(&self, context: &Context, request: ReadRequest) -> ReadOutcome {
        match self.look(context, request.state).await {
            Ok(Some(state)) => {
                let identity = identity(&state);
                ReadOutcome::found(state).identity(identity)
            }
            Ok(None) => ReadOutcome::gone(),
            Err(error) => ReadOutcome::failed(error),
        }
    }

    async fn create(&self, context: &Context, request: CreateRequest) -> ApplyOutcome {
        match self.make(context, &request.planned).await {
            Ok(state) => {
                let identity = identity(&state);
                ApplyOutcome::done(state).identity(identity)
            }
            Err(error) => ApplyOutcome::failed(error),
        }
    }

    async fn update(&self, context: &Context, request: UpdateRequest) -> ApplyOutcome {
        match self.change(context, &request.prior, &request.planned).await {
            Ok(state) => {
                let identity = identity(&state);
                ApplyOutcome::done(state).identity(identity)
            }
            Err(error) => ApplyOutcome::failed(error),
        }
    }

    async fn delete(&self, context: &Context, request: DeleteRequest) -> DeleteOutcome {
        match self.remove(context, &request.prior).await {
            Ok(()) => DeleteOutcome::gone(),
            Err(error) => DeleteOutcome::failed(error),
        }
    }

    async fn import(&self, context: &Context, request: ImportRequest) -> ImportOutcome {
        let identity_name = request
            .identity
            .as_ref()
            .and_then(|identity| identity.get("name").as_str());
        let id = identity_name.unwrap_or(&request.id);
        match self.find(context, id).await {
            Ok(state) => {
                let identity = identity(&state);
                ImportOutcome::found(state).identity(identity)
            }
            Err(error) => ImportOutcome::failed(error),
        }
    }
}

fn identity(state: &Value) -> Value {
    Value::object([("name", state.get("name").clone())])
}
