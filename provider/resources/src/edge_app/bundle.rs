//! The edge code of an application: rendered function, packed function, and the events the first is tested with.

use zt_edge::{
    AuthArchive, AuthConfig, ClaimNames, ClientAuthentication, EventsError, Features, RenderError, SecretReferences,
    SessionFunction, TestEvent, TestSession,
};
use zt_model::compile::{Compiled, Table};
use zt_model::instant::Instant;
use zt_model::membership::MembershipDocument;
use zt_model::store::ApplicationDocument;

use super::config::{Settings, features as config};
use super::language;
use crate::random;

pub(super) use zt_edge::{auth_version, session_version};

/// ARNs of the application's secrets.
#[derive(Clone, Copy)]
pub(super) struct SecretArns<'a> {
    pub(super) keys: &'a str,
    pub(super) membership: &'a str,
    pub(super) client: Option<&'a str>,
    pub(super) assertion: Option<&'a str>,
}

/// Endpoints of AWS services that replace their own.
#[derive(Default)]
pub(super) struct AwsEndpoints {
    pub(super) secretsmanager: Option<String>,
    pub(super) sqs: Option<String>,
    pub(super) sts: Option<String>,
}

/// The endpoint for the auth function, of one that the operator's own calls take: AWS on this machine serves both. Any other, such as
/// an interface endpoint of a private network, is the operator's alone: no edge location reaches it, and the code must not
/// depend on who applies.
pub(super) fn shared_with_the_edge(endpoint: Option<String>) -> Option<String> {
    endpoint.filter(|url| {
        let authority = url.split_once("://").map_or("", |(_, rest)| rest);
        let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
        let host = match authority.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => authority.split(':').next().unwrap_or_default(),
        };
        let address = host.parse::<std::net::IpAddr>();
        host == "localhost" || host.ends_with(".localhost") || address.is_ok_and(|address| address.is_loopback())
    })
}

/// The code of the session function.
pub(super) fn session_code(table: &Table) -> Result<String, String> {
    SessionFunction::render(table)
        .map(|function| function.code().to_owned())
        .map_err(|error| {
            let sentence = language::sentence(&error.to_string());
            match error {
                RenderError::TooLarge(large) => format!("{sentence}. In bytes:\n{}", large.listing()),
                RenderError::Placeholder(_) => format!("{sentence}."),
            }
        })
}

/// The zip of the auth function.
pub(super) fn auth_archive(
    settings: &Settings,
    compiled: &Compiled,
    secrets: SecretArns<'_>,
    endpoints: AwsEndpoints,
) -> Result<AuthArchive, String> {
    AuthArchive::pack(&auth_config(settings, compiled, secrets, endpoints)).map_err(|error| error.to_string())
}

fn auth_config(settings: &Settings, compiled: &Compiled, secrets: SecretArns<'_>, aws: AwsEndpoints) -> AuthConfig {
    let identity = &settings.identity;
    let endpoints = settings.endpoints.clone();
    AuthConfig {
        application: settings.name.clone(),
        store: settings.store.name.clone(),
        hosts: settings.viewers.aliases.clone(),
        port: settings.viewers.port,
        prefix: settings.pages.auth_prefix.clone(),
        cookie: compiled.application.cookie_name(),
        cookie_domain: compiled.application.cookie_domain().map(str::to_owned),
        issuer: identity.issuer.clone(),
        client_id: identity.client_id.clone(),
        client_authentication: authentication(identity.authentication.as_deref()),
        authorization_endpoint: endpoints.authorization,
        token_endpoint: endpoints.token,
        jwks_uri: endpoints.jwks,
        end_session_endpoint: endpoints.end_session,
        iss_parameter: endpoints.issuer_in_response,
        scopes: identity.scopes.clone(),
        algorithms: identity.algorithms.clone(),
        claims: claims(&identity.claims),
        session_claims: compiled.application.session_claims.clone(),
        lifetime: settings.lifetimes.session,
        absolute_lifetime: settings.lifetimes.absolute,
        fresh_on_expiry: false,
        auth_time_optional: identity.auth_time_optional,
        secrets: SecretReferences {
            region: zt_aws::config::GLOBAL_REGION.to_owned(),
            endpoint: aws.secretsmanager.clone(),
            keys: secrets.keys.to_owned(),
            membership: secrets.membership.to_owned(),
            pepper: settings.store.pepper_secret_arn.clone(),
            client_secret: secrets.client.map(str::to_owned),
        },
        support_url: settings.pages.support_url.clone(),
        title: settings.pages.title.clone(),
        features: features(settings, secrets, aws),
    }
}

