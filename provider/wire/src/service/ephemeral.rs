//! Ephemeral resources.

use super::{Inner, Outcome, find};
use crate::{codec, convert};
use std::sync::Arc;
use std::time::SystemTime;
use zt_wire_proto::tfplugin6 as pb;

pub(super) async fn validate(
    inner: Arc<Inner>,
    request: pb::validate_ephemeral_resource_config::Request,
) -> Outcome<pb::validate_ephemeral_resource_config::Response> {
    let entry = find(&inner.registry.ephemeral, "ephemeral resource", &request.type_name)?;
    let config = codec::read(request.config.as_ref(), &entry.ty)?;
    let diagnostics = entry.validate(&inner.context(None), &config).await;
    Ok(pb::validate_ephemeral_resource_config::Response {
        diagnostics: convert::diagnostics(diagnostics),
    })
}

pub(super) async fn open(
    inner: Arc<Inner>,
    request: pb::open_ephemeral_resource::Request,
) -> Outcome<pb::open_ephemeral_resource::Response> {
    let entry = find(&inner.registry.ephemeral, "ephemeral resource", &request.type_name)?;
    let config = codec::read(request.config.as_ref(), &entry.ty)?;
    let outcome = entry.open(&inner.context(request.client_capabilities), config).await;
    Ok(pb::open_ephemeral_resource::Response {
        result: Some(codec::write(&outcome.result.unwrap_or_default(), &entry.ty)?),
        private: Some(outcome.private),
        renew_at: outcome.renew_at.map(timestamp),
        diagnostics: convert::diagnostics(outcome.diagnostics),
    })
}

pub(super) async fn renew(
    inner: Arc<Inner>,
    request: pb::renew_ephemeral_resource::Request,
) -> Outcome<pb::renew_ephemeral_resource::Response> {
    let entry = find(&inner.registry.ephemeral, "ephemeral resource", &request.type_name)?;
    let outcome = entry
        .resource
        .renew(&inner.context(None), request.private.unwrap_or_default())
        .await;
    Ok(pb::renew_ephemeral_resource::Response {
        private: Some(outcome.private),
        renew_at: outcome.renew_at.map(timestamp),
        diagnostics: convert::diagnostics(outcome.diagnostics),
    })
}

pub(super) async fn close(
    inner: Arc<Inner>,
    request: pb::close_ephemeral_resource::Request,
) -> Outcome<pb::close_ephemeral_resource::Response> {
    let entry = find(&inner.registry.ephemeral, "ephemeral resource", &request.type_name)?;
    let diagnostics = entry
        .resource
        .close(&inner.context(None), request.private.unwrap_or_default())
        .await;
    Ok(pb::close_ephemeral_resource::Response {
        diagnostics: convert::diagnostics(diagnostics),
    })
}

fn timestamp(time: SystemTime) -> prost_types::Timestamp {
    time.into()
}
