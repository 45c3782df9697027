//! CloudFront's control plane against canned answers: shapes of requests, the quirks of its ETags, lists, and what of a
//! distribution survives the way through our types.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::testing::{Answer, answer, canned, xml_error};
use crate::{ErrorKind, Secret, Tags};

fn function_summary(name: &str) -> String {
    format!(
        "<FunctionSummary><Name>{name}</Name><Status>UNPUBLISHED</Status><FunctionConfig><Comment>c</Comment>\
         <Runtime>cloudfront-js-2.0</Runtime><KeyValueStoreAssociations><Quantity>1</Quantity><Items>\
         <KeyValueStoreAssociation><KeyValueStoreARN>arn:store</KeyValueStoreARN></KeyValueStoreAssociation>\
         </Items></KeyValueStoreAssociations></FunctionConfig><FunctionMetadata><FunctionARN>arn:{name}</FunctionARN>\
         <LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime></FunctionMetadata></FunctionSummary>"
    )
}

fn function_config() -> FunctionConfig {
    FunctionConfig {
        comment: "c".to_owned(),
        store_arn: Some("arn:store".to_owned()),
    }
}

fn tags() -> Tags {
    Tags::from([("zt:store".to_owned(), "main".to_owned())])
}

#[tokio::test]
async fn a_function_is_created_with_code_store_and_tags() {
    let canned = canned([answer(201, function_summary("f")).etag("E1")]).await;
    let made = canned
        .aws
        .cloudfront()
        .create_function("f", &function_config(), b"function handler(){}", &tags())
        .await
        .unwrap();
    assert_eq!((made.arn.as_str(), made.etag.as_str()), ("arn:f", "E1"));
    assert_eq!(made.config, function_config());
    let body = &canned.sent()[0].body;
    for part in [
        "<Name>f</Name>",
        "<Runtime>cloudfront-js-2.0</Runtime>",
        "<KeyValueStoreARN>arn:store</KeyValueStoreARN>",
        // base64 of the code
        "<FunctionCode>ZnVuY3Rpb24gaGFuZGxlcigpe30=</FunctionCode>",
        "<Key>zt:store</Key><Value>main</Value>",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
}

#[tokio::test]
async fn a_missing_etag_after_an_update_is_read_from_development() {
    // ministack answers `ETag` where AWS's model says `ETtag`, so the SDK finds none.
    let canned = canned([
        answer(200, function_summary("f")).etag("ignored"),
        answer(200, function_summary("f")).etag("E2"),
    ])
    .await;
    let cloudfront = canned.aws.cloudfront();
    let updated = cloudfront
        .update_function("f", &ETag::new("E1"), &function_config(), b"x")
        .await
        .unwrap();
    assert_eq!(updated.etag.as_str(), "E2");
    let sent = canned.sent();
    assert_eq!(sent[0].header("if-match"), Some("E1"));
    assert!(
        sent[1].line.ends_with("/function/f/describe?Stage=DEVELOPMENT"),
        "{}",
        sent[1].line
    );
}

#[tokio::test]
async fn awss_own_header_after_an_update_is_used() {
    let canned = canned([answer(200, function_summary("f")).header("ettag", "E2")]).await;
    let cloudfront = canned.aws.cloudfront();
    let updated = cloudfront
        .update_function("f", &ETag::new("E1"), &function_config(), b"x")
        .await
        .unwrap();
    assert_eq!(updated.etag.as_str(), "E2");
    assert_eq!(canned.lines().len(), 1);
}

#[tokio::test]
async fn a_test_of_a_function_tells_output_error_and_utilisation() {
    let result = |error: &str| {
        answer(
            200,
            format!(
                "<TestResult><ComputeUtilization>23</ComputeUtilization><FunctionExecutionLogs><member>l1</member>\
                 </FunctionExecutionLogs><FunctionErrorMessage>{error}</FunctionErrorMessage>\
                 <FunctionOutput>{{}}</FunctionOutput></TestResult>"
            ),
        )
    };
    let canned = canned([result(""), result("boom")]).await;
    let cloudfront = canned.aws.cloudfront();
    let good = cloudfront.test_function("f", &ETag::new("E1"), "{}").await.unwrap();
    assert_eq!((good.error.as_deref(), good.utilization), (None, Some(23)));
    assert_eq!(good.output.as_deref(), Some("{}"));
    let bad = cloudfront.test_function("f", &ETag::new("E1"), "{}").await.unwrap();
    assert_eq!(bad.error.as_deref(), Some("boom"));
    let sent = canned.sent();
    assert!(sent[0].body.contains("<Stage>DEVELOPMENT</Stage>"));
    assert!(sent[0].body.contains("<EventObject>e30=</EventObject>"));
}

#[tokio::test(start_paused = true)]
async fn a_test_that_cannot_run_is_an_error_after_few_tries() {
    let canned = canned((0..4).map(|_| xml_error(500, "TestFunctionFailed", "no"))).await;
    let cloudfront = canned.aws.cloudfront();
    let error = cloudfront.test_function("f", &ETag::new("E1"), "{}").await.unwrap_err();
    assert_eq!((error.code(), error.tries()), (Some("TestFunctionFailed"), 3));
}

#[tokio::test]
async fn lists_are_read_to_their_end() {
    let page = |name: &str, next: &str| {
        answer(
            200,
            format!(
                "<FunctionList>{next}<MaxItems>1</MaxItems><Quantity>1</Quantity><Items>{}</Items></FunctionList>",
                function_summary(name)
            ),
        )
    };
    let canned = canned([page("a", "<NextMarker>m1</NextMarker>"), page("b", "")]).await;
    let found = canned.aws.cloudfront().list_functions().await.unwrap();
    assert_eq!(found.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let lines = canned.lines();
    assert!(
        lines[1].contains("Marker=m1") && lines[1].contains("Stage=DEVELOPMENT"),
        "{lines:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_store_is_waited_for_until_it_is_ready() {
    let store = |status: &str| {
        answer(
            200,
            format!(
                "<KeyValueStore><Name>main</Name><Id>i</Id><Comment>c</Comment><ARN>arn:store</ARN>\
                 <Status>{status}</Status><LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime></KeyValueStore>"
            ),
        )
        .etag("E1")
    };
    let canned = canned([
        store("PROVISIONING"),
        store("PROVISIONING"),
        store("READY"),
        store("FAILED"),
    ])
    .await;
    let cloudfront = canned.aws.cloudfront();
    let minute = std::time::Duration::from_secs(60);
    assert_eq!(
        cloudfront.wait_store_ready("main", minute).await.unwrap().status,
        "READY"
    );
    let failed = cloudfront.wait_store_ready("main", minute).await.unwrap_err();
    assert!(failed.message().contains("FAILED"), "{failed:?}");
}

fn behavior(origin: &str) -> Behavior {
    Behavior {
        origin: origin.to_owned(),
        viewer_protocol: ViewerProtocol::RedirectToHttps,
        methods: Methods::All,
        cached_methods: CachedMethods::Read,
        compress: true,
        cache_policy: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad".to_owned(),
        request_policy: Some("rp".to_owned()),
        headers_policy: Some("hp".to_owned()),
        functions: vec![FunctionAssociation {
            event: EdgeEvent::ViewerRequest,
            arn: "arn:f".to_owned(),
        }],
        lambdas: vec![],
    }
}

fn distribution() -> DistributionConfig {
    let custom = OriginKind::Custom {
        http_port: 80,
        https_port: 8443,
        protocol: OriginProtocol::HttpsOnly,
        read_timeout: 30,
        keepalive_timeout: 5,
    };
    let mut api = Origin::new("api", "api.example.com", custom);
    api.headers = BTreeMap::from([("x-secret".to_owned(), Secret::new("s3cret"))]);
    api.path = "/v1".to_owned();
    let mut bucket = Origin::new("site", "b.s3.us-east-1.amazonaws.com", OriginKind::S3);
    bucket.access_control = Some("OAC1".to_owned());
    let auth = Behavior {
        functions: vec![],
        lambdas: vec![LambdaAssociation {
            event: EdgeEvent::ViewerRequest,
            arn: "arn:aws:lambda:us-east-1:1:function:auth:3".to_owned(),
            include_body: true,
        }],
        methods: Methods::ReadAndOptions,
        request_policy: None,
        headers_policy: None,
        ..behavior("site")
    };
    DistributionConfig {
        caller_reference: "ref".to_owned(),
        aliases: BTreeSet::from(["app.example.com".to_owned()]),
        comment: "zt application=members".to_owned(),
        enabled: true,
        http_version: HttpVersion::Http2And3,
        ipv6: true,
        price_class: PriceClass::Class100,
        certificate: Certificate::Acm {
            arn: "arn:aws:acm:us-east-1:1:certificate/c".to_owned(),
            minimum_tls: MinimumTls::Tls12In2021,
        },
        web_acl: Some("arn:acl".to_owned()),
        origins: vec![api, bucket],
        default_behavior: behavior("site"),
        behaviors: vec![PathBehavior {
            pattern: "/oauth2/*".to_owned(),
            behavior: auth,
        }],
        error_caching: BTreeMap::from([(403, 0), (404, 0)]),
        foreign: BTreeSet::new(),
    }
}

#[test]
fn a_distribution_survives_the_way_to_aws_and_back() {
    let wanted = distribution();
    let read = distribution_config::from_sdk(distribution_config::to_sdk(&wanted).unwrap()).unwrap();
    assert_eq!(read, wanted);

    let plain = DistributionConfig {
        certificate: Certificate::Default,
        web_acl: None,
        aliases: BTreeSet::new(),
        behaviors: vec![],
        error_caching: BTreeMap::new(),
        ..distribution()
    };
    let read = distribution_config::from_sdk(distribution_config::to_sdk(&plain).unwrap()).unwrap();
    assert_eq!(read, plain);
}

#[test]
fn what_others_turned_on_is_seen() {
    use aws_sdk_cloudfront::types as sdk;
    let logging = sdk::LoggingConfig::builder().enabled(true).bucket("b").build();
    let seen = |change: &dyn Fn(&mut sdk::DistributionConfig)| {
        let mut config = distribution_config::to_sdk(&distribution()).unwrap();
        change(&mut config);
        distribution_config::from_sdk(config).unwrap().foreign
    };
    assert!(seen(&|_| {}).is_empty());
    assert!(seen(&|it| it.logging = Some(logging.clone())).contains("Logging"));
    assert!(seen(&|it| it.default_root_object = Some("index.html".into())).contains("DefaultRootObject"));
    assert!(seen(&|it| it.staging = Some(true)).contains("Staging"));
    let smooth = |it: &mut sdk::DistributionConfig| {
        it.default_cache_behavior.as_mut().unwrap().smooth_streaming = Some(true);
    };
    assert!(seen(&smooth).contains("DefaultCacheBehavior.SmoothStreaming"));
    let keys = |it: &mut sdk::DistributionConfig| {
        let signers = sdk::TrustedKeyGroups::builder()
            .enabled(true)
            .quantity(1)
            .items("k")
            .build();
        it.cache_behaviors.as_mut().unwrap().items.as_mut().unwrap()[0].trusted_key_groups = Some(signers.unwrap());
    };
    assert!(seen(&keys).contains("CacheBehaviors[/oauth2/*].TrustedKeyGroups"));
}

fn distribution_answer(status: &str, enabled: bool) -> Answer {
    answer(
        200,
        format!(
            "<Distribution><Id>D1</Id><ARN>arn:d</ARN><Status>{status}</Status>\
             <LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime>\
             <InProgressInvalidationBatches>0</InProgressInvalidationBatches><DomainName>d1.cloudfront.net</DomainName>\
             <DistributionConfig><CallerReference>r</CallerReference><Origins><Quantity>1</Quantity><Items><Origin>\
             <Id>o</Id><DomainName>o.example.com</DomainName></Origin></Items></Origins><DefaultCacheBehavior>\
             <TargetOriginId>o</TargetOriginId><ViewerProtocolPolicy>https-only</ViewerProtocolPolicy>\
             <CachePolicyId>p</CachePolicyId></DefaultCacheBehavior><Comment>c</Comment><Enabled>{enabled}</Enabled>\
             </DistributionConfig></Distribution>"
        ),
    )
    .etag("E1")
}

#[tokio::test]
async fn a_distribution_is_created_with_its_tags_in_one_call() {
    let canned = canned([distribution_answer("InProgress", true)]).await;
    let made = canned
        .aws
        .cloudfront()
        .create_distribution(&distribution(), &tags())
        .await
        .unwrap();
    assert_eq!((made.id.as_str(), made.domain.as_str()), ("D1", "d1.cloudfront.net"));
    let sent = canned.sent();
    assert!(sent[0].line.ends_with("/distribution?WithTags"), "{}", sent[0].line);
    for part in [
        "<DistributionConfigWithTags",
        "<Tag><Key>zt:store</Key><Value>main</Value></Tag>",
        "<OriginAccessControlId>OAC1</OriginAccessControlId>",
        "<PathPattern>/oauth2/*</PathPattern>",
        "<IncludeBody>true</IncludeBody>",
        "<MinimumProtocolVersion>TLSv1.2_2021</MinimumProtocolVersion>",
        "<RestrictionType>none</RestrictionType>",
        "<ErrorCachingMinTTL>0</ErrorCachingMinTTL>",
    ] {
        assert!(sent[0].body.contains(part), "{part} in {}", sent[0].body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_distribution_is_waited_for_until_it_is_deployed() {
    let canned = canned([
        distribution_answer("InProgress", true),
        distribution_answer("InProgress", true),
        distribution_answer("Deployed", true),
    ])
    .await;
    let limit = std::time::Duration::from_secs(600);
    let deployed = canned
        .aws
        .cloudfront()
        .wait_distribution_deployed("D1", limit)
        .await
        .unwrap();
    assert_eq!(deployed.status, "Deployed");
}

#[tokio::test(start_paused = true)]
async fn a_judged_distribution_is_what_every_edge_location_has() {
    let canned = canned([
        distribution_answer("InProgress", true),
        distribution_answer("InProgress", true),
        distribution_answer("Deployed", true),
    ])
    .await;
    let cloudfront = canned.aws.cloudfront();
    assert!(!cloudfront.inspect_distribution("D1").await.unwrap().deployed);
    let limit = std::time::Duration::from_secs(600);
    let found = cloudfront.inspect_deployed_distribution("D1", limit).await.unwrap();
    assert!(found.deployed && !found.default_behavior.signed);
    assert_eq!(found.default_behavior.cache, CacheSetting::Policy("p".to_owned()));
    assert_eq!(canned.lines(), ["GET http://aws.invalid/2020-05-31/distribution/D1"; 3]);
}

#[tokio::test]
async fn a_wrong_reference_in_a_distribution_is_no_absent_distribution() {
    let canned = canned([
        xml_error(404, "NoSuchCachePolicy", "no"),
        xml_error(404, "NoSuchDistribution", "no"),
    ])
    .await;
    let cloudfront = canned.aws.cloudfront();
    let etag = ETag::new("E1");
    let error = cloudfront
        .update_distribution("D1", &etag, &distribution())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let error = cloudfront
        .update_distribution("D1", &etag, &distribution())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn policies_survive_the_way_to_aws() {
    let policy = RequestPolicyConfig {
        name: "zt".to_owned(),
        comment: String::new(),
        headers: Forward::AllViewerAnd(BTreeSet::from(["CloudFront-Viewer-Country".to_owned()])),
        cookies: Forward::All,
        query: Forward::AllExcept(BTreeSet::from(["state".to_owned()])),
    };
    let answer_body = "<OriginRequestPolicy><Id>P1</Id><LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime>\
        <OriginRequestPolicyConfig><Name>zt</Name><HeadersConfig>\
        <HeaderBehavior>allViewerAndWhitelistCloudFront</HeaderBehavior><Headers><Quantity>1</Quantity><Items>\
        <Name>CloudFront-Viewer-Country</Name></Items></Headers></HeadersConfig><CookiesConfig>\
        <CookieBehavior>all</CookieBehavior></CookiesConfig><QueryStringsConfig>\
        <QueryStringBehavior>allExcept</QueryStringBehavior><QueryStrings><Quantity>1</Quantity><Items><Name>state</Name>\
        </Items></QueryStrings></QueryStringsConfig></OriginRequestPolicyConfig></OriginRequestPolicy>";
    let canned = canned([answer(201, answer_body).etag("E1")]).await;
    let made = canned.aws.cloudfront().create_request_policy(&policy).await.unwrap();
    assert_eq!(made.config, policy);
    let body = &canned.sent()[0].body;
    assert!(
        body.contains("<HeaderBehavior>allViewerAndWhitelistCloudFront</HeaderBehavior>"),
        "{body}"
    );
    assert!(
        body.contains("<QueryStringBehavior>allExcept</QueryStringBehavior>"),
        "{body}"
    );
}
