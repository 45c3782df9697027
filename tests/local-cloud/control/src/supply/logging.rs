//! WAF's logging configurations, one for each web ACL.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::waf_answer;
use crate::call::Call;
use crate::directory::Directory;
use crate::gateway::Gateway;
use crate::http_message::{Answer, Incoming};
use crate::refusal::Refusal;

/// By account and ARN of the web ACL.
#[derive(Debug, Default)]
pub(crate) struct Logging {
    configurations: Mutex<BTreeMap<(String, String), Value>>,
}

impl Logging {
    pub(crate) async fn put(&self, gateway: &Gateway, call: &Call, request: &Incoming) -> Result<Answer, Refusal> {
        let mut wanted = request.json()["LoggingConfiguration"].clone();
        let arn = wanted["ResourceArn"].as_str().unwrap_or_default().to_owned();
        if !exists(gateway, call, &arn).await? {
            return Err(nonexistent());
        }
        destinations(&wanted)?;
        wanted["ManagedByFirewallManager"] = json!(false);
        self.lock().insert((call.account.clone(), arn), wanted.clone());
        Ok(waf_answer(&json!({"LoggingConfiguration": wanted})))
    }

    pub(crate) fn get(&self, call: &Call, request: &Incoming) -> Result<Answer, Refusal> {
        let known = self.lock().get(&key(call, request)).cloned();
        known
            .map(|known| waf_answer(&json!({"LoggingConfiguration": known})))
            .ok_or_else(nonexistent)
    }

    pub(crate) fn delete(&self, call: &Call, request: &Incoming) -> Result<Answer, Refusal> {
        let removed = self.lock().remove(&key(call, request));
        removed.map(|_| waf_answer(&json!({}))).ok_or_else(nonexistent)
    }

    pub(crate) fn list(&self, call: &Call) -> Value {
        let known = self.lock();
        let mine: Vec<&Value> = known
            .iter()
            .filter(|((owner, _), _)| *owner == call.account)
            .map(|(_, one)| one)
            .collect();
        json!({"LoggingConfigurations": mine})
    }

    /// A web ACL that goes takes its logging configuration along.
    pub(crate) fn forget(&self, account: &str, web_acl_id: &str) {
        let end = format!("/{web_acl_id}");
        self.lock()
            .retain(|(owner, arn), _| owner != account || !arn.ends_with(&end));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<(String, String), Value>> {
        self.configurations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(call: &Call, request: &Incoming) -> (String, String) {
    let arn = request.json()["ResourceArn"].as_str().unwrap_or_default().to_owned();
    (call.account.clone(), arn)
}

async fn exists(gateway: &Gateway, call: &Call, arn: &str) -> Result<bool, Refusal> {
    let Some((_, rest)) = arn.split_once("/webacl/") else {
        return Ok(false);
    };
    let Some((name, id)) = rest.split_once('/') else {
        return Ok(false);
    };
    let scope = if arn.contains(":global/") {
        "CLOUDFRONT"
    } else {
        "REGIONAL"
    };
    let body = json!({"Name": name, "Id": id, "Scope": scope});
    let found = Directory::new(gateway, &call.account).waf("GetWebACL", &body).await?;
    Ok(found["WebACL"]["ARN"] == arn)
}

/// Exactly one destination: a log group, bucket or stream whose name starts as WAF demands.
fn destinations(wanted: &Value) -> Result<(), Refusal> {
    let list = wanted["LogDestinationConfigs"].as_array().cloned().unwrap_or_default();
    let named = |arn: &str| {
        let name = arn.trim_end_matches(":*").rsplit([':', '/']).next().unwrap_or_default();
        arn.starts_with("arn:aws:") && name.starts_with("aws-waf-logs-")
    };
    match list.as_slice() {
        [one] if one.as_str().is_some_and(named) => Ok(()),
        _ => Err(Refusal::new(
            400,
            "WAFInvalidParameterException",
            "Error reason: The ARN isn't valid. A valid ARN begins with arn: and includes other information separated by \
             colons or slashes., field: LOG_DESTINATION",
        )),
    }
}

fn nonexistent() -> Refusal {
    Refusal::new(
        400,
        "WAFNonexistentItemException",
        "AWS WAF couldn't perform the operation because your resource doesn't exist.",
    )
}
