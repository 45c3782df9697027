//! The calls of the plugin protocol, answered by a provider of the framework.
//!
//! Each call runs in a task of its own behind the [`fence`], so neither a panic nor a client that hangs up ends
//! anything else. Every failure is a diagnostic in the answer; a gRPC status means a broken transport only.

mod answer;
mod calls;
mod data;
mod ephemeral;
pub(crate) mod fence;
mod function;
mod provider;
mod resource;
mod schema;
mod state;
mod stop;

pub(crate) use stop::Stopper;

use crate::codec::{self, CodecError};
use answer::Answer;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use tonic::{Request, Response, Status};
use zt_framework::lifecycle::{Managed, Registry};
use zt_framework::value::Type;
use zt_framework::{ClientCapabilities, Context, Diagnostic, Diagnostics, Value};
use zt_wire_proto::tfplugin6 as pb;

/// The service of the plugin protocol.
#[derive(Clone)]
pub(crate) struct Service {
    inner: Arc<Inner>,
}

/// What all calls share.
pub(crate) struct Inner {
    registry: Registry,
    stopper: Stopper,
    terraform_version: OnceLock<String>,
}

/// A call that failed before the provider was asked.
type Outcome<T> = Result<T, Diagnostics>;

impl Service {
    pub(crate) fn new(registry: Registry) -> Self {
        let inner = Inner {
            registry,
            stopper: Stopper::default(),
            terraform_version: OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    pub(crate) fn stopper(&self) -> Stopper {
        self.inner.stopper.clone()
    }

    async fn call<Q, A, F>(
        &self,
        name: &'static str,
        request: Request<Q>,
        work: impl FnOnce(Arc<Inner>, Q) -> F,
    ) -> Result<Response<A>, Status>
    where
        A: Answer,
        F: Future<Output = Outcome<A>> + Send + 'static,
    {
        let work = work(Arc::clone(&self.inner), request.into_inner());
        fence::run(name, work).await.map(Response::new)
    }
}

impl Inner {
    fn context(&self, client: Option<pb::ClientCapabilities>) -> Context {
        let client = client.unwrap_or_default();
        let mut context = Context::new(self.stopper.token());
        context.terraform_version = self.terraform_version.get().cloned();
        context.client = ClientCapabilities {
            write_only_attributes_allowed: client.write_only_attributes_allowed,
            deferral_allowed: client.deferral_allowed,
        };
        context
    }

    fn resource(&self, type_name: &str) -> Outcome<&Managed> {
        find(&self.registry.resources, "resource", type_name)
    }
}

fn find<'all, T>(all: &'all BTreeMap<String, T>, kind: &str, name: &str) -> Outcome<&'all T> {
    all.get(name).ok_or_else(|| {
        Diagnostic::error(
            format!("Unknown {kind}"),
            format!("This provider has no {kind} {name}."),
        )
        .into()
    })
}

fn identity_type(managed: &Managed) -> Option<Type> {
    managed.identity.as_ref().map(|schema| schema.ty())
}

/// The identity in a request, when there is one and the resource has identities.
fn read_identity(managed: &Managed, identity: Option<&pb::ResourceIdentityData>) -> Result<Option<Value>, CodecError> {
    let (Some(ty), Some(identity)) = (identity_type(managed), identity) else {
        return Ok(None);
    };
    let value = codec::read(identity.identity_data.as_ref(), &ty)?;
    Ok((!value.is_null()).then_some(value))
}

fn write_identity(managed: &Managed, identity: Option<&Value>) -> Result<Option<pb::ResourceIdentityData>, CodecError> {
    let (Some(ty), Some(identity)) = (identity_type(managed), identity) else {
        return Ok(None);
    };
    Ok(Some(pb::ResourceIdentityData {
        identity_data: Some(codec::write(identity, &ty)?),
    }))
}
