//! `policy_decision`: whether somebody meets one policy, for `terraform test` and checks.
//!
//! The policy stands on a route of its own that covers everything; what is decided is decided by the model. Arguments are
//! loose objects, because Terraform has no optional attributes here; what does not belong into one is told with its place.

use std::collections::BTreeMap;

use zt_framework::schema::Parameter;
use zt_framework::{Context, Diagnostics, Function, FunctionError, Signature, Type, Value, async_trait};

use crate::access_decision::{Asked, Identity, findings, is_allowed, mistakes_of_identity, mistakes_of_request};
use crate::edge_app::written;

/// The function.
pub struct PolicyDecision;

const POLICY: &str = "policy";

fn result() -> Type {
    let object = |members: &[(&str, Type)]| {
        Type::Object(
            members
                .iter()
                .map(|(name, ty)| ((*name).to_owned(), ty.clone()))
                .collect(),
        )
    };
    let finding = object(&[
        ("rule", Type::String),
        ("holds", Type::String),
        ("because", Type::String),
        ("decides", Type::Bool),
    ]);
    object(&[
        ("decision", Type::String),
        ("allowed", Type::Bool),
        ("explanation", Type::String),
        ("findings", Type::list(finding)),
    ])
}

/// What does not belong into an object, at its place in the argument.
fn foreign(value: &Value, place: &str, known: &[String]) -> Result<(), String> {
    if value.is_null() {
        return Ok(());
    }
    let Some(members) = value.entries() else {
        return Err(format!("{place} is no object."));
    };
    match members.keys().find(|name| !known.contains(*name)) {
        None => Ok(()),
        Some(name) => Err(format!("{place} has no {name}; known are {}.", known.join(", "))),
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// What is no list would be read as an empty one, and the policy as a looser one.
fn is_list(value: &Value) -> bool {
    matches!(value, Value::Null | Value::List(_) | Value::Set(_) | Value::Tuple(_))
}

/// Members of a selector that are no lists.
const SINGLE: [&str; 4] = ["claims", "authenticated", "acr", "max_age"];

fn check_lists(selector: &Value, place: &str) -> Result<(), String> {
    let members = selector.entries().into_iter().flatten();
    let claims = selector.get("claims").entries().into_iter().flatten();
    let mut lists = members
        .filter(|(name, _)| !SINGLE.contains(&name.as_str()))
        .chain(claims);
    if !selector.get("claims").is_null() && selector.get("claims").entries().is_none() {
        return Err(format!("claims of {place} has not the form of a map of lists."));
    }
    match lists.find(|(_, value)| !is_list(value)) {
        None => Ok(()),
        Some((name, _)) => Err(format!("{name} of {place} has not the form of a list.")),
    }
}

fn check_policy(policy: &Value) -> Result<(), String> {
    foreign(policy, "The policy", &names(&["require", "any", "none"]))?;
    let members = written::selector_members();
    for list in ["require", "any", "none"] {
        if !is_list(policy.get(list)) {
            return Err(format!("{list} has not the form of a list of selectors."));
        }
        for (index, selector) in policy.get(list).elements().iter().enumerate() {
            foreign(selector, &format!("{list}[{index}]"), &members)?;
            check_lists(selector, &format!("{list}[{index}]"))?;
        }
    }
    match written::policy(policy) {
        Some(_) => Ok(()),
        None => Err(
            "A member of a selector has not its form: lists of texts, `claims` a map of such lists, `acr` and \
                     `max_age` texts, `authenticated` a truth value."
                .to_owned(),
        ),
    }
}

fn first(place: &str, mistakes: Vec<(&'static str, String)>) -> Result<(), String> {
    match mistakes.into_iter().next() {
        None => Ok(()),
        Some((name, problem)) => Err(format!("{place}.{name}: {problem}")),
    }
}

fn access(policy: &Value) -> Result<written::Access, String> {
    let route = Value::object([("path", "/*".into()), ("allow", vec![POLICY].into())]);
    let object = Value::object([
        (
            "policies",
            Value::Map(BTreeMap::from([(POLICY.to_owned(), policy.clone())])),
        ),
        ("routes", Value::list([route])),
    ]);
    let mut diagnostics = Diagnostics::new();
    let access = written::access(&object, &mut diagnostics);
    access.ok_or_else(|| {
        let told: Vec<String> = diagnostics
            .errors()
            .map(|one| format!("{}. {}", one.summary, one.detail))
            .collect();
        told.join(" ")
    })
}

fn request(value: &Value) -> Result<Asked, String> {
    foreign(
        value,
        "The request",
        &names(&["path", "method", "country", "ip", "tls"]),
    )?;
    first("request", mistakes_of_request(value))?;
    let path = match value.get("path").as_str() {
        Some(path) => path.to_owned(),
        None => "/".to_owned(),
    };
    Asked::read(&value_or_empty(value).with("path", path)).ok_or_else(|| "The request cannot be read.".to_owned())
}

fn value_or_empty(value: &Value) -> Value {
    match value.entries() {
        Some(members) => Value::Object(members.clone()),
        None => Value::object([]),
    }
}

fn identity(value: &Value) -> Result<Identity, String> {
    foreign(value, "The identity", &names(&["claims", "login_age", "service_token"]))?;
    first("identity", mistakes_of_identity(value))?;
    Identity::read(value.inner()).ok_or_else(|| "login_age is no duration; write one such as \"9h\".".to_owned())
}

#[async_trait]
impl Function for PolicyDecision {
    fn name(&self) -> &'static str {
        "policy_decision"
    }

    fn signature(&self) -> Signature {
        Signature::new(
            result(),
            "Whether somebody meets a policy",
            "What the edge decides on a route that this policy alone guards: `decision` (`allow`, `login`, `step_up` or `denied`, \
             `ambiguous_path` for a path that no route gets, `auth_endpoint` and `userinfo` for the gateway's own), `allowed`, `explanation` and `findings`, \
             member by member with `rule`, `holds`, `because` and `decides`. For whole applications there is the data source \
             `zt_access_decision`.",
        )
        .parameter(Parameter::new(
            "policy",
            Type::Dynamic,
            "A policy as in `policies` of `zt_edge_app`: `{ require = [...], any = [...], none = [...] }`.",
        ))
        .parameter(
            Parameter::new(
                "identity",
                Type::Dynamic,
                "Who asks: `{ claims = {...}, login_age = \"9h\" }` or `{ service_token = \"ci\" }`; null for nobody. The user is the claim \
                 `sub`.",
            )
            .nullable(),
        )
        .parameter(
            Parameter::new(
                "request",
                Type::Dynamic,
                "What is asked: any of `path`, `method`, `country`, `ip` and `tls`; null for a GET of `/` from nowhere known.",
            )
            .nullable(),
        )
    }

    async fn call(&self, _context: &Context, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let argument = |index: usize| arguments.get(index).map_or(Value::Null, |one| one.inner().clone());
        let wrong = |index| move |reason: String| FunctionError::argument(index, reason);
        let policy = argument(0);
        check_policy(&policy).map_err(wrong(0))?;
        let access = access(&policy).map_err(wrong(0))?;
        let identity = identity(&argument(1)).map_err(wrong(1))?;
        let asked = request(&argument(2)).map_err(wrong(2))?;
        let explanation = asked.explain(&access, &identity);
        let found = explanation.policies.first().map_or(&[][..], |policy| &policy.findings);
        Ok(Value::object([
            ("decision", explanation.decision.word().into()),
            ("allowed", is_allowed(&explanation.decision).into()),
            ("explanation", explanation.to_string().into()),
            ("findings", findings(found)),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::only::Only;

    /// JSON as Terraform hands over a loose object.
    fn loose(json: &serde_json::Value) -> Value {
        fn convert(json: &serde_json::Value) -> (Type, Value) {
            match json {
                serde_json::Value::Null => (Type::Dynamic, Value::Null),
                serde_json::Value::Bool(truth) => (Type::Bool, (*truth).into()),
                serde_json::Value::Number(number) => (Type::Number, number.as_i64().unwrap().into()),
                serde_json::Value::String(text) => (Type::String, text.as_str().into()),
                serde_json::Value::Array(parts) => {
                    let (types, values) = parts.iter().map(convert).unzip();
                    (Type::Tuple(types), Value::Tuple(values))
                }
                serde_json::Value::Object(members) => {
                    let (mut types, mut values) = (BTreeMap::new(), BTreeMap::new());
                    for (name, member) in members {
                        let (ty, value) = convert(member);
                        types.insert(name.clone(), ty);
                        values.insert(name.clone(), value);
                    }
                    (Type::Object(types), Value::Object(values))
                }
            }
        }
        match json.is_null() {
            true => Value::Null,
            false => Value::Dynamic(Box::new(convert(json))),
        }
    }

    async fn ask(arguments: [serde_json::Value; 3]) -> Result<Value, FunctionError> {
        let core = Only::function(Arc::new(PolicyDecision));
        core.call("policy_decision", arguments.iter().map(loose).collect())
            .await
    }

    #[tokio::test]
    async fn a_policy_is_met_or_not_and_says_why() {
        use serde_json::{Value::Null, json};
        let staff = || json!({"any": [{"groups": ["staff"]}]});
        let aged = || json!({"require": [{"authenticated": true, "max_age": "8h"}]});
        for (policy, identity, request, decision) in [
            (staff(), Null, Null, "login"),
            (staff(), json!({"claims": {"groups": ["staff"]}}), Null, "allow"),
            (staff(), json!({"claims": {"groups": "staff"}}), Null, "denied"),
            (staff(), json!({"service_token": "ci"}), Null, "login"),
            (aged(), json!({"claims": {}, "login_age": "8h"}), Null, "allow"),
            (aged(), json!({"claims": {}, "login_age": "9h"}), Null, "step_up"),
            (
                json!({"require": [{"authenticated": true}], "none": [{"countries": ["KP"]}]}),
                json!({"claims": {"sub": "ada"}}),
                json!({"country": "KP"}),
                "denied",
            ),
            (
                json!({"require": [{"ips": ["192.0.2.0/24"], "methods": ["POST"], "authenticated": true}]}),
                json!({"claims": {"sub": "ada"}}),
                json!({"ip": "192.0.2.9", "method": "POST"}),
                "allow",
            ),
        ] {
            let answer = ask([policy.clone(), identity, request]).await.unwrap();
            assert_eq!(answer.get("decision").as_str(), Some(decision), "{policy}");
            assert_eq!(answer.get("allowed").as_bool(), Some(decision == "allow"));
        }
        let answer = ask([staff(), json!({"claims": {"groups": []}}), Null]).await.unwrap();
        let finding = &answer.get("findings").elements()[0];
        assert_eq!(finding.get("rule").as_str(), Some("any[0].groups"));
        assert_eq!(finding.get("holds").as_str(), Some("no"));
    }

    #[tokio::test]
    async fn a_mistake_names_its_argument_and_its_place() {
        use serde_json::{Value::Null, json};
        let staff = || json!({"any": [{"groups": ["staff"]}]});
        for (arguments, argument, words) in [
            ([json!({"anny": []}), Null, Null], 0, "has no anny"),
            (
                [json!({"any": [{"grups": ["a"]}]}), Null, Null],
                0,
                "any[0] has no grups",
            ),
            ([json!({"any": [{"groups": "a"}]}), Null, Null], 0, "form"),
            (
                [
                    json!({"any": [{"groups": ["a"]}], "none": {"groups": ["b"]}}),
                    Null,
                    Null,
                ],
                0,
                "none has not the form",
            ),
            (
                [json!({"any": [{"claims": {"team": "red"}}]}), Null, Null],
                0,
                "team of any[0]",
            ),
            ([json!({"any": [{"max_age": "old"}]}), Null, Null], 0, "form"),
            ([json!("staff"), Null, Null], 0, "no object"),
            (
                [json!({"require": [{"countries": ["Germany"]}]}), Null, Null],
                0,
                "Germany",
            ),
            ([staff(), json!({"groups": ["staff"]}), Null], 1, "has no groups"),
            (
                [staff(), json!({"claims": {}, "service_token": "ci"}), Null],
                1,
                "no person",
            ),
            (
                [staff(), json!({"claims": {}, "login_age": "old"}), Null],
                1,
                "duration",
            ),
            ([staff(), Null, json!({"ip": "here"})], 2, "no address"),
        ] {
            let error = ask(arguments).await.unwrap_err();
            assert_eq!(error.argument, Some(argument), "{error}");
            assert!(error.text.contains(words), "{words}: {error}");
        }
    }
}
