//! The policy of a configuration, judged as IAM reads it. That its actions are the right ones is the acceptance lane's to show.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use zt_framework::Value;

use super::document::{LIMIT, Place};
use super::filled;

fn place() -> Place {
    Place {
        partition: "aws".to_owned(),
        account: "111122223333".to_owned(),
        region: "eu-central-1".to_owned(),
    }
}

fn application(name: &str) -> Value {
    Value::object([("session_store", "main".into()), ("name", name.into())])
}

fn policy(config: Value) -> (Value, Vec<Json>) {
    let read = filled(config, &place());
    let document: Json = serde_json::from_str(read.get("json").as_str().unwrap()).unwrap();
    assert_eq!(document["Version"], "2012-10-17");
    let statements = document["Statement"].as_array().unwrap().clone();
    (read, statements)
}

fn whole() -> Value {
    let application = application("members")
        .with("managed_buckets", vec!["files"])
        .with("client_secret_wo", true)
        .with("assertion", true)
        .with("federation", true)
        .with("service_tokens", true);
    Value::object([
        ("session_stores", vec!["main"].into()),
        ("revocation_stores", vec!["main"].into()),
        ("applications", Value::list([application])),
    ])
}

/// Resources on which an action is allowed.
fn resources(statements: &[Json], action: &str) -> Vec<String> {
    let allows = |statement: &&Json| statement["Action"].as_array().unwrap().iter().any(|one| one == action);
    let of = |statement: &Json| statement["Resource"].as_array().unwrap().clone();
    statements
        .iter()
        .filter(allows)
        .flat_map(of)
        .map(|resource| resource.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_is_not_configured_is_not_allowed() {
    let (read, _) = policy(Value::object([("revocation_stores", vec!["main"].into())]));
    let expected = [
        "cloudfront-keyvaluestore:DescribeKeyValueStore",
        "cloudfront-keyvaluestore:GetKey",
        "cloudfront-keyvaluestore:ListKeys",
        "cloudfront-keyvaluestore:UpdateKeys",
        "secretsmanager:GetSecretValue",
    ];
    assert_eq!(read.get("actions"), &Value::list(expected));
    let (read, statements) = policy(Value::object([("applications", Value::list([application("members")]))]));
    for action in [
        "s3:PutBucketPolicy",
        "cloudfront:CreateOriginAccessControl",
        "sqs:CreateQueue",
    ] {
        assert!(!read.get("actions").elements().contains(&action.into()), "{action}");
    }
    let values = resources(&statements, "secretsmanager:GetSecretValue");
    assert!(
        values
            .iter()
            .all(|one| !one.contains("client-secret") && !one.contains("assertion")),
        "{values:?}"
    );
}

#[test]
fn an_application_without_a_distribution_may_change_none_and_its_guard_only_reads() {
    let attached = application("members").with("attached", true).with("guarded", true);
    let (read, statements) = policy(Value::object([("applications", Value::list([attached]))]));
    let actions = read.get("actions").elements();
    for action in [
        "cloudfront:CreateDistribution",
        "cloudfront:UpdateDistribution",
        "cloudfront:DeleteDistribution",
        "cloudfront:CreateResponseHeadersPolicy",
        "wafv2:CreateWebACL",
    ] {
        assert!(!actions.contains(&action.into()), "{action}");
    }
    for action in ["GetDistribution", "GetCachePolicy", "GetRealtimeLogConfig"] {
        let on = resources(&statements, &format!("cloudfront:{action}"));
        assert_eq!(on.len(), 1, "{action}: {on:?}");
    }
    assert!(actions.contains(&"cloudfront:ListDistributions".into()));
}

#[test]
fn names_stand_in_the_resources_of_what_they_name() {
    let (_, statements) = policy(whole());
    for (action, resource) in [
        ("s3:PutBucketPolicy", "arn:aws:s3:::files"),
        (
            "sqs:CreateQueue",
            "arn:aws:sqs:eu-central-1:111122223333:zt-main-revocations.fifo",
        ),
        ("iam:PassRole", "arn:aws:iam::111122223333:role/zt-main--members-auth"),
        (
            "lambda:CreateFunction",
            "arn:aws:lambda:us-east-1:111122223333:function:zt-main--members-auth",
        ),
        (
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:us-east-1:111122223333:secret:zt/main/members/keys-??????",
        ),
    ] {
        assert!(
            resources(&statements, action).contains(&resource.to_owned()),
            "{action} {resource}"
        );
    }
}

/// An import looks its store up by name; a token is a key of it.
#[test]
fn service_tokens_come_with_their_store() {
    let stores = "arn:aws:cloudfront::111122223333:key-value-store/*".to_owned();
    let (_, without) = policy(Value::object([("applications", Value::list([application("members")]))]));
    assert!(!resources(&without, "cloudfront:DescribeKeyValueStore").contains(&stores));
    let tokens = application("members").with("service_tokens", true);
    let (_, statements) = policy(Value::object([("applications", Value::list([tokens]))]));
    for action in [
        "cloudfront:DescribeKeyValueStore",
        "cloudfront-keyvaluestore:DescribeKeyValueStore",
        "cloudfront-keyvaluestore:GetKey",
        "cloudfront-keyvaluestore:UpdateKeys",
    ] {
        assert!(resources(&statements, action).contains(&stores), "{action}");
    }
}

#[test]
fn no_statement_is_wider_than_it_has_to_be() {
    let (_, statements) = policy(whole());
    for statement in &statements {
        assert_eq!(statement["Effect"], "Allow");
        let actions: Vec<&str> = statement["Action"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Json::as_str)
            .collect();
        for action in &actions {
            let (service, name) = action.split_once(':').unwrap();
            assert!(!service.contains('*') && name != "*", "{action}");
            assert!(
                !name.contains('*') || name.ends_with("Replication*"),
                "{action} is a pattern"
            );
        }
        let passes = actions.contains(&"iam:PassRole") || actions.contains(&"iam:CreateServiceLinkedRole");
        assert_eq!(statement.get("Condition").is_some(), passes, "{statement}");
        if statement["Resource"] == serde_json::json!(["*"]) {
            for action in actions {
                let name = action.split_once(':').unwrap().1;
                assert!(
                    name.starts_with("List")
                        || name.starts_with("Describe")
                        || name.starts_with("Create")
                        || [
                            "CheckCapacity",
                            "GetEventSourceMapping",
                            "GetOutboundWebIdentityFederationInfo"
                        ]
                        .contains(&name),
                    "{action} stands on everything"
                );
            }
        }
    }
}

#[test]
fn documents_fit_into_managed_policies_and_hold_every_statement() {
    let many: Vec<Value> = (0..12).map(|index| application(&format!("app{index}"))).collect();
    let (read, statements) = policy(whole().with("applications", Value::list(many)));
    let documents: Vec<Json> = read
        .get("documents")
        .elements()
        .iter()
        .map(|text| {
            let text = text.as_str().unwrap();
            assert!(text.len() <= LIMIT, "{}", text.len());
            serde_json::from_str(text).unwrap()
        })
        .collect();
    assert!(documents.len() > 1);
    let all: Vec<Json> = documents
        .iter()
        .flat_map(|one| one["Statement"].as_array().unwrap().clone())
        .collect();
    let pairs = |statements: &[Json]| -> BTreeSet<(String, String)> {
        let texts = |value: &Json| -> Vec<String> {
            let values = value.as_array().unwrap();
            values.iter().map(|one| one.as_str().unwrap().to_owned()).collect()
        };
        let of = |one: &Json| {
            let (actions, resources) = (texts(&one["Action"]), texts(&one["Resource"]));
            let each = move |action: String| resources.clone().into_iter().map(move |one| (action.clone(), one));
            actions.into_iter().flat_map(each).collect::<Vec<_>>()
        };
        statements.iter().flat_map(of).collect()
    };
    assert_eq!(pairs(&all), pairs(&statements));
}
