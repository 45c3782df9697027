//! A launcher and client of the plugin protocol.

mod certificate;
mod channel;
mod launch;

pub use certificate::ClientCertificate;
pub use channel::{connect, connect_plain};
pub use launch::{Handshake, Launched, Launcher};

use std::collections::BTreeMap;
use zt_framework::value::{Type, Value};
use zt_framework::{Provider, Schema};
use zt_wire_proto::tfplugin6 as pb;

/// The generated client.
pub type Client = pb::provider_client::ProviderClient<tonic::transport::Channel>;

/// The schema of the example's resource.
pub fn thing_schema() -> Schema {
    crate::example::Example.resources()[0].schema()
}

/// A configuration of the example's resource: what is given, all else null.
pub fn thing<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    thing_schema().complete(&Value::object(attributes))
}

/// A value as bytes of a call.
pub fn bytes(value: &Value, ty: &Type) -> Option<pb::DynamicValue> {
    Some(pb::DynamicValue {
        msgpack: zt_wire::codec::encode(value, ty).unwrap(),
        json: Vec::new(),
    })
}

/// A value of an answer.
pub fn value(bytes: Option<&pb::DynamicValue>, ty: &Type) -> Value {
    zt_wire::codec::decode(&bytes.unwrap().msgpack, ty).unwrap()
}

/// Diagnostics as `path: summary`.
pub fn said(diagnostics: &[pb::Diagnostic]) -> Vec<String> {
    let say = |one: &pb::Diagnostic| format!("{}: {}", path(one.attribute.as_ref()), one.summary);
    diagnostics.iter().map(say).collect()
}

fn path(path: Option<&pb::AttributePath>) -> String {
    use pb::attribute_path::step::Selector;
    let steps = path.map(|path| path.steps.as_slice()).unwrap_or_default();
    let step = |step: &pb::attribute_path::Step| match step.selector.as_ref().unwrap() {
        Selector::AttributeName(name) => format!(".{name}"),
        Selector::ElementKeyString(key) => format!("[{key}]"),
        Selector::ElementKeyInt(index) => format!("[{index}]"),
    };
    steps
        .iter()
        .map(step)
        .collect::<String>()
        .trim_start_matches('.')
        .to_owned()
}

/// Variables of a process.
pub type Environment = BTreeMap<String, String>;
