//! How a connection comes about, and what the user reads when it does not.

use std::io::Write as _;

use super::{Aws, ConnectError};
use crate::Secret;
use crate::config::{Endpoints, Settings};
use crate::testing::{Answer, answer, canned, canned_with, json_error, settings, xml_error};

fn caller(account: &str) -> Answer {
    answer(
        200,
        format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult>\
             <Arn>arn:aws-us-gov:iam::{account}:user/u</Arn><UserId>u</UserId><Account>{account}</Account>\
             </GetCallerIdentityResult></GetCallerIdentityResponse>"
        ),
    )
}

fn asking() -> Settings {
    Settings {
        skip_credentials_validation: false,
        skip_requesting_account_id: false,
        ..settings()
    }
}

async fn refusal(settings: Settings, answers: Vec<Answer>) -> (ConnectError, String, String) {
    let error = canned_with(settings, answers).await.map(|_| ()).unwrap_err();
    let words = error.explain();
    (error, words.summary, words.detail)
}

#[tokio::test]
async fn the_account_is_asked_for_once() {
    let canned = canned_with(asking(), [caller("111122223333")]).await.unwrap();
    assert_eq!(canned.aws.account_id(), Some("111122223333"));
    assert_eq!(canned.aws.partition().as_str(), "aws-us-gov");
    assert_eq!(canned.lines(), ["POST http://aws.invalid/"]);
}

#[tokio::test]
async fn nobody_is_asked_when_both_skips_are_set() {
    let canned = canned([]).await;
    assert_eq!(canned.aws.account_id(), None);
    assert_eq!(canned.aws.region(), "eu-central-1");
    assert!(canned.lines().is_empty());
}

#[tokio::test]
async fn accounts_can_be_allowed_and_forbidden() {
    for (allowed, forbidden, refused_by) in [
        (vec!["111122223333"], vec![], None),
        (vec!["444455556666"], vec![], Some("allowed_account_ids")),
        (vec![], vec!["111122223333"], Some("forbidden_account_ids")),
    ] {
        let settings = Settings {
            allowed_account_ids: allowed.iter().map(|it| (*it).to_owned()).collect(),
            forbidden_account_ids: forbidden.iter().map(|it| (*it).to_owned()).collect(),
            ..settings()
        };
        let outcome = canned_with(settings, [caller("111122223333")]).await;
        match (outcome, refused_by) {
            (Ok(_), None) => {}
            (Err(ConnectError::Account { setting, .. }), Some(expected)) => {
                assert_eq!(setting, expected);
            }
            (outcome, expected) => panic!("{expected:?}: {:?}", outcome.map(|_| ()).err()),
        }
    }
}

#[tokio::test]
async fn rejected_credentials_are_one_message_with_advice() {
    let answers = vec![xml_error(
        403,
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
    )];
    let (error, summary, detail) = refusal(asking(), answers).await;
    assert!(matches!(error, ConnectError::Rejected(_)));
    assert!(summary.contains("does not accept the credentials"), "{summary}");
    assert!(detail.contains("expired") && detail.contains("req-1"), "{detail}");
}

#[tokio::test]
async fn half_a_pair_of_credentials_names_the_other_half() {
    let settings = Settings {
        secret_key: None,
        ..asking()
    };
    let (error, summary, _) = refusal(settings, vec![]).await;
    assert!(matches!(
        error,
        ConnectError::Setting {
            setting: "secret_key",
            ..
        }
    ));
    assert!(summary.contains("secret_key"));
}

#[tokio::test]
async fn a_profile_that_does_not_exist_is_missing_credentials() {
    let settings = Settings {
        access_key: None,
        secret_key: None,
        profile: Some("nobody".to_owned()),
        ..asking()
    };
    // The chain may ask the metadata service; it gets no credentials there either.
    let nothing = (0..40).map(|_| answer(404, "")).collect();
    let (error, summary, detail) = refusal(settings, nothing).await;
    assert!(matches!(error, ConnectError::NoCredentials { .. }), "{error:?}");
    assert_eq!(summary, "No credentials for AWS");
    assert!(detail.contains("AWS_PROFILE"), "{detail}");
}

