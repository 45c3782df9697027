//! The edge's own controls for tests, on a port of their own: the clock, the cache, warm functions.
//!
//! `GET /clock` tells the time, `POST /clock?advance=<ms>` moves it, `POST /clock?reset` puts it back,
//! `POST /cache/clear` empties the caches and `POST /lambda/cool` ends warm functions.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::server::Server;

/// Serves the controls until told to stop.
pub(crate) async fn run(server: Arc<Server>, listener: TcpListener, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let (server, stop) = (Arc::clone(&server), stop.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let answer = control(&server, &request);
                async move { Ok::<_, Infallible>(answer) }
            });
            tokio::select! {
                () = stop.cancelled() => {}
                _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service) => {}
            }
        });
    }
}

fn control(server: &Server, request: &http::Request<Incoming>) -> http::Response<Full<Bytes>> {
    let pipeline = &server.pipeline;
    let query = request.uri().query().unwrap_or_default();
    match (request.method().as_str(), request.uri().path()) {
        ("GET", "/clock") => {}
        ("POST", "/clock") => match query.strip_prefix("advance=").map(str::parse::<i64>) {
            Some(Ok(milliseconds)) => pipeline.clock.advance(milliseconds),
            None if query == "reset" => pipeline.clock.reset(),
            _ => return reply(400, json!({"error": "advance=<milliseconds> or reset"})),
        },
        ("POST", "/cache/clear") => pipeline.caches.iter().for_each(|(_, cache)| cache.clear()),
        ("POST", "/lambda/cool") => pipeline.nodes.cool(),
        _ => return reply(404, json!({"error": "no such control"})),
    }
    reply(
        200,
        json!({"now": pipeline.clock.now(), "offset": pipeline.clock.offset()}),
    )
}

fn reply(status: u16, body: serde_json::Value) -> http::Response<Full<Bytes>> {
    let mut response = http::Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response
}
