//! The gateway against a third party's AWS (plain ministack): evidence that our calls and wire formats are not only right
//! in our own eyes. The lane sets `ZT_TEST_AWS_ENDPOINT`; without it these tests say that they did not run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use zt_aws::cloudfront::*;
use zt_aws::config::Endpoints;
use zt_aws::iam::RoleConfig;
use zt_aws::keyvalue::Pair;
use zt_aws::keyvalue::edit::{Change, Current, Outcome};
use zt_aws::lambda::LambdaConfig;
use zt_aws::wafv2::{Action, DefaultAction, PathPosition, Rule, Statement, WebAclConfig};
use zt_aws::{Aws, ErrorKind, Secret, Settings, Tags};

const ENDPOINT: &str = "ZT_TEST_AWS_ENDPOINT";
const MINUTE: Duration = Duration::from_secs(60);

/// A connection to an account of its own: ministack takes an access key of twelve digits for an account.
async fn account(number: u32) -> Option<Aws> {
    let account = format!("{:06}{number:06}", std::process::id() % 1_000_000);
    connection(account).await
}

/// A connection to the account of everybody. ministack does not see accounts in the signature of the KeyValueStore.
async fn shared_account() -> Option<Aws> {
    connection("test".to_owned()).await
}

async fn connection(access_key: String) -> Option<Aws> {
    let Some(endpoint) = std::env::var(ENDPOINT).ok().filter(|it| !it.is_empty()) else {
        eprintln!("not run: {ENDPOINT} is not set");
        return None;
    };
    let here = Some(endpoint);
    let settings = Settings {
        region: Some("eu-central-1".to_owned()),
        access_key: Some(access_key),
        secret_key: Some(Secret::new("test")),
        endpoints: Endpoints {
            cloudfront: here.clone(),
            cloudfront_keyvaluestore: here.clone(),
            iam: here.clone(),
            lambda: here.clone(),
            s3: here.clone(),
            secretsmanager: here.clone(),
            sts: here.clone(),
            wafv2: here,
        },
        max_retries: Some(3),
        ..Settings::default()
    };
    Some(Aws::connect(settings).await.expect("connects"))
}

fn tags() -> Tags {
    Tags::from([
        ("zt:store".to_owned(), "main".to_owned()),
        ("zt:state".to_owned(), "creating".to_owned()),
    ])
}

async fn ready_store(aws: &Aws) -> Store {
    named_store(aws, "zt-main").await
}

async fn named_store(aws: &Aws, name: &str) -> Store {
    let cloudfront = aws.cloudfront();
    cloudfront.create_store(name, "c", &tags()).await.unwrap();
    cloudfront.wait_store_ready(name, MINUTE).await.unwrap()
}

/// A store of its own in the account of everybody, with its keys and values.
async fn shared_store(aspect: &str) -> Option<(Aws, Store)> {
    let aws = shared_account().await?;
    let store = named_store(&aws, &format!("zt-{aspect}-{}", std::process::id())).await;
    Some((aws, store))
}

async fn drop_store(aws: &Aws, store: &Store) {
    let current = aws.cloudfront().describe_store(&store.name).await.unwrap();
    aws.cloudfront().delete_store(&store.name, &current.etag).await.unwrap();
}

#[tokio::test]
async fn the_account_is_that_of_the_credentials() {
    let Some(aws) = account(1).await else { return };
    let expected = format!("{:06}000001", std::process::id() % 1_000_000);
    assert_eq!(aws.account_id(), Some(expected.as_str()));
}

