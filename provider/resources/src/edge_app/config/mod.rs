//! The configuration of an application as resolved settings.
//!
//! Each section is read from a configuration, planned or stored object by itself and is there only when it is
//! wholly known, so that a plan checks what it can and an apply, where all is known, gets every section.
//! Defaults of sections that the user left out live here. It knows no AWS call and no clock.

pub(super) mod features;
pub(super) mod identity;
pub(super) mod origins;
pub(super) mod read;
pub(super) mod routes;
pub(super) mod viewers;

use std::collections::{BTreeMap, BTreeSet};

use zt_framework::{Diagnostics, Path, Value};
use zt_model::source::Source;

use super::form::Form;

pub(super) use crate::firewall::Firewall;
pub(super) use features::Features;
pub(super) use identity::{Endpoints, IdentityProvider, Lifetimes};
pub(super) use origins::{Origin, OriginKind};
pub(super) use viewers::{ResponseHeaders, Viewers};

/// The session store an application belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Store {
    /// ARN of the KeyValueStore.
    pub(super) arn: String,
    /// Name of the store.
    pub(super) name: String,
    /// Longest session lifetime in seconds.
    pub(super) max_session_lifetime: u64,
    /// ARN of the pepper's secret.
    pub(super) pepper_secret_arn: String,
    /// The queue; a store of an older version has none.
    pub(super) queue: Option<features::Queue>,
}

/// What a destroy does with a function that still has replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReplicaDeletion {
    /// Mark it and leave it for a later apply.
    Park,
    /// Wait until AWS deletes it.
    Wait,
}

/// Where and for how long lines of the auth function are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Logging {
    pub(super) retention_days: i64,
    pub(super) regions: BTreeSet<String>,
}

/// The regions whose edge caches run functions of Lambda@Edge (CloudFront Developer Guide, "Regional edge caches").
pub(super) const LOG_REGIONS: [&str; 13] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// Days that lines of the auth function are kept by default.
pub(super) const LOG_RETENTION_DAYS: i64 = 90;

/// Paths and texts of the gateway's own pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pages {
    /// Prefix of the login.
    pub(super) auth_prefix: String,
    /// Path of the session's own data.
    pub(super) userinfo_path: String,
    /// Title on the pages.
    pub(super) title: String,
    /// Address of support.
    pub(super) support_url: Option<String>,
}

/// The sections of a configuration, as far as they are known and right.
#[derive(Debug, Clone)]
pub(super) struct Sections {
    pub(super) form: Form,
    pub(super) name: Option<String>,
    pub(super) store: Option<Store>,
    pub(super) viewers: Option<Viewers>,
    pub(super) identity: Option<IdentityProvider>,
    pub(super) lifetimes: Option<Lifetimes>,
    pub(super) features: Option<Features>,
    pub(super) pages: Option<Pages>,
    pub(super) routing: Option<Source>,
    pub(super) origins: Option<BTreeMap<String, Origin>>,
    /// Known earlier than the origins: a bucket may have to be made first.
    pub(super) origin_names: Option<BTreeSet<String>>,
    pub(super) default_origin: Option<String>,
    pub(super) identity_headers: Option<BTreeMap<String, String>>,
    pub(super) response_headers: Option<ResponseHeaders>,
    pub(super) firewall: Option<Firewall>,
    pub(super) replica_deletion: Option<ReplicaDeletion>,
    pub(super) secret_recovery_days: Option<i64>,
    pub(super) logging: Option<Logging>,
    pub(super) endpoints: Option<Endpoints>,
}

/// A configuration in which everything is known.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) form: Form,
    pub(super) name: String,
    pub(super) store: Store,
    pub(super) viewers: Viewers,
    pub(super) identity: IdentityProvider,
    pub(super) lifetimes: Lifetimes,
    pub(super) features: Features,
    pub(super) pages: Pages,
    pub(super) routing: Source,
    pub(super) origins: BTreeMap<String, Origin>,
    pub(super) default_origin: String,
    pub(super) identity_headers: BTreeMap<String, String>,
    pub(super) response_headers: ResponseHeaders,
    pub(super) firewall: Firewall,
    pub(super) replica_deletion: ReplicaDeletion,
    pub(super) secret_recovery_days: i64,
    pub(super) logging: Logging,
    pub(super) endpoints: Endpoints,
}

impl Sections {
    /// Reads what is known of an object, with defaults applied, and reports what is wrong.
    pub(super) fn read(form: Form, object: &Value, diagnostics: &mut Diagnostics) -> Self {
        let name = read::text(object.get("name"));
        let (origins, origin_names, default_origin) = match form {
            Form::Whole => delivery(object, diagnostics),
            // Where requests go is not ours to know.
            Form::Attached => (Some(BTreeMap::new()), None, Some(String::new())),
        };
        features::check_queue(object, diagnostics);
        Self {
            form,
            store: store(object.get("session_store")),
            viewers: viewers::read(form, object, diagnostics),
            identity: identity::read(object.get("identity_provider"), diagnostics),
            lifetimes: identity::lifetimes(object.get("session")),
            features: name.as_deref().and_then(|name| features::read(object, name)),
            pages: pages(object, name.as_deref()),
            routing: routes::read(object),
            identity_headers: read::text_map(object.get("identity_headers")),
            response_headers: viewers::response_headers(object.get("response_headers")),
            firewall: firewall(object.get("web_acl"), diagnostics),
            replica_deletion: replica_deletion(object.get("replica_deletion")),
            secret_recovery_days: object.get("secret_recovery_days").as_i64(),
            logging: logging(object),
            endpoints: identity::pinned(object.get("provider_endpoints")),
            name,
            origins,
            origin_names,
            default_origin,
        }
    }

