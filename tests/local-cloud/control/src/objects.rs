//! The objects a call is about, as paths: a child's path starts with its parent's.
//!
//! The paths of a create and of its delete are the same text; the ledger of what is left over rests on that.

use serde_json::Value;

use crate::call::{Call, Effect};
use crate::http_message::{Answer, Incoming, decode, query_pairs};
use crate::identify::form_value;

/// What creates and deletes of a service name whole objects by; anything else is a part of the object it is about.
const WHOLE: &[(&str, &[&str])] = &[
    ("acm", &["Certificate"]),
    ("iam", &["Role", "Policy", "RolePolicy"]),
    ("events", &["Rule", "Targets"]),
    ("lambda", &["Function", "Version", "Permission", "EventSourceMapping"]),
    ("logs", &["LogGroup"]),
    ("scheduler", &["Schedule", "ScheduleGroup"]),
    ("s3", &["Bucket", "Object", "Objects", "BucketPolicy"]),
    ("secretsmanager", &["Secret"]),
    ("sqs", &["Queue"]),
];

/// The objects of a call, from its path, its body and the answer (an id given by AWS is only there).
pub(crate) fn objects(call: &Call, request: &Incoming, answer: Option<&Answer>) -> Vec<String> {
    let found: Vec<String> = match call.service.as_str() {
        "cloudfront" => cloudfront(call, request, answer).into_iter().collect(),
        "cloudfront-keyvaluestore" => key_value_store(call),
        "lambda" => lambda(call, request, answer).into_iter().collect(),
        "iam" => iam(call, request).into_iter().collect(),
        "s3" => s3(call, request),
        "wafv2" => wafv2(call, request, answer).into_iter().collect(),
        "secretsmanager" => secret(call, request).into_iter().collect(),
        "events" => rule(call, request).into_iter().collect(),
        "scheduler" => schedule(call).into_iter().collect(),
        _ => by_common_names(request, answer).into_iter().collect(),
    };
    let part = part(call);
    let named = found.into_iter().filter(|object| !object.is_empty());
    named.map(|object| format!("{object}{part}")).collect()
}

/// The part of an object that a call makes or removes, as the end of its path: deleting a function's URL is not
/// deleting the function. Empty for calls about whole objects.
fn part(call: &Call) -> String {
    if !matches!(call.effect(), Effect::Create | Effect::Delete) {
        return String::new();
    }
    let verbs = [
        "Create", "Delete", "Request", "Publish", "Add", "Remove", "Put", "Copy", "Attach", "Detach",
    ];
    let noun = verbs.iter().find_map(|verb| call.operation.strip_prefix(verb));
    let whole = WHOLE.iter().find(|(service, _)| *service == call.service);
    match (noun, whole) {
        (Some(noun), Some((_, whole))) if !whole.contains(&noun) => format!("/{noun}"),
        _ => String::new(),
    }
}

/// Text between the first pair of tags of that name.
pub(crate) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
}

fn cloudfront(call: &Call, request: &Incoming, answer: Option<&Answer>) -> Option<String> {
    if call.operation.contains("Tag") && request.path.ends_with("/tagging") {
        return request.query_value("Resource").map(|arn| tail(&arn).to_owned());
    }
    let kind = request.path.split('/').nth(2)?;
    let named = ["Id", "Name", "DistributionId", "Identifier"]
        .iter()
        .map(|label| call.label(label))
        .find(|value| !value.is_empty());
    if kind == "distribution" && call.operation.contains("Invalidation") {
        let id = answer
            .and_then(|answer| element(answer.text(), "Id"))
            .unwrap_or_default();
        return Some(format!(
            "distribution/{}/invalidation/{id}",
            call.label("DistributionId")
        ));
    }
    if let Some(id) = named {
        return Some(format!("{kind}/{id}"));
    }
    let text = answer?.text();
    let id = match kind {
        "function" | "key-value-store" => element(text, "Name"),
        _ => element(text, "Id"),
    };
    id.filter(|_| call.effect().mutates()).map(|id| format!("{kind}/{id}"))
}

