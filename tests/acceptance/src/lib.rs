//! Configurations of the acceptance lane: HCL as a user writes it, put together from few pieces.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod foreign;
pub mod front;
pub mod kill;
pub mod left_behind;
pub mod members;
pub mod store;

use zt_test_support::endpoints::Endpoints;

/// A store that leaves nothing behind.
pub const STORE: &str = r#"
resource "zt_session_store" "main" {
  name                 = "main"
  secret_recovery_days = 0
}
"#;

/// What every configuration starts with.
pub const HEAD: &str = r#"
terraform {
  required_providers {
    zt = { source = "zt-edge/zt" }
  }
}

provider "zt" {}
"#;

/// An application on the local cloud's custom origin: a public page, a members' area, an admin path.
pub fn application(endpoints: &Endpoints, name: &str, host: &str) -> String {
    application_with(endpoints, name, host, "")
}

/// The same with more attributes.
pub fn application_with(endpoints: &Endpoints, name: &str, host: &str, more: &str) -> String {
    let Endpoints {
        edge,
        identity_provider,
        origin,
        ..
    } = endpoints;
    format!(
        r#"
resource "zt_edge_app" "{name}" {{
  name            = "{name}"
  session_store   = zt_session_store.main.session_store
  aliases         = ["{host}"]
  certificate_arn = "{certificate}"
  viewer_port     = {port}

  identity_provider = {{
    issuer    = "{issuer}"
    client_id = "{client}"
    scopes    = ["openid", "profile", "email", "groups"]
  }}

  policies = {{
    staff  = {{ any = [{{ groups = ["staff"] }}] }}
    admins = {{ require = [{{ groups = ["admins"] }}] }}
  }}

  routes = [
    {{ path = "/public/*", access = "public" }},
    {{ path = "/admin/*", allow = ["admins"], methods = ["GET", "HEAD"] }},
    {{ path = "/api/*", allow = ["staff"], unauthenticated = "401" }},
    {{ path = "/*", allow = ["staff"] }},
  ]

  origins = {{
    api = {{ custom = {{ domain_name = "{origin_host}", http_port = {origin_port}, protocol = "http-only" }} }}
  }}

  identity_headers     = {{ "x-zt-subject" = "sub" }}
  replica_deletion     = "wait"
  secret_recovery_days = 0
{more}}}
"#,
        certificate = edge.certificate_arn,
        port = edge.port,
        issuer = identity_provider.issuer,
        client = identity_provider.client_id,
        origin_host = origin.host,
        origin_port = origin.port,
    )
}

/// A revocation of one user.
pub fn revocation(endpoints: &Endpoints, name: &str, subject: &str, more: &str) -> String {
    let issuer = &endpoints.identity_provider.issuer;
    format!(
        r#"
resource "zt_session_revocation" "{name}" {{
  session_store = zt_session_store.main.session_store
  users         = [{{ issuer = "{issuer}", subject = "{subject}" }}]
{more}}}
"#
    )
}
