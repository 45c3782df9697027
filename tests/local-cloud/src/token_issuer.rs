//! Where the world reads the keys of STS's web identity tokens: discovery and JWKS over TLS.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Response, StatusCode, header};
use http_body_util::Full;
use local_cloud_control::TokenIssuer;
use local_cloud_edge::EdgeHandle;

use crate::tls::{Port, TlsError};

/// Serves the issuer's documents on a free port and tells it; returns the base of its URLs.
pub(crate) async fn start(issuer: Arc<TokenIssuer>, edge: &EdgeHandle) -> Result<String, TlsError> {
    let port = Port::bind(edge).await?;
    let base = port.base.clone();
    issuer.serve_at(&base);
    port.serve(move |request| {
        let document = match *request.method() {
            Method::GET => issuer.document(request.uri().path()),
            _ => None,
        };
        std::future::ready(answer(document))
    });
    Ok(base)
}

fn answer(document: Option<serde_json::Value>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    match document {
        Some(document) => {
            let json = header::HeaderValue::from_static("application/json");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
            *response.body_mut() = Full::new(Bytes::from(document.to_string()));
        }
        None => *response.status_mut() = StatusCode::NOT_FOUND,
    }
    response
}
