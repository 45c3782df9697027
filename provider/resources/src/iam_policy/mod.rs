//! `zt_iam_policy`: the least IAM policy with which this provider manages a given configuration.
//!
//! One table (`table`) says which part needs which actions on what; this names the parts. An acceptance test holds the table to
//! the calls that the provider makes. Nothing is read from AWS but who the caller is.

mod document;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use zt_framework::{Attribute, Context, DataOutcome, DataSource, Diagnostics, Path, Schema, Type, Value, async_trait};
use zt_model::ids::StoreName;

use crate::connection::{Connected, Connection};
use crate::edge_app::written;
use document::{Place, Subject};
use table::Part;

/// The data source over a connection, which tells account, partition and region.
pub struct IamPolicy {
    connection: Connection,
}

impl IamPolicy {
    /// The data source over a connection.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }
}

pub(crate) fn store_name(value: &Value) -> Result<(), String> {
    let name = value.as_str().unwrap_or_default();
    StoreName::parse(name).map(drop).map_err(|error| format!("{error}."))
}

pub(crate) fn account(value: &Value) -> Result<(), String> {
    let id = value.as_str().unwrap_or_default();
    match id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(()),
        false => Err(format!("{id:?} is no account; write its twelve digits as text.")),
    }
}

fn schema() -> Schema {
    Schema::new(
        "The least IAM policy with which this provider manages a given configuration: create, change, import and destroy. \
         Give it to the role that runs Terraform. Names of stores and applications stand in its resources, so it reaches no others; \
         where AWS gives out the ids (distributions, KeyValueStores, policies of CloudFront), it reaches all of the account.",
    )
    .attributes(what())
    .attributes([
        Attribute::string("account_id", "Account the policy is for. Default: the provider's.")
            .optional()
            .validate(account),
        Attribute::string("region", "Region of the store writers. Default: the provider's.")
            .optional()
            .validate(written::region),
        Attribute::string("json", "The whole policy as a JSON document.").computed(),
        Attribute::list_of(
            "documents",
            Type::String,
            "The same on as many documents as IAM's limit of 6,144 characters for one managed policy asks for.",
        )
        .computed(),
        Attribute::list_of("actions", Type::String, "Every action that the policy allows.").computed(),
    ])
}

fn what() -> [Attribute; 4] {
    let flag = |name, description| Attribute::bool(name, description).optional();
    [
        Attribute::list_of(
            "session_stores",
            Type::String,
            "Names of the session stores that are managed (`zt_session_store`).",
        )
        .optional()
        .validate_each(store_name),
        Attribute::list_of(
            "revocation_stores",
            Type::String,
            "Names of the stores in which revocations are managed (`zt_session_revocation`), or read (`zt_session_store_usage`, \
             `zt_user_handle`).",
        )
        .optional()
        .validate_each(store_name),
        Attribute::list_of(
            "web_acls",
            Type::String,
            "Names of the firewalls that are managed alone (`zt_web_acl`).",
        )
        .optional()
        .validate_each(written::application_name),
        Attribute::list(
            "applications",
            "The applications that are managed (`zt_edge_app`, `zt_edge_auth`).",
            [
                Attribute::string("session_store", "Name of its session store.")
                    .required()
                    .validate(store_name),
                Attribute::string("name", "Name of the application.")
                    .required()
                    .validate(written::application_name),
                flag(
                    "attached",
                    "Whether it is a `zt_edge_auth`, without a distribution of its own. Default `false`.",
                ),
                flag(
                    "guarded",
                    "Whether a `zt_distribution_guard` reads its distribution. Default `false`.",
                ),
                flag("s3_origins", "Whether it has origins in S3. Default `false`."),
                Attribute::list_of(
                    "managed_buckets",
                    Type::String,
                    "Buckets whose policy it keeps (`manage_bucket_policy`).",
                )
                .optional()
                .validate_each(written::bucket),
                flag(
                    "firewall_addresses",
                    "Whether its `web_acl` has addresses, its own or in rules. Default `false`.",
                ),
                flag(
                    "firewall_logging",
                    "Whether its `web_acl` has `logging`; what AWS asks for the destination is not in this policy. Default `false`.",
                ),
                flag("client_secret_wo", "Whether it is given `client_secret_wo`. Default `false`."),
                flag("assertion", "Whether it has a signed `assertion`. Default `false`."),
                flag("federation", "Whether it logs in by `identity_provider.federation`. Default `false`."),
                flag(
                    "service_tokens",
                    "Whether tokens of it are managed (`zt_service_token`). Default `false`.",
                ),
            ],
        )
        .optional(),
    ]
}

