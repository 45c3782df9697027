//! What a call that ministack carried out means for time and for the answer.

mod lambda;

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::call::Call;
use crate::directory::Directory;
use crate::gateway::Gateway;
use crate::http_message::{Answer, Incoming};
use crate::identify::form_value;
use crate::objects::{element, function_name};
use crate::store_data;
use crate::stores::Stores;
use crate::supply;

/// What was known before the call.
#[derive(Debug, Default)]
pub(crate) struct Before {
    /// Lambda versions that the distribution was associated with, as ARNs.
    lambdas: BTreeSet<String>,
}

pub(crate) async fn before(gateway: &Gateway, call: &Call, _request: &Incoming) -> Before {
    let changes = call.is("cloudfront", "UpdateDistribution") || call.is("cloudfront", "DeleteDistribution");
    if !changes {
        return Before::default();
    }
    let standing = Directory::new(gateway, &call.account).distributions().await;
    let mine = standing
        .unwrap_or_default()
        .into_iter()
        .find(|known| known.id == call.label("Id"));
    Before {
        lambdas: mine
            .iter()
            .flat_map(|known| known.lambda_arns())
            .map(str::to_owned)
            .collect(),
    }
}

pub(crate) async fn after(gateway: &Gateway, call: &Call, request: &Incoming, answer: &mut Answer, before: Before) {
    if !answer.status.is_success() {
        return;
    }
    match call.service.as_str() {
        "cloudfront" => cloudfront(gateway, call, request, answer, before).await,
        "cloudfront-keyvaluestore" => data(gateway, call, answer),
        "lambda" => lambda::after(gateway, call, request, answer),
        "wafv2" => firewall(gateway, call, request, answer),
        "acm" => certificate(gateway, call, answer),
        "sqs" if call.operation == "DeleteQueue" => {
            let body = request.json();
            let name = body["QueueUrl"].as_str().unwrap_or_default().rsplit('/').next();
            gateway.timing.retire_queue(&call.account, name.unwrap_or_default());
        }
        "iam" if call.operation == "CreateRole" => {
            let role = form_value(request, "RoleName").unwrap_or_default();
            gateway.timing.introduce_role(&call.account, &role);
        }
        _ => {}
    }
}

async fn cloudfront(gateway: &Gateway, call: &Call, request: &Incoming, answer: &mut Answer, before: Before) {
    match call.operation.as_str() {
        "CreateDistribution" | "CreateDistributionWithTags" => created(gateway, call, request, answer),
        "UpdateDistribution" => {
            gateway.timing.deploy(&call.account, call.label("Id"));
            withdrawn(gateway, call, before).await;
        }
        "DeleteDistribution" => {
            gateway
                .supplies
                .caller_references
                .forget(&call.account, call.label("Id"));
            withdrawn(gateway, call, before).await;
        }
        "UpdateFunction" => {
            // CloudFront's model spells the header of this one answer `ETtag`.
            let etag = answer.header("etag").to_owned();
            answer.headers.remove("etag");
            answer.set("ettag", &etag);
        }
        "CreateKeyValueStore" => {
            gateway.stores.created(&call.account, answer);
            let name = element(answer.text(), "Name").unwrap_or_default().to_owned();
            gateway.timing.provision(&call.account, &name);
            crate::import::take(gateway, call, request, &name).await;
        }
        "DeleteKeyValueStore" => {
            let name = call.label("Name");
            gateway.stores.deleted(&call.account, name);
        }
        _ => {}
    }
    deployment_status(gateway, call, answer);
    store_status(gateway, call, answer);
}

fn created(gateway: &Gateway, call: &Call, request: &Incoming, answer: &Answer) {
    let id = element(answer.text(), "Id").unwrap_or_default();
    let reference = element(request.text(), "CallerReference").unwrap_or_default();
    // A second create with the same reference and body is answered with 200 and changes nothing.
    if answer.status.as_u16() == 201 {
        gateway.timing.deploy(&call.account, id);
        let key = (call.account.clone(), reference.to_owned());
        gateway.supplies.caller_references.learn(key, request.body.clone(), id);
    }
}

/// Versions that no distribution is associated with any more: their replicas go from now on.
async fn withdrawn(gateway: &Gateway, call: &Call, before: Before) {
    let standing = Directory::new(gateway, &call.account).distributions().await;
    let standing = standing.unwrap_or_default();
    for arn in before.lambdas {
        if !standing
            .iter()
            .any(|known| known.lambda_arns().any(|other| other == arn))
        {
            let (name, qualifier) = function_name(&arn);
            let version = format!("{name}:{}", qualifier.unwrap_or_default());
            gateway.timing.withdraw(&call.account, &version);
        }
    }
}

