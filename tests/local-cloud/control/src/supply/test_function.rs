//! `TestFunction`: the code of a stage, run on an event in the function runtime of the local cloud.
//!
//! Facts: CloudFront API reference, `TestFunction`; Developer Guide, "Test functions". As on AWS, neither the
//! headers nor an origin that the function chose are judged here.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use local_cloud_function_runtime::{FunctionRuntime, KeyValues, RunOptions, StoreError, StoreMeta};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use crate::call::Call;
use crate::directory::Directory;
use crate::gateway::Gateway;
use crate::http_message::{Answer, Incoming};
use crate::objects::element;
use crate::refusal::{Refusal, escape};
use crate::store_data;

const EVENT_LIMIT: usize = 40_960;

/// What a run came to.
struct RunResult {
    utilization: u8,
    logs: Vec<String>,
    error: String,
    output: String,
}

pub(crate) async fn answer(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<Answer, Refusal> {
    let stage = element(request.text(), "Stage").unwrap_or("DEVELOPMENT");
    let event = event(request)?;
    let directory = Directory::new(gateway, &call.account);
    let name = call.label("Name");
    let missing = || Refusal::new(404, "NoSuchFunctionExists", "The specified function does not exist.");
    let described = directory.function(name, stage).await?.ok_or_else(missing)?;
    let if_match = request.header("if-match");
    if if_match.is_empty() || if_match != described.header("etag") {
        return Err(Refusal::new(
            400,
            "InvalidIfMatchVersion",
            "The If-Match version is missing or not valid for the resource.",
        ));
    }
    let code = directory.function_code(name, stage).await?.ok_or_else(missing)?;
    let result = run(gateway, call, (code.text(), described.text()), &event);
    Ok(Answer::new(StatusCode::OK, "text/xml", xml(described.text(), &result)))
}

fn event(request: &Incoming) -> Result<Value, Refusal> {
    let invalid = |message: &str| Refusal::new(400, "InvalidArgument", message);
    let encoded = element(request.text(), "EventObject").unwrap_or_default();
    let bytes = STANDARD
        .decode(encoded.trim())
        .map_err(|_| invalid("The event object is not base64."))?;
    if bytes.len() > EVENT_LIMIT {
        return Err(invalid("The event object is larger than 40 KB."));
    }
    let event: Value = serde_json::from_slice(&bytes).map_err(|_| invalid("The event object is not valid JSON."))?;
    match event["request"].is_object() && event["version"] == "1.0" {
        true => Ok(event),
        false => Err(invalid("The event object is not a CloudFront Functions event.")),
    }
}

fn run(gateway: &Gateway, call: &Call, (code, description): (&str, &str), event: &Value) -> RunResult {
    let store = element(description, "KeyValueStoreARN").map(|arn| StoreView {
        gateway,
        account: &call.account,
        arn,
        id: id_of(gateway, &call.account, arn),
    });
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let options = RunOptions::at(i64::try_from(now.as_millis()).unwrap_or(0));
    // The runtime asks the store while it runs, and the store answers asynchronously.
    let outcome = tokio::task::block_in_place(|| {
        let store = store.as_ref().map(|store| store as &dyn KeyValues);
        FunctionRuntime::new().run(code, event, store, &options)
    });
    match outcome {
        Ok(outcome) => RunResult {
            utilization: outcome.utilization,
            logs: outcome.logs,
            error: String::new(),
            output: output(outcome.result).to_string(),
        },
        Err(error) => RunResult {
            utilization: error.utilization,
            error: error.to_string(),
            logs: error.logs,
            output: String::new(),
        },
    }
}

/// The form in which AWS shows a result: `{"request": …}` or `{"response": …}`, with headers and cookies.
fn output(mut result: Value) -> Value {
    let kind = if result["statusCode"].is_null() {
        "request"
    } else {
        "response"
    };
    if let Some(members) = result.as_object_mut() {
        members.entry("headers").or_insert_with(|| json!({}));
        members.entry("cookies").or_insert_with(|| json!({}));
    }
    json!({ kind: result })
}

fn xml(described: &str, result: &RunResult) -> String {
    let summary = described
        .find("<FunctionSummary")
        .map_or("<FunctionSummary/>", |start| described[start..].trim());
    let logs: String = result
        .logs
        .iter()
        .map(|line| format!("<member>{}</member>", escape(line)))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<TestResult xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\">\
         {summary}<ComputeUtilization>{}</ComputeUtilization><FunctionExecutionLogs>{logs}</FunctionExecutionLogs>\
         <FunctionErrorMessage>{}</FunctionErrorMessage><FunctionOutput>{}</FunctionOutput></TestResult>",
        result.utilization,
        escape(&result.error),
        escape(&result.output),
    )
}

fn id_of(gateway: &Gateway, account: &str, inner_arn: &str) -> String {
    let name = inner_arn.rsplit('/').next().unwrap_or_default();
    let arn = gateway.stores.arn_of(account, name);
    let id = arn.as_deref().and_then(|arn| arn.rsplit('/').next());
    id.unwrap_or(name).to_owned()
}

/// The associated store, read when the function asks.
struct StoreView<'a> {
    gateway: &'a Gateway,
    account: &'a str,
    arn: &'a str,
    id: String,
}

impl KeyValues for StoreView<'_> {
    fn id(&self) -> &str {
        &self.id
    }

    fn get(&self, key: &str) -> Result<Option<String>, StoreError> {
        let read = store_data::value(self.gateway, self.account, self.arn, key);
        Handle::current()
            .block_on(read)
            .map_err(|refusal| StoreError(refusal.message))
    }

    fn meta(&self) -> Result<StoreMeta, StoreError> {
        let read = store_data::size(self.gateway, self.account, self.arn);
        let (count, _) = Handle::current()
            .block_on(read)
            .map_err(|refusal| StoreError(refusal.message))?;
        Ok(StoreMeta {
            key_count: u64::try_from(count).unwrap_or(u64::MAX),
            ..StoreMeta::default()
        })
    }
}
