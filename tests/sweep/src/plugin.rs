//! The provider's process as Terraform runs it: launched, configured, called over gRPC.

use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use zt_framework::Value;
use zt_framework::value::Type;
use zt_protocol_tests::client::{Client, ClientCertificate, Launched, Launcher, bytes, connect, said};
use zt_wire_proto::tfplugin6 as pb;

use crate::account::Account;
use crate::schemas;

/// The longest a call takes; what runs on longer hangs.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(300);

pub(crate) struct Plugin {
    runtime: Arc<Runtime>,
    launched: Launched,
    client: Client,
}

/// The answer to an apply; none when the process died first.
pub(crate) type Applied = Option<pb::apply_resource_change::Response>;

impl Plugin {
    pub(crate) fn start(runtime: &Arc<Runtime>, account: &Account<'_>) -> Result<Self, String> {
        let program = zt_test_support::built().join("terraform-provider-zt");
        let certificate = ClientCertificate::generate();
        let mut launcher = Launcher::new(program).tls(&certificate);
        for (name, value) in account.environment() {
            launcher = launcher.with(name, &value);
        }
        let launched = launcher.start();
        let connected = runtime.block_on(connect(&launched.handshake, Some(&certificate)));
        let (client, _) = connected.map_err(|error| error.to_string())?;
        let mut plugin = Self {
            runtime: Arc::clone(runtime),
            launched,
            client,
        };
        plugin.configure()?;
        Ok(plugin)
    }

    fn configure(&mut self) -> Result<(), String> {
        let schema = self
            .runtime
            .block_on(self.client.get_provider_schema(pb::get_provider_schema::Request {}));
        let schema = schema.map_err(|status| status.to_string())?.into_inner();
        let (empty, ty) = schemas::empty_provider(&schema.provider.expect("the schema of the provider's block"));
        let request = pb::configure_provider::Request {
            terraform_version: "1.11.4".to_owned(),
            config: bytes(&empty, &ty),
            client_capabilities: capabilities(),
        };
        let answer = self.runtime.block_on(self.client.configure_provider(request));
        let answer = answer.map_err(|status| status.to_string())?.into_inner();
        no_errors("configure", &answer.diagnostics)
    }

    pub(crate) fn read(&self, request: pb::read_resource::Request) -> Result<pb::read_resource::Response, String> {
        let mut client = self.client.clone();
        let answer = self.timed(async move { client.read_resource(request).await })?;
        no_errors("refresh", &answer.diagnostics)?;
        Ok(answer)
    }

    pub(crate) fn plan(
        &self,
        request: pb::plan_resource_change::Request,
    ) -> Result<pb::plan_resource_change::Response, String> {
        let mut client = self.client.clone();
        let answer = self.timed(async move { client.plan_resource_change(request).await })?;
        no_errors("plan", &answer.diagnostics)?;
        Ok(answer)
    }

    /// Begins an apply.
    pub(crate) fn apply(&self, request: pb::apply_resource_change::Request) -> JoinHandle<Applied> {
        let mut client = self.client.clone();
        let call = async move { client.apply_resource_change(request).await };
        self.runtime.spawn(async move {
            let answer = tokio::time::timeout(LONGEST, call).await.ok()?;
            answer.ok().map(tonic_answer)
        })
    }

    pub(crate) fn wait(&self, running: JoinHandle<Applied>) -> Applied {
        self.runtime.block_on(running).expect("the call does not panic")
    }

    /// As a cancelled job does.
    pub(crate) fn kill(&mut self) {
        // It may have ended already.
        let _ = self.launched.child.kill();
        let _ = self.launched.child.wait();
    }

    /// Ctrl-C.
    pub(crate) fn stop(&self) {
        let mut client = self.client.clone();
        let answer = self
            .runtime
            .block_on(client.stop_provider(pb::stop_provider::Request {}));
        answer.expect("StopProvider is answered");
    }

    fn timed<T>(&self, call: impl Future<Output = Result<tonic::Response<T>, tonic::Status>>) -> Result<T, String> {
        let answer = self
            .runtime
            .block_on(async { tokio::time::timeout(LONGEST, call).await });
        let answer = answer.map_err(|_| format!("no answer within {LONGEST:?}"))?;
        answer.map(tonic_answer).map_err(|status| status.to_string())
    }
}

fn tonic_answer<T>(answer: tonic::Response<T>) -> T {
    answer.into_inner()
}

#[allow(clippy::unnecessary_wraps)] // The field is optional on the wire.
pub(crate) fn capabilities() -> Option<pb::ClientCapabilities> {
    Some(pb::ClientCapabilities {
        deferral_allowed: false,
        write_only_attributes_allowed: true,
    })
}

/// Errors of an answer, with their details: what a user would read.
pub(crate) fn errors(diagnostics: &[pb::Diagnostic]) -> Vec<String> {
    let error = pb::diagnostic::Severity::Error as i32;
    let all = diagnostics.iter().filter(|one| one.severity == error);
    all.map(|one| format!("{}\n{}", said(std::slice::from_ref(one)).concat(), one.detail))
        .collect()
}

fn no_errors(step: &str, diagnostics: &[pb::Diagnostic]) -> Result<(), String> {
    let errors = errors(diagnostics);
    match errors.is_empty() {
        true => Ok(()),
        false => Err(format!("{step}: {}", errors.join("\n"))),
    }
}

/// A value of an answer; null where there is none.
pub(crate) fn value(bytes: Option<&pb::DynamicValue>, ty: &Type) -> Value {
    bytes.map_or(Value::Null, |bytes| {
        zt_wire::codec::decode(&bytes.msgpack, ty).unwrap_or_else(|error| panic!("{error}"))
    })
}
