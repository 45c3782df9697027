//! States of Lambda functions and versions, and where their code is served.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::zip_of;
use crate::call::Call;
use crate::gateway::Gateway;
use crate::http_message::{Answer, Incoming};
use crate::objects::function_name;

pub(crate) fn after(gateway: &Gateway, call: &Call, request: &Incoming, answer: &mut Answer) {
    if call.operation.contains("EventSourceMapping") {
        let delay = Duration::from_millis(gateway.timing.delays().event_source_ms);
        return gateway.supplies.event_sources.after(call, answer, delay);
    }
    let mut body = answer.as_json();
    if !body.is_object() || call.operation == "Invoke" {
        return;
    }
    mark(gateway, call, &body);
    if let (Some(zip), Some(hash)) = (zip_of(request), body["CodeSha256"].as_str()) {
        gateway.supplies.archive.keep(hash, Bytes::from(zip));
    }
    for member in ["Functions", "Versions"] {
        for one in body[member].as_array_mut().into_iter().flatten() {
            state(gateway, call, one);
        }
    }
    if body["Configuration"].is_object() {
        state(gateway, call, &mut body["Configuration"]);
        let hash = body["Configuration"]["CodeSha256"].as_str().unwrap_or_default();
        if let Some(name) = gateway.supplies.archive.name_of(hash) {
            body["Code"]["Location"] = json!(format!("{}/_local/code/{name}", gateway.base()));
        }
    }
    state(gateway, call, &mut body);
    answer.body = body.to_string().into();
}

/// Starts the clock of what was made or changed.
fn mark(gateway: &Gateway, call: &Call, body: &Value) {
    let name = body["FunctionName"].as_str().unwrap_or_default();
    let version = body["Version"].as_str().unwrap_or_default();
    let published = format!("{name}:{version}");
    let numbered = version != "$LATEST";
    match call.operation.as_str() {
        "CreateFunction" => {
            gateway.timing.activate(&call.account, name);
            if numbered {
                gateway.timing.activate(&call.account, &published);
            }
        }
        "UpdateFunctionCode" | "UpdateFunctionConfiguration" => {
            gateway.timing.activate(&call.account, &format!("{name}#update"));
            if numbered {
                gateway.timing.activate(&call.account, &published);
            }
        }
        "PublishVersion" => gateway.timing.activate_once(&call.account, &published),
        _ => {}
    }
}

/// Writes the state into a configuration.
fn state(gateway: &Gateway, call: &Call, configuration: &mut Value) {
    if configuration["State"].is_null() {
        return;
    }
    let name = function_name(configuration["FunctionName"].as_str().unwrap_or_default())
        .0
        .to_owned();
    let version = configuration["Version"].as_str().unwrap_or_default().to_owned();
    let under_way = |what: &str| gateway.timing.is_activating(&call.account, what);
    let (pending, updating) = match version.as_str() {
        "$LATEST" => (under_way(&name), under_way(&format!("{name}#update"))),
        number => (under_way(&format!("{name}:{number}")), false),
    };
    configuration["State"] = json!(if pending { "Pending" } else { "Active" });
    configuration["LastUpdateStatus"] = json!(if pending || updating {
        "InProgress"
    } else {
        "Successful"
    });
    let reason = if pending {
        json!("The function is being created.")
    } else {
        Value::Null
    };
    let code = if pending { json!("Creating") } else { Value::Null };
    configuration["StateReason"] = reason;
    configuration["StateReasonCode"] = code;
}
