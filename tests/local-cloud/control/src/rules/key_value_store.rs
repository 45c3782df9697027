//! Limits and states of KeyValueStore data.
//!
//! Facts: CloudFront Developer Guide, "Quotas on key value stores"; the API's UpdateKeys.

use serde_json::Value;

use crate::call::Call;
use crate::gateway::Gateway;
use crate::http_message::Incoming;
use crate::refusal::Refusal;
use crate::store_data::{self, STORE_LIMIT};

const KEY_LIMIT: usize = 512;
const VALUE_LIMIT: usize = 1024;
const BATCH_LIMIT: usize = 50;
const BATCH_BYTES: usize = 3 * 1024 * 1024;

pub(crate) async fn check(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    if call.operation.is_empty() {
        return Err(Refusal::new(404, "UnknownOperationException", "No such operation."));
    }
    let name = call.label("KvsARN").rsplit('/').next().unwrap_or_default();
    if !call.effect().mutates() {
        return Ok(());
    }
    if gateway.timing.is_provisioning(&call.account, name) {
        return Err(Refusal::new(
            409,
            "ConflictException",
            "Resource is not in expected state.",
        ));
    }
    let (puts, deletes) = writes(call, request);
    limits(&puts, &deletes)?;
    size(gateway, call, &puts, &deletes).await
}

/// The pairs that a call puts and the keys that it deletes.
pub(crate) fn writes(call: &Call, request: &Incoming) -> (Vec<(String, String)>, Vec<String>) {
    let body = request.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match call.operation.as_str() {
        "PutKey" => (vec![(call.label("Key").to_owned(), text(&body["Value"]))], Vec::new()),
        "DeleteKey" => (Vec::new(), vec![call.label("Key").to_owned()]),
        _ => {
            let list = |name: &str| body[name].as_array().cloned().unwrap_or_default();
            let puts = list("Puts")
                .iter()
                .map(|put| (text(&put["Key"]), text(&put["Value"])))
                .collect();
            (puts, list("Deletes").iter().map(|one| text(&one["Key"])).collect())
        }
    }
}

fn limits(puts: &[(String, String)], deletes: &[String]) -> Result<(), Refusal> {
    let invalid = |message: &str| Err(Refusal::new(400, "ValidationException", message));
    let mut keys: Vec<&String> = puts.iter().map(|(key, _)| key).chain(deletes).collect();
    if keys.is_empty() {
        return invalid("The request puts and deletes nothing.");
    }
    if keys.len() > BATCH_LIMIT {
        return invalid("A request can put and delete at most 50 keys.");
    }
    if keys.iter().any(|key| key.is_empty() || key.len() > KEY_LIMIT) {
        return invalid("A key has between 1 and 512 bytes.");
    }
    if puts.iter().any(|(_, value)| value.len() > VALUE_LIMIT) {
        return invalid("A value has at most 1024 bytes.");
    }
    if puts.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>() > BATCH_BYTES {
        return invalid("A request has at most 3 MB.");
    }
    keys.sort();
    match keys.windows(2).any(|pair| pair[0] == pair[1]) {
        true => invalid("A key occurs more than once."),
        false => Ok(()),
    }
}

/// The store stays within 5 MB. Only a store that is near the limit is read.
async fn size(gateway: &Gateway, call: &Call, puts: &[(String, String)], deletes: &[String]) -> Result<(), Refusal> {
    let arn = call.label("KvsARN");
    let (count, bytes) = store_data::size(gateway, &call.account, arn).await?;
    let added: usize = puts.iter().map(|(key, value)| key.len() + value.len() + 1).sum();
    if bytes + count + added <= STORE_LIMIT {
        return Ok(());
    }
    let pairs = store_data::pairs(gateway, &call.account, arn).await?;
    let replaced = puts.iter().map(|(key, _)| key).chain(deletes);
    let removed: usize = replaced
        .filter_map(|key| pairs.get(key).map(|value| key.len() + value.len() + 1))
        .sum();
    match bytes + count + added - removed <= STORE_LIMIT {
        true => Ok(()),
        false => Err(Refusal::new(
            402,
            "ServiceQuotaExceededException",
            "The key value store exceeds its maximum size of 5 MB.",
        )),
    }
}
