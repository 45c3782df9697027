//! The proxy's HTTP listeners on the loopback interface.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use hyper::body::{Frame, Incoming as Body, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Sleep;

use crate::gateway::{Gateway, Reply, Side};
use crate::http_message::{Answer, Incoming};

/// An error of a body ends a connection at once; what was sent before is on its way after so long.
const FLUSHED: Duration = Duration::from_millis(20);

/// Ends a connection without an answer, as a broken network does.
#[derive(Debug, thiserror::Error)]
#[error("connection ended on purpose")]
struct Broken;

/// The proxy's ports, bound before anything serves on them: what starts first can be told of them.
#[derive(Debug)]
pub struct Ports {
    pub(crate) outside: TcpListener,
    pub(crate) additions: TcpListener,
    pub(crate) inside: TcpListener,
    pub(crate) address: SocketAddr,
}

impl Ports {
    /// Binds free ports of the loopback interface.
    pub async fn bind() -> std::io::Result<Self> {
        let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let outside = free().await?;
        let address = outside.local_addr()?;
        Ok(Self {
            outside,
            additions: free().await?,
            inside: free().await?,
            address,
        })
    }

    /// The endpoint to give to an AWS SDK.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

pub(crate) fn serve(listener: TcpListener, gateway: Arc<Gateway>, side: Side) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            if let Ok((stream, _)) = listener.accept().await {
                let gateway = Arc::clone(&gateway);
                tokio::spawn(connection(stream, gateway, side));
            }
        }
    })
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

async fn answer(request: Request<Body>, gateway: Arc<Gateway>, side: Side) -> Result<Response<Sent>, Broken> {
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
        Reply::Truncated(answer) => Ok(truncated(answer)),
        Reply::Break => Err(Broken),
    }
}

fn into_response(answer: Answer) -> Result<Response<Sent>, Infallible> {
    let empty = answer.body.is_empty();
    let mut response = Response::new(Sent::whole(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    // The length is that of the body as it is now, after rewriting; a HEAD answer keeps what it says.
    if !empty {
        response.headers_mut().remove(http::header::CONTENT_LENGTH);
    }
    response.headers_mut().remove(http::header::TRANSFER_ENCODING);
    response.headers_mut().remove(http::header::CONNECTION);
    Ok(response)
}

/// An answer whose connection ends half way: its length is that of the whole.
fn truncated(answer: Answer) -> Response<Sent> {
    let (whole, half) = (answer.body.len(), answer.body.len() / 2);
    let mut response = Response::new(Sent {
        data: Some(answer.body.slice(..half)),
        breaks: Some(Box::pin(tokio::time::sleep(FLUSHED))),
    });
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response.headers_mut().remove(http::header::TRANSFER_ENCODING);
    let length = http::HeaderValue::from(whole.max(1));
    response.headers_mut().insert(http::header::CONTENT_LENGTH, length);
    response
}

/// A body in one piece, or one that breaks off after it.
#[derive(Debug)]
struct Sent {
    data: Option<Bytes>,
    /// What it waits for before it breaks off.
    breaks: Option<Pin<Box<Sleep>>>,
}

impl Sent {
    fn whole(data: Bytes) -> Self {
        Self {
            data: (!data.is_empty()).then_some(data),
            breaks: None,
        }
    }
}

impl hyper::body::Body for Sent {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if let Some(data) = self.data.take() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        match &mut self.breaks {
            Some(flushed) => flushed.as_mut().poll(context).map(|()| Some(Err(Broken))),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && self.breaks.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.breaks, &self.data) {
            (Some(_), _) => SizeHint::default(),
            (None, data) => SizeHint::with_exact(data.as_ref().map_or(0, |data| data.len() as u64)),
        }
    }
}
