//! From the model's explanation to attributes.

use zt_framework::Value;
use zt_model::explain::{Decision, Explanation, Finding, PolicyExplanation, StepUp};

/// The configuration with the answer filled in.
pub(super) fn filled(config: Value, explanation: &Explanation, navigation: bool) -> Value {
    let (policy, step_up) = match &explanation.decision {
        Decision::Allow(policy) => (Some(policy.as_str().to_owned()), Value::Null),
        Decision::StepUp(step) => (Some(step.policy.as_str().to_owned()), login(step)),
        _ => (None, Value::Null),
    };
    let index = explanation.route.and_then(|index| u64::try_from(index).ok());
    config
        .with("decision", explanation.decision.word())
        .with("allowed", is_allowed(&explanation.decision))
        .with("explanation", explanation.to_string())
        .with("status", explanation.status(navigation).map(u32::from))
        .with("audit_reason", explanation.code())
        .with("route_index", index)
        .with("route_path", explanation.pattern.clone())
        .with("policy", policy)
        .with("rewritten_path", explanation.rewrite.clone())
        .with("step_up", step_up)
        .with(
            "policy_findings",
            Value::list(explanation.policies.iter().map(policy_value)),
        )
}

/// Whether the request reaches the origin.
pub(crate) fn is_allowed(decision: &Decision) -> bool {
    matches!(decision, Decision::Allow(_) | Decision::Public)
}

fn login(step: &StepUp) -> Value {
    let requirement = step.requirement.as_ref();
    let methods = requirement.and_then(|one| one.amr.as_ref());
    Value::object([
        ("acr", requirement.and_then(|one| one.acr.clone()).into()),
        (
            "amr",
            methods.map_or(Value::Null, |all| Value::list(all.iter().map(String::as_str))),
        ),
        ("max_age", step.max_age.map(|age| age.to_string()).into()),
    ])
}

fn policy_value(policy: &PolicyExplanation) -> Value {
    Value::object([
        ("policy", policy.policy.as_str().into()),
        ("met", policy.met.into()),
        ("findings", findings(&policy.findings)),
    ])
}

/// Findings as a list of objects.
pub(crate) fn findings(findings: &[Finding]) -> Value {
    Value::list(findings.iter().map(|finding| {
        Value::object([
            ("rule", finding.rule.as_str().into()),
            ("holds", finding.holds.to_string().into()),
            ("because", finding.because.as_str().into()),
            ("decides", finding.decides.into()),
        ])
    }))
}
