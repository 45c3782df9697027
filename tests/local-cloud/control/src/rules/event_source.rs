//! What Lambda checks before it takes messages from a queue: that the function may read it, and has the time to.
//!
//! Facts: Lambda Developer Guide, "Creating and configuring an Amazon SQS event source mapping" and "Parameters for Amazon SQS".

use serde_json::{Value, json};

use crate::call::Call;
use crate::directory::Directory;
use crate::gateway::Gateway;
use crate::http_message::{Incoming, encode};
use crate::objects::function_name;
use crate::refusal::Refusal;
use crate::upstream::OwnCall;

/// What a function's role must allow, in the order in which Lambda asks.
const ACTIONS: [&str; 3] = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];
/// The largest batch of a FIFO queue.
const FIFO_BATCH: u64 = 10;

/// A mapping that is being created, updated or deleted is left alone.
pub(super) fn settled(gateway: &Gateway, call: &Call) -> Result<(), Refusal> {
    match gateway
        .supplies
        .event_sources
        .is_changing(&call.account, call.label("UUID"))
    {
        false => Ok(()),
        true => Err(Refusal::new(
            400,
            "ResourceInUseException",
            "The event source mapping is being created, updated or deleted.",
        )),
    }
}

pub(super) async fn check(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let body = request.json();
    let arn = body["EventSourceArn"].as_str().unwrap_or_default();
    if !arn.starts_with("arn:aws:sqs:") {
        return Ok(());
    }
    let name = function_name(body["FunctionName"].as_str().unwrap_or_default()).0;
    let directory = Directory::new(gateway, &call.account);
    let target = format!("/2015-03-31/functions/{}/configuration", encode(name));
    let found = directory
        .ask(OwnCall::get(&call.account, "lambda", target).in_region(&call.region))
        .await?;
    let Some(queue) = attributes(&directory, call, arn).await? else {
        return Err(invalid("The queue of the event source does not exist."));
    };
    if !found.status.is_success() {
        // ministack says in AWS's words that there is no such function.
        return Ok(());
    }
    let function = found.as_json();
    single(gateway, &directory, call, (arn, name)).await?;
    permitted(&directory, &function, arn).await?;
    let (visible, timeout) = (number(&queue["VisibilityTimeout"], 30), number(&function["Timeout"], 3));
    if visible < timeout {
        return Err(invalid(&format!(
            "Queue visibility timeout: {visible} seconds is less than Function timeout: {timeout} seconds"
        )));
    }
    if arn.ends_with(".fifo") {
        return first_in_first_out(&body);
    }
    Ok(())
}

/// Batches of a FIFO queue are small and not waited for.
fn first_in_first_out(body: &Value) -> Result<(), Refusal> {
    if number(&body["BatchSize"], FIFO_BATCH) > FIFO_BATCH {
        return Err(invalid("Maximum batch size is 10 for FIFO queues."));
    }
    if number(&body["MaximumBatchingWindowInSeconds"], 0) > 0 {
        return Err(invalid("Batching window is not supported for FIFO queues."));
    }
    Ok(())
}

async fn attributes(directory: &Directory<'_>, call: &Call, arn: &str) -> Result<Option<Value>, Refusal> {
    let ask = |operation: &str, body: Value| {
        let call =
            OwnCall::json(&call.account, "sqs", &format!("AmazonSQS.{operation}"), &body).in_region(&call.region);
        directory.ask(call)
    };
    let name = arn.rsplit(':').next().unwrap_or_default();
    let found = ask("GetQueueUrl", json!({"QueueName": name})).await?;
    let url = found.as_json()["QueueUrl"].clone();
    if !url.is_string() {
        return Ok(None);
    }
    let found = ask(
        "GetQueueAttributes",
        json!({"QueueUrl": url, "AttributeNames": ["All"]}),
    )
    .await?;
    Ok(Some(found.as_json()["Attributes"].clone()))
}

/// A queue has one mapping to a function.
async fn single(
    gateway: &Gateway,
    directory: &Directory<'_>,
    call: &Call,
    (arn, name): (&str, &str),
) -> Result<(), Refusal> {
    let target = format!(
        "/2015-03-31/event-source-mappings?EventSourceArn={}&FunctionName={}",
        encode(arn),
        encode(name)
    );
    let found = directory
        .ask(OwnCall::get(&call.account, "lambda", target).in_region(&call.region))
        .await?;
    let mut standing = found.as_json()["EventSourceMappings"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    standing.extend(gateway.supplies.event_sources.deleting_from(&call.account, arn));
    let to_this = |one: &&Value| function_name(one["FunctionArn"].as_str().unwrap_or_default()).0 == name;
    match standing.iter().find(to_this) {
        None => Ok(()),
        Some(one) => Err(Refusal::new(
            409,
            "ResourceConflictException",
            format!(
                "An event source mapping with SQS arn (\" {arn} \") and function (\" {name} \") already exists. Please update \
                 or delete the existing mapping with UUID {}",
                one["UUID"].as_str().unwrap_or_default()
            ),
        )),
    }
}

async fn permitted(directory: &Directory<'_>, function: &Value, arn: &str) -> Result<(), Refusal> {
    let role = function["Role"].as_str().unwrap_or_default();
    for action in ACTIONS {
        if !directory.allows(role, &format!("sqs:{action}"), arn).await? {
            return Err(invalid(&format!(
                "The provided execution role does not have permissions to call {action} on SQS"
            )));
        }
    }
    Ok(())
}

/// A number, or a number as text.
fn number(value: &Value, default: u64) -> u64 {
    value
        .as_u64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
        .unwrap_or(default)
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(400, "InvalidParameterValueException", message)
}
