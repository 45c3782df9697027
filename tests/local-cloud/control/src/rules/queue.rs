//! Names of queues, and rules of EventBridge that still have targets.
//!
//! Facts: SQS API, CreateQueue ("you must wait 60 seconds after deleting a queue"); EventBridge API, DeleteRule.

use serde_json::json;

use crate::call::Call;
use crate::directory::Directory;
use crate::gateway::Gateway;
use crate::http_message::Incoming;
use crate::refusal::Refusal;
use crate::upstream::OwnCall;

pub(super) fn check(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let body = request.json();
    let name = body["QueueName"].as_str().unwrap_or_default();
    if call.operation != "CreateQueue" || !gateway.timing.is_retired_queue(&call.account, name) {
        return Ok(());
    }
    Err(Refusal::new(
        400,
        "QueueDeletedRecently",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    ))
}

pub(super) async fn rule(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    if call.operation != "DeleteRule" {
        return Ok(());
    }
    let body = json!({"Rule": request.json()["Name"]});
    let ask = OwnCall::json(&call.account, "events", "AWSEvents.ListTargetsByRule", &body).in_region(&call.region);
    let found = Directory::new(gateway, &call.account).ask(ask).await?;
    match found.as_json()["Targets"].as_array() {
        Some(targets) if !targets.is_empty() => Err(Refusal::new(
            400,
            "ValidationException",
            "Rule can't be deleted since it has targets.",
        )),
        _ => Ok(()),
    }
}
