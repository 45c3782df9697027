//! Calls that ministack lacks, answered here in AWS's form.

mod acl_words;
mod by_web_acl;
mod logging;
mod test_function;
mod web_identity;

use http::StatusCode;
use serde_json::{Value, json};

use crate::archive::Archive;
use crate::call::Call;
use crate::caller_references::CallerReferences;
use crate::event_sources::EventSources;
use crate::firewall::{managed, statement};
use crate::gateway::Gateway;
use crate::http_message::{Answer, Incoming};
use crate::refusal::Refusal;

pub(crate) use acl_words::AclWords;
pub(crate) use logging::Logging;

/// What the proxy keeps because ministack does not.
#[derive(Debug, Default)]
pub(crate) struct Supplies {
    pub(crate) caller_references: CallerReferences,
    pub(crate) archive: Archive,
    pub(crate) logging: Logging,
    pub(crate) acl_words: AclWords,
    pub(crate) event_sources: EventSources,
}

/// The answer to a call that ministack lacks; `None` for all others.
pub(crate) async fn answer(gateway: &Gateway, call: &Call, request: &Incoming) -> Option<Result<Answer, Refusal>> {
    let logging = &gateway.supplies.logging;
    Some(match (call.service.as_str(), call.operation.as_str()) {
        ("cloudfront", "TestFunction") => test_function::answer(gateway, call, request).await,
        ("iam", "EnableOutboundWebIdentityFederation") => web_identity::enable(gateway, call),
        ("iam", "DisableOutboundWebIdentityFederation") => web_identity::disable(gateway, call),
        ("iam", "GetOutboundWebIdentityFederationInfo") => web_identity::info(gateway, call),
        ("sts", "GetWebIdentityToken") => web_identity::token(gateway, call, request),
        ("cloudfront", "ListDistributionsByWebACLId") => by_web_acl::answer(gateway, call).await,
        ("wafv2", "PutLoggingConfiguration") => logging.put(gateway, call, request).await,
        ("wafv2", "GetLoggingConfiguration") => logging.get(call, request),
        ("wafv2", "DeleteLoggingConfiguration") => logging.delete(call, request),
        ("wafv2", "ListLoggingConfigurations") => Ok(waf_answer(&logging.list(call))),
        ("wafv2", "ListAvailableManagedRuleGroups") => Ok(waf_answer(&managed::list())),
        ("wafv2", "CheckCapacity") => Ok(waf_answer(&json!({"Capacity": capacity(&request.json()["Rules"])}))),
        ("lambda", "GetEventSourceMapping") => return gateway.supplies.event_sources.deleting(call).map(Ok),
        _ => return None,
    })
}

/// The capacity units of a list of rules.
pub(crate) fn capacity(rules: &Value) -> u64 {
    let rules = rules.as_array().into_iter().flatten();
    rules.map(|rule| statement::capacity(&rule["Statement"])).sum()
}

fn waf_answer(body: &Value) -> Answer {
    Answer::new(StatusCode::OK, "application/x-amz-json-1.1", body.to_string())
}
