//! References and limits of a distribution's configuration.
//!
//! Facts: CloudFront API reference, `CreateDistribution` and `UpdateDistribution`, section Errors.

use crate::call::Call;
use crate::directory::Directory;
use crate::distribution::{Behavior, Distribution, quantities_agree};
use crate::gateway::Gateway;
use crate::http_message::Incoming;
use crate::refusal::Refusal;
use crate::rules::{lambda_edge, viewer};

pub(crate) async fn check(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let Some(wanted) = configuration(call, request) else {
        return Err(Refusal::new(400, "MalformedXML", "The XML document is malformed."));
    };
    shape(&wanted, request)?;
    let directory = Directory::new(gateway, &call.account);
    let standing = directory.distributions().await?;
    if call.operation == "UpdateDistribution" && !standing.iter().any(|known| known.id == call.label("Id")) {
        // ministack answers that there is no such distribution.
        return Ok(());
    }
    caller_reference(gateway, call, request, &wanted)?;
    origins(&directory, &wanted).await?;
    for behavior in &wanted.behaviors {
        policies(&directory, behavior).await?;
        functions(&directory, call, behavior).await?;
        lambda_edge::check(gateway, call, behavior).await?;
    }
    viewer::certificate(&directory, call, &wanted).await?;
    viewer::aliases(gateway, call, &wanted).await?;
    viewer::web_acl(&directory, call, &wanted).await
}

fn configuration(call: &Call, request: &Incoming) -> Option<Distribution> {
    Distribution::from_request(request.text()).filter(|_| call.effect().mutates())
}

/// What is wrong with a configuration by itself.
fn shape(wanted: &Distribution, request: &Incoming) -> Result<(), Refusal> {
    if !quantities_agree(request.text()) {
        return Err(Refusal::new(
            400,
            "InconsistentQuantities",
            "The value of Quantity and the size of Items don't match.",
        ));
    }
    let repeats = |mut names: Vec<&String>| {
        names.sort();
        names.windows(2).any(|pair| pair[0] == pair[1])
    };
    let patterns = wanted.behaviors.iter().map(|behavior| &behavior.path_pattern).collect();
    let origins = wanted.origins.iter().map(|origin| &origin.id).collect();
    match repeats(patterns) || repeats(origins) || wanted.origins.is_empty() {
        true => Err(Refusal::new(
            400,
            "InvalidArgument",
            "Origins and path patterns occur once, and there is at least one origin.",
        )),
        false => Ok(()),
    }
}

fn caller_reference(gateway: &Gateway, call: &Call, request: &Incoming, wanted: &Distribution) -> Result<(), Refusal> {
    let key = (call.account.clone(), wanted.caller_reference.clone());
    let known = gateway.supplies.caller_references.get(&key);
    match call.operation.as_str() {
        "UpdateDistribution" => match gateway
            .supplies
            .caller_references
            .of_distribution(&call.account, call.label("Id"))
        {
            Some(reference) if reference != wanted.caller_reference => Err(Refusal::new(
                400,
                "IllegalUpdate",
                "The update contains modifications that are not allowed.",
            )),
            _ => Ok(()),
        },
        _ => match known {
            Some(body) if body != request.body => Err(Refusal::new(
                409,
                "DistributionAlreadyExists",
                "The caller reference you attempted to create the distribution with is associated with another distribution.",
            )),
            _ => Ok(()),
        },
    }
}

async fn origins(directory: &Directory<'_>, wanted: &Distribution) -> Result<(), Refusal> {
    let known = |id: &str| {
        wanted.origins.iter().any(|origin| origin.id == id) || wanted.origin_groups.iter().any(|group| group == id)
    };
    for behavior in &wanted.behaviors {
        if !known(&behavior.target_origin) {
            return Err(Refusal::new(
                404,
                "NoSuchOrigin",
                "One or more of your origins or origin groups do not exist.",
            ));
        }
    }
    for origin in &wanted.origins {
        let id = &origin.access_control;
        if !id.is_empty() && !directory.has("origin-access-control", id).await? {
            return Err(Refusal::new(
                400,
                "InvalidOriginAccessControl",
                "The origin access control is not valid.",
            ));
        }
        let is_address = origin.domain_name.parse::<std::net::IpAddr>().is_ok();
        if is_address || origin.domain_name.is_empty() || origin.domain_name.contains('/') {
            return Err(Refusal::new(
                400,
                "InvalidArgument",
                "The parameter origin name must be a domain name.",
            ));
        }
    }
    Ok(())
}

async fn policies(directory: &Directory<'_>, behavior: &Behavior) -> Result<(), Refusal> {
    let references = [
        (
            "cache-policy",
            &behavior.cache_policy,
            "NoSuchCachePolicy",
            "cache policy",
        ),
        (
            "origin-request-policy",
            &behavior.origin_request_policy,
            "NoSuchOriginRequestPolicy",
            "origin request policy",
        ),
        (
            "response-headers-policy",
            &behavior.response_headers_policy,
            "NoSuchResponseHeadersPolicy",
            "response headers policy",
        ),
    ];
    for (kind, id, code, name) in references {
        if !id.is_empty() && !directory.has(kind, id).await? {
            return Err(Refusal::new(404, code, format!("The {name} does not exist.")));
        }
    }
    if behavior.cache_policy.is_empty() == behavior.has_forwarded_values {
        return Ok(());
    }
    Err(Refusal::new(
        400,
        "InvalidArgument",
        "A cache behavior needs either a cache policy or forwarded values, not both.",
    ))
}

async fn functions(directory: &Directory<'_>, call: &Call, behavior: &Behavior) -> Result<(), Refusal> {
    let invalid = |message: &str| Err(Refusal::new(400, "InvalidFunctionAssociation", message));
    let prefix = format!("arn:aws:cloudfront::{}:function/", call.account);
    for (index, association) in behavior.functions.iter().enumerate() {
        if !matches!(association.event_type.as_str(), "viewer-request" | "viewer-response") {
            return invalid("A CloudFront function runs at viewer-request or viewer-response only.");
        }
        let again = behavior.functions[..index].iter();
        if again.clone().any(|other| other.event_type == association.event_type) {
            return invalid("A cache behavior has at most one function for each event type.");
        }
        let live = match association.arn.strip_prefix(&prefix) {
            Some(name) => directory.function(name, "LIVE").await?.is_some(),
            None => false,
        };
        if !live {
            return invalid("The function that was associated does not exist or was not published.");
        }
    }
    let on_viewer = behavior
        .lambdas
        .iter()
        .any(|lambda| lambda.event_type.starts_with("viewer-"));
    if on_viewer && !behavior.functions.is_empty() {
        return invalid(
            "A cache behavior cannot have both a CloudFront function and a Lambda@Edge function at viewer events.",
        );
    }
    Ok(())
}
