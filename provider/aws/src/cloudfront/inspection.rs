//! A distribution of somebody else's, as far as it decides who is let through, what is kept and what is written down.
//!
//! Unlike [`super::DistributionConfig`] it is never written. What a setting means when AWS leaves it out is decided here,
//! once, and always for the less safe reading.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_cloudfront::types as sdk;

use super::behavior::{functions_from_sdk, lambdas_from_sdk};
use super::{CloudFront, FunctionAssociation, LambdaAssociation, ViewerProtocol};
use crate::error::Result;
use crate::wait::Wait;

/// A distribution to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Whether every edge location has what is said here; while not, some serve what was before.
    pub deployed: bool,
    /// The object that CloudFront serves in place of `/`.
    pub default_root_object: Option<String>,
    /// Whether access logs hold cookies.
    pub logs_cookies: bool,
    /// The policy that sends some viewers to a staging distribution.
    pub continuous_deployment: Option<String>,
    /// What is answered in place of an origin's errors, and how long errors are kept.
    pub errors: Vec<ErrorAnswer>,
    /// What happens when no pattern matches.
    pub default_behavior: InspectedBehavior,
    /// What happens by path; the first pattern that matches counts.
    pub behaviors: Vec<(String, InspectedBehavior)>,
}

/// What becomes of one error of an origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorAnswer {
    /// The status of the origin.
    pub status: i32,
    /// The page that is fetched instead.
    pub page: Option<String>,
    /// The status that viewers get with it.
    pub answered: Option<String>,
    /// Seconds for which the error is kept.
    pub kept: i64,
}

/// A behaviour to be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectedBehavior {
    /// What viewers may speak.
    pub viewer_protocol: ViewerProtocol,
    /// Whether POST passes.
    pub takes_post: bool,
    /// Whether viewers need a signed address or signed cookies.
    pub signed: bool,
    /// CloudFront Functions.
    pub functions: Vec<FunctionAssociation>,
    /// Lambda@Edge functions.
    pub lambdas: Vec<LambdaAssociation>,
    /// What is kept.
    pub cache: CacheSetting,
    /// ARN of the real-time log configuration.
    pub realtime_log: Option<String>,
}

/// Where a behaviour says how long answers are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CacheSetting {
    /// In the cache policy of this id.
    Policy(String),
    /// In the behaviour itself: at most so many seconds.
    Longest(i64),
}

/// CloudFront's own, where nothing is written (API reference of `DefaultCacheBehavior` and `CustomErrorResponse`).
const LONGEST: i64 = 31_536_000;
const ERRORS_KEPT: i64 = 10;
/// Statuses of a distribution.
const DEPLOYED: &str = "Deployed";
const PENDING: &str = "InProgress";

impl CloudFront {
    /// Reads the distribution of an id to be judged.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn inspect_distribution(&self, id: &str) -> Result<Inspection> {
        const OPERATION: &str = "GetDistribution";
        let request = self.client.get_distribution().id(id).send();
        let answer = self.caller.call(OPERATION, id, request).await?;
        answer
            .distribution
            .and_then(|found| from_sdk(found.distribution_config?, found.status == DEPLOYED))
            .ok_or_else(|| self.caller.incomplete(OPERATION, id))
    }

    /// The same once every edge location has it.
    ///
    /// # Errors
    /// The limit, or "stopped".
    pub async fn inspect_deployed_distribution(&self, id: &str, limit: Duration) -> Result<Inspection> {
        let wait = Wait {
            service: self.caller.service,
            object: id,
            pending: &[PENDING],
            target: &[DEPLOYED],
            limit,
            pause: Duration::from_secs(10),
        };
        wait.run(&self.caller.stop, || async {
            let found = self.inspect_distribution(id).await?;
            let state = if found.deployed { DEPLOYED } else { PENDING };
            Ok((state.to_owned(), found))
        })
        .await
    }

    /// The fields that a real-time log configuration writes.
    ///
    /// # Errors
    /// As AWS answers.
    pub async fn realtime_log_fields(&self, arn: &str) -> Result<BTreeSet<String>> {
        const OPERATION: &str = "GetRealtimeLogConfig";
        let request = self.client.get_realtime_log_config().arn(arn).send();
        let answer = self.caller.call(OPERATION, arn, request).await?;
        let found = answer
            .realtime_log_config
            .ok_or_else(|| self.caller.incomplete(OPERATION, arn))?;
        Ok(found.fields.into_iter().collect())
    }
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// The fields are the same in both of the SDK's types, but the types are not.
macro_rules! inspected {
    ($behavior:expr) => {{
        let behavior = $behavior;
        InspectedBehavior {
            viewer_protocol: ViewerProtocol::from_sdk(&behavior.viewer_protocol_policy),
            takes_post: behavior
                .allowed_methods
                .is_some_and(|methods| methods.items.contains(&sdk::Method::Post)),
            signed: behavior.trusted_key_groups.is_some_and(|groups| groups.enabled)
                || behavior.trusted_signers.is_some_and(|signers| signers.enabled),
            functions: functions_from_sdk(behavior.function_associations),
            lambdas: lambdas_from_sdk(behavior.lambda_function_associations),
            cache: match given(behavior.cache_policy_id) {
                Some(policy) => CacheSetting::Policy(policy),
                None => CacheSetting::Longest(behavior.max_ttl.unwrap_or(LONGEST)),
            },
            realtime_log: given(behavior.realtime_log_config_arn),
        }
    }};
}

// Lives written in a behaviour are deprecated, and in force all the same where they are written.
#[allow(deprecated)]
fn from_sdk(config: sdk::DistributionConfig, deployed: bool) -> Option<Inspection> {
    let default = config.default_cache_behavior?;
    let paths = config.cache_behaviors.and_then(|all| all.items).unwrap_or_default();
    let errors = config.custom_error_responses.and_then(|all| all.items);
    Some(Inspection {
        deployed,
        default_root_object: given(config.default_root_object),
        logs_cookies: config.logging.is_some_and(|logging| logging.include_cookies),
        continuous_deployment: given(config.continuous_deployment_policy_id),
        errors: errors.unwrap_or_default().into_iter().map(error).collect(),
        default_behavior: inspected!(default),
        behaviors: paths
            .into_iter()
            .map(|path| (path.path_pattern.clone(), inspected!(path)))
            .collect(),
    })
}

fn error(error: sdk::CustomErrorResponse) -> ErrorAnswer {
    ErrorAnswer {
        status: error.error_code,
        page: given(error.response_page_path),
        answered: given(error.response_code),
        kept: error.error_caching_min_ttl.unwrap_or(ERRORS_KEPT),
    }
}

/// ARNs of all functions that the behaviours of a distribution in a list run.
pub(super) fn code_of(summary: &sdk::DistributionSummary) -> BTreeSet<String> {
    let default = summary.default_cache_behavior.as_ref();
    let paths = summary.cache_behaviors.iter().flat_map(|all| all.items());
    let functions = default
        .and_then(|it| it.function_associations.as_ref())
        .into_iter()
        .chain(paths.clone().filter_map(|it| it.function_associations.as_ref()))
        .flat_map(|all| all.items().iter().map(|one| one.function_arn.clone()));
    let lambdas = default
        .and_then(|it| it.lambda_function_associations.as_ref())
        .into_iter()
        .chain(paths.filter_map(|it| it.lambda_function_associations.as_ref()))
        .flat_map(|all| all.items().iter().map(|one| one.lambda_function_arn.clone()));
    functions.chain(lambdas).collect()
}
