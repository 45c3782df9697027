//! ministack's Cognito as an identity provider: a user pool with people, clients and a domain, its hosted UI behind TLS.
//!
//! As with ministack everywhere, the issuer is AWS's own URL while the endpoints are local; both are in `endpoints.json`.

use std::net::SocketAddr;
use std::path::Path;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use local_cloud_control::{AdminError, ControlHandle};
use local_cloud_edge::EdgeHandle;
use serde_json::{Value, json};

use crate::endpoints::{self, User};
use crate::tls::{Port, TlsError};

/// What of ministack is Cognito's to browsers and token clients.
const PATHS: [&str; 4] = ["/oauth2/", "/login", "/logout", "/confirmUser"];
const DOMAIN: &str = "zt-demo";

/// Why there is no user pool.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CognitoError {
    #[error("its pages cannot be served")]
    Tls(#[from] TlsError),
    #[error("the user pool was not made")]
    Pool(#[from] AdminError),
    #[error("the user pool's description lacks {0}")]
    Answer(&'static str),
}

/// Makes the pool and serves it; what `endpoints.json` says of it.
pub(crate) async fn start(
    (control, ministack): (&ControlHandle, SocketAddr),
    edge: &EdgeHandle,
    (account, redirects): (&str, &Redirects),
    users: &[User],
) -> Result<endpoints::Cognito, CognitoError> {
    let port = Port::bind(edge).await?;
    let base = port.base.clone();
    let client = Client::builder(TokioExecutor::new()).build_http();
    port.serve(move |request| pass(client.clone(), ministack, request));
    let pool = Pool { control, account };
    pool.make(&base, redirects, users, &edge.ca_file).await
}

/// Where a login and a logout may end.
pub(crate) struct Redirects {
    pub(crate) callbacks: Vec<String>,
    pub(crate) signed_out: Vec<String>,
}

struct Pool<'a> {
    control: &'a ControlHandle,
    account: &'a str,
}

impl Pool<'_> {
    async fn ask(&self, operation: &str, body: Value) -> Result<Value, AdminError> {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        self.control.ask(self.account, "cognito-idp", &target, &body).await
    }

    async fn make(
        &self,
        base: &str,
        redirects: &Redirects,
        users: &[User],
        ca_file: &Path,
    ) -> Result<endpoints::Cognito, CognitoError> {
        let made = self
            .ask(
                "CreateUserPool",
                json!({"PoolName": "zt-demo", "AutoVerifiedAttributes": ["email"]}),
            )
            .await?;
        let id = text(&made["UserPool"]["Id"], "an id")?;
        let arn = text(&made["UserPool"]["Arn"], "an arn")?;
        let public = self.client(&id, redirects, false).await?;
        let confidential = self.client(&id, redirects, true).await?;
        self.ask("CreateUserPoolDomain", json!({"UserPoolId": id, "Domain": DOMAIN}))
            .await?;
        let mut known = Vec::new();
        for user in users {
            known.push(self.user(&id, user).await?);
        }
        let mut known = known.into_iter();
        Ok(endpoints::Cognito {
            issuer: format!("https://cognito-idp.us-east-1.amazonaws.com/{id}"),
            discovery: format!("{base}/{id}/.well-known/openid-configuration"),
            authorization_endpoint: format!("{base}/oauth2/authorize"),
            token_endpoint: format!("{base}/oauth2/token"),
            revocation_endpoint: format!("{base}/oauth2/revoke"),
            end_session_endpoint: format!("{base}/logout"),
            jwks_uri: format!("{base}/{id}/.well-known/jwks.json"),
            user_pool_id: id,
            user_pool_arn: arn,
            domain: DOMAIN.to_owned(),
            client_id: text(&public["ClientId"], "a client")?,
            client_secret_client_id: text(&confidential["ClientId"], "a client")?,
            client_secret: text(&confidential["ClientSecret"], "a client secret")?,
            user: known.next().unwrap_or_default(),
            other_users: known.collect(),
            ca_file: ca_file.to_owned(),
        })
    }

    async fn client(&self, pool: &str, redirects: &Redirects, secret: bool) -> Result<Value, CognitoError> {
        let body = json!({
            "UserPoolId": pool,
            "ClientName": if secret { "confidential" } else { "public" },
            "GenerateSecret": secret,
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthScopes": ["openid", "email", "profile"],
            "CallbackURLs": redirects.callbacks,
            "LogoutURLs": redirects.signed_out,
            "SupportedIdentityProviders": ["COGNITO"],
            "EnableTokenRevocation": true,
        });
        let mut made = self.ask("CreateUserPoolClient", body).await?;
        Ok(made["UserPoolClient"].take())
    }

    /// A confirmed user; the subject is Cognito's choice.
    async fn user(&self, pool: &str, user: &User) -> Result<User, CognitoError> {
        let attributes = json!([
            {"Name": "email", "Value": user.user},
            {"Name": "email_verified", "Value": "true"},
            {"Name": "name", "Value": user.user.split('@').next()},
        ]);
        let named = json!({"UserPoolId": pool, "Username": user.user});
        let with = |more: Value| {
            let mut body = named.clone();
            for (name, value) in more.as_object().into_iter().flatten() {
                body[name] = value.clone();
            }
            body
        };
        let made = self
            .ask(
                "AdminCreateUser",
                with(json!({"UserAttributes": attributes, "MessageAction": "SUPPRESS"})),
            )
            .await?;
        self.ask(
            "AdminSetUserPassword",
            with(json!({"Password": user.password, "Permanent": true})),
        )
        .await?;
        for group in &user.groups {
            // Of a group that another user brought nothing is to be done.
            let _ = self
                .ask("CreateGroup", json!({"UserPoolId": pool, "GroupName": group}))
                .await;
            self.ask("AdminAddUserToGroup", with(json!({"GroupName": group})))
                .await?;
        }
        let attributes = made["User"]["Attributes"].as_array();
        let subject = attributes
            .into_iter()
            .flatten()
            .find(|attribute| attribute["Name"] == "sub")
            .and_then(|attribute| attribute["Value"].as_str());
        Ok(User {
            subject: subject.ok_or(CognitoError::Answer("a subject"))?.to_owned(),
            ..user.clone()
        })
    }
}

