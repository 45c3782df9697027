//! Stores, functions, distributions and policies of the control plane.

use std::collections::{BTreeMap, BTreeSet};

use zt_aws::cloudfront::*;
use zt_aws::{ErrorKind, Secret, Tags};

use crate::{MINUTE, account, ready_store, tags};

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