#[tokio::test]
async fn a_store_lives_and_dies() {
    let Some(aws) = account(2).await else { return };
    let cloudfront = aws.cloudfront();
    let store = ready_store(&aws).await;
    let again = cloudfront.create_store("zt-main", "c", &tags()).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Exists);
    assert_eq!(cloudfront.tags(&store.arn).await.unwrap(), tags());

    let live = Tags::from([("zt:store".to_owned(), "main".to_owned())]);
    cloudfront.set_tags(&store.arn, &tags(), &live).await.unwrap();
    assert_eq!(cloudfront.tags(&store.arn).await.unwrap(), live);

    let updated = cloudfront.update_store("zt-main", &store.etag, "new").await.unwrap();
    assert_eq!(updated.comment, "new");
    let stale = cloudfront
        .update_store("zt-main", &store.etag, "stale")
        .await
        .unwrap_err();
    assert!(stale.is_conflict(), "{stale:?}");

    assert_eq!(cloudfront.list_stores().await.unwrap().len(), 1);
    let current = cloudfront.describe_store("zt-main").await.unwrap();
    cloudfront.delete_store("zt-main", &current.etag).await.unwrap();
    assert!(cloudfront.describe_store("zt-main").await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn keys_are_read_written_and_listed() {
    let Some((aws, store)) = shared_store("keys").await else {
        return;
    };
    let keyvalue = aws.keyvalue(&store.arn);
    assert_eq!(keyvalue.get("p:--").await.unwrap(), None);

    let pairs: Vec<Pair> = (0..50)
        .map(|number| Pair {
            key: format!("p:{number:02}"),
            value: format!("v {number}/é"),
        })
        .collect();
    let before = keyvalue.describe().await.unwrap();
    assert!(before.aws_time.is_some());
    let written = keyvalue.update(&before.etag, &pairs, &[]).await.unwrap();
    assert_eq!(written.items, 50);
    let stale = keyvalue.update(&before.etag, &pairs, &[]).await.unwrap_err();
    assert!(stale.is_conflict(), "{stale:?}");

    assert_eq!(keyvalue.get("p:07").await.unwrap().as_deref(), Some("v 7/é"));
    let deleted = keyvalue.update(&written.etag, &[], &["p:07".to_owned()]).await.unwrap();
    assert_eq!(deleted.items, 49);
    let mut listed = keyvalue.list().await.unwrap();
    listed.sort_by(|one, other| one.key.cmp(&other.key));
    assert_eq!(listed.len(), 49);
    assert_eq!(listed[0].value, "v 0/é");

    let nowhere = aws.keyvalue("arn:aws:cloudfront::000000000000:key-value-store/none");
    assert!(nowhere.describe().await.unwrap_err().is_not_found());
    drop_store(&aws, &store).await;
}

/// Several writers add to the same pages at once; nobody's entry may be lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn racing_writers_lose_nothing() {
    let Some((aws, store)) = shared_store("race").await else {
        return;
    };
    let arn = store.arn.clone();
    let keys: Vec<String> = (0..5).map(|number| format!("p:{number}")).collect();
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (store, keys) = (aws.keyvalue(&arn), keys.clone());
            tokio::spawn(async move {
                for round in 0..3 {
                    let entry = format!("[{writer}.{round}]");
                    let mut add = |current: Current<'_>| -> Result<Change, String> {
                        Ok(Change::Put(format!("{}{entry}", current.value.unwrap_or_default())))
                    };
                    let report = store.edit(keys.clone(), &mut add, MINUTE).await;
                    assert!(
                        report.outcomes.values().all(|it| matches!(it, Outcome::Done)),
                        "{report:?}"
                    );
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for pair in aws.keyvalue(&arn).list().await.unwrap() {
        let entries: BTreeSet<_> = pair.value.split_inclusive(']').collect();
        assert_eq!(entries.len(), 12, "{}: {}", pair.key, pair.value);
        assert_eq!(pair.value.len(), 12 * 5, "an entry is there twice: {}", pair.value);
    }
    drop_store(&aws, &store).await;
}

#[tokio::test]
async fn a_new_store_takes_all_its_pages_in_82_writes() {
    let Some((aws, store)) = shared_store("pages").await else {
        return;
    };
    let keyvalue = aws.keyvalue(&store.arn);
    let keys: Vec<String> = (0..4_096).map(|number| format!("p:{number:04}")).collect();
    let mut empty = |_: Current<'_>| -> Result<Change, String> { Ok(Change::Put("1000000".to_owned())) };
    let report = keyvalue.edit(keys, &mut empty, MINUTE).await;
    assert_eq!(report.writes, 82);
    assert!(report.outcomes.values().all(|it| matches!(it, Outcome::Done)));
    assert_eq!(keyvalue.describe().await.unwrap().items, 4_096);
    assert_eq!(keyvalue.list().await.unwrap().len(), 4_096);
    drop_store(&aws, &store).await;
}

#[tokio::test]
async fn a_function_is_developed_published_and_deleted() {
    let Some(aws) = account(6).await else { return };
    let cloudfront = aws.cloudfront();
    let store = ready_store(&aws).await;
    let config = |comment: &str| FunctionConfig {
        comment: comment.to_owned(),
        store_arn: Some(store.arn.clone()),
    };
    let made = cloudfront
        .create_function(
            "zt-f",
            &config("one"),
            b"function handler(e){return e.request}",
            &tags(),
        )
        .await
        .unwrap();
    let live = cloudfront.describe_function("zt-f", Stage::Live).await.unwrap_err();
    assert!(live.is_not_found());
    cloudfront.publish_function("zt-f", &made.etag).await.unwrap();

    let before = cloudfront.describe_function("zt-f", Stage::Development).await.unwrap();
    let code = b"function handler(e){return {statusCode: 403}}";
    let updated = cloudfront
        .update_function("zt-f", &before.etag, &config("two"), code)
        .await
        .unwrap();
    assert_ne!(updated.etag, before.etag, "an update yields the next version");
    assert_eq!(updated.config, config("two"));
    let stale = cloudfront
        .update_function("zt-f", &before.etag, &config("x"), b"x")
        .await
        .unwrap_err();
    assert!(stale.is_conflict(), "{stale:?}");
    assert_ne!(cloudfront.function_code("zt-f", Stage::Live).await.unwrap(), code);
    cloudfront.publish_function("zt-f", &updated.etag).await.unwrap();
    assert_eq!(cloudfront.function_code("zt-f", Stage::Live).await.unwrap(), code);

    assert_eq!(cloudfront.functions_of_store(&store.arn).await.unwrap(), ["zt-f"]);
    let in_use = cloudfront
        .delete_store("zt-main", &cloudfront.describe_store("zt-main").await.unwrap().etag)
        .await
        .unwrap_err();
    assert_eq!(in_use.kind(), ErrorKind::InUse);
    let current = cloudfront.describe_function("zt-f", Stage::Development).await.unwrap();
    cloudfront.delete_function("zt-f", &current.etag).await.unwrap();
    assert!(cloudfront.list_functions().await.unwrap().is_empty());
}

fn behavior() -> Behavior {
    Behavior {
        origin: "site".to_owned(),
        viewer_protocol: ViewerProtocol::RedirectToHttps,
        methods: Methods::All,
        cached_methods: CachedMethods::Read,
        compress: true,
        cache_policy: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad".to_owned(),
        request_policy: Some("b689b0a8-53d0-40ab-baf2-68738e2966ac".to_owned()),
        headers_policy: None,
        functions: vec![],
        lambdas: vec![LambdaAssociation {
            event: EdgeEvent::ViewerRequest,
            arn: "arn:aws:lambda:us-east-1:000000000000:function:auth:1".to_owned(),
            include_body: true,
        }],
    }
}

fn distribution(access_control: &str) -> DistributionConfig {
    let mut bucket = Origin::new("site", "b.s3.us-east-1.amazonaws.com", OriginKind::S3);
    bucket.access_control = Some(access_control.to_owned());
    let custom = OriginKind::Custom {
        http_port: 80,
        https_port: 443,
        protocol: OriginProtocol::HttpsOnly,
        read_timeout: 30,
        keepalive_timeout: 5,
    };
    let mut api = Origin::new("api", "api.example.com", custom);
    api.headers = BTreeMap::from([("x-secret".to_owned(), Secret::new("s3cret"))]);
    let api_behavior = Behavior {
        origin: "api".to_owned(),
        lambdas: vec![],
        ..behavior()
    };
    DistributionConfig {
        caller_reference: "zt-1".to_owned(),
        aliases: BTreeSet::new(),
        comment: "zt application=members".to_owned(),
        enabled: true,
        http_version: HttpVersion::Http2And3,
        ipv6: true,
        price_class: PriceClass::Class100,
        certificate: Certificate::Default,
        web_acl: None,
        origins: vec![bucket, api],
        default_behavior: behavior(),
        behaviors: vec![PathBehavior {
            pattern: "/api/*".to_owned(),
            behavior: api_behavior,
        }],
        error_caching: BTreeMap::from([(403, 0)]),
        foreign: BTreeSet::new(),
    }
}

#[tokio::test]
async fn a_distribution_reads_back_as_it_was_written() {
    let Some(aws) = account(7).await else { return };
    let cloudfront = aws.cloudfront();
    let access = AccessControlConfig {
        name: "zt-oac".to_owned(),
        description: "d".to_owned(),
        origin_type: OriginType::S3,
    };
    let access = cloudfront.create_access_control(&access).await.unwrap();
    assert!(access.signs_always);
    assert_eq!(
        cloudfront.find_access_control("zt-oac").await.unwrap(),
        Some(access.id.clone())
    );

    let wanted = distribution(&access.id);
    let made = cloudfront.create_distribution(&wanted, &tags()).await.unwrap();
    assert_eq!(cloudfront.tags(&made.arn).await.unwrap(), tags());
    let read = cloudfront.wait_distribution_deployed(&made.id, MINUTE).await.unwrap();
    assert_eq!(read.config, wanted);

    let changed = DistributionConfig {
        comment: "changed".to_owned(),
        behaviors: vec![],
        ..wanted
    };
    let updated = cloudfront
        .update_distribution(&made.id, &read.etag, &changed)
        .await
        .unwrap();
    assert_eq!(updated.config, changed);
    let stale = cloudfront
        .update_distribution(&made.id, &read.etag, &changed)
        .await
        .unwrap_err();
    assert!(stale.is_conflict(), "{stale:?}");
    assert_eq!(cloudfront.list_distributions().await.unwrap().len(), 1);
    cloudfront
        .create_invalidation(&made.id, "r1", &["/*".to_owned()])
        .await
        .unwrap();

    let enabled = cloudfront
        .delete_distribution(&made.id, &updated.etag)
        .await
        .unwrap_err();
    assert_eq!(enabled.kind(), ErrorKind::InUse);
    cloudfront.disable_distribution(&made.id).await.unwrap();
    let disabled = cloudfront.wait_distribution_deployed(&made.id, MINUTE).await.unwrap();
    cloudfront.delete_distribution(&made.id, &disabled.etag).await.unwrap();
    assert!(
        cloudfront
            .distribution_by_id(&made.id)
            .await
            .unwrap_err()
            .is_not_found()
    );
    cloudfront
        .delete_access_control(&access.id, &access.etag)
        .await
        .unwrap();
}

#[tokio::test]
async fn policies_read_back_as_they_were_written() {
    let Some(aws) = account(8).await else { return };
    let cloudfront = aws.cloudfront();
    let headers = HeadersPolicyConfig {
        name: "zt-headers".to_owned(),
        comment: "c".to_owned(),
        hsts: Some(Hsts {
            max_age: 31_536_000,
            include_subdomains: true,
            preload: false,
        }),
        nosniff: true,
        frame_options: Some("DENY".to_owned()),
        referrer_policy: Some("same-origin".to_owned()),
        content_security_policy: Some("default-src 'self'".to_owned()),
        custom: BTreeMap::from([("x-a".to_owned(), "b".to_owned())]),
        remove: BTreeSet::from(["server".to_owned()]),
    };
    let made = cloudfront.create_headers_policy(&headers).await.unwrap();
    let read = cloudfront.headers_policy_by_id(&made.id).await.unwrap();
    assert_eq!(read.config, headers);
    assert_eq!(
        cloudfront.find_headers_policy("zt-headers").await.unwrap(),
        Some(made.id.clone())
    );
    cloudfront.delete_headers_policy(&made.id, &read.etag).await.unwrap();

    let request = RequestPolicyConfig {
        name: "zt-request".to_owned(),
        comment: "c".to_owned(),
        headers: Forward::AllViewerAnd(BTreeSet::from(["CloudFront-Viewer-Country".to_owned()])),
        cookies: Forward::All,
        query: Forward::All,
    };
    let made = cloudfront.create_request_policy(&request).await.unwrap();
    assert_eq!(cloudfront.request_policy_by_id(&made.id).await.unwrap().config, request);
    assert_eq!(
        cloudfront.find_request_policy("zt-request").await.unwrap(),
        Some(made.id.clone())
    );
    cloudfront.delete_request_policy(&made.id, &made.etag).await.unwrap();

    let cache = CachePolicyConfig {
        name: "zt-cache".to_owned(),
        comment: "c".to_owned(),
        min_ttl: 0,
        default_ttl: 60,
        max_ttl: 600,
        headers: Forward::Only(BTreeSet::from(["accept".to_owned()])),
        cookies: Forward::None,
        query: Forward::All,
        compression: true,
    };
    let made = cloudfront.create_cache_policy(&cache).await.unwrap();
    assert_eq!(cloudfront.cache_policy_by_id(&made.id).await.unwrap().config, cache);
    assert_eq!(
        cloudfront.find_cache_policy("zt-cache").await.unwrap(),
        Some(made.id.clone())
    );
    cloudfront.delete_cache_policy(&made.id, &made.etag).await.unwrap();
}

#[tokio::test]
async fn a_web_acl_reads_back_as_it_was_written() {
    let Some(aws) = account(9).await else { return };
    let waf = aws.wafv2();
    let auth = Statement::Path {
        text: "/oauth2/".to_owned(),
        position: PathPosition::Start,
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
                Action::Block(Some(429)),
            ),
            rule(
                "geo",
                1,
                Statement::Countries(BTreeSet::from(["KP".to_owned()])),
                Action::Block(None),
            ),
            rule("common", 2, managed, Action::Group),
        ],
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

/// A wrong endpoint ends soon and says so.
#[tokio::test(start_paused = true)]
async fn a_dead_endpoint_is_given_up_after_few_tries() {
    let settings = Settings {
        region: Some("us-east-1".to_owned()),
        access_key: Some("test".to_owned()),
        secret_key: Some(Secret::new("test")),
        // Port 1 of this machine: nobody listens there.
        endpoints: Endpoints {
            sts: Some("http://127.0.0.1:1".to_owned()),
            ..Endpoints::default()
        },
        ..Settings::default()
    };
    let error = Aws::connect(settings).await.map(|_| ()).unwrap_err();
    let words = error.explain();
    assert!(words.detail.contains("tried 5 times"), "{words:?}");
}