fn text(value: &Value, what: &'static str) -> Result<String, CognitoError> {
    value.as_str().map(str::to_owned).ok_or(CognitoError::Answer(what))
}

/// Passes a request on, as a TLS terminator does.
async fn pass(
    client: Client<HttpConnector, Full<Bytes>>,
    ministack: SocketAddr,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let path = request.uri().path();
    if !PATHS.iter().any(|prefix| path.starts_with(prefix)) && !path.contains("/.well-known/") {
        return refuse(StatusCode::NOT_FOUND);
    }
    match send(client, ministack, request).await {
        Some(response) => response,
        None => refuse(StatusCode::BAD_GATEWAY),
    }
}

async fn send(
    client: Client<HttpConnector, Full<Bytes>>,
    ministack: SocketAddr,
    request: Request<Incoming>,
) -> Option<Response<Full<Bytes>>> {
    let (mut parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    parts.uri = format!("http://{ministack}{target}").parse::<Uri>().ok()?;
    parts
        .headers
        .insert("x-forwarded-proto", HeaderValue::from_static("https"));
    let body = body.collect().await.ok()?.to_bytes();
    let answer = client.request(Request::from_parts(parts, Full::new(body))).await.ok()?;
    let (mut parts, body) = answer.into_parts();
    let body = body.collect().await.ok()?.to_bytes();
    parts.headers.remove(http::header::TRANSFER_ENCODING);
    Some(Response::from_parts(parts, Full::new(body)))
}

fn refuse(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
