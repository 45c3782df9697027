//! The admin interface under `/_local`: what tests read and set, apart from AWS.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::faults::Rule;
use crate::gateway::Gateway;
use crate::http_message::{Answer, Incoming};
use crate::ledger::Ledger;
use crate::upstream::OwnCall;

/// Why a call of the local cloud's own did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    #[error("no answer")]
    Silent,
    #[error("refused: {0}")]
    Refused(String),
}

pub(crate) async fn answer(gateway: &Gateway, request: &Incoming) -> Answer {
    let route = request.path.trim_start_matches("/_local").trim_matches('/');
    let account = request.query_value("account");
    let account = account.as_deref();
    match (&request.method, route) {
        (&Method::GET, "calls") => calls(gateway, request),
        (&Method::GET, "created") => {
            let records = gateway.records.since(0);
            ok(&Ledger::of(&records).to_json(account))
        }
        (&Method::POST, "certificates") => certificate(gateway, request).await,
        (&Method::GET, "faults") => ok(&json!({"rules": gateway.faults.list()})),
        (&Method::POST, "faults") => add_faults(gateway, request),
        (&Method::DELETE, "faults") => {
            gateway.faults.clear(account);
            ok(&json!({}))
        }
        (&Method::GET, "holds") => holds(gateway, request, account).await,
        (&Method::POST, "holds/release") => {
            let released = gateway.holds.release(request.json()["id"].as_u64());
            ok(&json!({"released": released}))
        }
        (&Method::GET, "delays") => ok(&json!(gateway.timing.delays())),
        (&Method::POST, "delays") => delays(gateway, request),
        (&Method::GET, route) => code(gateway, route),
        _ => unknown(),
    }
}

fn ok(body: &Value) -> Answer {
    Answer::json(StatusCode::OK, body)
}

fn refuse(message: &str) -> Answer {
    Answer::json(StatusCode::BAD_REQUEST, &json!({"error": message}))
}

fn unknown() -> Answer {
    Answer::json(StatusCode::NOT_FOUND, &json!({"error": "no such route"}))
}

/// A Lambda zip that `Code.Location` leads to.
fn code(gateway: &Gateway, route: &str) -> Answer {
    let zip = route
        .strip_prefix("code/")
        .and_then(|name| gateway.supplies.archive.get(name));
    match zip {
        Some(zip) => Answer::new(StatusCode::OK, "application/zip", zip),
        None => unknown(),
    }
}

/// Reads rules from the form of the admin interface, one or a list.
pub(crate) fn rules_from(text: &[u8]) -> Result<Vec<Rule>, serde_json::Error> {
    let body: Value = serde_json::from_slice(text)?;
    match body.get("rules") {
        Some(rules) => serde_json::from_value(rules.clone()),
        None => Ok(vec![serde_json::from_value(body)?]),
    }
}

fn add_faults(gateway: &Gateway, request: &Incoming) -> Answer {
    match rules_from(&request.body) {
        Ok(rules) => {
            gateway.faults.add(rules);
            ok(&json!({"rules": gateway.faults.list()}))
        }
        Err(error) => refuse(&error.to_string()),
    }
}

async fn holds(gateway: &Gateway, request: &Incoming, account: Option<&str>) -> Answer {
    let limit = request
        .query_value("timeout_ms")
        .and_then(|text| text.parse().ok())
        .unwrap_or(30_000);
    let held = gateway.holds.wait(account, Duration::from_millis(limit)).await;
    ok(&json!({"holds": held}))
}

/// Sets the delays that are named; the others stay.
fn delays(gateway: &Gateway, request: &Incoming) -> Answer {
    let mut wanted = json!(gateway.timing.delays());
    let Some(given) = request.json().as_object().cloned() else {
        return refuse("delays are a JSON object");
    };
    for (name, value) in given {
        wanted[name] = value;
    }
    match serde_json::from_value(wanted) {
        Ok(delays) => {
            gateway.timing.set_delays(delays);
            ok(&json!(delays))
        }
        Err(error) => refuse(&error.to_string()),
    }
}

fn calls(gateway: &Gateway, request: &Incoming) -> Answer {
    let since = request
        .query_value("since")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let account = request.query_value("account");
    let lines: Vec<_> = gateway
        .records
        .since(since)
        .into_iter()
        .filter(|record| account.as_ref().is_none_or(|wanted| *wanted == record.account))
        .collect();
    Answer::json(StatusCode::OK, &json!({"calls": lines}))
}

async fn certificate(gateway: &Gateway, request: &Incoming) -> Answer {
    let body = request.json();
    let account = body["account"].as_str().unwrap_or(&gateway.default_account);
    let hosts: Vec<String> = body["hosts"]
        .as_array()
        .map(|hosts| {
            hosts
                .iter()
                .filter_map(|host| host.as_str().map(str::to_owned))
                .collect()
        })
        .unwrap_or_default();
    match request_certificate(gateway, account, &hosts).await {
        Ok(arn) => Answer::json(StatusCode::OK, &json!({"certificate_arn": arn})),
        Err(error) => Answer::json(StatusCode::BAD_REQUEST, &json!({"error": error.to_string()})),
    }
}

/// The answer to a call that must succeed.
pub(crate) async fn ask(gateway: &Gateway, call: OwnCall<'_>) -> Result<Value, AdminError> {
    let answer = gateway.upstream.own(call).await.map_err(|_| AdminError::Silent)?;
    match answer.status.is_success() {
        true => Ok(answer.as_json()),
        false => Err(AdminError::Refused(answer.text().to_owned())),
    }
}

pub(crate) async fn request_certificate(
    gateway: &Gateway,
    account: &str,
    hosts: &[String],
) -> Result<String, AdminError> {
    let Some(first) = hosts.first() else {
        return Err(AdminError::Refused("no host".to_owned()));
    };
    let mut body = json!({"DomainName": first, "ValidationMethod": "DNS"});
    if hosts.len() > 1 {
        body["SubjectAlternativeNames"] = json!(hosts[1..]);
    }
    let call = OwnCall::json(account, "acm", "CertificateManager.RequestCertificate", &body);
    let answer = gateway.upstream.own(call).await.map_err(|_| AdminError::Silent)?;
    match answer.as_json()["CertificateArn"].as_str() {
        Some(arn) => Ok(arn.to_owned()),
        None => Err(AdminError::Refused(answer.text().to_owned())),
    }
}
