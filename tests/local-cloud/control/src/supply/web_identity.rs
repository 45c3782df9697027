//! Outbound identity federation: an account switches it on, then STS signs tokens that say which of its principals asks.
//!
//! Facts: IAM's EnableOutboundWebIdentityFederation, STS's GetWebIdentityToken and their models.

use http::StatusCode;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::call::Call;
use crate::gateway::Gateway;
use crate::http_message::{Answer, Incoming, query_pairs};
use crate::identify::form_value;
use crate::refusal::{Refusal, escape};
use crate::request_id;
use crate::token_issuer::Algorithm;

/// How the edge names the role of the function that calls: instead of a session of STS, which it could not resolve.
const ROLE_TOKEN: &str = "local/";

pub(super) fn enable(gateway: &Gateway, call: &Call) -> Result<Answer, Refusal> {
    match gateway.token_issuer.enable(&call.account) {
        Some(issuer) => Ok(identity_answer(
            call,
            &format!("<IssuerIdentifier>{issuer}</IssuerIdentifier>"),
        )),
        None => Err(Refusal::new(
            409,
            "FeatureEnabled",
            "Outbound web identity federation is already enabled.",
        )),
    }
}

pub(super) fn disable(gateway: &Gateway, call: &Call) -> Result<Answer, Refusal> {
    match gateway.token_issuer.disable(&call.account) {
        true => Ok(identity_answer(call, "")),
        false => Err(disabled()),
    }
}

pub(super) fn info(gateway: &Gateway, call: &Call) -> Result<Answer, Refusal> {
    let issuer = gateway.token_issuer.issuer(&call.account).ok_or_else(disabled)?;
    Ok(identity_answer(
        call,
        &format!("<IssuerIdentifier>{issuer}</IssuerIdentifier><JwtVendingEnabled>true</JwtVendingEnabled>"),
    ))
}

pub(super) fn token(gateway: &Gateway, call: &Call, request: &Incoming) -> Result<Answer, Refusal> {
    let algorithm = algorithm(request)?;
    let audience = audience(request)?;
    let duration = duration(request)?;
    let issuer = gateway.token_issuer.issuer(&call.account).ok_or_else(|| {
        let message = "Outbound web identity federation is not enabled for the account.";
        Refusal::new(403, "OutboundWebIdentityFederationDisabledException", message)
    })?;
    let now = gateway.now();
    let claims = json!({
        "iss": issuer,
        "sub": principal(call, request),
        "aud": audience,
        "iat": now,
        "exp": now + duration,
        "jti": request_id::new(),
        "https://sts.amazonaws.com/": details(call, request),
    });
    let token = gateway
        .token_issuer
        .sign(algorithm, &claims)
        .map_err(|error| Refusal::new(500, "InternalFailure", error.to_string()))?;
    let expires = OffsetDateTime::from_unix_timestamp(now + duration)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default();
    let inner = format!("<WebIdentityToken>{token}</WebIdentityToken><Expiration>{expires}</Expiration>");
    Ok(xml(call, "https://sts.amazonaws.com/doc/2011-06-15/", &inner))
}

/// The role of a function at the edge; else the account itself.
fn principal(call: &Call, request: &Incoming) -> String {
    let own = format!("arn:aws:iam::{}:role/", call.account);
    request
        .header("x-amz-security-token")
        .strip_prefix(ROLE_TOKEN)
        .filter(|arn| arn.starts_with(&own))
        .map_or_else(|| format!("arn:aws:iam::{}:root", call.account), str::to_owned)
}

/// What STS adds under a name of its own.
fn details(call: &Call, request: &Incoming) -> Value {
    let mut details =
        json!({"aws_account": call.account, "source_region": call.region, "principal_id": principal(call, request)});
    let tags: Map<String, Value> = (1..=50)
        .map_while(|n| {
            let key = form_value(request, &format!("Tags.member.{n}.Key"))?;
            let value = form_value(request, &format!("Tags.member.{n}.Value")).unwrap_or_default();
            Some((key, Value::String(value)))
        })
        .collect();
    if !tags.is_empty() {
        details["request_tags"] = Value::Object(tags);
    }
    details
}

fn algorithm(request: &Incoming) -> Result<Algorithm, Refusal> {
    let text = form_value(request, "SigningAlgorithm").unwrap_or_default();
    Algorithm::parse(&text).ok_or_else(|| {
        invalid(&format!(
            "Value '{text}' at 'signingAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [RS256, ES384]"
        ))
    })
}

fn audience(request: &Incoming) -> Result<Value, Refusal> {
    let mut listed: Vec<String> = query_pairs(request.text())
        .filter(|(key, _)| key.starts_with("Audience.member."))
        .map(|(_, value)| value)
        .collect();
    let fits = (1..=10).contains(&listed.len()) && listed.iter().all(|one| (1..=1000).contains(&one.len()));
    if !fits {
        return Err(invalid(
            "Value at 'audience' failed to satisfy constraint: Member must have length between 1 and 10",
        ));
    }
    Ok(match listed.len() {
        1 => json!(listed.remove(0)),
        _ => json!(listed),
    })
}

fn duration(request: &Incoming) -> Result<i64, Refusal> {
    let text = form_value(request, "DurationSeconds").unwrap_or_else(|| "300".to_owned());
    let seconds = text.parse().ok().filter(|seconds| (60..=3600).contains(seconds));
    seconds.ok_or_else(|| {
        invalid("Value at 'durationSeconds' failed to satisfy constraint: Member must have value between 60 and 3600")
    })
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(
        400,
        "ValidationError",
        format!("1 validation error detected: {message}"),
    )
}

fn disabled() -> Refusal {
    Refusal::new(
        404,
        "FeatureDisabled",
        "Outbound web identity federation is not enabled.",
    )
}

fn identity_answer(call: &Call, inner: &str) -> Answer {
    xml(call, "https://iam.amazonaws.com/doc/2010-05-08/", inner)
}

fn xml(call: &Call, name_space: &str, inner: &str) -> Answer {
    let (name, id) = (&call.operation, escape(&request_id::new()));
    let text = format!(
        "<{name}Response xmlns=\"{name_space}\"><{name}Result>{inner}</{name}Result><ResponseMetadata><RequestId>{id}</RequestId>\
         </ResponseMetadata></{name}Response>"
    );
    let mut answer = Answer::new(StatusCode::OK, "text/xml", text);
    answer.set("x-amzn-requestid", &id);
    answer
}