fn deployment_status(gateway: &Gateway, call: &Call, answer: &mut Answer) {
    const DONE: &str = "</ARN><Status>Deployed</Status>";
    if !answer.text().contains(DONE) {
        return;
    }
    let mut text = String::with_capacity(answer.body.len());
    let mut rest = answer.text();
    while let Some((head, tail)) = rest.split_once(DONE) {
        let id = head.rsplit('/').next().unwrap_or_default();
        text.push_str(head);
        text.push_str(match gateway.timing.is_deploying(&call.account, id) {
            true => "</ARN><Status>InProgress</Status>",
            false => DONE,
        });
        rest = tail;
    }
    text.push_str(rest);
    answer.body = text.into();
}

fn store_status(gateway: &Gateway, call: &Call, answer: &mut Answer) {
    const READY: &str = "</Name><Status>READY</Status>";
    if !call.operation.contains("KeyValueStore") || !answer.text().contains(READY) {
        return;
    }
    let mut text = String::with_capacity(answer.body.len());
    let mut rest = answer.text();
    while let Some((head, tail)) = rest.split_once(READY) {
        let name = head.rsplit('>').next().unwrap_or_default();
        text.push_str(head);
        text.push_str(match gateway.timing.is_provisioning(&call.account, name) {
            true => "</Name><Status>PROVISIONING</Status>",
            false => READY,
        });
        rest = tail;
    }
    text.push_str(rest);
    answer.body = text.into();
}

/// The data plane's state, and its size as AWS counts it: the developer guide's example has a key of four and a
/// value of six characters at eleven bytes, so each pair takes one byte more.
fn data(gateway: &Gateway, call: &Call, answer: &mut Answer) {
    let mut body = answer.as_json();
    if let (Some(bytes), Some(count)) = (body["TotalSizeInBytes"].as_u64(), body["ItemCount"].as_u64()) {
        body["TotalSizeInBytes"] = json!(bytes + count);
    }
    let name = call.label("KvsARN").rsplit('/').next().unwrap_or_default();
    if call.operation == "DescribeKeyValueStore" && gateway.timing.is_provisioning(&call.account, name) {
        body["Status"] = json!("PROVISIONING");
    }
    answer.body = body.to_string().into();
}

fn certificate(gateway: &Gateway, call: &Call, answer: &mut Answer) {
    let mut body = answer.as_json();
    if !body.is_object() {
        return;
    }
    if call.operation == "RequestCertificate" {
        let arn = body["CertificateArn"].as_str().unwrap_or_default();
        gateway.timing.validate(&call.account, arn);
        return;
    }
    let pending = |one: &serde_json::Value| {
        let arn = one["CertificateArn"].as_str().unwrap_or_default();
        gateway.timing.is_validating(&call.account, arn)
    };
    if pending(&body["Certificate"]) {
        body["Certificate"]["Status"] = json!("PENDING_VALIDATION");
    }
    for one in body["CertificateSummaryList"].as_array_mut().into_iter().flatten() {
        if pending(one) {
            one["Status"] = json!("PENDING_VALIDATION");
        }
    }
    answer.body = body.to_string().into();
}

fn firewall(gateway: &Gateway, call: &Call, request: &Incoming, answer: &mut Answer) {
    match call.operation.as_str() {
        "DeleteWebACL" => {
            let id = request.json()["Id"].as_str().unwrap_or_default().to_owned();
            gateway.supplies.logging.forget(&call.account, &id);
            gateway.supplies.acl_words.forget(&call.account, &id);
        }
        "CreateWebACL" => {
            let made = answer.as_json();
            let id = made["Summary"]["Id"].as_str().unwrap_or_default();
            gateway.supplies.acl_words.learn(&call.account, id, request.json());
        }
        "UpdateWebACL" => {
            let said = request.json();
            let id = said["Id"].as_str().unwrap_or_default().to_owned();
            gateway.supplies.acl_words.learn(&call.account, &id, said);
        }
        "GetWebACL" => {
            let mut body = answer.as_json();
            gateway.supplies.acl_words.complete(&call.account, &mut body["WebACL"]);
            body["WebACL"]["Capacity"] = json!(supply::capacity(&body["WebACL"]["Rules"]));
            answer.body = body.to_string().into();
        }
        _ => {}
    }
}

/// A zip that a request carries.
fn zip_of(request: &Incoming) -> Option<Vec<u8>> {
    let body = request.json();
    let encoded = body["Code"]["ZipFile"].as_str().or(body["ZipFile"].as_str())?;
    STANDARD.decode(encoded).ok()
}

/// Empties what a deleted store of the same name left behind in ministack.
pub(crate) async fn forget_data(gateway: &Gateway, call: &Call, name: &str) {
    // A failure shows at once: the new store is not empty.
    let _ = store_data::wipe(gateway, &call.account, &Stores::inner_arn(&call.account, name)).await;
}
