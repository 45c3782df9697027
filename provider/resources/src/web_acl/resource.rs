//! The life of a firewall alone.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use zt_aws::Tags;
use zt_framework::{
    ApplyOutcome, Context, CreateRequest, DeleteOutcome, DeleteRequest, Diagnostic, Diagnostics, IdentitySchema,
    ImportOutcome, ImportRequest, Path, Plan, PlanRequest, ReadOutcome, ReadRequest, Resource, Schema, UpdateRequest,
    Value, async_trait,
};

use super::mark::AclMark;
use super::{schema, written};
use crate::connection::{Connected, Connection};
use crate::failure::diagnostic;
use crate::firewall::upkeep::{self, Found, Trouble};
use crate::firewall::{self, Firewall, Named, Wanted};
use crate::{random, tagging};

/// The resource type `zt_web_acl`.
pub struct FirewallAlone {
    connection: Connection,
    /// Names that a create of this process is at work on: what it has begun looks to another like the rest of a killed one.
    under_way: Mutex<BTreeSet<String>>,
}

impl FirewallAlone {
    /// The resource over this connection.
    pub fn new(connection: Connection) -> Self {
        Self {
            connection,
            under_way: Mutex::default(),
        }
    }

    async fn make(&self, context: &Context, planned: &Value) -> Result<ApplyOutcome, Diagnostic> {
        context.check().map_err(|_| stopped())?;
        let connected = self.connection.need(context)?;
        let name = name(planned);
        let _under_way = UnderWay::claim(&self.under_way, &name)?;
        let found = look(&connected, &name, None).await?;
        let instance = match found.as_ref().map(|found| found.config.acl.description.as_str()) {
            None => random::id()?,
            Some(description) => match AclMark::parse(description) {
                Some(mark) if mark.name == name && mark.creating => mark.instance,
                _ => return Err(exists(&name)),
            },
        };
        let mark = AclMark {
            name,
            instance,
            creating: false,
        };
        let tags = tagging::merge(&connected.default_tags, planned.get("tags"));
        let complete = wanted(planned, &mark)?;
        let mut begun = complete.clone();
        begun.acl.description = complete.acl.description.replace(
            &mark.to_string(),
            &AclMark {
                creating: true,
                ..mark.clone()
            }
            .to_string(),
        );
        let made = match ensure(&connected, &mark, &begun, &tags).await {
            Ok(()) => ensure(&connected, &mark, &complete, &tags).await,
            Err(error) => Err(error),
        };
        match made {
            Ok(()) => stands(&connected, planned, &mark, &tags).await.map(done),
            Err(error) => Ok(rest(&connected, planned, &mark, &tags).await.diagnostic(error)),
        }
    }

    async fn change(&self, context: &Context, prior: &Value, planned: &Value) -> Result<Value, Diagnostic> {
        context.check().map_err(|_| stopped())?;
        let connected = self.connection.need(context)?;
        let mark = AclMark {
            name: name(planned),
            instance: prior.get("instance_id").as_str().unwrap_or_default().to_owned(),
            creating: false,
        };
        if let Some(found) = look(&connected, &mark.name, None).await?
            && !is_of(&found, &mark)
        {
            return Err(exists(&mark.name));
        }
        let tags = tagging::merge(&connected.default_tags, planned.get("tags"));
        ensure(&connected, &mark, &wanted(planned, &mark)?, &tags).await?;
        stands(&connected, planned, &mark, &tags).await
    }

    async fn refresh(&self, context: &Context, mut state: Value) -> Result<Option<Value>, Diagnostic> {
        let connected = self.connection.need(context)?;
        let mark = AclMark {
            name: name(&state),
            instance: state.get("instance_id").as_str().unwrap_or_default().to_owned(),
            creating: false,
        };
        let id = state.get("id").as_str().map(str::to_owned);
        let Some(found) = look(&connected, &mark.name, id.as_deref()).await? else {
            return Ok(None);
        };
        if !is_of(&found, &mark) {
            return Ok(None);
        }
        let tags = connected.aws.wafv2().tags(&found.arn).await;
        let tags = tags.map_err(|error| diagnostic(&error))?;
        state.set("tags_all", tagging::value(&tagging::without_marks(&tags)));
        put(&mut state, &found);
        // Sets have no order, so what was written may stand there in another one.
        let compared = |mut wanted: Wanted| {
            wanted.acl.bodies = written::without(wanted.acl.bodies);
            wanted
        };
        let wanted = wanted(&state, &mark)?;
        let same = compared(wanted) == compared(found.config);
        state.set("in_force", same);
        Ok(Some(state))
    }

    async fn remove(&self, context: &Context, prior: &Value) -> Result<(), Diagnostic> {
        let connected = self.connection.need(context)?;
        let mark = AclMark {
            name: name(prior),
            instance: prior.get("instance_id").as_str().unwrap_or_default().to_owned(),
            creating: false,
        };
        match look(&connected, &mark.name, None).await? {
            Some(found) if !is_of(&found, &mark) => Ok(()),
            _ => {
                let removed = upkeep::remove(&connected.aws, &mark, &AclMark::physical(&mark.name)).await;
                removed.map_err(|error| diagnostic(&error))
            }
        }
    }

