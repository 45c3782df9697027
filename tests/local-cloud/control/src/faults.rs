//! Faults on demand: which call is hit, and what happens to it.
//!
//! A rule selects calls and hits the nth of them, counted from the rule's arrival. What a service answers
//! when it throttles, fails, denies or meets a conflict is in the service's own words.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::call::{Call, Effect};
use crate::http_message::Answer;
use crate::refusal::Refusal;

/// What happens to a call that is hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// Refused as too fast.
    Throttle,
    /// Refused with the service's internal error.
    #[serde(rename = "5xx")]
    Internal,
    /// Refused for want of a permission.
    Denied,
    /// Refused as if somebody else had written first.
    Conflict,
    /// The connection breaks before the call is carried out.
    Reset,
    /// Carried out later, after `delay_ms`.
    Slow,
    /// Carried out, but the connection breaks before the answer.
    KillConnection,
    /// Held until released or until the client goes away.
    Hold,
    /// Neither carried out nor answered: the client gives up.
    Timeout,
    /// Carried out, but the answer is no answer of AWS.
    Garbage,
    /// Carried out, but the answer breaks off half way.
    Truncated,
}

/// When a held call is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum When {
    /// Before it is carried out: a client that goes away has not called.
    #[default]
    Before,
    /// After it was carried out, before the answer.
    After,
}

/// A rule as the admin interface takes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) kind: Kind,
    /// Only calls of this account; absent: all.
    pub(crate) account: Option<String>,
    /// Such as `cloudfront-keyvaluestore`; absent or `*`: all.
    pub(crate) service: Option<String>,
    /// Such as `UpdateKeys`; absent or `*`: all.
    pub(crate) operation: Option<String>,
    /// Only calls of programs whose user agent begins so, such as `zt-store-writer`.
    pub(crate) agent: Option<String>,
    /// Only calls that change something.
    #[serde(default)]
    pub(crate) mutating: bool,
    /// The first matching call that is hit, from 1.
    #[serde(default = "one")]
    pub(crate) nth: u64,
    /// How many calls from there on; 0: all.
    #[serde(default = "one")]
    pub(crate) count: u64,
    #[serde(default)]
    pub(crate) delay_ms: u64,
    /// With this a slow call takes a time between both, another one each time.
    #[serde(default)]
    pub(crate) delay_max_ms: u64,
    #[serde(default)]
    pub(crate) when: When,
    /// Calls that matched so far.
    #[serde(default, skip_deserializing)]
    pub(crate) matched: u64,
}

fn one() -> u64 {
    1
}

/// The fault that a call met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    Refuse(Refusal, &'static str),
    Reset,
    Slow(Duration),
    KillConnection,
    Hold(When),
    Timeout,
    Garbage,
    Truncated,
}

impl Fault {
    /// The name in the log.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Refuse(_, name) => name,
            Self::Reset => "reset",
            Self::Slow(_) => "slow",
            Self::KillConnection => "kill-connection",
            Self::Hold(_) => "hold",
            Self::Timeout => "timeout",
            Self::Garbage => "garbage",
            Self::Truncated => "truncated",
        }
    }
}

/// All rules of one cloud.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Mutex<Vec<Rule>>,
}

impl Faults {
    pub(crate) fn add(&self, rules: Vec<Rule>) {
        self.lock().extend(rules);
    }

    /// Removes the rules of one account, or all.
    pub(crate) fn clear(&self, account: Option<&str>) {
        self.lock()
            .retain(|rule| account.is_some_and(|account| rule.account.as_deref() != Some(account)));
    }

    pub(crate) fn list(&self) -> Vec<Rule> {
        self.lock().clone()
    }