fn key_value_store(call: &Call) -> Vec<String> {
    let store = tail(call.label("KvsARN")).to_owned();
    match call.label("Key") {
        "" => vec![store],
        key => vec![format!("{store}/key/{key}")],
    }
}

/// `arn:aws:service:region:account:kind/name` without what stands before the kind.
fn tail(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or(arn)
}

/// A function's bare name, and the qualifier if its reference has one.
pub(crate) fn function_name(reference: &str) -> (&str, Option<&str>) {
    let name = reference.rsplit_once(":function:").map_or(reference, |(_, name)| name);
    match name.split_once(':') {
        Some((name, qualifier)) => (name, Some(qualifier)),
        None => (name, None),
    }
}

fn lambda(call: &Call, request: &Incoming, answer: Option<&Answer>) -> Option<String> {
    if call.operation == "CreateFunction" {
        let body = request.json();
        return Some(format!("function/{}", function_name(body["FunctionName"].as_str()?).0));
    }
    if call.operation.ends_with("EventSourceMapping") {
        let made = || text_of(&answer?.as_json(), "UUID");
        let id = Some(call.label("UUID").to_owned())
            .filter(|id| !id.is_empty())
            .or_else(made)?;
        return Some(format!("event-source-mapping/{id}"));
    }
    let (name, in_reference) = match call.label("FunctionName") {
        "" => return by_common_names(request, answer),
        reference => function_name(reference),
    };
    let from_query = request.query_value("Qualifier");
    let qualifier = in_reference.map(str::to_owned).or(from_query);
    let function = format!("function/{name}");
    Some(match call.operation.as_str() {
        "PublishVersion" => match answer.map(Answer::as_json) {
            Some(body) => format!("{function}:{}", body["Version"].as_str().unwrap_or_default()),
            None => function,
        },
        "AddPermission" => format!("{function}/statement/{}", text(&request.json(), "StatementId")),
        "RemovePermission" => format!("{function}/statement/{}", call.label("StatementId")),
        _ => match qualifier {
            Some(qualifier) => format!("{function}:{qualifier}"),
            None => function,
        },
    })
}

fn iam(call: &Call, request: &Incoming) -> Option<String> {
    let form = |name: &str| form_value(request, name);
    if let Some(role) = form("RoleName") {
        return Some(match call.operation.as_str() {
            "PutRolePolicy" | "DeleteRolePolicy" | "GetRolePolicy" => {
                format!("role/{role}/policy/{}", form("PolicyName").unwrap_or_default())
            }
            "AttachRolePolicy" | "DetachRolePolicy" => {
                format!("role/{role}/attached/{}", form("PolicyArn").unwrap_or_default())
            }
            _ => format!("role/{role}"),
        });
    }
    let policy = form("PolicyArn").map(|arn| arn.rsplit('/').next().unwrap_or_default().to_owned());
    policy
        .or_else(|| form("PolicyName"))
        .map(|name| format!("policy/{name}"))
}

fn s3(call: &Call, request: &Incoming) -> Vec<String> {
    let bucket = format!("bucket/{}", call.label("Bucket"));
    match call.operation.as_str() {
        "ListBuckets" => Vec::new(),
        "DeleteObjects" => request
            .text()
            .split("<Key>")
            .skip(1)
            .filter_map(|part| part.split_once("</Key>"))
            .map(|(key, _)| format!("{bucket}/object/{key}"))
            .collect(),
        "PutBucketPolicy" | "DeleteBucketPolicy" => vec![format!("{bucket}/policy")],
        _ => match call.label("Key") {
            "" => vec![bucket],
            key => vec![format!("{bucket}/object/{key}")],
        },
    }
}

