//! What a distribution is made of, and when two mean the same.

use super::*;
use crate::marks::Stage;

fn viewers() -> Viewers {
    Viewers {
        aliases: vec!["app.example.com".into()],
        certificate_arn: Some("arn:aws:acm:us-east-1:111122223333:certificate/1".into()),
        port: 443,
        minimum_tls: "TLSv1.2_2021".into(),
        price_class: "PriceClass_All".into(),
        http_version: "http2and3".into(),
        ipv6: true,
    }
}

fn origins() -> BTreeMap<String, Origin> {
    let bucket = OriginKind::Bucket {
        bucket: "files".into(),
        region: None,
        manage_policy: false,
    };
    let server = OriginKind::Server {
        domain_name: "api.example.com".into(),
        http_port: 80,
        https_port: 8443,
        https: true,
    };
    [("site", bucket), ("api", server)]
        .into_iter()
        .map(|(name, kind)| {
            (
                name.to_owned(),
                Origin {
                    kind,
                    path: String::new(),
                    headers: BTreeMap::new(),
                },
            )
        })
        .collect()
}

fn config() -> DistributionConfig {
    config_with(&RequestPolicies::default())
}

fn config_with(requests: &RequestPolicies) -> DistributionConfig {
    let (viewers, origins) = (viewers(), origins());
    let delivery = |origin: &str, shared_cache| Delivery {
        origin: origin.to_owned(),
        shared_cache,
    };
    let mark = Mark {
        application: "members".into(),
        store: "main".into(),
        instance: "AAAAAAAAAAAA".into(),
        stage: Stage::Live,
    };
    Wanted {
        viewers: &viewers,
        auth_prefix: "/oauth2",
        origins: &origins,
        default: delivery("site", false),
        paths: vec![
            ("/static/*".into(), delivery("site", true)),
            ("/api/*".into(), delivery("api", false)),
        ],
        session_function_arn: "session",
        auth_function_arn: "auth:1",
        headers_policy: "headers",
        access_control: Some("oac"),
        web_acl_arn: "acl",
        requests,
        region: "eu-west-1",
    }
    .config(&mark)
}

/// Checklist: P1.
#[test]
fn every_behaviour_but_the_login_carries_the_session_function() {
    let config = config();
    let (login, others) = config.behaviors.split_first().unwrap();
    assert_eq!(login.pattern, "/oauth2/*");
    assert!(login.behavior.functions.is_empty());
    assert_eq!(login.behavior.lambdas[0].arn, "auth:1");
    assert!(login.behavior.lambdas[0].include_body);
    assert_eq!(login.behavior.cache_policy, CACHING_DISABLED);
    for behavior in others
        .iter()
        .map(|path| &path.behavior)
        .chain([&config.default_behavior])
    {
        assert_eq!(behavior.functions[0].arn, "session");
        assert_eq!(behavior.functions[0].event, EdgeEvent::ViewerRequest);
        assert!(behavior.lambdas.is_empty());
    }
}

#[test]
fn the_login_leads_to_an_origin_that_cannot_exist() {
    let config = config();
    let origin = config
        .origins
        .iter()
        .find(|origin| origin.id == config.behaviors[0].behavior.origin)
        .unwrap();
    assert!(origin.domain.ends_with(".invalid"));
}

/// Checklist: P12, P13.
#[test]
fn only_shared_routes_are_cached_and_buckets_get_signed_requests() {
    let config = config();
    let cache: Vec<&str> = config
        .behaviors
        .iter()
        .map(|path| path.behavior.cache_policy.as_str())
        .collect();
    assert_eq!(cache, [CACHING_DISABLED, CACHING_OPTIMIZED, CACHING_DISABLED]);
    let site = config.origins.iter().find(|origin| origin.id == "site").unwrap();
    assert_eq!(site.domain, "files.s3.eu-west-1.amazonaws.com");
    assert_eq!(site.access_control.as_deref(), Some("oac"));
    assert_eq!(config.behaviors[1].behavior.request_policy, None);
    assert_eq!(
        config.behaviors[2].behavior.request_policy.as_deref(),
        Some(ALL_VIEWER_EXCEPT_HOST)
    );
}

/// Checklist: K13.
#[test]
fn a_missing_association_is_a_difference_and_the_order_of_origins_is_none() {
    let wanted = config();
    let mut other = wanted.clone();
    other.origins.reverse();
    other.caller_reference = "other".into();
    assert!(same(&wanted, &other));
    other.default_behavior.functions.clear();
    assert!(!same(&wanted, &other));
}

fn policies_of_its_own() -> RequestPolicies {
    RequestPolicies {
        buckets: Some("of buckets".into()),
        servers: Some("of servers".into()),
    }
}

fn request_policies(config: &DistributionConfig) -> Vec<Option<&str>> {
    let paths = config.behaviors.iter().map(|path| &path.behavior);
    paths
        .chain([&config.default_behavior])
        .map(|behavior| behavior.request_policy.as_deref())
        .collect()
}

#[test]
fn every_behaviour_with_the_session_function_gets_the_policy_of_its_kind_of_origin() {
    let own = config_with(&policies_of_its_own());
    let (bucket, server) = (Some("of buckets"), Some("of servers"));
    assert_eq!(request_policies(&own), [None, bucket, server, bucket]);
    assert_eq!(
        request_policies(&config()),
        [None, None, Some(ALL_VIEWER_EXCEPT_HOST), None]
    );
}

#[test]
fn a_distribution_that_stands_is_shown_the_viewer_and_changes_in_nothing_else() {
    let present = config();
    assert!(same(
        &showing(&present, &policies_of_its_own()),
        &config_with(&policies_of_its_own())
    ));
    assert_eq!(showing(&present, &RequestPolicies::default()), present);
    let of_servers = RequestPolicies {
        servers: Some("of servers".into()),
        ..RequestPolicies::default()
    };
    assert_eq!(
        request_policies(&showing(&present, &of_servers)),
        [None, None, Some("of servers"), None]
    );
}