#[tokio::test]
async fn roles_are_assumed_one_after_the_other() {
    let assumed = |key: &str| {
        answer(
            200,
            format!(
                "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>A:s</AssumedRoleId>\
                 <Arn>arn:aws:sts::1:assumed-role/r/s</Arn></AssumedRoleUser><Credentials>\
                 <AccessKeyId>{key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                 <SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>\
                 </AssumeRoleResult></AssumeRoleResponse>"
            ),
        )
    };
    let role = |arn: &str| crate::config::AssumeRole {
        role_arn: arn.to_owned(),
        external_id: Some("outside".to_owned()),
        ..Default::default()
    };
    let settings = Settings {
        assume_role: vec![role("arn:aws:iam::1:role/one"), role("arn:aws:iam::2:role/two")],
        ..asking()
    };
    let answers = [assumed("ASIAONE"), assumed("ASIATWO"), caller("222222222222")];
    let canned = canned_with(settings, answers).await.unwrap();
    let sent = canned.sent();
    let asked: Vec<_> = sent.iter().map(|it| it.body.as_str()).collect();
    assert!(
        asked[0].contains("role%2Fone") && asked[0].contains("ExternalId=outside"),
        "{asked:?}"
    );
    assert!(asked[1].contains("role%2Ftwo"), "{asked:?}");
    let signed_by = |index: usize| sent[index].header("authorization").unwrap().to_owned();
    assert!(signed_by(0).contains("AKIDEXAMPLE"));
    assert!(signed_by(1).contains("ASIAONE"));
    assert!(signed_by(2).contains("ASIATWO"));
}

#[tokio::test]
async fn a_certificate_bundle_that_cannot_be_read_is_named() {
    let settings = Settings {
        custom_ca_bundle: Some("/nonexistent/ca.pem".to_owned()),
        ..settings()
    };
    let error = Aws::connect(settings).await.map(|_| ()).unwrap_err();
    let words = error.explain();
    assert!(words.summary.contains("custom_ca_bundle"));
    assert!(words.detail.contains("/nonexistent/ca.pem"));
}

#[tokio::test]
async fn a_shared_file_that_does_not_exist_is_named() {
    let settings = Settings {
        shared_config_files: vec!["/nonexistent/config".to_owned()],
        ..settings()
    };
    let (_, summary, detail) = refusal(settings, vec![]).await;
    assert!(summary.contains("shared_config_files") && detail.contains("/nonexistent/config"));
}

#[tokio::test]
async fn a_role_that_cannot_be_assumed_is_one_message() {
    let settings = Settings {
        assume_role: vec![crate::config::AssumeRole {
            role_arn: "arn:aws:iam::1:role/one".to_owned(),
            ..Default::default()
        }],
        ..asking()
    };
    let answers = vec![xml_error(
        403,
        "AccessDenied",
        "not authorized to perform: sts:AssumeRole",
    )];
    let (_, summary, detail) = refusal(settings, answers).await;
    assert!(
        summary.starts_with("Credentials for AWS could not be validated"),
        "{summary}"
    );
    assert!(detail.contains("sts:AssumeRole"), "{detail}");
}

#[tokio::test]
async fn a_services_endpoint_can_come_from_the_shared_files() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(
        b"[default]\nservices = local\nendpoint_url = http://general.invalid\n\
          [services local]\ncloudfront_keyvaluestore =\n  endpoint_url = http://127.0.0.1:9\n",
    )
    .unwrap();
    let settings = Settings {
        shared_config_files: vec![file.path().display().to_string()],
        endpoints: Endpoints::default(),
        ..settings()
    };
    let answers = [
        json_error(404, "ResourceNotFoundException", "no"),
        xml_error(404, "EntityNotFound", "no"),
    ];
    let canned = canned_with(settings, answers).await.unwrap();
    let arn = "arn:aws:cloudfront::111122223333:key-value-store/1";
    canned.aws.keyvalue(arn).describe().await.unwrap_err();
    canned.aws.cloudfront().describe_store("main").await.unwrap_err();
    let lines = canned.lines();
    assert!(
        lines[0].starts_with("GET http://127.0.0.1:9/key-value-stores/"),
        "{lines:?}"
    );
    assert!(
        lines[1].starts_with("GET http://general.invalid/2020-05-31/"),
        "{lines:?}"
    );
}

