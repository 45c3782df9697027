//! What AWS refuses and ministack does not. Each rule answers with AWS's documented code.

mod distribution;
mod event_source;
mod function;
mod identity;
mod in_use;
mod ip_set;
mod key_value_store;
mod lambda;
mod lambda_edge;
mod queue;
mod quota;
mod secret;
mod text;
mod viewer;
mod web_acl;

use crate::call::Call;
use crate::gateway::Gateway;
use crate::http_message::Incoming;
use crate::import;
use crate::refusal::Refusal;

pub(crate) use key_value_store::writes;

/// Judges a call before ministack sees it.
pub(crate) async fn check(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    text::check(call, request)?;
    match call.service.as_str() {
        "cloudfront" => cloudfront(gateway, call, request).await,
        "cloudfront-keyvaluestore" => key_value_store::check(gateway, call, request).await,
        "lambda" => lambda::check(gateway, call, request).await,
        "wafv2" => web_acl::check(gateway, call, request).await,
        "iam" => identity::check(call, request),
        "secretsmanager" => secret::check(gateway, call, request).await,
        "sqs" => queue::check(gateway, call, request),
        "events" => queue::rule(gateway, call, request).await,
        "acm" if call.operation == "DeleteCertificate" => in_use::certificate(gateway, call, request).await,
        _ => Ok(()),
    }
}

async fn cloudfront(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    quota::check(gateway, call, request).await?;
    match call.operation.as_str() {
        "CreateDistribution" | "CreateDistributionWithTags" | "UpdateDistribution" => {
            distribution::check(gateway, call, request).await
        }
        "DeleteDistribution" => in_use::deploying(gateway, call),
        "CreateFunction" | "UpdateFunction" => function::check(gateway, call, request).await,
        "DeleteFunction" => in_use::function(gateway, call, request).await,
        "DeleteOriginAccessControl" => in_use::access_control(gateway, call).await,
        "DeleteCachePolicy" | "DeleteOriginRequestPolicy" | "DeleteResponseHeadersPolicy" => {
            in_use::policy(gateway, call).await
        }
        "CreateKeyValueStore" => import::pairs(gateway, call, request).await.map(drop),
        "DeleteKeyValueStore" => in_use::store(gateway, call).await,
        "CreatePublicKey" => function::public_key(request),
        "" => Err(Refusal::new(404, "NoSuchResource", "No such operation.")),
        _ => Ok(()),
    }
}
