//! What a Lambda function must be to run at the edge.
//!
//! Facts: CloudFront Developer Guide, "Restrictions on Lambda@Edge" and "Set up IAM permissions and roles for Lambda@Edge".

use serde_json::Value;

use crate::call::Call;
use crate::directory::Directory;
use crate::distribution::{Association, Behavior};
use crate::gateway::Gateway;
use crate::objects::function_name;
use crate::refusal::Refusal;

const EVENTS: [&str; 4] = ["viewer-request", "viewer-response", "origin-request", "origin-response"];
const ZIP_LIMIT: u64 = 50 * 1024 * 1024;
const TIMEOUT_LIMIT: u64 = 30;

pub(crate) async fn check(gateway: &Gateway, call: &Call, behavior: &Behavior) -> Result<(), Refusal> {
    for (index, association) in behavior.lambdas.iter().enumerate() {
        let again = behavior.lambdas[..index].iter();
        if again.clone().any(|other| other.event_type == association.event_type) {
            return Err(invalid(
                "A cache behavior has at most one Lambda function for each event type.",
            ));
        }
        if !EVENTS.contains(&association.event_type.as_str()) {
            return Err(invalid("The event type of a Lambda association is not valid."));
        }
        if association.include_body && association.event_type.ends_with("response") {
            return Err(invalid("The body can be included in request events only."));
        }
        version(gateway, call, association).await?;
    }
    Ok(())
}

async fn version(gateway: &Gateway, call: &Call, association: &Association) -> Result<(), Refusal> {
    let arn = &association.arn;
    let Some(rest) = arn.strip_prefix("arn:aws:lambda:") else {
        return Err(invalid(format!("The function ARN is not valid. ARN: {arn}")));
    };
    if !rest.starts_with("us-east-1:") {
        return Err(invalid(format!(
            "The function must be in region 'us-east-1'. ARN: {arn}"
        )));
    }
    let (name, qualifier) = function_name(arn);
    let numbered = qualifier.is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(qualifier) = qualifier.filter(|_| numbered) else {
        return Err(invalid(format!(
            "The function ARN must reference a specific function version. (The ARN must end with the version number.) ARN: {arn}"
        )));
    };
    let directory = Directory::new(gateway, &call.account);
    let own = rest.starts_with(&format!("us-east-1:{}:function:", call.account));
    let found = match own {
        true => directory.lambda(name, Some(qualifier)).await?,
        false => None,
    };
    let Some(found) = found else {
        return Err(invalid(format!("The function cannot be found. Function: {arn}")));
    };
    if gateway
        .timing
        .is_activating(&call.account, &format!("{name}:{qualifier}"))
    {
        return Err(invalid(format!(
            "The function must be in an Active state. The current state for function {arn} is Pending."
        )));
    }
    configuration(arn, &found)?;
    role(&directory, &found).await
}

fn configuration(arn: &str, found: &Value) -> Result<(), Refusal> {
    match feature(found).or_else(|| limit(found)) {
        Some(message) => Err(invalid(format!("{message} Function: {arn}"))),
        None => Ok(()),
    }
}

/// A feature that Lambda@Edge does not have.
fn feature(found: &Value) -> Option<&'static str> {
    const ABSENT: [(&str, &str); 5] = [
        (
            "/Environment/Variables",
            "The function cannot have environment variables.",
        ),
        ("/Layers", "The function cannot have layers."),
        ("/VpcConfig/SubnetIds", "The function cannot be in a VPC."),
        (
            "/DeadLetterConfig/TargetArn",
            "The function cannot have a dead letter queue.",
        ),
        ("/KMSKeyArn", "The function cannot use a customer managed key."),
    ];
    let is_set = |pointer: &str| match found.pointer(pointer) {
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
        Some(Value::Null) | None => false,
        Some(other) => other != "",
    };
    let set = ABSENT.iter().find(|(pointer, _)| is_set(pointer));
    if let Some((_, message)) = set {
        return Some(message);
    }
    if found["TracingConfig"]["Mode"] == "Active" {
        return Some("The function cannot use X-Ray tracing.");
    }
    (found["PackageType"] == "Image").then_some("The function cannot be a container image.")
}

/// A limit that the function exceeds, or a choice that Lambda@Edge does not offer.
fn limit(found: &Value) -> Option<&'static str> {
    let over = |pointer: &str, most: u64| {
        found
            .pointer(pointer)
            .and_then(Value::as_u64)
            .is_some_and(|value| value > most)
    };
    let architectures = found["Architectures"].as_array();
    if architectures.is_some_and(|list| list.iter().any(|one| one != "x86_64")) {
        return Some("The function must have the x86_64 architecture.");
    }
    let runtime = found["Runtime"].as_str().unwrap_or_default();
    if !runtime.starts_with("nodejs") && !runtime.starts_with("python") {
        return Some("The function's runtime is not supported.");
    }
    if over("/EphemeralStorage/Size", 512) {
        return Some("Ephemeral storage is limited to 512 MB.");
    }
    if over("/Timeout", TIMEOUT_LIMIT) {
        return Some("The function timeout is larger than the maximum allowed: 30.");
    }
    over("/CodeSize", ZIP_LIMIT).then_some("The function code is larger than the maximum allowed: 50 MB.")
}

async fn role(directory: &Directory<'_>, found: &Value) -> Result<(), Refusal> {
    let arn = found["Role"].as_str().unwrap_or_default();
    let name = arn.rsplit('/').next().unwrap_or_default();
    let trusted = directory.trusted_services(name).await?.unwrap_or_default();
    let both = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]
        .iter()
        .all(|service| trusted.iter().any(|known| known == service));
    match both {
        true => Ok(()),
        false => Err(invalid(format!(
            "The function execution role must be assumable with edgelambda.amazonaws.com as well as lambda.amazonaws.com \
             principals. Update the IAM role and try again. Role: {arn}"
        ))),
    }
}

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "InvalidLambdaFunctionAssociation", message)
}
