//! What the provider offers.

use super::{Inner, Outcome};
use crate::convert;
use std::collections::BTreeMap;
use std::sync::Arc;
use zt_wire_proto::tfplugin6 as pb;

/// What we can do; each said only because it is true.
fn capabilities() -> pb::ServerCapabilities {
    pb::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: false,
    }
}

pub(super) async fn metadata(inner: Arc<Inner>, _: pb::get_metadata::Request) -> Outcome<pb::get_metadata::Response> {
    let registry = &inner.registry;
    let resource = |name: &String| pb::get_metadata::ResourceMetadata {
        type_name: name.clone(),
    };
    let data_source = |name: &String| pb::get_metadata::DataSourceMetadata {
        type_name: name.clone(),
    };
    let function = |name: &String| pb::get_metadata::FunctionMetadata { name: name.clone() };
    let ephemeral = |name: &String| pb::get_metadata::EphemeralMetadata {
        type_name: name.clone(),
    };
    Ok(pb::get_metadata::Response {
        server_capabilities: Some(capabilities()),
        diagnostics: Vec::new(),
        resources: registry.resources.keys().map(resource).collect(),
        data_sources: registry.data_sources.keys().map(data_source).collect(),
        functions: registry.functions.keys().map(function).collect(),
        ephemeral_resources: registry.ephemeral.keys().map(ephemeral).collect(),
    })
}

pub(super) async fn provider(
    inner: Arc<Inner>,
    _: pb::get_provider_schema::Request,
) -> Outcome<pb::get_provider_schema::Response> {
    let registry = &inner.registry;
    let resources = registry
        .resources
        .iter()
        .map(|(name, one)| (name.clone(), convert::schema(&one.schema)));
    let data_sources = registry
        .data_sources
        .iter()
        .map(|(name, one)| (name.clone(), convert::schema(&one.schema)));
    let ephemeral = registry
        .ephemeral
        .iter()
        .map(|(name, one)| (name.clone(), convert::schema(&one.schema)));
    Ok(pb::get_provider_schema::Response {
        provider: Some(convert::schema(&registry.schema)),
        resource_schemas: resources.collect(),
        data_source_schemas: data_sources.collect(),
        ephemeral_resource_schemas: ephemeral.collect(),
        functions: all_functions(&inner),
        server_capabilities: Some(capabilities()),
        provider_meta: None,
        diagnostics: Vec::new(),
    })
}

pub(super) async fn identities(
    inner: Arc<Inner>,
    _: pb::get_resource_identity_schemas::Request,
) -> Outcome<pb::get_resource_identity_schemas::Response> {
    let with_identity = inner
        .registry
        .resources
        .iter()
        .filter_map(|(name, one)| Some((name.clone(), convert::identity_schema(one.identity.as_ref()?))));
    Ok(pb::get_resource_identity_schemas::Response {
        identity_schemas: with_identity.collect(),
        diagnostics: Vec::new(),
    })
}

pub(super) async fn functions(
    inner: Arc<Inner>,
    _: pb::get_functions::Request,
) -> Outcome<pb::get_functions::Response> {
    Ok(pb::get_functions::Response {
        functions: all_functions(&inner),
        diagnostics: Vec::new(),
    })
}

fn all_functions(inner: &Inner) -> BTreeMap<String, pb::Function> {
    let all = inner.registry.functions.iter();
    all.map(|(name, one)| (name.clone(), convert::function(&one.signature)))
        .collect()
}
