//! Limits of CloudFront Functions, their stores, and public keys.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::call::Call;
use crate::gateway::Gateway;
use crate::http_message::Incoming;
use crate::objects::element;
use crate::refusal::Refusal;

/// CloudFront Developer Guide, "Quotas": the maximum size of a function.
const CODE_LIMIT: usize = 10 * 1024;

pub(crate) async fn check(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let text = request.text();
    let code = element(text, "FunctionCode").unwrap_or_default();
    if STANDARD.decode(code.trim()).is_ok_and(|code| code.len() > CODE_LIMIT) {
        return Err(Refusal::new(
            413,
            "FunctionSizeLimitExceeded",
            "The function exceeds the maximum size of 10240 bytes.",
        ));
    }
    stores(gateway, call, text)
}

/// At most one store, it exists and is ready.
fn stores(gateway: &Gateway, call: &Call, text: &str) -> Result<(), Refusal> {
    let invalid = |message: &str| Err(Refusal::new(400, "InvalidArgument", message));
    let arns: Vec<&str> = text
        .split("<KeyValueStoreARN>")
        .skip(1)
        .filter_map(|part| part.split_once("</KeyValueStoreARN>"))
        .map(|(arn, _)| arn)
        .collect();
    if arns.len() > 1 {
        return invalid("A function can be associated with one key value store only.");
    }
    for arn in arns {
        let name = arn.rsplit('/').next().unwrap_or_default();
        if gateway.stores.arn_of(&call.account, name).is_none() {
            return invalid("The key value store that is associated does not exist.");
        }
        if gateway.timing.is_provisioning(&call.account, name) {
            return invalid("The key value store that is associated is not ready.");
        }
    }
    Ok(())
}

/// A public key is a PEM of a public key.
pub(crate) fn public_key(request: &Incoming) -> Result<(), Refusal> {
    let pem = element(request.text(), "EncodedKey").unwrap_or_default();
    let pem = pem.replace("&#xA;", "\n").replace("&#10;", "\n");
    let body = pem
        .trim()
        .strip_prefix("-----BEGIN PUBLIC KEY-----")
        .and_then(|rest| rest.strip_suffix("-----END PUBLIC KEY-----"))
        .map(|body| body.split_whitespace().collect::<String>());
    match body.is_some_and(|body| !body.is_empty() && STANDARD.decode(body).is_ok()) {
        true => Ok(()),
        false => Err(Refusal::new(
            400,
            "InvalidArgument",
            "Your request contains empty/invalid/out of limits RSA Encoded Key.",
        )),
    }
}
