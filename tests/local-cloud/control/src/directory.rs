//! What the account holds now, asked of ministack: the ground of every rule that looks beyond one request.

use serde_json::{Value, json};

use crate::distribution::Distribution;
use crate::gateway::Gateway;
use crate::http_message::{Answer, decode, encode};
use crate::objects::element;
use crate::refusal::Refusal;
use crate::upstream::OwnCall;

const VERSION: &str = "/2020-05-31";

/// The view of one account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Directory<'a> {
    gateway: &'a Gateway,
    account: &'a str,
}

impl<'a> Directory<'a> {
    pub(crate) fn new(gateway: &'a Gateway, account: &'a str) -> Self {
        Self { gateway, account }
    }

    pub(crate) async fn distributions(&self) -> Result<Vec<Distribution>, Refusal> {
        let answer = self.cloudfront("/distribution").await?;
        Ok(Distribution::from_list(answer.text()))
    }

    /// Whether a CloudFront object of that kind and id exists, such as `cache-policy`.
    pub(crate) async fn has(&self, kind: &str, id: &str) -> Result<bool, Refusal> {
        let answer = self.cloudfront(&format!("/{kind}/{}", encode(id))).await?;
        Ok(answer.status.is_success())
    }

    /// A CloudFront function at a stage: its description.
    pub(crate) async fn function(&self, name: &str, stage: &str) -> Result<Option<Answer>, Refusal> {
        let target = format!("/function/{}/describe?Stage={stage}", encode(name));
        Ok(Some(self.cloudfront(&target).await?).filter(|answer| answer.status.is_success()))
    }

    /// A CloudFront function's code at a stage.
    pub(crate) async fn function_code(&self, name: &str, stage: &str) -> Result<Option<Answer>, Refusal> {
        let target = format!("/function/{}?Stage={stage}", encode(name));
        Ok(Some(self.cloudfront(&target).await?).filter(|answer| answer.status.is_success()))
    }

    /// The names of all CloudFront functions.
    pub(crate) async fn function_names(&self) -> Result<Vec<String>, Refusal> {
        let answer = self.cloudfront("/function?Stage=DEVELOPMENT").await?;
        let parts = answer.text().split("<FunctionSummary>").skip(1);
        Ok(parts
            .filter_map(|part| element(part, "Name"))
            .map(str::to_owned)
            .collect())
    }

    /// A Lambda function's or version's configuration.
    pub(crate) async fn lambda(&self, name: &str, qualifier: Option<&str>) -> Result<Option<Value>, Refusal> {
        let mut target = format!("/2015-03-31/functions/{}/configuration", encode(name));
        if let Some(qualifier) = qualifier {
            target.push_str(&format!("?Qualifier={}", encode(qualifier)));
        }
        let answer = self.ask(OwnCall::get(self.account, "lambda", target)).await?;
        Ok(answer.status.is_success().then(|| answer.as_json()))
    }

    /// The principals of services that a role trusts; `None` when there is no such role.
    pub(crate) async fn trusted_services(&self, role: &str) -> Result<Option<Vec<String>>, Refusal> {
        let form = format!("Action=GetRole&Version=2010-05-08&RoleName={}", encode(role));
        let answer = self.ask(OwnCall::form(self.account, "iam", form)).await?;
        let policy = element(answer.text(), "AssumeRolePolicyDocument").map(decode);
        Ok(policy.map(|policy| services_in(&serde_json::from_str(&policy).unwrap_or_default())))
    }

    /// Whether a role's policies allow an action on a resource, by IAM's own simulation.
    pub(crate) async fn allows(&self, role: &str, action: &str, resource: &str) -> Result<bool, Refusal> {
        let form = format!(
            "Action=SimulatePrincipalPolicy&Version=2010-05-08&PolicySourceArn={}&ActionNames.member.1={}&ResourceArns.member.1={}",
            encode(role),
            encode(action),
            encode(resource)
        );
        let answer = self.ask(OwnCall::form(self.account, "iam", form)).await?;
        Ok(element(answer.text(), "EvalDecision") == Some("allowed"))
    }

    /// An ACM certificate of us-east-1 that is not waiting for its validation.
    pub(crate) async fn certificate(&self, arn: &str) -> Result<Option<Value>, Refusal> {
        let body = json!({"CertificateArn": arn});
        let call = OwnCall::json(self.account, "acm", "CertificateManager.DescribeCertificate", &body);
        let answer = self.ask(call).await?;
        let found = answer.status.is_success() && !self.gateway.timing.is_validating(self.account, arn);
        Ok(found.then(|| answer.as_json()["Certificate"].clone()))
    }

    /// A WAFv2 answer to an operation of the CLOUDFRONT scope; null when refused.
    pub(crate) async fn waf(&self, operation: &str, body: &Value) -> Result<Value, Refusal> {
        let target = format!("AWSWAF_20190729.{operation}");
        let answer = self.ask(OwnCall::json(self.account, "wafv2", &target, body)).await?;
        Ok(if answer.status.is_success() {
            answer.as_json()
        } else {
            Value::Null
        })
    }

    /// A Secrets Manager secret's description.
    pub(crate) async fn secret(&self, name: &str) -> Result<Option<Value>, Refusal> {
        let body = json!({"SecretId": name});
        let call = OwnCall::json(self.account, "secretsmanager", "secretsmanager.DescribeSecret", &body);
        let answer = self.ask(call).await?;
        Ok(answer.status.is_success().then(|| answer.as_json()))
    }

    pub(crate) async fn cloudfront(&self, target: &str) -> Result<Answer, Refusal> {
        self.ask(OwnCall::get(self.account, "cloudfront", format!("{VERSION}{target}")))
            .await
    }

    pub(crate) async fn ask(&self, call: OwnCall<'_>) -> Result<Answer, Refusal> {
        self.gateway
            .upstream
            .own(call)
            .await
            .map_err(|error| Refusal::new(503, "ServiceUnavailable", error.to_string()))
    }
}

/// The `Service` principals that a trust policy allows to assume the role.
fn services_in(policy: &Value) -> Vec<String> {
    let statements = match &policy["Statement"] {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    let allowed = statements.iter().filter(|statement| {
        let actions = &statement["Action"];
        let names = |action: &Value| matches!(action.as_str(), Some("sts:AssumeRole" | "sts:*" | "*"));
        statement["Effect"] == "Allow"
            && (names(actions) || actions.as_array().is_some_and(|list| list.iter().any(names)))
    });
    allowed
        .flat_map(|statement| match &statement["Principal"]["Service"] {
            Value::Array(list) => list.clone(),
            one => vec![one.clone()],
        })
        .filter_map(|service| service.as_str().map(str::to_owned))
        .collect()
}
