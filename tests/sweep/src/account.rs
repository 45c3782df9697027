//! One AWS account of the local cloud: its calls, its faults, what is left in it. No two cases share one.

use reqwest::Method;
use serde_json::{Value, json};
use zt_test_support::cloud::LocalCloud;

use crate::fault::Place;

pub(crate) struct Account<'a> {
    cloud: &'a LocalCloud,
    /// Twelve digits. The local cloud takes an access key of that form for the account's number.
    pub(crate) id: String,
}

impl<'a> Account<'a> {
    pub(crate) fn new(cloud: &'a LocalCloud, number: usize) -> Self {
        Self {
            cloud,
            id: format!("{:012}", 700_000_000_000 + number),
        }
    }

    /// A host name that no other account has.
    pub(crate) fn host(&self) -> String {
        format!("app-{}.sweep.test", self.id)
    }

    /// What the provider's process finds in its environment.
    pub(crate) fn environment(&self) -> [(&'static str, String); 6] {
        let endpoints = &self.cloud.endpoints;
        [
            ("AWS_ENDPOINT_URL", endpoints.aws.endpoint.clone()),
            ("AWS_REGION", endpoints.aws.region.clone()),
            ("AWS_ACCESS_KEY_ID", self.id.clone()),
            ("AWS_SECRET_ACCESS_KEY", endpoints.aws.secret_access_key.clone()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
            ("SSL_CERT_FILE", endpoints.edge.ca_file.display().to_string()),
        ]
    }

    pub(crate) fn cloud(&self) -> &'a LocalCloud {
        self.cloud
    }

    /// A certificate for this account's host.
    pub(crate) fn certificate(&self) -> String {
        let body = json!({"account": self.id, "hosts": [self.host()]});
        let answer = self.cloud.admin(Method::POST, "/certificates", Some(&body));
        answer["certificate_arn"].as_str().expect("an ARN").to_owned()
    }

    /// Every call so far, in order.
    pub(crate) fn calls(&self) -> Vec<Value> {
        let answer = self
            .cloud
            .admin(Method::GET, &format!("/calls?account={}", self.id), None);
        answer["calls"].as_array().cloned().expect("a list of calls")
    }

    /// From now on that call is hit.
    pub(crate) fn fault_at(&self, place: &Place, kind: &Value) {
        let mut rule = json!({
            "account": self.id, "service": place.service, "operation": place.operation, "nth": place.nth,
        });
        for (name, value) in kind.as_object().into_iter().flatten() {
            rule[name] = value.clone();
        }
        self.cloud.admin(Method::POST, "/faults", Some(&rule));
    }

    /// Whether a call met the fault.
    pub(crate) fn was_hit(&self) -> bool {
        let answer = self.cloud.admin(Method::GET, "/faults", None);
        let rules = answer["rules"].as_array().cloned().unwrap_or_default();
        let mut mine = rules.iter().filter(|rule| rule["account"] == self.id.as_str());
        mine.any(|rule| rule["matched"].as_u64() >= rule["nth"].as_u64())
    }

    /// Waits until a call is held; its number.
    pub(crate) fn held(&self) -> Option<u64> {
        let path = format!("/holds?account={}&timeout_ms=60000", self.id);
        self.cloud.admin(Method::GET, &path, None)["holds"][0]["id"].as_u64()
    }

    pub(crate) fn release(&self, id: u64) {
        self.cloud
            .admin(Method::POST, "/holds/release", Some(&json!({"id": id})));
    }

    pub(crate) fn clear_faults(&self) {
        let path = format!("/faults?account={}", self.id);
        self.cloud.admin(Method::DELETE, &path, None);
    }

    /// Objects that were created and not deleted.
    pub(crate) fn left_over(&self) -> Vec<Value> {
        let answer = self
            .cloud
            .admin(Method::GET, &format!("/created?account={}", self.id), None);
        answer["objects"].as_array().cloned().expect("a list of objects")
    }
}
