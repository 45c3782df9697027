//! AWS WAF in front of a distribution: rules by priority, labels, counters with the edge's clock, custom answers.
//!
//! Statements are interpreted from the API's own JSON. What this stand-in does not know is an error, and the request is refused.

mod fields;
mod managed;
mod rate;
mod statements;

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::aws_api::{ApiError, AwsApi};
use crate::message::{Refusal, Request, Response};

pub(crate) use rate::Counters;

/// A web ACL with everything its rules refer to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct WebAcl {
    arn: String,
    account: String,
    name: String,
    default_action: Value,
    rules: Vec<Value>,
    bodies: Value,
    /// IP sets, regex pattern sets and rule groups by ARN.
    referred: HashMap<String, Value>,
}

/// What the firewall decided.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Pass, with headers to add.
    Allow(Vec<(String, String)>),
    Block(Response),
}

/// One request on its way through the rules.
pub(crate) struct Inspection<'a> {
    pub acl: &'a WebAcl,
    pub request: &'a Request,
    pub counters: &'a Counters,
    pub now: i64,
    /// Managed rules that a test wants to match, as `<group>/<rule>`.
    pub forced: &'a [String],
    pub labels: BTreeSet<String>,
    inserted: Vec<(String, String)>,
}

impl WebAcl {
    /// Reads the web ACL behind an ARN.
    pub(crate) async fn read(api: &AwsApi, account: &str, arn: &str) -> Result<Self, ApiError> {
        let answer = api.waf(account, "GetWebACL", &named(arn)?).await?;
        let acl = &answer["WebACL"];
        let mut out = Self {
            arn: arn.to_owned(),
            account: account.to_owned(),
            name: acl["Name"].as_str().unwrap_or_default().to_owned(),
            default_action: acl["DefaultAction"].clone(),
            rules: by_priority(&acl["Rules"]),
            bodies: acl["CustomResponseBodies"].clone(),
            referred: HashMap::new(),
        };
        let mut wanted = references(&Value::from(out.rules.clone()));
        while let Some(arn) = wanted.pop() {
            if out.referred.contains_key(&arn) {
                continue;
            }
            let (operation, member) = if arn.contains("/ipset/") {
                ("GetIPSet", "IPSet")
            } else if arn.contains("/regexpatternset/") {
                ("GetRegexPatternSet", "RegexPatternSet")
            } else {
                ("GetRuleGroup", "RuleGroup")
            };
            let found = api.waf(account, operation, &named(&arn)?).await?[member].clone();
            wanted.extend(references(&found["Rules"]));
            out.referred.insert(arn, found);
        }
        Ok(out)
    }

    #[cfg(test)]
    pub(crate) fn from_json(acl: &Value, referred: HashMap<String, Value>) -> Self {
        Self {
            arn: "arn:aws:wafv2:us-east-1:111122223333:global/webacl/test/1".to_owned(),
            account: "111122223333".to_owned(),
            name: "test".to_owned(),
            default_action: acl["DefaultAction"].clone(),
            rules: by_priority(&acl["Rules"]),
            bodies: acl["CustomResponseBodies"].clone(),
            referred,
        }
    }

    /// Decides about a request. An error means that this stand-in cannot decide.
    pub(crate) fn inspect(
        &self,
        request: &Request,
        counters: &Counters,
        now: i64,
        forced: &[String],
    ) -> Result<Verdict, Refusal> {
        let mut inspection = Inspection {
            acl: self,
            request,
            counters,
            now,
            forced,
            labels: BTreeSet::new(),
            inserted: Vec::new(),
        };
        let unknown = |why: String| Refusal::error(503, format!("web ACL: {why}"));
        let action = inspection.rules(&self.rules, &self.name).map_err(unknown)?;
        inspection
            .finish(action.as_ref().unwrap_or(&self.default_action))
            .map_err(unknown)
    }
}

fn by_priority(rules: &Value) -> Vec<Value> {
    let mut rules = rules.as_array().cloned().unwrap_or_default();
    rules.sort_by_key(|r| r["Priority"].as_i64().unwrap_or(i64::MAX));
    rules
}

/// The ARNs that statements refer to.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(map) => {
            let own = map.get("ARN").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(map.values().flat_map(references)).collect()
        }
        Value::Array(list) => list.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

/// Name, scope and id out of `arn:aws:wafv2:us-east-1:<account>:global/<kind>/<name>/<id>`.
fn named(arn: &str) -> Result<Value, ApiError> {
    let mut parts = arn.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some(id), Some(name)) if arn.contains(":global/") => {
            Ok(serde_json::json!({"Name": name, "Id": id, "Scope": "CLOUDFRONT"}))
        }
        _ => Err(ApiError::unreadable(arn, "not the ARN of a global web ACL part")),
    }
}