    /// Counts the call on every rule and takes the first fault that hits it.
    pub(crate) fn meet(&self, call: &Call) -> Option<Fault> {
        let mut hit = None;
        for rule in self.lock().iter_mut().filter(|rule| rule.selects(call)) {
            rule.matched += 1;
            if hit.is_none() && rule.hits() {
                hit = Some(rule.fault(call));
            }
        }
        hit
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rule {
    fn selects(&self, call: &Call) -> bool {
        let fits =
            |wanted: &Option<String>, got: &str| wanted.as_deref().is_none_or(|wanted| wanted == "*" || wanted == got);
        fits(&self.account, &call.account)
            && fits(&self.service, &call.service)
            && fits(&self.operation, &call.operation)
            && self
                .agent
                .as_ref()
                .is_none_or(|wanted| call.agent.starts_with(wanted.as_str()))
            && (!self.mutating || call.effect() != Effect::Read)
    }

    fn hits(&self) -> bool {
        self.matched >= self.nth && (self.count == 0 || self.matched < self.nth + self.count)
    }

    /// Spread over the range by the golden ratio: the same sequence each time, and no two neighbours alike.
    fn delay(&self) -> Duration {
        let span = self.delay_max_ms.saturating_sub(self.delay_ms);
        let part = self.matched.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        Duration::from_millis(self.delay_ms + ((span * part) >> 32))
    }

    fn fault(&self, call: &Call) -> Fault {
        match self.kind {
            Kind::Throttle => Fault::Refuse(throttled(call), "throttle"),
            Kind::Internal => Fault::Refuse(internal(call), "5xx"),
            Kind::Denied => Fault::Refuse(denied(call), "denied"),
            Kind::Conflict => Fault::Refuse(conflict(call), "conflict"),
            Kind::Reset => Fault::Reset,
            Kind::Slow => Fault::Slow(self.delay()),
            Kind::KillConnection => Fault::KillConnection,
            Kind::Hold => Fault::Hold(self.when),
            Kind::Timeout => Fault::Timeout,
            Kind::Garbage => Fault::Garbage,
            Kind::Truncated => Fault::Truncated,
        }
    }
}

/// What a captive network or a broken middle box makes of a good answer: the status stays, the content is foreign.
pub(crate) fn garbage(answer: Answer) -> Answer {
    Answer::new(answer.status, "text/html", "<!DOCTYPE html><title>{\"\u{fffd}")
}

fn throttled(call: &Call) -> Refusal {
    let (status, code) = match call.service.as_str() {
        "sqs" => (400, "RequestThrottled"),
        "cloudfront" | "iam" | "sts" => (400, "Throttling"),
        "lambda" => (429, "TooManyRequestsException"),
        "cloudfront-keyvaluestore" => (429, "ThrottlingException"),
        "s3" => (503, "SlowDown"),
        _ => (400, "ThrottlingException"),
    };
    Refusal::new(status, code, "Rate exceeded")
}

fn internal(call: &Call) -> Refusal {
    let (status, code) = match call.service.as_str() {
        "cloudfront" => (503, "ServiceUnavailable"),
        "lambda" => (500, "ServiceException"),
        "cloudfront-keyvaluestore" => (500, "InternalServerException"),
        "wafv2" => (500, "WAFInternalErrorException"),
        "secretsmanager" => (500, "InternalServiceError"),
        "iam" => (500, "ServiceFailure"),
        "s3" => (500, "InternalError"),
        _ => (500, "InternalFailure"),
    };
    Refusal::new(status, code, "An internal error occurred.")
}

fn denied(call: &Call) -> Refusal {
    let (status, code) = match call.service.as_str() {
        "cloudfront" | "iam" | "sts" | "s3" | "sqs" => (403, "AccessDenied"),
        "lambda" | "cloudfront-keyvaluestore" => (403, "AccessDeniedException"),
        _ => (400, "AccessDeniedException"),
    };
    let message = format!(
        "User: arn:aws:iam::{}:user/local is not authorized to perform: {}:{} because no identity-based policy allows \
         the {}:{} action",
        call.account, call.service, call.operation, call.service, call.operation
    );
    Refusal::new(status, code, message)
}

fn conflict(call: &Call) -> Refusal {
    let (status, code) = match call.service.as_str() {
        "cloudfront" => (412, "PreconditionFailed"),
        "cloudfront-keyvaluestore" => (409, "ConflictException"),
        "wafv2" => (400, "WAFOptimisticLockException"),
        "lambda" => (409, "ResourceConflictException"),
        "iam" => (409, "ConcurrentModification"),
        "s3" => (409, "OperationAborted"),
        _ => (400, "InvalidRequestException"),
    };
    Refusal::new(status, code, "The resource was changed by another request.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(service: &str, operation: &str) -> Call {
        Call {
            account: "111122223333".to_owned(),
            region: "us-east-1".to_owned(),
            service: service.to_owned(),
            operation: operation.to_owned(),
            labels: Default::default(),
            signed: true,
            agent: String::new(),
        }
    }

    /// Which of five calls of CreateDistribution (with reads between them) are hit.
    fn check(rule: serde_json::Value, expected: [bool; 5]) {
        let faults = Faults::default();
        faults.add(vec![serde_json::from_value(rule.clone()).unwrap()]);
        let hits = [(); 5].map(|()| {
            assert_eq!(faults.meet(&call("lambda", "GetFunction")), None);
            faults.meet(&call("cloudfront", "CreateDistribution")).is_some()
        });
        assert_eq!(hits, expected, "{rule}");
    }

    #[test]
    fn a_range_of_delays_is_used() {
        let rule = serde_json::json!({"kind": "slow", "count": 0, "delay_ms": 50, "delay_max_ms": 300});
        let faults = Faults::default();
        faults.add(vec![serde_json::from_value(rule).unwrap()]);
        let delays = [(); 100].map(
            |()| match faults.meet(&call("cloudfront-keyvaluestore", "UpdateKeys")) {
                Some(Fault::Slow(delay)) => delay.as_millis(),
                other => panic!("{other:?}"),
            },
        );
        assert!(delays.iter().all(|delay| (50..=300).contains(delay)));
        assert!(delays.iter().any(|delay| *delay < 100) && delays.iter().any(|delay| *delay > 250));
    }

    #[test]
    fn a_rule_hits_the_calls_it_counts_to() {
        let rule = |nth: u64, count: u64| serde_json::json!({"kind": "throttle", "service": "cloudfront", "nth": nth, "count": count});
        check(rule(1, 1), [true, false, false, false, false]);
        check(rule(3, 1), [false, false, true, false, false]);
        check(rule(2, 2), [false, true, true, false, false]);
        check(rule(4, 0), [false, false, false, true, true]);
        check(
            serde_json::json!({"kind": "5xx", "mutating": true, "nth": 2}),
            [false, true, false, false, false],
        );
        check(
            serde_json::json!({"kind": "reset", "operation": "DeleteDistribution"}),
            [false; 5],
        );
        check(
            serde_json::json!({"kind": "reset", "account": "000000000000", "operation": "CreateDistribution"}),
            [false; 5],
        );
    }
}
