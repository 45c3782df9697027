//! A world for the edge: an AWS API that answers from hand-written documents, an origin that tells what it got, and a viewer.
//!
//! The documents have the form of AWS's API reference. The acceptance lane runs the same edge over a third party's AWS.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod documents;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use local_cloud_edge::{Change, EdgeHandle, EdgeOptions, start};
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};

pub const ACCOUNT: &str = "111122223333";
pub const HOST: &str = "d111111abcdef8.cloudfront.net";
pub const STORE: &str = "arn:aws:cloudfront::111122223333:key-value-store/a1b2c3";

/// What the control plane holds.
#[derive(Debug, Default)]
pub struct Aws {
    /// Answers by path and query, or by `<service target>` for WAFv2.
    pub documents: BTreeMap<String, Vec<u8>>,
    pub pairs: BTreeMap<String, String>,
    /// Every request is answered with this status.
    pub broken: Option<u16>,
    pub asked: Vec<String>,
}

impl Aws {
    pub fn put(&mut self, path: &str, document: impl Into<Vec<u8>>) {
        self.documents.insert(path.to_owned(), document.into());
    }

    fn answer(&mut self, path: &str, target: Option<&str>) -> (u16, Vec<u8>) {
        self.asked.push(target.unwrap_or(path).to_owned());
        if let Some(status) = self.broken {
            return (status, Vec::new());
        }
        let keys = format!(
            "/key-value-stores/{}/keys",
            STORE.replace(':', "%3A").replace('/', "%2F")
        );
        if let Some(query) = path.strip_prefix(&format!("{keys}?")) {
            return (200, self.page(query).to_string().into_bytes());
        }
        if let Some(key) = path.strip_prefix(&format!("{keys}/")) {
            let key = key.replace("%3A", ":");
            return match self.pairs.get(&key) {
                Some(value) => (200, json!({"Key": key, "Value": value}).to_string().into_bytes()),
                None => (404, b"{}".to_vec()),
            };
        }
        match self.documents.get(target.unwrap_or(path)) {
            Some(document) => (200, document.clone()),
            None => (404, Vec::new()),
        }
    }

    /// Fifty keys, as the data API gives at most.
    fn page(&self, query: &str) -> Value {
        let from: usize = query.split("NextToken=").nth(1).map_or(0, |t| t.parse().unwrap());
        let items: Vec<Value> = self
            .pairs
            .iter()
            .skip(from)
            .take(50)
            .map(|(k, v)| json!({"Key": k, "Value": v}))
            .collect();
        let more = self.pairs.len() > from + 50;
        if more {
            json!({"Items": items, "NextToken": (from + 50).to_string()})
        } else {
            json!({"Items": items})
        }
    }
}

/// Status and headers of the origin.
pub type Answer = (u16, Vec<(String, String)>);

/// A running edge with its surroundings.
pub struct World {
    pub aws: Arc<Mutex<Aws>>,
    pub edge: EdgeHandle,
    pub origin: u16,
    /// What the origin answers: status, headers. It says in the body what it was asked.
    pub origin_answer: Arc<Mutex<Answer>>,
    pub directory: tempfile::TempDir,
    changes: broadcast::Sender<Change>,
    _accounts: watch::Sender<BTreeSet<String>>,
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(adapt: impl FnOnce(&mut EdgeOptions)) -> Self {
        let aws = Arc::new(Mutex::new(Aws::default()));
        aws.lock().unwrap().no_distributions();
        let state = Arc::clone(&aws);
        let api = serve(move |request: http::Request<Bytes>| {
            let target = request
                .headers()
                .get("x-amz-target")
                .map(|t| t.to_str().unwrap().rsplit('.').next().unwrap().to_owned());
            assert!(
                request.headers()["authorization"]
                    .to_str()
                    .unwrap()
                    .contains(&format!("Credential={ACCOUNT}/"))
            );
            let path = request.uri().path_and_query().unwrap().as_str();
            let (status, body) = state.lock().unwrap().answer(path, target.as_deref());
            http::Response::builder()
                .status(status)
                .body(Full::new(Bytes::from(body)))
                .unwrap()
        })
        .await;
        let origin_answer = Arc::new(Mutex::new((200, Vec::new())));
        let answer = Arc::clone(&origin_answer);
        let origin = serve(move |request: http::Request<Bytes>| echo(&answer.lock().unwrap(), &request)).await;
        let (changes, receiver) = broadcast::channel(64);
        let (accounts_sender, accounts) = watch::channel(BTreeSet::from([ACCOUNT.to_owned()]));
        let directory = tempfile::tempdir().unwrap();
        let mut options = EdgeOptions::new(
            format!("http://127.0.0.1:{api}"),
            accounts,
            Some(receiver),
            directory.path(),
        );
        adapt(&mut options);
        let edge = start(options).await.unwrap();
        Self {
            aws,
            edge,
            origin,
            origin_answer,
            directory,
            changes,
            _accounts: accounts_sender,
        }
    }

    /// Changes what is deployed, and says so as the control plane does.
    pub fn deploy(&self, change: impl FnOnce(&mut Aws)) {
        change(&mut self.aws.lock().unwrap());
        self.changes
            .send(Change::Configuration {
                account: ACCOUNT.to_owned(),
            })
            .unwrap();
    }

