//! The edge's own controls for tests, on a port of their own: the clock, the cache, warm functions.
//!
//! `GET /clock` tells the time, `POST /clock?advance=<ms>` moves it, `POST /clock?reset` puts it back (both answer once every part
//! goes by it),
//! `POST /cache/clear` empties the caches and `POST /lambda/cool` (`?location=<name>`) ends warm functions.
//!
//! `GET /locations` tells how far each location is behind, `POST /locations` sets it (`{"name", "distribution_ms", "function_ms",
//! "store_ms", "lambda_ms", "all_ms"}`) for what changes from then on. `GET`, `POST` and `DELETE /faults` are about the reads of functions
//! in their store.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::pipeline::Pipeline;
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
                let server = Arc::clone(&server);
                async move { Ok::<_, Infallible>(control(&server, request).await) }
            });
            tokio::select! {
                () = stop.cancelled() => {}
                _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service) => {}
            }
        });
    }
}

async fn control(server: &Server, request: http::Request<Incoming>) -> http::Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let wanted: Value = serde_json::from_slice(&body).unwrap_or_default();
    let query = parts.uri.query().unwrap_or_default();
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    match path {
        "/locations" | "/faults" => tables(&server.pipeline, (method, path), &wanted).await,
        _ => moves(&server.pipeline, (method, path), query).await,
    }
}

/// What tests set in the form of JSON.
async fn tables(pipeline: &Pipeline, (method, path): (&str, &str), wanted: &Value) -> http::Response<Full<Bytes>> {
    let (mirror, faults) = (&pipeline.mirror, &pipeline.store_faults);
    let done = match (method, path) {
        ("POST", "/locations") => {
            mirror.settle().await;
            mirror.propagation.set(wanted)
        }
        ("POST", "/faults") => faults.add(wanted),
        ("DELETE", "/faults") => {
            faults.clear();
            Ok(())
        }
        ("GET", _) => Ok(()),
        _ => Err("no such control".to_owned()),
    };
    match done {
        Ok(()) if path == "/faults" => reply(200, json!({"rules": faults.to_json()})),
        Ok(()) => reply(200, json!({"locations": mirror.propagation.to_json()})),
        Err(why) => reply(400, json!({"error": why})),
    }
}

/// What moves or ends something.
async fn moves(pipeline: &Pipeline, (method, path): (&str, &str), query: &str) -> http::Response<Full<Bytes>> {
    match (method, path) {
        ("GET", "/clock") => {}
        ("POST", "/clock") => match query.strip_prefix("advance=").map(str::parse::<i64>) {
            Some(Ok(milliseconds)) => {
                pipeline.mirror.catch_up().await;
                pipeline.clock.advance(milliseconds);
                pipeline.clock.arrival().await;
            }
            None if query == "reset" => {
                pipeline.clock.reset();
                pipeline.clock.arrival().await;
                pipeline.mirror.settle().await;
            }
            _ => return reply(400, json!({"error": "advance=<milliseconds> or reset"})),
        },
        ("POST", "/cache/clear") => pipeline.caches.iter().for_each(|(_, cache)| cache.clear()),
        ("POST", "/lambda/cool") => pipeline.nodes.cool(query.strip_prefix("location=")),
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