/// The parts of a configuration.
fn subjects(config: &Value) -> BTreeSet<Subject> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut subjects = BTreeSet::new();
    for (attribute, part) in [("session_stores", Part::Store), ("revocation_stores", Part::Revocation)] {
        subjects.extend(config.get(attribute).elements().iter().map(|store| Subject {
            part,
            store: text(store),
            application: String::new(),
            bucket: String::new(),
        }));
    }
    subjects.extend(config.get("web_acls").elements().iter().map(|name| Subject {
        part: Part::Firewall,
        store: String::new(),
        application: text(name),
        bucket: String::new(),
    }));
    for application in config.get("applications").elements() {
        let subject = |part, bucket| Subject {
            part,
            store: text(application.get("session_store")),
            application: text(application.get("name")),
            bucket,
        };
        let is = |name: &str| application.get(name).as_bool().unwrap_or_default();
        let buckets = application.get("managed_buckets").elements();
        let parts = [
            (Part::Application, true),
            (Part::Distribution, !is("attached")),
            (Part::Guard, is("guarded")),
            (Part::PrivateOrigin, is("s3_origins") || !buckets.is_empty()),
            (Part::Addresses, is("firewall_addresses")),
            (Part::FirewallLogs, is("firewall_logging")),
            (Part::ClientSecret, is("client_secret_wo")),
            (Part::Assertion, is("assertion")),
            (Part::Federation, is("federation")),
            (Part::ServiceTokens, is("service_tokens")),
        ];
        subjects.extend(
            parts
                .into_iter()
                .filter(|(_, used)| *used)
                .map(|(part, _)| subject(part, String::new())),
        );
        subjects.extend(buckets.iter().map(|bucket| subject(Part::BucketPolicy, text(bucket))));
    }
    subjects
}

fn place(connected: &Connected, config: &Value) -> Place {
    let or = |name: &str, default: &str| config.get(name).as_str().unwrap_or(default).to_owned();
    Place {
        partition: connected.aws.partition().as_str().to_owned(),
        account: or("account_id", connected.aws.account_id().unwrap_or("*")),
        region: or("region", connected.aws.region()),
    }
}

fn filled(config: Value, place: &Place) -> Value {
    let statements = document::statements(place, &subjects(&config));
    config
        .with("json", document::document(&statements))
        .with("documents", Value::list(document::documents(&statements)))
        .with("actions", Value::list(document::actions(&statements)))
}

#[async_trait]
impl DataSource for IamPolicy {
    fn type_name(&self) -> &'static str {
        "zt_iam_policy"
    }

    fn schema(&self) -> Schema {
        schema()
    }

    async fn validate(&self, _context: &Context, config: &Value, diagnostics: &mut Diagnostics) {
        let nothing = |name: &str| {
            let list = config.get(name);
            list.is_null() || (!list.is_unknown() && list.elements().is_empty())
        };
        if ["session_stores", "revocation_stores", "applications", "web_acls"]
            .into_iter()
            .all(nothing)
        {
            diagnostics.error_at(
                Path::from("session_stores"),
                "The policy would allow nothing",
                "Name what is managed: session_stores, revocation_stores, applications or web_acls.",
            );
        }
    }

    async fn read(&self, context: &Context, config: Value) -> DataOutcome {
        match self.connection.need(context) {
            Ok(connected) => {
                let place = place(&connected, &config);
                DataOutcome::found(filled(config, &place))
            }
            Err(error) => DataOutcome::failed(error),
        }
    }
}