impl Inspection<'_> {
    /// The terminating action of the first rule that has one. `space` is the label namespace of these rules.
    pub(crate) fn rules(&mut self, rules: &[Value], space: &str) -> Result<Option<Value>, String> {
        for rule in rules {
            let name = rule["Name"].as_str().unwrap_or_default();
            if let Some(action) = self.rule(rule, space).map_err(|e| format!("rule {name}: {e}"))? {
                return Ok(Some(action));
            }
        }
        Ok(None)
    }

    fn rule(&mut self, rule: &Value, space: &str) -> Result<Option<Value>, String> {
        let statement = &rule["Statement"];
        if let Some(group) = statement.get("ManagedRuleGroupStatement") {
            let action = managed::evaluate(self, group)?;
            return Ok(overridden(rule, action));
        }
        if let Some(group) = statement.get("RuleGroupReferenceStatement") {
            let arn = group["ARN"].as_str().unwrap_or_default();
            let found = self
                .acl
                .referred
                .get(arn)
                .ok_or_else(|| format!("{arn} was not read"))?;
            let rules = by_priority(&found["Rules"]);
            let action = self.rules(&rules, found["Name"].as_str().unwrap_or_default())?;
            return Ok(overridden(rule, action));
        }
        let rule_name = rule["Name"].as_str().unwrap_or_default();
        if !statements::holds(self, statement, rule_name)? {
            return Ok(None);
        }
        for label in rule["RuleLabels"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|l| l["Name"].as_str())
        {
            let label = format!("awswaf:{}:webacl:{space}:{label}", self.acl.account);
            self.labels.insert(label);
        }
        self.act(&rule["Action"])
    }

    /// Takes note of a non-terminating action, or hands a terminating one on.
    pub(crate) fn act(&mut self, action: &Value) -> Result<Option<Value>, String> {
        match action.as_object().and_then(|a| a.iter().next()) {
            Some((kind, details)) if kind == "Count" => {
                self.insert_headers(details);
                Ok(None)
            }
            Some((kind, _)) if ["Allow", "Block", "Captcha", "Challenge"].contains(&kind.as_str()) => {
                Ok(Some(action.clone()))
            }
            _ => Err("unknown action".to_owned()),
        }
    }

    fn insert_headers(&mut self, details: &Value) {
        for header in details["CustomRequestHandling"]["InsertHeaders"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let name = header["Name"].as_str().unwrap_or_default().to_ascii_lowercase();
            let value = header["Value"].as_str().unwrap_or_default().to_owned();
            self.inserted.push((format!("x-amzn-waf-{name}"), value));
        }
    }

    fn finish(mut self, action: &Value) -> Result<Verdict, String> {
        let (kind, details) = action.as_object().and_then(|a| a.iter().next()).ok_or("no action")?;
        let refused = |status| Verdict::Block(Refusal::error(status, "web ACL").response(&self.request.id));
        Ok(match kind.as_str() {
            "Allow" => {
                self.insert_headers(details);
                Verdict::Allow(self.inserted)
            }
            "Block" if details["CustomResponse"].is_object() => {
                Verdict::Block(self.custom(&details["CustomResponse"])?)
            }
            "Block" => refused(403),
            // A person would solve these in the browser; nobody can here.
            "Captcha" => refused(405),
            "Challenge" => refused(202),
            other => return Err(format!("unknown action {other}")),
        })
    }

    fn custom(&self, custom: &Value) -> Result<Response, String> {
        let status = custom["ResponseCode"]
            .as_u64()
            .and_then(|s| u16::try_from(s).ok())
            .ok_or("no response code")?;
        let mut response = Response::new(status, "Error");
        if let Some(key) = custom["CustomResponseBodyKey"].as_str() {
            let body = &self.acl.bodies[key];
            let kind = match body["ContentType"].as_str() {
                Some("APPLICATION_JSON") => "application/json",
                Some("TEXT_HTML") => "text/html",
                Some("TEXT_PLAIN") => "text/plain",
                _ => return Err(format!("no custom response body {key}")),
            };
            response = response.with_body(kind, body["Content"].as_str().unwrap_or_default().to_owned());
        }
        for header in custom["ResponseHeaders"].as_array().into_iter().flatten() {
            response.headers.set(
                header["Name"].as_str().unwrap_or_default(),
                header["Value"].as_str().unwrap_or_default(),
            );
        }
        Ok(response)
    }
}

/// A group's action, unless the rule that holds the group only counts.
fn overridden(rule: &Value, action: Option<Value>) -> Option<Value> {
    if rule["OverrideAction"].get("Count").is_some() {
        None
    } else {
        action
    }
}

#[cfg(test)]
mod tests;
