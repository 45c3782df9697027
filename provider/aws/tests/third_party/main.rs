//! The gateway against a third party's AWS (plain ministack): evidence that our calls and wire formats are not only right
//! in our own eyes. The lane sets `ZT_TEST_AWS_ENDPOINT`; without it these tests say that they did not run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use zt_aws::cloudfront::Store;
use zt_aws::config::Endpoints;
use zt_aws::{Aws, ErrorKind, Secret, Settings, Tags};

mod cloudfront;
mod keyvalue;
mod others;

const ENDPOINT: &str = "ZT_TEST_AWS_ENDPOINT";
/// An access key whose signatures the third party verifies (ministack with `AUTH=true` and a user of its IAM; its
/// built-in key is never verified). The tests of the KeyValueStore use it, where signing is of its own kind.
const VERIFIED_KEY: &str = "ZT_TEST_AWS_VERIFIED_KEY";
const VERIFIED_SECRET: &str = "ZT_TEST_AWS_VERIFIED_SECRET";
const MINUTE: Duration = Duration::from_secs(60);

/// A connection to an account of its own: ministack takes an access key of twelve digits for an account.
async fn account(number: u32) -> Option<Aws> {
    let account = format!("{:06}{number:06}", std::process::id() % 1_000_000);
    connection(account, "test").await
}

/// A connection to the account of everybody. ministack does not see accounts in the signature of the KeyValueStore.
async fn shared_account() -> Option<Aws> {
    let (key, secret) = verified().unwrap_or(("test".to_owned(), "test".to_owned()));
    connection(key, &secret).await
}

fn verified() -> Option<(String, String)> {
    Some((variable(VERIFIED_KEY)?, variable(VERIFIED_SECRET)?))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

async fn connection(access_key: String, secret_key: &str) -> Option<Aws> {
    let settings = settings(access_key, secret_key)?;
    Some(Aws::connect(settings).await.expect("connects"))
}

fn settings(access_key: String, secret_key: &str) -> Option<Settings> {
    let Some(endpoint) = variable(ENDPOINT) else {
        eprintln!("not run: {ENDPOINT} is not set");
        return None;
    };
    let here = Some(endpoint);
    Some(Settings {
        region: Some("eu-central-1".to_owned()),
        access_key: Some(access_key),
        secret_key: Some(Secret::new(secret_key)),
        endpoints: Endpoints {
            cloudfront: here.clone(),
            cloudfront_keyvaluestore: here.clone(),
            events: here.clone(),
            iam: here.clone(),
            lambda: here.clone(),
            logs: here.clone(),
            s3: here.clone(),
            secretsmanager: here.clone(),
            sqs: here.clone(),
            sts: here.clone(),
            wafv2: here,
        },
        max_retries: Some(3),
        ..Settings::default()
    })
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

/// Without this, acceptance of our signatures would prove nothing.
#[tokio::test]
async fn a_wrong_secret_is_refused_where_signatures_are_verified() {
    let Some((key, _)) = verified() else {
        eprintln!("not run: {VERIFIED_KEY} and {VERIFIED_SECRET} are not set");
        return;
    };
    let Some(mut wrong) = settings(key, "wrong") else {
        return;
    };
    let refused = Aws::connect(wrong.clone()).await.map(|_| ()).unwrap_err();
    let words = refused.explain();
    assert!(words.summary.contains("does not accept the credentials"), "{words:?}");

    wrong.skip_credentials_validation = true;
    wrong.skip_requesting_account_id = true;
    let aws = Aws::connect(wrong).await.unwrap();
    let store = aws.keyvalue("arn:aws:cloudfront::000000000000:key-value-store/zt");
    let error = store.describe().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error:?}");
}
