//! The life of a session store: pepper first, then the KeyValueStore, its documents, and the mark that it is complete.

use std::time::Duration;

use zt_aws::cloudfront::Store;
use zt_aws::error::optional;
use zt_aws::{Aws, Tags};
use zt_framework::timeouts::Timeouts;
use zt_framework::value::json::from_plain;
use zt_framework::{
    ApplyOutcome, Context, CreateRequest, DeleteOutcome, DeleteRequest, Diagnostic, Diagnostics, IdentitySchema,
    ImportOutcome, ImportRequest, Path, Plan, PlanRequest, ReadOutcome, ReadRequest, Resource, Schema, UpdateRequest,
    Value, async_trait,
};
use zt_model::duration::Duration as Lifetime;
use zt_model::ids::{InstanceId, StoreName};

use super::mark::{StoreMark, lifetime_tag, recovery_tag, region_tag, writer_region};
use super::pages::{self, Absent};
use super::pepper::Anchor;
use super::writer::{self, Scope};
use super::{exists, key_value_store_name, pepper, reading, schema, settings};
use crate::connection::{Connected, Connection};
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
        let marked: Tags = tags
            .clone()
            .into_iter()
            .chain(remembered(planned, aws.region()))
            .collect();
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

        let scope = Scope {
            aws,
            // An interrupted create may have begun where the provider then was.
            region: writer_region(&anchor.tags).unwrap_or_else(|| aws.region().to_owned()),
            mark: anchor.mark.clone(),
            tags: tags.clone(),
            limit,
            store_arn: store.arn.clone(),
            adopts: true,
        };
        let deployed = writer::ensure(&scope, &settings::wanted(planned)).await?;
        let marked: Tags = marked.into_iter().chain([region_tag(&scope.region)]).collect();
        complete(aws, &anchor, &store, &marked).await?;
        let mut state = planned.clone();
        settings::put_deployed(&mut state, &deployed);
        state.set("arn", store.arn);
        state.set("pepper_secret_arn", anchor.arn);
        state.set("instance_id", anchor.mark.instance.as_str());
        state.set("pages", schema::PAGES);
        state.set("session_store", schema::reference(&state));
        state.set("tags_all", tagging::value(&tags));
        Ok(state)
    }

    async fn change(&self, context: &Context, prior: &Value, planned: &Value) -> Result<Value, Diagnostic> {
        let connected = self.connection.need(context)?;
        let name = store_name(planned)?;
        let tags = tagging::merge(&connected.default_tags, planned.get("tags"));
        let instance = prior.get("instance_id").as_str().unwrap_or_default();
        let instance = InstanceId::parse(instance)
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
        let region = settings::region(prior)
            .or_else(|| writer_region(&secret.tags))
            .unwrap_or_else(|| connected.aws.region().to_owned());
        let wanted: Tags = tags
            .clone()
            .into_iter()
            .chain(mark.tags())
            .chain(remembered(planned, &region))
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

        let scope = Scope {
            aws: &connected.aws,
            region,
            mark: mark.clone(),
            tags: tags.clone(),
            limit: TIMEOUT,
            store_arn: arn.to_owned(),
            adopts: false,
        };
        let deployed = writer::ensure(&scope, &settings::wanted(planned)).await?;
        let mut state = planned.clone();
        settings::put_deployed(&mut state, &deployed);
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
        // The store first: CloudFront refuses while a function reads it, and until then sessions must go on ending.
        let cloudfront = connected.aws.cloudfront();
        let store = optional(cloudfront.describe_store(&key_value_store_name(&name)).await);
        let store = store.map_err(|error| diagnostic(&error))?;
        if let Some(store) = store.filter(|store| StoreMark::from_comment(&store.comment).as_ref().is_some_and(ours)) {
            let deleted = optional(cloudfront.delete_store(&store.name, &store.etag).await);
            deleted.map_err(|error| diagnostic(&error))?;
            connected.writers.forget(&store.arn);
        }
        remove_writer(&connected, prior, &name).await?;
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

/// The writer goes first: nothing may write to a store that is on its way out.
async fn remove_writer(connected: &Connected, prior: &Value, name: &StoreName) -> Result<(), Diagnostic> {
    let Ok(instance) = InstanceId::parse(prior.get("instance_id").as_str().unwrap_or_default()) else {
        return Ok(());
    };
    let secret = connected
        .aws
        .secretsmanager()
        .describe(&pepper::secret_name(name))
        .await;
    let tags = optional(secret)
        .map_err(|error| diagnostic(&error))?
        .map(|secret| secret.tags);
    let region = settings::region(prior).or_else(|| writer_region(&tags.unwrap_or_default()));
    let scope = Scope {
        aws: &connected.aws,
        region: region.unwrap_or_else(|| connected.aws.region().to_owned()),
        mark: StoreMark {
            store: name.clone(),
            instance,
            creating: false,
        },
        tags: Tags::new(),
        limit: TIMEOUT,
        store_arn: prior.get("arn").as_str().unwrap_or_default().to_owned(),
        adopts: false,
    };
    writer::remove(&scope).await
}

/// What an import has no other place to learn of.
fn remembered(object: &Value, region: &str) -> [(String, String); 3] {
    [
        recovery_tag(recovery(object)),
        lifetime_tag(object.get("max_session_lifetime").as_str().unwrap_or_default()),
        region_tag(region),
    ]
}

fn recovery(object: &Value) -> i64 {
    object.get("secret_recovery_days").as_i64().unwrap_or(7)
}

pub(super) fn store_name(object: &Value) -> Result<StoreName, Diagnostic> {
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
        plan.planned.set("writer_revision", zt_edge::store_writer_version());
        if let Some(prior) = &request.prior {
            // A store without a writer, be it of an earlier version or damaged, gets one by the next apply.
            for name in settings::WRITER {
                if prior.get(name).is_null() {
                    plan.mark_unknown(Path::root().attribute(name));
                }
            }
            // Without its KeyValueStore nothing of a store is of use: what is left goes, and another one comes.
            if prior.get("arn").is_null() {
                plan.mark_unknown(Path::root().attribute("arn"));
                plan.replace_for(Path::root().attribute("arn"));
            }
        }
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
        let looked = match self.connection.need(context) {
            Ok(connected) => reading::look(&connected, request.state).await,
            Err(error) => Err(error),
        };
        match looked {
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

    /// Version 0 had no writer: what is new is absent, and the next apply makes it.
    async fn upgrade(&self, _context: &Context, _from: i64, state: serde_json::Value) -> Result<Value, Diagnostics> {
        Ok(from_plain(&state, &schema::schema().ty()))
    }

    async fn import(&self, context: &Context, request: ImportRequest) -> ImportOutcome {
        let identity_name = request
            .identity
            .as_ref()
            .and_then(|identity| identity.get("name").as_str());
        let id = identity_name.unwrap_or(&request.id);
        let found = match self.connection.need(context) {
            Ok(connected) => reading::find(&connected, id).await,
            Err(error) => Err(error),
        };
        match found {
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