    pub fn write_keys(&self, pairs: &[(&str, Option<&str>)]) {
        for (key, value) in pairs {
            let held = &mut self.aws.lock().unwrap().pairs;
            match value {
                Some(value) => held.insert((*key).to_owned(), (*value).to_owned()),
                None => held.remove(*key),
            };
        }
        let keys = pairs.iter().map(|(k, _)| (*k).to_owned()).collect();
        self.changes
            .send(Change::Keys {
                account: ACCOUNT.to_owned(),
                store: STORE.to_owned(),
                keys,
            })
            .unwrap();
    }

    pub fn origin_answers(&self, status: u16, headers: &[(&str, &str)]) {
        *self.origin_answer.lock().unwrap() = (
            status,
            headers
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
        );
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.ask(Ask::get(path)).await
    }

    pub async fn ask(&self, ask: Ask) -> Reply {
        let stream = TcpStream::connect(("127.0.0.1", self.edge.port)).await.unwrap();
        if ask.plain {
            return exchange(stream, &ask).await;
        }
        let pem = rustls::pki_types::CertificateDer::from_pem_file(&self.edge.ca_file).unwrap();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(pem).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let name = rustls::pki_types::ServerName::try_from(ask.server_name.clone()).unwrap();
        let stream = tokio_rustls::TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .unwrap();
        exchange(stream, &ask).await
    }

    /// A request to the edge's controls: status and answer.
    pub async fn control(&self, method: &'static str, path: &str, body: Value) -> (u16, Value) {
        let stream = TcpStream::connect(("127.0.0.1", self.edge.admin_port)).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(connection);
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .body(Full::new(Bytes::from(body.to_string())))
            .unwrap();
        let answer = sender.send_request(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap())
    }

    /// The lines of the access log.
    pub fn log(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.edge.access_log).unwrap();
        text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    /// Why the edge refused the last request by itself.
    pub fn last_reason(&self) -> String {
        self.log().last().unwrap()["reason"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

/// Developer Guide, "Restrictions on all edge functions": never shown to a function, refused from it. A star stands for any ending.
pub const DISALLOWED: [&str; 30] = [
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "trailer",
    "upgrade",
    "x-accel-buffering",
    "x-accel-charset",
    "x-accel-limit-rate",
    "x-accel-redirect",
    "x-amz-cf-anything",
    "x-amzn-auth",
    "x-amzn-cf-billing",
    "x-amzn-cf-id",
    "x-amzn-cf-xff",
    "x-amzn-errortype",
    "x-amzn-fle-profile",
    "x-amzn-header-count",
    "x-amzn-header-order",
    "x-amzn-lambda-integration-tag",
    "x-amzn-requestid",
    "x-cache",
    "x-edge-anything",
    "x-forwarded-proto",
    "x-real-ip",
    "client-cert",
    "client-cert-chain",
    "cloudfront-viewer-cert-pem",
];

/// The same page: read-only on viewer-request.
pub const READ_ONLY: [&str; 5] = ["cdn-loop", "content-length", "host", "transfer-encoding", "via"];

/// A request of a viewer.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: &'static str,
    pub path: String,
    pub host: String,
    pub server_name: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub plain: bool,
}

impl Ask {
    pub fn get(path: &str) -> Self {
        Self {
            method: "GET",
            path: path.to_owned(),
            host: HOST.to_owned(),
            server_name: HOST.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            plain: false,
        }
    }

    pub fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub fn host(mut self, host: &str, server_name: &str) -> Self {
        self.host = host.to_owned();
        self.server_name = server_name.to_owned();
        self
    }

    pub fn plain(mut self) -> Self {
        self.plain = true;
        self
    }
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: Bytes,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    pub fn cache(&self) -> &str {
        self.header("x-cache")
            .strip_suffix(" from cloudfront")
            .unwrap_or_default()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// What the origin was asked, if this comes from it.
    pub fn seen(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {} {}", self.status, self.text()))
    }
}

async fn exchange<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    ask: &Ask,
) -> Reply {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let mut request = http::Request::builder()
        .method(ask.method)
        .uri(&ask.path)
        .header("host", &ask.host);
    for (name, value) in &ask.headers {
        request = request.header(name, value);
    }
    let answer = sender
        .send_request(request.body(Full::new(Bytes::from(ask.body.clone()))).unwrap())
        .await
        .unwrap();
    let (parts, body) = answer.into_parts();
    Reply {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes(),
    }
}

fn echo(answer: &Answer, request: &http::Request<Bytes>) -> http::Response<Full<Bytes>> {
    let headers: BTreeMap<String, String> = request
        .headers()
        .iter()
        .map(|(k, v)| (k.to_string(), String::from_utf8_lossy(v.as_bytes()).into_owned()))
        .collect();
    let seen = json!({"method": request.method().as_str(), "path": request.uri().to_string(), "headers": headers, "body": String::from_utf8_lossy(request.body())});
    let mut response = http::Response::builder().status(answer.0);
    for (name, value) in &answer.1 {
        response = response.header(name, value);
    }
    response.body(Full::new(Bytes::from(seen.to_string()))).unwrap()
}

/// Serves on a free port.
pub async fn serve(
    handle: impl Fn(http::Request<Bytes>) -> http::Response<Full<Bytes>> + Clone + Send + 'static,
) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let handle = handle.clone();
            let service = service_fn(move |request: http::Request<Incoming>| {
                let handle = handle.clone();
                async move {
                    let (parts, body) = request.into_parts();
                    let body = body.collect().await.unwrap().to_bytes();
                    Ok::<_, Infallible>(handle(http::Request::from_parts(parts, body)))
                }
            });
            tokio::spawn(async move {
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await
            });
        }
    });
    port
}
