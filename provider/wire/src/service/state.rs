//! State that comes from elsewhere: imports, moves, and what older versions stored.

use super::{Inner, Outcome, identity_type, read_identity, write_identity};
use crate::{codec, convert};
use std::cmp::Ordering;
use std::sync::Arc;
use zt_framework::lifecycle::Managed;
use zt_framework::value::{Type, json};
use zt_framework::{Diagnostic, Diagnostics, ImportOutcome, ImportRequest, MoveRequest};
use zt_wire_proto::tfplugin6 as pb;

pub(super) async fn import(
    inner: Arc<Inner>,
    request: pb::import_resource_state::Request,
) -> Outcome<pb::import_resource_state::Response> {
    let managed = inner.resource(&request.type_name)?;
    let import = ImportRequest {
        id: request.id,
        identity: read_identity(managed, request.identity.as_ref())?,
    };
    let outcome = managed
        .import(&inner.context(request.client_capabilities), import)
        .await;
    let imported_resources = imported(managed, &request.type_name, &outcome)?;
    Ok(pb::import_resource_state::Response {
        imported_resources: imported_resources.into_iter().collect(),
        diagnostics: convert::diagnostics(outcome.diagnostics),
    })
}

fn imported(
    managed: &Managed,
    type_name: &str,
    outcome: &ImportOutcome,
) -> Outcome<Option<pb::import_resource_state::ImportedResource>> {
    let Some(state) = &outcome.state else { return Ok(None) };
    Ok(Some(pb::import_resource_state::ImportedResource {
        type_name: type_name.to_owned(),
        state: Some(codec::write(state, &managed.ty)?),
        private: outcome.private.clone(),
        identity: write_identity(managed, outcome.identity.as_ref())?,
    }))
}

pub(super) async fn move_state(
    inner: Arc<Inner>,
    request: pb::move_resource_state::Request,
) -> Outcome<pb::move_resource_state::Response> {
    let managed = inner.resource(&request.target_type_name)?;
    let moved = MoveRequest {
        source_provider: request.source_provider_address,
        source_type: request.source_type_name,
        source_version: request.source_schema_version,
        source_state: parse("state", &stored("state", request.source_state)?)?,
        source_private: request.source_private,
        source_identity: match request.source_identity {
            Some(identity) => Some(parse("identity", &identity.json)?),
            None => None,
        },
    };
    let outcome = managed.move_state(&inner.context(None), moved).await;
    let target_state = match &outcome.state {
        Some(state) => Some(codec::write(state, &managed.ty)?),
        None => None,
    };
    Ok(pb::move_resource_state::Response {
        target_state,
        target_private: outcome.private,
        target_identity: write_identity(managed, outcome.identity.as_ref())?,
        diagnostics: convert::diagnostics(outcome.diagnostics),
    })
}

pub(super) async fn upgrade(
    inner: Arc<Inner>,
    request: pb::upgrade_resource_state::Request,
) -> Outcome<pb::upgrade_resource_state::Response> {
    let managed = inner.resource(&request.type_name)?;
    let text = stored("state", request.raw_state)?;
    let upgraded = match age("state", request.version, managed.schema.version)? {
        Age::Current => unchanged(text, &managed.ty)?,
        Age::Older => {
            let state = parse("state", &text)?;
            let value = managed.upgrade(&inner.context(None), request.version, state).await?;
            codec::write(&value, &managed.ty)?
        }
    };
    Ok(pb::upgrade_resource_state::Response {
        upgraded_state: Some(upgraded),
        diagnostics: Vec::new(),
    })
}

pub(super) async fn upgrade_identity(
    inner: Arc<Inner>,
    request: pb::upgrade_resource_identity::Request,
) -> Outcome<pb::upgrade_resource_identity::Response> {
    let managed = inner.resource(&request.type_name)?;
    let (Some(schema), Some(ty)) = (&managed.identity, identity_type(managed)) else {
        let detail = format!("Objects of {} have no identity.", request.type_name);
        return Err(Diagnostic::error("No identity", detail).into());
    };
    let text = stored("identity", request.raw_identity)?;
    let upgraded = match age("identity", request.version, schema.version)? {
        Age::Current => unchanged(text, &ty)?,
        Age::Older => {
            let identity = parse("identity", &text)?;
            let context = inner.context(None);
            codec::write(
                &managed
                    .resource
                    .upgrade_identity(&context, request.version, identity)
                    .await?,
                &ty,
            )?
        }
    };
    let upgraded_identity = Some(pb::ResourceIdentityData {
        identity_data: Some(upgraded),
    });
    Ok(pb::upgrade_resource_identity::Response {
        upgraded_identity,
        diagnostics: Vec::new(),
    })
}

enum Age {
    Current,
    Older,
}

fn age(what: &str, version: i64, current: i64) -> Outcome<Age> {
    match version.cmp(&current) {
        Ordering::Equal => Ok(Age::Current),
        Ordering::Less => Ok(Age::Older),
        Ordering::Greater => Err(unreadable(
            what,
            format!(
                "It was stored with schema version {version}; this version of the provider knows {current}. Use the \
                 newer version of the provider that stored it.",
            ),
        )),
    }
}

/// JSON of the current version goes back as it came: a value of dynamic type has another form in MessagePack, and
/// Terraform reads its own better than we could. It is read once all the same, so that nonsense is found here.
fn unchanged(text: Vec<u8>, ty: &Type) -> Outcome<pb::DynamicValue> {
    json::decode(&text, ty).map_err(codec::CodecError::from)?;
    Ok(pb::DynamicValue {
        json: text,
        msgpack: Vec::new(),
    })
}

fn stored(what: &str, raw: Option<pb::RawState>) -> Outcome<Vec<u8>> {
    let raw = raw.unwrap_or_default();
    if raw.json.is_empty() {
        let reason = if raw.flatmap.is_empty() {
            "It is empty."
        } else {
            "It is of a Terraform before 0.12."
        };
        return Err(unreadable(what, reason.to_owned()));
    }
    Ok(raw.json)
}

fn parse(what: &str, text: &[u8]) -> Outcome<serde_json::Value> {
    serde_json::from_slice(text).map_err(|_| unreadable(what, "It is not valid JSON.".to_owned()))
}

fn unreadable(what: &str, reason: String) -> Diagnostics {
    Diagnostic::error(format!("Stored {what} cannot be read"), reason).into()
}
