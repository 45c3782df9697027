//! Secrets that await deletion.

use crate::call::Call;
use crate::directory::Directory;
use crate::gateway::Gateway;
use crate::http_message::Incoming;
use crate::objects::secret_name;
use crate::refusal::Refusal;

pub(crate) async fn check(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let body = request.json();
    let (reference, message) = match call.operation.as_str() {
        "CreateSecret" => (
            body["Name"].as_str(),
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
        ),
        "GetSecretValue" | "PutSecretValue" | "UpdateSecret" | "TagResource" | "UntagResource" | "RotateSecret" => (
            body["SecretId"].as_str(),
            "You can't perform this operation on the secret because it was marked for deletion.",
        ),
        _ => return Ok(()),
    };
    let Some(reference) = reference else {
        return Ok(());
    };
    let known = Directory::new(gateway, &call.account)
        .secret(secret_name(reference))
        .await?;
    match known.is_some_and(|secret| !secret["DeletedDate"].is_null()) {
        true => Err(Refusal::new(400, "InvalidRequestException", message)),
        false => Ok(()),
    }
}
