//! The provider's own configuration, and stop.

use super::{Inner, Outcome};
use crate::{codec, convert};
use std::sync::Arc;
use zt_wire_proto::tfplugin6 as pb;

pub(super) async fn validate(
    inner: Arc<Inner>,
    request: pb::validate_provider_config::Request,
) -> Outcome<pb::validate_provider_config::Response> {
    let config = codec::read(request.config.as_ref(), &inner.registry.schema.ty())?;
    let diagnostics = inner.registry.validate(&inner.context(None), &config).await;
    Ok(pb::validate_provider_config::Response {
        diagnostics: convert::diagnostics(diagnostics),
    })
}

pub(super) async fn configure(
    inner: Arc<Inner>,
    request: pb::configure_provider::Request,
) -> Outcome<pb::configure_provider::Response> {
    let config = codec::read(request.config.as_ref(), &inner.registry.schema.ty())?;
    if !request.terraform_version.is_empty() {
        // One process serves one Terraform, except with -debug, where the first one's version stands.
        let _ = inner.terraform_version.set(request.terraform_version);
    }
    let context = inner.context(request.client_capabilities);
    let diagnostics = inner.registry.provider.configure(&context, config).await;
    Ok(pb::configure_provider::Response {
        diagnostics: convert::diagnostics(diagnostics),
    })
}

pub(super) async fn stop(inner: Arc<Inner>, _: pb::stop_provider::Request) -> Outcome<pb::stop_provider::Response> {
    tracing::debug!("Terraform asked to stop");
    inner.stopper.stop();
    Ok(pb::stop_provider::Response::default())
}
