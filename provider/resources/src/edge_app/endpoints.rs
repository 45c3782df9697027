//! The endpoints of the identity provider: discovered or given, pinned by the plan.
//!
//! Discovery checks, it does not decide: what contradicts the configuration is an error; an issuer that is silent is one
//! only as long as no endpoints are known, later a warning with the last ones.

use zt_framework::{Diagnostics, Path, Value};

use super::config::identity::{ClientSecret, Endpoints, IdentityProvider};
use super::config::{self, Sections};
use super::form::Form;
use crate::discovery::{Discovery, DiscoveryError, Document};

/// What a plan pins.
pub(super) struct Pinned {
    pub(super) endpoints: Endpoints,
    pub(super) authentication: String,
}

fn path(attribute: &str) -> Path {
    Path::from("identity_provider").attribute(attribute)
}

/// Finds the endpoints for a plan; `None` when there are none, and the diagnostics say why.
pub(super) async fn pin(
    discovery: &Discovery,
    identity: &IdentityProvider,
    prior: Option<&Value>,
    diagnostics: &mut Diagnostics,
) -> Option<Pinned> {
    let needs_nothing =
        identity.overrides.suffice() && (identity.authentication.is_some() || identity.secret == ClientSecret::None);
    if needs_nothing {
        return Some(Pinned {
            endpoints: given(identity, None)?,
            authentication: authentication(identity, None)?,
        });
    }
    match discovery.of(&identity.issuer).await {
        Ok(document) => {
            check(identity, &document, diagnostics);
            let endpoints = given(identity, Some(&document))?;
            Some(Pinned {
                endpoints,
                authentication: authentication(identity, Some(&document))?,
            })
        }
        Err(error) if error.is_unreachable() => match last(identity, prior) {
            Some(pinned) => {
                diagnostics.warning_at(
                    path("issuer"),
                    "The identity provider cannot be reached",
                    format!("{error}. The endpoints of the last apply stay in force."),
                );
                Some(pinned)
            }
            None => {
                refuse(&error, diagnostics);
                None
            }
        },
        Err(error) => {
            refuse(&error, diagnostics);
            None
        }
    }
}

fn refuse(error: &DiscoveryError, diagnostics: &mut Diagnostics) {
    let (summary, what) = match error {
        DiscoveryError::Unreachable { .. } => (
            "The identity provider cannot be reached",
            "Its discovery document is needed once to find its endpoints. Check the issuer, or give \
             identity_provider.endpoints (authorization, token, jwks).",
        ),
        DiscoveryError::OtherIssuer { .. } => (
            "The issuer names itself differently",
            "Tokens carry the issuer's own spelling and would all be refused. Copy `issuer` from the discovery \
             document, trailing slash included.",
        ),
        DiscoveryError::Unusable { .. } => (
            "The identity provider cannot be used",
            "Check the issuer, or give what is missing in identity_provider.endpoints.",
        ),
    };
    diagnostics.error_at(
        path("issuer"),
        summary,
        format!("{}. {what}", super::language::sentence(&error.to_string())),
    );
}

/// What contradicts the configuration.
fn check(identity: &IdentityProvider, document: &Document, diagnostics: &mut Diagnostics) {
    if document.missing_algorithms(&identity.algorithms) {
        diagnostics.error_at(
            path("signing_algorithms"),
            "The identity provider signs differently",
            format!(
                "It signs ID tokens with {}, so none of them would be accepted. Write the one that your client uses.",
                document.algorithms.as_deref().unwrap_or_default().join(", ")
            ),
        );
    }
    if authentication(identity, Some(document)).is_none() {
        diagnostics.error_at(
            path("client_authentication"),
            "No common way of client authentication",
            format!(
                "The provider offers {}, and with a secret this application would use client_secret_basic or client_secret_post. Give \
                 client_authentication if the provider accepts one of them all the same.",
                document.authentication.join(", ")
            ),
        );
    }
}

fn given(identity: &IdentityProvider, document: Option<&Document>) -> Option<Endpoints> {
    let overrides = &identity.overrides;
    let pick = |given: &Option<String>, found: Option<&String>| given.clone().or_else(|| found.cloned());
    Some(Endpoints {
        authorization: pick(&overrides.authorization, document.map(|it| &it.authorization))?,
        token: pick(&overrides.token, document.map(|it| &it.token))?,
        jwks: pick(&overrides.jwks, document.map(|it| &it.jwks))?,
        end_session: pick(&overrides.end_session, document.and_then(|it| it.end_session.as_ref())),
        revocation: pick(&overrides.revocation, document.and_then(|it| it.revocation.as_ref())),
        issuer_in_response: document.is_some_and(|it| it.issuer_in_response),
    })
}

fn authentication(identity: &IdentityProvider, document: Option<&Document>) -> Option<String> {
    match (&identity.authentication, &identity.secret, document) {
        (Some(way), ..) => Some(way.clone()),
        (None, ClientSecret::None, _) if identity.federation.is_some() => Some("federated".to_owned()),
        (None, ClientSecret::None, _) => Some("none".to_owned()),
        (None, _, Some(document)) => document.best_authentication().map(str::to_owned),
        (None, _, None) => None,
    }
}

/// The endpoints of the last apply, if they were those of this issuer.
fn last(identity: &IdentityProvider, prior: Option<&Value>) -> Option<Pinned> {
    let prior = prior?;
    let mut ignored = Diagnostics::new();
    // What is read here is the same in either form.
    let sections: Sections = config::Sections::read(Form::Attached, prior, &mut ignored);
    let before = sections.identity?;
    if before.issuer != identity.issuer || before.overrides != identity.overrides {
        return None;
    }
    let written = identity.authentication.clone();
    let authentication = written.or(match identity.secret {
        ClientSecret::None if identity.federation.is_some() => Some("federated".to_owned()),
        ClientSecret::None => Some("none".to_owned()),
        _ => before.authentication.filter(|way| way != "none"),
    })?;
    Some(Pinned {
        endpoints: sections.endpoints?,
        authentication,
    })
}
