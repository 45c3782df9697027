//! Roles, states and replicas of Lambda functions.
//!
//! Facts: Lambda API reference; CloudFront Developer Guide, "Delete Lambda@Edge functions and replicas".

use std::collections::BTreeSet;

use crate::call::Call;
use crate::directory::Directory;
use crate::gateway::Gateway;
use crate::http_message::Incoming;
use crate::objects::function_name;
use crate::refusal::Refusal;
use crate::rules::event_source;

/// Lambda Developer Guide, "Lambda runtimes": those that take new functions.
const RUNTIMES: [&str; 8] = [
    "nodejs22.x",
    "nodejs24.x",
    "nodejs26.x",
    "python3.10",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
];
const OTHER_RUNTIMES: [&str; 4] = ["java", "dotnet", "ruby", "provided."];

pub(crate) async fn check(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let name = function_name(call.label("FunctionName")).0;
    match call.operation.as_str() {
        "" => Err(Refusal::new(404, "UnknownOperationException", "No such operation.")),
        "CreateFunction" => create(gateway, call, request).await,
        "UpdateFunctionCode" | "UpdateFunctionConfiguration" | "PublishVersion" => {
            settled(gateway, call, name)?;
            if call.operation == "UpdateFunctionConfiguration" {
                role(gateway, call, request).await?;
            }
            Ok(())
        }
        "CreateEventSourceMapping" => event_source::check(gateway, call, request).await,
        "UpdateEventSourceMapping" | "DeleteEventSourceMapping" => event_source::settled(gateway, call),
        "DeleteFunction" => replicas(gateway, call, request, name).await,
        _ => Ok(()),
    }
}

async fn create(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let body = request.json();
    let runtime = body["Runtime"].as_str().unwrap_or_default();
    let known = RUNTIMES.contains(&runtime) || OTHER_RUNTIMES.iter().any(|prefix| runtime.starts_with(prefix));
    if body["PackageType"] != "Image" && !known {
        return Err(Refusal::new(
            400,
            "InvalidParameterValueException",
            format!("Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set"),
        ));
    }
    role(gateway, call, request).await
}

/// The role exists, trusts Lambda and is not too young.
async fn role(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let body = request.json();
    let Some(arn) = body["Role"].as_str() else {
        return Ok(());
    };
    let prefix = format!("arn:aws:iam::{}:role/", call.account);
    let name = arn.strip_prefix(&prefix).and_then(|path| path.rsplit('/').next());
    let trusted = match name {
        Some(name) if !gateway.timing.is_new_role(&call.account, name) => {
            Directory::new(gateway, &call.account).trusted_services(name).await?
        }
        _ => None,
    };
    let trusts = trusted.is_some_and(|services| services.iter().any(|service| service == "lambda.amazonaws.com"));
    match trusts {
        true => Ok(()),
        false => Err(Refusal::new(
            400,
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
        )),
    }
}

fn settled(gateway: &Gateway, call: &Call, name: &str) -> Result<(), Refusal> {
    let conflict = |state: &str| {
        let arn = format!("arn:aws:lambda:{}:{}:function:{name}", call.region, call.account);
        let message = format!("The operation cannot be performed at this time. {state} for function: {arn}");
        Err(Refusal::new(409, "ResourceConflictException", message))
    };
    if gateway.timing.is_activating(&call.account, name) {
        return conflict("The function is currently in the following state: Pending");
    }
    if gateway.timing.is_activating(&call.account, &format!("{name}#update")) {
        return conflict("An update is in progress");
    }
    Ok(())
}

/// A version that runs at the edge, or did a moment ago, stays; and so does its function.
async fn replicas(gateway: &Gateway, call: &Call, request: &Incoming, name: &str) -> Result<(), Refusal> {
    let in_reference = function_name(call.label("FunctionName")).1.map(str::to_owned);
    let qualifier = in_reference.or_else(|| request.query_value("Qualifier"));
    let directory = Directory::new(gateway, &call.account);
    let standing = directory.distributions().await?;
    let prefix = format!("arn:aws:lambda:us-east-1:{}:function:{name}:", call.account);
    let mut held: BTreeSet<String> = standing
        .iter()
        .flat_map(|distribution| distribution.lambda_arns())
        .filter_map(|arn| arn.strip_prefix(&prefix))
        .map(str::to_owned)
        .collect();
    held.extend(gateway.timing.replicas_of(&call.account, name));
    let refused = match &qualifier {
        Some(qualifier) => held.contains(qualifier),
        None => !held.is_empty(),
    };
    if !refused {
        return Ok(());
    }
    let arn = match &qualifier {
        Some(qualifier) => format!("{prefix}{qualifier}"),
        None => prefix.trim_end_matches(':').to_owned(),
    };
    Err(Refusal::new(
        400,
        "InvalidParameterValueException",
        format!(
            "Lambda was unable to delete {arn} because it is a replicated function. Please see our documentation for \
             Deleting Lambda@Edge Functions and Replicas."
        ),
    ))
}
