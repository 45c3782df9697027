//! What is created, changed and deleted: an object of each type, over what it needs.

use serde_json::{Value as Json, json};
use zt_framework::Value;
use zt_framework::value::json::{from_plain, to_plain};

use crate::account::Account;
use crate::core::Core;
use crate::schemas::Schemas;

/// One type under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scenario {
    SessionStore,
    SessionRevocation,
    EdgeApp,
    EdgeAuth,
    ServiceToken,
    WebAcl,
}

const STORE: &str = "zt_session_store.main";
const APPLICATION: &str = "zt_edge_app.members";

impl Scenario {
    pub(crate) const ALL: [Self; 6] = [
        Self::WebAcl,
        Self::SessionStore,
        Self::SessionRevocation,
        Self::ServiceToken,
        Self::EdgeAuth,
        Self::EdgeApp,
    ];

    /// The object under test.
    pub(crate) fn address(self) -> &'static str {
        match self {
            Self::SessionStore => STORE,
            Self::SessionRevocation => "zt_session_revocation.mallory",
            Self::EdgeApp => APPLICATION,
            Self::EdgeAuth => "zt_edge_auth.members",
            Self::ServiceToken => "zt_service_token.ci",
            Self::WebAcl => "zt_web_acl.main",
        }
    }

    /// What is there before, in order.
    pub(crate) fn base(self) -> &'static [&'static str] {
        match self {
            Self::SessionStore | Self::WebAcl => &[],
            Self::SessionRevocation | Self::EdgeApp | Self::EdgeAuth => &[STORE],
            Self::ServiceToken => &[STORE, APPLICATION],
        }
    }

    /// Whether it is what makes the door.
    pub(crate) fn makes_door(self) -> bool {
        self == Self::EdgeApp
    }

    /// Whether visitors may stand at its door.
    pub(crate) fn has_door(self) -> bool {
        matches!(self, Self::EdgeApp | Self::ServiceToken)
    }
}

/// The configurations of one account.
pub(crate) struct Configurations<'a> {
    account: &'a Account<'a>,
    schemas: &'a Schemas,
    certificate: String,
}

impl<'a> Configurations<'a> {
    pub(crate) fn new(account: &'a Account<'a>, schemas: &'a Schemas) -> Self {
        Self {
            account,
            schemas,
            certificate: account.certificate(),
        }
    }

    /// As it is first, or as it is changed to.
    pub(crate) fn of(&self, core: &Core<'_>, address: &str, changed: bool) -> Value {
        let store = core.state(STORE).and_then(|state| to_plain(state.get("session_store")));
        let store = store.unwrap_or(Json::Null);
        let plain = match address.split('.').next().unwrap_or_default() {
            "zt_session_store" => session_store(changed),
            "zt_session_revocation" => self.session_revocation(&store, changed),
            "zt_edge_app" => self.edge_app(&store, changed),
            "zt_edge_auth" => self.edge_auth(&store, changed),
            "zt_service_token" => service_token(&store, changed),
            "zt_web_acl" => web_acl(changed),
            other => panic!("no configuration of {other}"),
        };
        from_plain(&plain, &self.schemas.of(address).ty())
    }

    fn session_revocation(&self, store: &Json, changed: bool) -> Json {
        let issuer = &self.account.cloud().endpoints.identity_provider.issuer;
        let user = |name: &str| json!({"issuer": issuer, "subject": name});
        let users = if changed {
            vec![user("trudy"), user("oscar")]
        } else {
            vec![user("mallory"), user("trudy")]
        };
        json!({"session_store": store, "users": users, "reason": if changed { "twice" } else { "once" }})
    }

    fn identity_provider(&self) -> Json {
        let provider = &self.account.cloud().endpoints.identity_provider;
        json!({"issuer": provider.issuer, "client_id": provider.client_id, "scopes": ["openid", "groups"]})
    }

    /// What both forms of an application share. The change gives a path away and takes another back.
    fn application(&self, store: &Json, changed: bool) -> Json {
        let public = if changed { "/assets/*" } else { "/public/*" };
        json!({
            "name": "members",
            "session_store": store,
            "aliases": [self.account.host()],
            "viewer_port": self.account.cloud().endpoints.edge.port,
            "identity_provider": self.identity_provider(),
            "policies": {
                "staff": {"any": [{"groups": ["staff"]}]},
                "admins": {"require": [{"groups": ["admins"]}]},
                "robots": {"any": [{"service_tokens": ["ci"]}]},
            },
            "routes": [
                {"path": public, "access": "public"},
                {"path": "/admin/*", "allow": [if changed { "admins" } else { "staff" }]},
                {"path": "/api/*", "allow": ["robots"], "unauthenticated": "401"},
                {"path": "/*", "allow": ["staff"]},
            ],
            "identity_headers": {"x-zt-subject": "sub"},
            "replica_deletion": "wait",
            "secret_recovery_days": 0,
        })
    }

    fn edge_auth(&self, store: &Json, changed: bool) -> Json {
        self.application(store, changed)
    }

    fn edge_app(&self, store: &Json, changed: bool) -> Json {
        let origin = &self.account.cloud().endpoints.origin;
        let mut application = self.application(store, changed);
        application["certificate_arn"] = json!(self.certificate);
        application["origins"] = json!({
            "api": {"custom": {"domain_name": origin.host, "http_port": origin.port, "protocol": "http-only"}},
        });
        application
    }
}

fn session_store(changed: bool) -> Json {
    json!({"name": "main", "secret_recovery_days": 0, "tags": {"round": if changed { "two" } else { "one" }}})
}

fn service_token(store: &Json, changed: bool) -> Json {
    json!({
        "session_store": store,
        "application": "members",
        "name": "ci",
        "lifetime": "90d",
        "rotation_overlap": "2d",
        "rotation_triggers": {"month": if changed { "2026-12" } else { "2026-11" }},
    })
}

fn web_acl(changed: bool) -> Json {
    let block = if changed {
        vec!["203.0.113.0/24"]
    } else {
        vec!["203.0.113.0/24", "2001:db8:bad::/48"]
    };
    json!({
        "name": "main",
        "rate_limit": if changed { 1_000 } else { 2_000 },
        "addresses": {"block": block, "trust": ["198.51.100.7/32"]},
        "geo": {"block": ["KP"]},
        "rules": {"no-wordpress": {"action": "block", "paths": ["/wp-*"]}},
    })
}
