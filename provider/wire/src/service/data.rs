//! Data sources.

use super::{Inner, Outcome, find};
use crate::{codec, convert};
use std::sync::Arc;
use zt_wire_proto::tfplugin6 as pb;

pub(super) async fn validate(
    inner: Arc<Inner>,
    request: pb::validate_data_resource_config::Request,
) -> Outcome<pb::validate_data_resource_config::Response> {
    let entry = find(&inner.registry.data_sources, "data source", &request.type_name)?;
    let config = codec::read(request.config.as_ref(), &entry.ty)?;
    let diagnostics = entry.validate(&inner.context(None), &config).await;
    Ok(pb::validate_data_resource_config::Response {
        diagnostics: convert::diagnostics(diagnostics),
    })
}

pub(super) async fn read(
    inner: Arc<Inner>,
    request: pb::read_data_source::Request,
) -> Outcome<pb::read_data_source::Response> {
    let entry = find(&inner.registry.data_sources, "data source", &request.type_name)?;
    let config = codec::read(request.config.as_ref(), &entry.ty)?;
    let outcome = entry.read(&inner.context(request.client_capabilities), config).await;
    Ok(pb::read_data_source::Response {
        state: Some(codec::write(&outcome.state.unwrap_or_default(), &entry.ty)?),
        diagnostics: convert::diagnostics(outcome.diagnostics),
    })
}
