//! `zt_access_decision`: what becomes of a hypothetical request, and why, rule by rule.
//!
//! The decision is the model's own (`zt_model::explain`), which the shared vectors hold to the session function's table. Nothing is
//! sent anywhere; only where an existing application is named, its policies are read. It assumes that nobody is revoked.

mod answer;
mod question;
mod schema;
#[cfg(test)]
mod tests;

use zt_framework::{Context, DataOutcome, DataSource, Diagnostic, Diagnostics, Schema, Value, async_trait};

use crate::connection::Connection;
use crate::edge_app::written::{self, Access};

pub(crate) use answer::{findings, is_allowed};
pub(crate) use question::{Asked, Identity, mistakes_of_identity, mistakes_of_request};

/// The data source over a connection, which is needed only for applications that exist.
pub struct AccessDecision {
    connection: Connection,
}

impl AccessDecision {
    /// The data source over a connection.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self { connection }
    }

    async fn access(&self, context: &Context, config: &Value, diagnostics: &mut Diagnostics) -> Option<Access> {
        let Some(application) = config.get("application").as_str() else {
            let access = written::access(config, diagnostics);
            if access.is_none() && !diagnostics.has_errors() {
                diagnostics.error_at(
                    "routes",
                    "Policies and routes cannot be read",
                    "A part of them is null where a value is needed.",
                );
            }
            return access;
        };
        match self.connection.need(context) {
            Ok(connected) => written::of_application(&connected.aws, application, diagnostics).await,
            Err(error) => {
                diagnostics.push(error);
                None
            }
        }
    }
}

/// Policies are written down, or those of an application are taken: never both.
fn check_source(config: &Value, diagnostics: &mut Diagnostics) {
    let (application, routes) = (config.get("application"), config.get("routes"));
    if application.is_null() && routes.is_null() {
        diagnostics.push_error(
            "Nothing says who may pass",
            "Write `routes` and `policies` as in zt_edge_app, or name an `application` that exists.",
        );
    }
    if application.is_null() {
        return;
    }
    for name in [
        "policies",
        "routes",
        "aliases",
        "auth_prefix",
        "userinfo_path",
        "claims",
    ] {
        if !config.get(name).is_null() {
            diagnostics.error_at(
                name,
                "Two answers to who may pass",
                format!("`application` brings its own {name}. Remove one of the two."),
            );
        }
    }
}

#[async_trait]
impl DataSource for AccessDecision {
    fn type_name(&self) -> &'static str {
        "zt_access_decision"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    async fn validate(&self, _context: &Context, config: &Value, diagnostics: &mut Diagnostics) {
        check_source(config, diagnostics);
        question::check(config, diagnostics);
        if config.get("application").is_null() && !config.get("routes").is_null() {
            written::access(config, diagnostics);
        }
    }

    async fn read(&self, context: &Context, config: Value) -> DataOutcome {
        let mut diagnostics = Diagnostics::new();
        let access = self.access(context, &config, &mut diagnostics).await;
        let asked = question::read(&config);
        let (Some(access), Some((asked, identity))) = (access, asked) else {
            if !diagnostics.has_errors() {
                diagnostics.push(Diagnostic::error(
                    "The request cannot be read",
                    "A part of it is not of its form. This is a mistake of the provider; please report it.",
                ));
            }
            return DataOutcome::failed(diagnostics);
        };
        let explanation = asked.explain(&access, &identity);
        // Warnings about policies were given when the configuration was checked.
        DataOutcome::found(answer::filled(config, &explanation, asked.navigation))
    }
}
