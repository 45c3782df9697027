//! How many of a thing an account or a distribution may have, and the forms of names and test events.
//!
//! Facts: CloudFront Developer Guide, "Quotas"; shapes and errors of CloudFront's model.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::call::Call;
use crate::directory::Directory;
use crate::gateway::Gateway;
use crate::http_message::Incoming;
use crate::objects::element;
use crate::refusal::Refusal;

const FUNCTIONS: usize = 100;
const STORES: usize = 200;
const BEHAVIORS: usize = 75;
const CUSTOM_HEADERS: usize = 30;
const CUSTOM_HEADER_VALUE: usize = 1783;
const CUSTOM_HEADERS_TOTAL: usize = 10_240;
const EVENT: usize = 40_960;

pub(super) async fn check(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<(), Refusal> {
    let text = request.text();
    match call.operation.as_str() {
        "CreateFunction" => {
            name(text)?;
            let known = Directory::new(gateway, &call.account).function_names().await?;
            below(known.len(), FUNCTIONS, "TooManyFunctions")
        }
        "CreateKeyValueStore" => below(gateway.stores.count(&call.account), STORES, "EntityLimitExceeded"),
        "CreateDistribution" | "CreateDistributionWithTags" | "UpdateDistribution" => distribution(text),
        "TestFunction" => event(text),
        _ => Ok(()),
    }
}

fn below(count: usize, limit: usize, code: &str) -> Result<(), Refusal> {
    match count < limit {
        true => Ok(()),
        false => Err(Refusal::new(400, code, format!("The maximum is {limit}."))),
    }
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(400, "InvalidArgument", message)
}

fn name(text: &str) -> Result<(), Refusal> {
    let name = element(text, "Name").unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    match (1..=64).contains(&name.len()) && name.chars().all(allowed) {
        true => Ok(()),
        false => Err(invalid("A function's name has 1 to 64 letters, digits, '-' and '_'.")),
    }
}

fn event(text: &str) -> Result<(), Refusal> {
    let event = element(text, "EventObject").unwrap_or_default();
    match STANDARD.decode(event.trim()) {
        Ok(event) if event.len() <= EVENT => Ok(()),
        _ => Err(invalid("An event object has at most 40960 bytes.")),
    }
}

fn distribution(text: &str) -> Result<(), Refusal> {
    below(
        text.matches("<CacheBehavior>").count(),
        BEHAVIORS + 1,
        "TooManyCacheBehaviors",
    )?;
    for origin in text.split("<Origin>").skip(1) {
        let origin = origin.split("</Origin>").next().unwrap_or_default();
        let headers: Vec<(&str, &str)> = origin
            .split("<OriginCustomHeader>")
            .skip(1)
            .map(|header| {
                let part = |name| element(header, name).unwrap_or_default();
                (part("HeaderName"), part("HeaderValue"))
            })
            .collect();
        let total: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        if headers.len() > CUSTOM_HEADERS || total > CUSTOM_HEADERS_TOTAL {
            let message = "An origin has at most 30 custom headers of 10240 characters together.";
            return Err(Refusal::new(400, "TooManyOriginCustomHeaders", message));
        }
        if headers.iter().any(|(_, value)| value.len() > CUSTOM_HEADER_VALUE) {
            return Err(invalid("The value of a custom header has at most 1783 characters."));
        }
    }
    Ok(())
}