fn features(settings: &Settings, secrets: SecretArns<'_>, aws: AwsEndpoints) -> Features {
    let (identity, features) = (&settings.identity, &settings.features);
    let bearer = |it: &config::Bearer| zt_edge::Bearer {
        trusted: trusted(&it.trusted),
        token_type: it.token_type.clone(),
        lifetime: it.lifetime,
    };
    let assertion = |audience: &String| {
        Some(zt_edge::Assertion {
            secret: secrets.assertion?.to_owned(),
            audience: audience.clone(),
        })
    };
    Features {
        refresh: settings.lifetimes.refresh,
        revocation_endpoint: settings
            .endpoints
            .revocation
            .clone()
            .filter(|_| settings.lifetimes.refresh),
        queue: settings.store.queue.as_ref().map(|queue| zt_edge::Queue {
            url: queue.url.clone(),
            region: queue.region.clone(),
            endpoint: aws.sqs,
        }),
        backchannel: identity.back_channel_logout,
        events: features.signals.as_ref().map(trusted),
        bearer: features.bearer.values().map(bearer).collect(),
        assertion: features.assertion.as_ref().and_then(assertion),
        tenants: Some(identity.tenants.clone()).filter(|tenants| !tenants.is_empty()),
        overage: identity
            .group_overage
            .clone()
            .map(|endpoint| zt_edge::Overage { endpoint }),
        federation: identity.federation.as_ref().map(|it| zt_edge::Federation {
            audience: it.audience.clone(),
            algorithm: it.algorithm.clone(),
            region: it.region.clone(),
            endpoint: aws.sts,
        }),
        hook: identity.hook.as_ref().map(|it| zt_edge::Hook {
            url: it.url.clone(),
            secret: it.secret_arn.clone(),
            timeout_ms: it.timeout_ms,
        }),
    }
}

fn trusted(it: &config::Trusted) -> zt_edge::Trusted {
    zt_edge::Trusted {
        issuer: it.issuer.clone(),
        jwks_uri: it.jwks_uri.clone(),
        audience: it.audience.clone(),
        algorithms: it.algorithms.clone(),
    }
}

fn authentication(way: Option<&str>) -> ClientAuthentication {
    match way {
        Some("client_secret_basic") => ClientAuthentication::ClientSecretBasic,
        Some("client_secret_post") => ClientAuthentication::ClientSecretPost,
        Some("private_key_jwt") => ClientAuthentication::PrivateKeyJwt,
        Some("federated") => ClientAuthentication::Federated,
        _ => ClientAuthentication::None,
    }
}

fn claims(claims: &super::config::identity::Claims) -> ClaimNames {
    ClaimNames {
        user: claims.user.clone(),
        email: claims.email.clone(),
        groups: claims.groups.clone(),
        roles: claims.roles.clone(),
        session: claims.session.clone(),
    }
}

/// The events a function is tested with, against the application document as it stands in the store.
pub(super) fn events(
    compiled: &Compiled,
    membership: &MembershipDocument,
    document: &ApplicationDocument,
    now: Instant,
) -> Result<Vec<TestEvent>, String> {
    let draw = || -> Result<([u8; 9], [u8; 16]), zt_framework::Diagnostic> { Ok((random::bytes()?, random::bytes()?)) };
    let (user, session) = draw().map_err(|diagnostic| diagnostic.detail)?;
    let session = TestSession {
        document,
        user,
        session,
        now,
    };
    zt_edge::test_events(compiled, membership, &session).map_err(|error: EventsError| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_aws_on_this_machine_is_aws_for_the_edge_too() {
        for (endpoint, shared) in [
            ("http://127.0.0.1:4566", true),
            ("https://localhost:4566/aws", true),
            ("https://sqs.localhost", true),
            ("http://[::1]:4566/", true),
            ("https://vpce-0a1b-2c3d.sqs.eu-central-1.vpce.amazonaws.com", false),
            ("https://sqs.us-east-1.amazonaws.com", false),
            ("https://127.0.0.1.evil.example", false),
            ("https://localhost@evil.example", false),
            ("", false),
        ] {
            let passed = shared_with_the_edge(Some(endpoint.to_owned()));
            assert_eq!(passed.is_some(), shared, "{endpoint}");
        }
        assert_eq!(shared_with_the_edge(None), None);
    }
}
