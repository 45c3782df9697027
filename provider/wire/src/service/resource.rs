//! Validate, read, plan and apply of managed resources.

use super::{Inner, Outcome, read_identity, write_identity};
use crate::{codec, convert};
use std::sync::Arc;
use zt_framework::ReadRequest;
use zt_framework::lifecycle::{ApplyInput, PlanInput};
use zt_framework::value::Value;
use zt_wire_proto::tfplugin6 as pb;

pub(super) async fn validate(
    inner: Arc<Inner>,
    request: pb::validate_resource_config::Request,
) -> Outcome<pb::validate_resource_config::Response> {
    let managed = inner.resource(&request.type_name)?;
    let config = codec::read(request.config.as_ref(), &managed.ty)?;
    let diagnostics = managed
        .validate(&inner.context(request.client_capabilities), &config)
        .await;
    Ok(pb::validate_resource_config::Response {
        diagnostics: convert::diagnostics(diagnostics),
    })
}

pub(super) async fn read(
    inner: Arc<Inner>,
    request: pb::read_resource::Request,
) -> Outcome<pb::read_resource::Response> {
    let managed = inner.resource(&request.type_name)?;
    let read = ReadRequest {
        state: codec::read(request.current_state.as_ref(), &managed.ty)?,
        identity: read_identity(managed, request.current_identity.as_ref())?,
        private: request.private,
    };
    let outcome = managed.read(&inner.context(request.client_capabilities), read).await;
    if outcome.state.is_none() {
        tracing::warn!(
            tf_resource_type = request.type_name,
            "the object is gone, its state is dropped"
        );
    }
    Ok(pb::read_resource::Response {
        new_state: Some(codec::write(&outcome.state.unwrap_or_default(), &managed.ty)?),
        new_identity: write_identity(managed, outcome.identity.as_ref())?,
        private: outcome.private.unwrap_or_default(),
        diagnostics: convert::diagnostics(outcome.diagnostics),
    })
}

pub(super) async fn plan(
    inner: Arc<Inner>,
    request: pb::plan_resource_change::Request,
) -> Outcome<pb::plan_resource_change::Response> {
    let managed = inner.resource(&request.type_name)?;
    let input = PlanInput {
        config: codec::read(request.config.as_ref(), &managed.ty)?,
        prior: codec::read(request.prior_state.as_ref(), &managed.ty)?,
        proposed: codec::read(request.proposed_new_state.as_ref(), &managed.ty)?,
        identity: read_identity(managed, request.prior_identity.as_ref())?,
        private: request.prior_private,
    };
    let planned = managed.plan(&inner.context(request.client_capabilities), input).await;
    Ok(pb::plan_resource_change::Response {
        planned_state: Some(codec::write(&planned.planned, &managed.ty)?),
        requires_replace: planned.requires_replace.iter().map(convert::attribute_path).collect(),
        planned_private: planned.private,
        planned_identity: write_identity(managed, planned.identity.as_ref())?,
        diagnostics: convert::diagnostics(planned.diagnostics),
    })
}

pub(super) async fn apply(
    inner: Arc<Inner>,
    request: pb::apply_resource_change::Request,
) -> Outcome<pb::apply_resource_change::Response> {
    let managed = inner.resource(&request.type_name)?;
    let input = ApplyInput {
        config: codec::read(request.config.as_ref(), &managed.ty)?,
        prior: codec::read(request.prior_state.as_ref(), &managed.ty)?,
        planned: codec::read(request.planned_state.as_ref(), &managed.ty)?,
        identity: read_identity(managed, request.planned_identity.as_ref())?.filter(Value::is_wholly_known),
        private: request.planned_private,
    };
    let applied = managed.apply(&inner.context(None), input).await;
    Ok(pb::apply_resource_change::Response {
        new_state: Some(codec::write(&applied.state, &managed.ty)?),
        private: applied.private,
        new_identity: write_identity(managed, applied.identity.as_ref())?,
        diagnostics: convert::diagnostics(applied.diagnostics),
    })
}