    /// The sections of complete settings.
    pub(super) fn of(settings: &Settings) -> Self {
        let settings = settings.clone();
        Self {
            form: settings.form,
            name: Some(settings.name),
            store: Some(settings.store),
            viewers: Some(settings.viewers),
            identity: Some(settings.identity),
            lifetimes: Some(settings.lifetimes),
            features: Some(settings.features),
            pages: Some(settings.pages),
            routing: Some(settings.routing),
            origin_names: (settings.form == Form::Whole).then(|| settings.origins.keys().cloned().collect()),
            origins: Some(settings.origins),
            default_origin: Some(settings.default_origin),
            identity_headers: Some(settings.identity_headers),
            response_headers: Some(settings.response_headers),
            firewall: Some(settings.firewall),
            replica_deletion: Some(settings.replica_deletion),
            secret_recovery_days: Some(settings.secret_recovery_days),
            logging: Some(settings.logging),
            endpoints: Some(settings.endpoints),
        }
    }

    /// All sections together, or `None` when one is missing.
    pub(super) fn complete(self) -> Option<Settings> {
        Some(Settings {
            form: self.form,
            name: self.name?,
            store: self.store?,
            viewers: self.viewers?,
            identity: self.identity?,
            lifetimes: self.lifetimes?,
            features: self.features?,
            pages: self.pages?,
            routing: self.routing?,
            origins: self.origins?,
            default_origin: self.default_origin?,
            identity_headers: self.identity_headers?,
            response_headers: self.response_headers?,
            firewall: self.firewall?,
            replica_deletion: self.replica_deletion?,
            secret_recovery_days: self.secret_recovery_days?,
            logging: self.logging?,
            endpoints: self.endpoints?,
        })
    }
}

impl Settings {
    /// Reads an object in which everything is known.
    ///
    /// # Errors
    /// Diagnostics when it is not.
    pub(super) fn read(form: Form, object: &Value) -> Result<Self, Diagnostics> {
        let mut diagnostics = Diagnostics::default();
        let sections = Sections::read(form, object, &mut diagnostics);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        sections.complete().ok_or_else(|| {
            let mut diagnostics = Diagnostics::default();
            diagnostics.push_error(
                "The application cannot be read",
                "Part of its configuration is still unknown, which must not happen in an apply. This is a bug of the \
                 provider; please report it.",
            );
            diagnostics
        })
    }
}

type Delivery = (
    Option<BTreeMap<String, Origin>>,
    Option<BTreeSet<String>>,
    Option<String>,
);

/// Origins, their names, and the default one.
fn delivery(object: &Value, diagnostics: &mut Diagnostics) -> Delivery {
    let origins = origins::read(object.get("origins"), diagnostics);
    let names = origins::names(object.get("origins"));
    let default = names
        .as_ref()
        .and_then(|names| origins::default_origin(object.get("default_origin"), names, diagnostics));
    (origins, names, default)
}

fn firewall(value: &Value, diagnostics: &mut Diagnostics) -> Option<Firewall> {
    crate::firewall::check(value, &attribute("web_acl"), diagnostics);
    crate::firewall::read(value)
}

fn store(value: &Value) -> Option<Store> {
    Some(Store {
        arn: read::text(value.get("arn"))?,
        name: read::text(value.get("name"))?,
        max_session_lifetime: longest_lifetime(value)?,
        pepper_secret_arn: read::text(value.get("pepper_secret_arn"))?,
        queue: features::queue(value)?,
    })
}

/// The store's limit by itself: it is known at plan time even when the store does not exist yet.
pub(super) fn longest_lifetime(store: &Value) -> Option<u64> {
    read::seconds(store.get("max_session_lifetime").as_str()?)
}

fn pages(object: &Value, name: Option<&str>) -> Option<Pages> {
    let title = match read::optional_text(object.get("title"))? {
        Some(title) => title,
        None => name?.to_owned(),
    };
    Some(Pages {
        auth_prefix: read::text(object.get("auth_prefix"))?,
        userinfo_path: read::text(object.get("userinfo_path"))?,
        title,
        support_url: read::optional_text(object.get("support_url"))?,
    })
}

fn logging(object: &Value) -> Option<Logging> {
    let regions = object.get("log_regions");
    Some(Logging {
        retention_days: read::number(object.get("log_retention_days"), LOG_RETENTION_DAYS)?,
        regions: read::texts_or(regions, &LOG_REGIONS)?.into_iter().collect(),
    })
}

fn replica_deletion(value: &Value) -> Option<ReplicaDeletion> {
    match value.as_str()? {
        "wait" => Some(ReplicaDeletion::Wait),
        _ => Some(ReplicaDeletion::Park),
    }
}

/// The path of a top-level attribute.
pub(super) fn attribute(name: &str) -> Path {
    Path::root().attribute(name)
}
