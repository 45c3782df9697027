//! Web ACLs, roles, Lambda functions, secrets and buckets.

use std::collections::{BTreeMap, BTreeSet};

use zt_aws::iam::RoleConfig;
use zt_aws::lambda::LambdaConfig;
use zt_aws::wafv2::{Action, CustomAnswer, DefaultAction, Part, Position, Reading, Rule, Statement, WebAclConfig};
use zt_aws::{ErrorKind, Secret};

use crate::{MINUTE, account, tags};

#[tokio::test]
async fn a_web_acl_reads_back_as_it_was_written() {
    let Some(aws) = account(9).await else { return };
    let waf = aws.wafv2();
    let auth = Statement::Text {
        part: Part::Path,
        text: "/oauth2/".to_owned(),
        position: Position::Start,
        reading: Reading::Folded,
    };
    let too_many = CustomAnswer {
        status: 429,
        body: None,
    };
    let rule = |name: &str, priority, statement, action| Rule {
        name: name.to_owned(),
        priority,
        statement,
        action,
        labels: vec![],
    };
    let managed = Statement::Managed {
        vendor: "AWS".to_owned(),
        name: "AWSManagedRulesCommonRuleSet".to_owned(),
        version: None,
        overrides: BTreeMap::new(),
        bot_control: None,
        scope: None,
    };
    let config = WebAclConfig {
        name: "zt-main-members".to_owned(),
        description: "zt application=members".to_owned(),
        default_action: DefaultAction::Allow,
        rules: vec![
            rule(
                "rate-auth",
                0,
                Statement::Rate {
                    limit: 100,
                    window_seconds: 60,
                    scope: Some(Box::new(auth)),
                },
                Action::Block(Some(too_many)),
            ),
            rule(
                "geo",
                1,
                Statement::Countries(BTreeSet::from(["KP".to_owned()])),
                Action::Block(None),
            ),
            rule("common", 2, managed, Action::Group),
        ],
        bodies: BTreeMap::new(),
    };
    waf.check_capacity(&config).await.unwrap();
    let (id, arn) = waf.create_web_acl(&config, &tags()).await.unwrap();
    assert_eq!(
        waf.create_web_acl(&config, &tags()).await.unwrap_err().kind(),
        ErrorKind::Exists
    );
    assert_eq!(
        waf.find_web_acl("zt-main-members").await.unwrap(),
        Some((id.clone(), arn.clone()))
    );
    assert_eq!(waf.tags(&arn).await.unwrap(), tags());
    let read = waf.web_acl("zt-main-members", &id).await.unwrap();
    assert_eq!(read.config, config);

    let fewer = WebAclConfig {
        rules: vec![],
        ..config
    };
    let next = waf.update_web_acl(&id, &read.lock_token, &fewer).await.unwrap();
    let stale = waf.update_web_acl(&id, &read.lock_token, &fewer).await.unwrap_err();
    assert!(stale.is_conflict(), "{stale:?}");
    waf.delete_web_acl("zt-main-members", &id, &next).await.unwrap();
    assert!(waf.web_acl("zt-main-members", &id).await.unwrap_err().is_not_found());
}

/// The smallest zip with one stored file, written by hand (APPNOTE.TXT 4.3) so that no crate of ours is needed.
fn zip(text: &str) -> Vec<u8> {
    let crc = text.bytes().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        })
    });
    let (name, length) = (b"index.mjs", u32::try_from(text.len()).unwrap());
    let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
    for number in [!crc, length, length] {
        common.extend(number.to_le_bytes());
    }
    common.extend([9, 0, 0, 0]);
    let mut out = b"PK\x03\x04".to_vec();
    out.extend(&common);
    out.extend(name);
    out.extend(text.bytes());
    let directory = u32::try_from(out.len()).unwrap();
    out.extend(b"PK\x01\x02\x14\x00");
    out.extend(&common);
    out.extend([0; 14]);
    out.extend(name);
    let size = u32::try_from(out.len()).unwrap() - directory;
    out.extend(b"PK\x05\x06\0\0\0\0\x01\x00\x01\x00");
    out.extend(size.to_le_bytes());
    out.extend(directory.to_le_bytes());
    out.extend([0, 0]);
    out
}