    async fn find(&self, context: &Context, request: &ImportRequest) -> Result<Value, Diagnostic> {
        let connected = self.connection.need(context)?;
        let identified = request
            .identity
            .as_ref()
            .and_then(|identity| identity.get("name").as_str());
        let id = identified.unwrap_or(request.id.trim());
        let physical = id.split_once("/webacl/").and_then(|(_, rest)| rest.split('/').next());
        let name = match physical {
            Some(physical) => physical
                .strip_prefix(&AclMark::physical(""))
                .ok_or_else(|| not_found(id))?,
            None => id,
        };
        let found = look(&connected, name, None).await?.ok_or_else(|| not_found(id))?;
        let mark = AclMark::parse(&found.config.acl.description).filter(|mark| mark.name == name);
        let mark = mark.ok_or_else(|| not_found(id))?;
        let mut state =
            written::read(&found.config.acl.bodies).unwrap_or_else(|| Value::object([("name", name.into())]));
        let tags = connected.aws.wafv2().tags(&found.arn).await;
        let tags = tagging::without_marks(&tags.map_err(|error| diagnostic(&error))?);
        let own = |(key, value): &(String, String)| connected.default_tags.get(key) != Some(value);
        let own: Tags = tags.into_iter().filter(own).collect();
        if !own.is_empty() {
            state.set("tags", tagging::value(&own));
        }
        state.set("instance_id", mark.instance);
        put(&mut state, &found);
        Ok(state)
    }
}

/// A create at work; it ends with this value.
struct UnderWay<'all> {
    all: &'all Mutex<BTreeSet<String>>,
    name: String,
}

impl<'all> UnderWay<'all> {
    fn claim(all: &'all Mutex<BTreeSet<String>>, name: &str) -> Result<Self, Diagnostic> {
        let claimed = all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned());
        let name = name.to_owned();
        match claimed {
            true => Ok(Self { all, name }),
            false => Err(exists(&name)),
        }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.name);
    }
}

fn name(object: &Value) -> String {
    object.get("name").as_str().unwrap_or_default().to_owned()
}

fn is_of(found: &Found, mark: &AclMark) -> bool {
    let other = AclMark::parse(&found.config.acl.description);
    other.is_some_and(|other| other.name == mark.name && other.instance == mark.instance)
}

async fn look(connected: &Connected, name: &str, id: Option<&str>) -> Result<Option<Found>, Diagnostic> {
    let owner = AclMark {
        name: name.to_owned(),
        instance: String::new(),
        creating: false,
    };
    let found = upkeep::look(&connected.aws, &owner, (&AclMark::physical(name), id)).await;
    found.map_err(|error| diagnostic(&error))
}

/// What has to stand, what was written included.
fn wanted(object: &Value, mark: &AclMark) -> Result<Wanted, Diagnostic> {
    let named = Named {
        name: &AclMark::physical(&mark.name),
        mark: &mark.to_string(),
        auth_prefix: object.get("auth_prefix").as_str().unwrap_or("/oauth2"),
    };
    let settings = firewall::read(&known(object)).ok_or_else(|| {
        Diagnostic::error(
            "The firewall cannot be read",
            "Part of its configuration is still unknown, which must not happen in an apply. This is a bug of the provider; please \
             report it.",
        )
    })?;
    let mut wanted = firewall::wanted(&settings, &named);
    let answers: usize = wanted.acl.bodies.values().map(|body| body.content.len()).sum();
    let room = firewall::LONGEST_BODIES.saturating_sub(answers);
    wanted.acl.bodies.extend(written::bodies(object, room));
    Ok(wanted)
}

/// The object without what the provider computes.
fn known(object: &Value) -> Value {
    let mut firewall = Value::Null;
    for attribute in firewall::attributes() {
        firewall.set(&attribute.name, object.get(&attribute.name).clone());
    }
    firewall
}

async fn ensure(connected: &Connected, mark: &AclMark, wanted: &Wanted, tags: &Tags) -> Result<(), Diagnostic> {
    match Box::pin(upkeep::ensure(&connected.aws, mark, wanted, tags)).await {
        Ok(_) => Ok(()),
        Err(Trouble::Aws(error)) => Err(diagnostic(&error)),
        Err(Trouble::Taken { kind, name, .. }) => Err(Diagnostic::error(
            format!("The {kind} {name:?} exists already"),
            "It carries no mark of this firewall, so it was made by somebody else and is left alone. Remove or rename it, or choose \
             another name for the firewall.",
        )),
    }
}

