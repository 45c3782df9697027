//! The proxy's HTTP listener on the loopback interface.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming as Body;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::gateway::{Gateway, Reply, Side};
use crate::http_message::{Answer, Incoming};

/// Ends a connection without an answer, as a broken network does.
#[derive(Debug, thiserror::Error)]
#[error("connection ended on purpose")]
struct Broken;

pub(crate) async fn serve(gateway: Arc<Gateway>, side: Side) -> std::io::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let task = tokio::spawn(async move {
        loop {
            if let Ok((stream, _)) = listener.accept().await {
                let gateway = Arc::clone(&gateway);
                tokio::spawn(connection(stream, gateway, side));
            }
        }
    });
    Ok((address, task))
}

async fn connection(stream: TcpStream, gateway: Arc<Gateway>, side: Side) {
    // Answers are small; waiting to fill a segment would cost 40 ms each.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let gateway = Arc::clone(&gateway);
        async move { answer(request, gateway, side).await }
    });
    // A client that goes away ends its connection, nothing else.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(request: Request<Body>, gateway: Arc<Gateway>, side: Side) -> Result<Response<Full<Bytes>>, Broken> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let incoming = Incoming {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    };
    match gateway.handle(incoming, side).await {
        Reply::Answer(answer) => Ok(into_response(answer).unwrap_or_else(|never| match never {})),
        Reply::Break => Err(Broken),
    }
}

fn into_response(answer: Answer) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    // The length is that of the body as it is now, after rewriting; a HEAD answer keeps what it says.
    if !matches!(response.body(), body if is_empty(body)) {
        response.headers_mut().remove(http::header::CONTENT_LENGTH);
    }
    response.headers_mut().remove(http::header::TRANSFER_ENCODING);
    response.headers_mut().remove(http::header::CONNECTION);
    Ok(response)
}

fn is_empty(body: &Full<Bytes>) -> bool {
    use hyper::body::Body as _;
    body.size_hint().exact() == Some(0)
}