/// One service whose endpoint nobody can replace would reach AWS from a test, or not at all from a closed network.
#[tokio::test]
async fn every_service_is_called_at_the_endpoint_of_the_settings() {
    let own = |name: &str| Some(format!("http://{name}.invalid"));
    let settings = Settings {
        endpoints: Endpoints {
            cloudfront: own("cloudfront"),
            cloudfront_keyvaluestore: own("keyvalue"),
            events: own("events"),
            iam: own("iam"),
            lambda: own("lambda"),
            logs: own("logs"),
            s3: own("s3"),
            secretsmanager: own("secretsmanager"),
            sqs: own("sqs"),
            sts: own("sts"),
            wafv2: own("wafv2"),
        },
        ..settings()
    };
    let refused = || answer(403, "");
    let canned = canned_with(settings, (0..12).map(|_| refused())).await.unwrap();
    let aws = &canned.aws;
    let arn = "arn:aws:cloudfront::111122223333:key-value-store/1";
    aws.cloudfront().describe_store("main").await.unwrap_err();
    aws.keyvalue(arn).describe().await.unwrap_err();
    aws.events("eu-west-3").rule("r").await.unwrap_err();
    aws.iam().role("r").await.unwrap_err();
    aws.lambda().describe_function("f", None).await.unwrap_err();
    aws.lambda_in("eu-west-3")
        .describe_function("f", None)
        .await
        .unwrap_err();
    aws.logs("eu-west-3").group("g").await.unwrap_err();
    aws.s3("eu-west-3").bucket_policy("b").await.unwrap_err();
    aws.secretsmanager().describe("s").await.unwrap_err();
    aws.sqs("eu-west-3").find("q").await.unwrap_err();
    aws.sts().caller_identity().await.unwrap_err();
    aws.wafv2().web_acl("w", "1").await.unwrap_err();
    let host = |line: String| {
        let after = line.split("://").nth(1).unwrap_or_default().to_owned();
        after.split('.').next().unwrap_or_default().to_owned()
    };
    let hosts: Vec<String> = canned.lines().into_iter().map(host).collect();
    assert_eq!(
        hosts,
        [
            "cloudfront",
            "keyvalue",
            "events",
            "iam",
            "lambda",
            "lambda",
            "logs",
            "s3",
            "secretsmanager",
            "sqs",
            "sts",
            "wafv2"
        ]
    );
    assert_eq!(aws.sqs_endpoint(), own("sqs"));
}

#[tokio::test]
async fn services_of_the_edge_are_called_in_us_east_1_whatever_the_region() {
    let region = |signature: &str| signature.split('/').nth(2).unwrap().to_owned();
    let answers = [
        xml_error(404, "NoSuchEntity", "no"),
        json_error(404, "ResourceNotFoundException", "no"),
        json_error(400, "ResourceNotFoundException", "no"),
        json_error(400, "WAFNonexistentItemException", "no"),
        answer(404, "<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>"),
        caller("111122223333"),
    ];
    let canned = canned(answers).await;
    let aws = &canned.aws;
    aws.iam().role("r").await.unwrap_err();
    aws.lambda().describe_function("f", None).await.unwrap_err();
    aws.secretsmanager().describe("s").await.unwrap_err();
    aws.wafv2().web_acl("w", "1").await.unwrap_err();
    aws.s3("eu-west-3").bucket_policy("b").await.unwrap_err();
    aws.sts().caller_identity().await.unwrap();
    let regions: Vec<_> = canned
        .sent()
        .iter()
        .map(|sent| region(sent.header("authorization").unwrap()))
        .collect();
    assert_eq!(
        regions,
        [
            "us-east-1",
            "us-east-1",
            "us-east-1",
            "us-east-1",
            "eu-west-3",
            "eu-central-1"
        ]
    );
}

#[test]
fn secrets_of_the_settings_are_not_printed() {
    let settings = Settings {
        secret_key: Some(Secret::new("canary-key")),
        token: Some(Secret::new("canary-token")),
        ..Settings::default()
    };
    assert!(!format!("{settings:?}").contains("canary"));
}