/// What a create that failed leaves: its web ACL, which Terraform is told of, or nothing.
async fn rest(connected: &Connected, planned: &Value, mark: &AclMark, tags: &Tags) -> ApplyOutcome {
    match look(connected, &mark.name, None).await {
        Ok(Some(found)) if is_of(&found, mark) => done(told(planned, &found, mark, tags).with("in_force", false)),
        Ok(None) => {
            // IP sets without their web ACL: should this fail, too, the next create finds them.
            let _ = upkeep::remove(&connected.aws, mark, &AclMark::physical(&mark.name)).await;
            ApplyOutcome::default()
        }
        _ => ApplyOutcome::default(),
    }
}

async fn stands(connected: &Connected, planned: &Value, mark: &AclMark, tags: &Tags) -> Result<Value, Diagnostic> {
    let found = look(connected, &mark.name, None).await?;
    let found = found.ok_or_else(|| not_found(&mark.name))?;
    Ok(told(planned, &found, mark, tags).with("in_force", true))
}

fn told(planned: &Value, found: &Found, mark: &AclMark, tags: &Tags) -> Value {
    let mut state = planned.clone();
    put(&mut state, found);
    state.set("instance_id", mark.instance.as_str());
    state.set("tags_all", tagging::value(tags));
    state
}

fn put(state: &mut Value, found: &Found) {
    state.set("arn", found.arn.as_str());
    state.set("id", found.id.as_str());
    state.set("capacity", i64::try_from(found.capacity).unwrap_or_default());
}

fn stopped() -> Diagnostic {
    Diagnostic::error(
        "Stopped",
        "Terraform asked to stop before anything was written. Apply again.",
    )
}

fn exists(name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Firewall {name} exists already"),
        format!(
            "The web ACL {:?} is not in this state. If it is a firewall of this provider, manage it from here with\n\n  import {{\n    \
             to = zt_web_acl.{}\n    id = {name:?}\n  }}\n\nand adapt the address. To make another one, choose another name.",
            AclMark::physical(name),
            name.replace('-', "_"),
        ),
    )
}

fn not_found(id: &str) -> Diagnostic {
    Diagnostic::error(
        "There is no such firewall",
        format!("{id:?} is neither the name of a `zt_web_acl` in this account nor the ARN of its web ACL."),
    )
}

#[async_trait]
impl Resource for FirewallAlone {
    fn type_name(&self) -> &'static str {
        "zt_web_acl"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(schema::identity())
    }

    async fn validate(&self, _context: &Context, config: &Value, diagnostics: &mut Diagnostics) {
        firewall::check(config, &Path::root(), diagnostics);
    }

    async fn plan(&self, context: &Context, request: &PlanRequest, plan: &mut Plan, diagnostics: &mut Diagnostics) {
        firewall::check(&plan.planned, &Path::root(), diagnostics);
        let connected = self.connection.get(context);
        match &connected {
            Some(connected) => tagging::plan(plan, &connected.default_tags),
            None => plan.mark_unknown("tags_all"),
        }
        plan.planned.set("in_force", true);
        if request.prior.as_ref() == Some(&plan.planned) || diagnostics.has_errors() {
            return;
        }
        plan.mark_unknown("capacity");
        let settings = firewall::read(&known(&plan.planned));
        if let (Some(connected), Some(settings)) = (connected, settings.filter(Firewall::is_priced)) {
            let named = Named {
                name: "zt-firewall",
                mark: "zt",
                auth_prefix: plan.planned.get("auth_prefix").as_str().unwrap_or("/oauth2"),
            };
            upkeep::judge(&connected.aws, &firewall::wanted(&settings, &named), diagnostics).await;
        }
    }

    async fn read(&self, context: &Context, request: ReadRequest) -> ReadOutcome {
        match self.refresh(context, request.state).await {
            Ok(Some(state)) => {
                let identity = identity(&state);
                ReadOutcome::found(state).identity(identity)
            }
            Ok(None) => ReadOutcome::gone(),
            Err(error) => ReadOutcome::failed(error),
        }
    }

    async fn create(&self, context: &Context, request: CreateRequest) -> ApplyOutcome {
        let made = self.make(context, &request.planned).await;
        made.unwrap_or_else(ApplyOutcome::failed)
    }

    async fn update(&self, context: &Context, request: UpdateRequest) -> ApplyOutcome {
        let changed = self.change(context, &request.prior, &request.planned).await;
        changed.map_or_else(ApplyOutcome::failed, done)
    }

    async fn delete(&self, context: &Context, request: DeleteRequest) -> DeleteOutcome {
        match self.remove(context, &request.prior).await {
            Ok(()) => DeleteOutcome::gone(),
            Err(error) => DeleteOutcome::failed(error),
        }
    }

    async fn import(&self, context: &Context, request: ImportRequest) -> ImportOutcome {
        match self.find(context, &request).await {
            Ok(state) => {
                let identity = identity(&state);
                ImportOutcome::found(state).identity(identity)
            }
            Err(error) => ImportOutcome::failed(error),
        }
    }
}

fn done(state: Value) -> ApplyOutcome {
    let identity = identity(&state);
    ApplyOutcome::done(state).identity(identity)
}

fn identity(state: &Value) -> Value {
    Value::object([("name", state.get("name").clone())])
}
