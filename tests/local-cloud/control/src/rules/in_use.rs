//! Deletes of what a distribution or a function still refers to.

use crate::call::Call;
use crate::directory::Directory;
use crate::gateway::Gateway;
use crate::http_message::Incoming;
use crate::refusal::Refusal;

/// A disabled distribution that is still being deployed counts as not disabled.
pub(crate) fn deploying(gateway: &Gateway, call: &Call) -> Result<(), Refusal> {
    match gateway.timing.is_deploying(&call.account, call.label("Id")) {
        true => Err(Refusal::new(
            409,
            "DistributionNotDisabled",
            "The distribution you are trying to delete has not been disabled.",
        )),
        false => Ok(()),
    }
}

pub(crate) async fn function(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let directory = Directory::new(gateway, &call.account);
    let name = call.label("Name");
    let Some(known) = directory.function(name, "DEVELOPMENT").await? else {
        return Ok(());
    };
    if !request.header("if-match").is_empty() && request.header("if-match") != known.header("etag") {
        // ministack answers that the precondition failed.
        return Ok(());
    }
    let arn = format!("arn:aws:cloudfront::{}:function/{name}", call.account);
    let standing = directory.distributions().await?;
    refuse_if(
        standing
            .iter()
            .any(|known| known.function_arns().any(|other| other == arn)),
        "FunctionInUse",
        "Cannot delete the function because it's attached to one or more cache behaviors.",
    )
}

pub(crate) async fn access_control(gateway: &Gateway, call: &Call) -> Result<(), Refusal> {
    let standing = Directory::new(gateway, &call.account).distributions().await?;
    let id = call.label("Id");
    refuse_if(
        standing
            .iter()
            .flat_map(|known| &known.origins)
            .any(|origin| origin.access_control == id),
        "OriginAccessControlInUse",
        "Cannot delete the origin access control because it's in use by one or more distributions.",
    )
}

pub(crate) async fn policy(gateway: &Gateway, call: &Call) -> Result<(), Refusal> {
    let standing = Directory::new(gateway, &call.account).distributions().await?;
    let id = call.label("Id");
    let kind = call.operation.trim_start_matches("Delete");
    let used = standing.iter().flat_map(|known| &known.behaviors).any(|behavior| {
        let reference = match kind {
            "CachePolicy" => &behavior.cache_policy,
            "OriginRequestPolicy" => &behavior.origin_request_policy,
            _ => &behavior.response_headers_policy,
        };
        reference == id
    });
    refuse_if(
        used,
        &format!("{kind}InUse"),
        "Cannot delete the policy because it is attached to one or more cache behaviors.",
    )
}

/// ministack looks at the DEVELOPMENT stage only; a published function holds the store as well.
pub(crate) async fn store(gateway: &Gateway, call: &Call) -> Result<(), Refusal> {
    let directory = Directory::new(gateway, &call.account);
    let reference = format!("key-value-store/{}<", call.label("Name"));
    let mut used = false;
    for name in directory.function_names().await? {
        let live = directory.function(&name, "LIVE").await?;
        used |= live.is_some_and(|live| live.text().contains(&reference));
    }
    refuse_if(
        used,
        "CannotDeleteEntityWhileInUse",
        "The key value store is associated with a function and cannot be deleted.",
    )
}

pub(crate) async fn certificate(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let standing = Directory::new(gateway, &call.account).distributions().await?;
    let arn = request.json()["CertificateArn"].as_str().unwrap_or_default().to_owned();
    let used = standing.iter().any(|known| known.acm_certificate == arn);
    match used {
        true => Err(Refusal::new(
            400,
            "ResourceInUseException",
            "The certificate is in use.",
        )),
        false => Ok(()),
    }
}

fn refuse_if(used: bool, code: &str, message: &str) -> Result<(), Refusal> {
    match used {
        true => Err(Refusal::new(409, code, message)),
        false => Ok(()),
    }
}
