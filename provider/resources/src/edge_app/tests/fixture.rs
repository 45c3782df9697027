//! A provider with nothing but the application, and a configuration that is right.

use std::sync::Arc;

use zt_framework::testing::Core;
use zt_framework::{Value, async_trait};

use crate::connection::Connection;
use crate::discovery::Fetch;
use crate::edge_app::{EdgeApp, Form};
use crate::only::Only;

pub(super) const ISSUER: &str = "https://idp.example.com";
pub(super) const ADDRESS: &str = "zt_edge_app.this";

const DOCUMENT: &str = r#"{
    "issuer": "https://idp.example.com",
    "authorization_endpoint": "https://idp.example.com/auth",
    "token_endpoint": "https://idp.example.com/token",
    "jwks_uri": "https://idp.example.com/jwks",
    "token_endpoint_auth_methods_supported": ["client_secret_post"],
    "id_token_signing_alg_values_supported": ["RS256"]
}"#;

/// One issuer that answers; every other address is silent.
struct OneIssuer;

#[async_trait]
impl Fetch for OneIssuer {
    async fn get(&self, address: &str) -> Result<Vec<u8>, String> {
        match address.strip_prefix(ISSUER) {
            Some("/.well-known/openid-configuration") => Ok(DOCUMENT.as_bytes().to_vec()),
            _ => Err("connection refused".to_owned()),
        }
    }
}

pub(super) fn core() -> Core {
    of(Form::Whole)
}

/// The same for the form without a distribution.
pub(super) fn attached_core() -> Core {
    of(Form::Attached)
}

fn of(form: Form) -> Core {
    let app = EdgeApp::fetching(form, Connection::default(), OneIssuer);
    Only::resource(Arc::new(app))
}

pub(super) fn route(path: &str) -> Value {
    Value::object([("path", path.into())])
}

pub(super) fn allowing(path: &str, policy: &str) -> Value {
    route(path).with("allow", vec![policy])
}

/// One protected application before its store and bucket exist.
pub(in crate::edge_app) fn config() -> Value {
    let store = Value::object([
        ("arn", Value::unknown()),
        ("name", "main".into()),
        ("max_session_lifetime", "12h".into()),
        ("pepper_secret_arn", Value::unknown()),
    ]);
    let staff = Value::object([("any", Value::list([Value::object([("groups", vec!["staff"].into())])]))]);
    let bucket = Value::object([("bucket", Value::unknown()), ("region", "eu-west-1".into())]);
    Value::object([
        ("name", "members".into()),
        ("session_store", store),
        ("aliases", Value::set_of(["app.example.com"])),
        (
            "certificate_arn",
            "arn:aws:acm:us-east-1:111122223333:certificate/1".into(),
        ),
        (
            "identity_provider",
            Value::object([("issuer", ISSUER.into()), ("client_id", "client".into())]),
        ),
        ("policies", Value::map([("staff", staff)])),
        (
            "routes",
            Value::list([route("/public/*").with("access", "public"), allowing("/*", "staff")]),
        ),
        ("origins", Value::map([("site", Value::object([("s3", bucket)]))])),
    ])
}
