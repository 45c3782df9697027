//! The admin interface under `/_local`: what tests read and set, apart from AWS.

use http::{Method, StatusCode};
use serde_json::json;

use crate::gateway::Gateway;
use crate::http_message::{Answer, Incoming};
use crate::ledger::Ledger;
use crate::upstream::OwnCall;

/// Why a certificate could not be requested.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    #[error("no answer to the certificate request")]
    Silent,
    #[error("the certificate request was refused: {0}")]
    Refused(String),
}

pub(crate) async fn answer(gateway: &Gateway, request: &Incoming) -> Answer {
    let route = request.path.trim_start_matches("/_local").trim_matches('/');
    match (&request.method, route) {
        (&Method::GET, "calls") => calls(gateway, request),
        (&Method::GET, "created") => {
            let records = gateway.records.since(0);
            let account = request.query_value("account");
            Answer::json(StatusCode::OK, &Ledger::of(&records).to_json(account.as_deref()))
        }
        (&Method::POST, "certificates") => certificate(gateway, request).await,
        _ => Answer::json(StatusCode::NOT_FOUND, &json!({"error": "no such route"})),
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