fn wafv2(call: &Call, request: &Incoming, answer: Option<&Answer>) -> Option<String> {
    let body = request.json();
    if call.operation.ends_with("LoggingConfiguration") {
        let arn = body["LoggingConfiguration"]["ResourceArn"]
            .as_str()
            .or(body["ResourceArn"].as_str());
        return arn.map(|arn| format!("{}/logging", web_acl_of(arn)));
    }
    let kind = ["WebACL", "IPSet", "RegexPatternSet", "RuleGroup"]
        .into_iter()
        .find(|kind| call.operation.contains(kind));
    let kind = match kind {
        Some("WebACL") => "web-acl",
        Some("IPSet") => "ip-set",
        Some("RegexPatternSet") => "regex-pattern-set",
        Some(_) => "rule-group",
        None => return body["ResourceARN"].as_str().map(web_acl_of),
    };
    let made = answer.map(Answer::as_json).unwrap_or_default();
    let id = made["Summary"]["Id"].as_str().or(body["Id"].as_str())?;
    Some(format!("{kind}/{id}"))
}

/// `…:global/webacl/name/id` as the object path of that web ACL.
fn web_acl_of(arn: &str) -> String {
    format!("web-acl/{}", arn.rsplit('/').next().unwrap_or_default())
}

fn secret(call: &Call, request: &Incoming) -> Option<String> {
    let body = request.json();
    let name = if call.operation == "CreateSecret" {
        body["Name"].as_str()?
    } else {
        secret_name(body["SecretId"].as_str()?)
    };
    Some(format!("secret/{name}"))
}

/// A rule of EventBridge, or its targets.
fn rule(call: &Call, request: &Incoming) -> Option<String> {
    let body = request.json();
    let name = text_of(&body, "Rule").or_else(|| text_of(&body, "Name"))?;
    Some(match call.operation.as_str() {
        "PutTargets" | "RemoveTargets" => format!("rule/{name}/targets"),
        _ => format!("rule/{name}"),
    })
}

fn schedule(call: &Call) -> Option<String> {
    let kind = match call.operation.contains("Group") {
        true => "schedule-group",
        false => "schedule",
    };
    Some(call.label("Name"))
        .filter(|name| !name.is_empty())
        .map(|name| format!("{kind}/{name}"))
}

/// The name in a secret's ARN, which AWS follows by a dash and six characters; or the name itself.
pub(crate) fn secret_name(reference: &str) -> &str {
    match reference.split_once(":secret:") {
        Some((_, rest)) => rest
            .len()
            .checked_sub(7)
            .and_then(|end| rest.get(..end))
            .unwrap_or(rest),
        None => reference,
    }
}

/// Services the proxy adds nothing to: the first member with a name that identifies.
fn by_common_names(request: &Incoming, answer: Option<&Answer>) -> Option<String> {
    const NAMES: &[(&str, &str)] = &[
        ("logGroupName", "log-group"),
        ("CertificateArn", "certificate"),
        ("QueueUrl", "queue"),
        ("QueueName", "queue"),
        ("TableName", "table"),
        ("TopicArn", "topic"),
        ("UserPoolId", "user-pool"),
        ("KeyId", "key"),
        ("Name", "name"),
    ];
    let asked = request.json();
    let given = answer.map(Answer::as_json).unwrap_or_default();
    let form: Vec<(String, String)> = query_pairs(request.text()).collect();
    NAMES.iter().find_map(|(member, kind)| {
        let of_form = || {
            form.iter()
                .find(|(key, _)| key == member)
                .map(|(_, value)| value.clone())
        };
        let value = text_of(&asked, member)
            .or_else(|| text_of(&given, member))
            .or_else(of_form)?;
        let short = decode(value.rsplit(['/', ':']).next().unwrap_or(&value));
        let whole = *kind == "log-group" || *kind == "name";
        Some(format!("{kind}/{}", if whole { value } else { short }))
    })
}

fn text_of(value: &Value, member: &str) -> Option<String> {
    value[member].as_str().map(str::to_owned)
}

fn text(value: &Value, member: &str) -> String {
    text_of(value, member).unwrap_or_default()
}