#[tokio::test]
async fn a_role_and_a_lambda_live_and_die() {
    let Some(aws) = account(10).await else { return };
    let (iam, lambda) = (aws.iam(), aws.lambda());
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com","edgelambda.amazonaws.com"]},"Action":"sts:AssumeRole"}]}"#;
    let config = RoleConfig {
        name: "zt-auth".to_owned(),
        description: "d".to_owned(),
        trust: trust.to_owned(),
        boundary: None,
    };
    let role = iam.create_role(&config, &tags()).await.unwrap();
    assert_eq!(
        iam.create_role(&config, &tags()).await.unwrap_err().kind(),
        ErrorKind::Exists
    );
    let read = iam.role("zt-auth").await.unwrap();
    assert_eq!((read.tags, read.trust.as_str()), (tags(), trust));
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    iam.put_role_policy("zt-auth", "p", policy).await.unwrap();
    assert_eq!(iam.role_policy("zt-auth", "p").await.unwrap(), policy);
    assert_eq!(iam.delete_role("zt-auth").await.unwrap_err().kind(), ErrorKind::InUse);

    let config = LambdaConfig {
        name: "zt-auth".to_owned(),
        description: "d".to_owned(),
        role: role.arn,
        runtime: "nodejs24.x".to_owned(),
        handler: "index.handler".to_owned(),
        memory: 128,
        timeout: 10,
    };
    let made = lambda
        .create_function(&config, &zip("export const handler = async () => 1;"), &tags())
        .await
        .unwrap();
    assert_eq!(made.config, config);
    let active = lambda.wait_active("zt-auth", None, MINUTE).await.unwrap();
    assert_eq!(lambda.tags(&made.arn).await.unwrap(), tags());
    let one = lambda.publish_version("zt-auth", &active.code_sha256).await.unwrap();
    assert_eq!(one.version, "1");
    let same = lambda.publish_version("zt-auth", &active.code_sha256).await.unwrap();
    assert_eq!(same.version, "1", "no change, no new version");

    let current = lambda.describe_function("zt-auth", None).await.unwrap();
    let code = zip("export const handler = async () => 2;");
    let updated = lambda.update_code("zt-auth", &current.revision, &code).await.unwrap();
    assert_ne!(updated.code_sha256, active.code_sha256);
    let stale = lambda
        .update_code("zt-auth", &current.revision, &code)
        .await
        .unwrap_err();
    assert!(stale.is_conflict(), "{stale:?}");
    lambda.wait_active("zt-auth", None, MINUTE).await.unwrap();
    lambda.publish_version("zt-auth", &updated.code_sha256).await.unwrap();
    let versions = lambda.versions("zt-auth").await.unwrap();
    assert_eq!(
        versions.iter().map(|it| it.version.as_str()).collect::<Vec<_>>(),
        ["1", "2"]
    );
    lambda.delete_function("zt-auth", Some("1")).await.unwrap();
    lambda.delete_function("zt-auth", None).await.unwrap();
    assert!(
        lambda
            .describe_function("zt-auth", None)
            .await
            .unwrap_err()
            .is_not_found()
    );

    iam.delete_role_policy("zt-auth", "p").await.unwrap();
    iam.delete_role("zt-auth").await.unwrap();
    assert!(iam.role("zt-auth").await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn a_secret_is_deleted_and_taken_back() {
    let Some(aws) = account(11).await else { return };
    let secrets = aws.secretsmanager();
    let name = "zt/main/pepper";
    let arn = secrets.create(name, "d", &Secret::new("one"), &tags()).await.unwrap();
    let again = secrets.create(name, "d", &Secret::new("x"), &tags()).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Exists);
    let version = secrets.put_value(&arn, &Secret::new("two")).await.unwrap();
    let value = secrets.value(name).await.unwrap();
    assert_eq!((value.value.expose(), value.version), ("two", version.clone()));
    let found = secrets.describe(name).await.unwrap();
    assert_eq!(
        (found.arn.as_str(), found.tags, found.deleted),
        (arn.as_str(), tags(), false)
    );
    assert_eq!(found.current_version, Some(version));

    secrets.delete(name, 7).await.unwrap();
    assert!(secrets.describe(name).await.unwrap().deleted);
    assert_eq!(
        secrets
            .create(name, "d", &Secret::new("x"), &tags())
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::Exists
    );
    secrets.restore(name).await.unwrap();
    assert_eq!(secrets.value(name).await.unwrap().value.expose(), "two");
    secrets.delete(name, 0).await.unwrap();
    assert!(secrets.describe(name).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn an_absent_bucket_is_not_found() {
    let Some(aws) = account(12).await else { return };
    let s3 = aws.s3("us-east-1");
    let error = s3.bucket_policy("zt-no-such-bucket").await.unwrap_err();
    assert!(error.is_not_found(), "{error:?}");
}
