//! What origins get and what viewers get back: policies, buckets, caching, errors, WebSockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::json;
use support::documents::{ALL_VIEWER, Behavior, CACHING, Distribution, cache_policy, custom_origin};
use support::{ACCOUNT, Ask, HOST, World};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

async fn deployed(adapt: impl FnOnce(&mut Distribution)) -> World {
    let world = World::new().await;
    let mut distribution = Distribution::new(world.origin, Behavior::default());
    adapt(&mut distribution);
    world.deploy(|aws| aws.distribution(&distribution));
    world
}

#[tokio::test]
async fn only_what_policies_name_is_forwarded() {
    let ask = || {
        Ask::get("/a?x=1&y=2")
            .header("cookie", "c=1")
            .header("x-mine", "m")
            .header("authorization", "Bearer t")
            .header("user-agent", "me")
    };
    let world = deployed(|_| {}).await;
    let seen = world.ask(ask()).await.seen();
    assert_eq!(seen["path"], "/a");
    for name in ["cookie", "x-mine", "authorization"] {
        assert!(seen["headers"].get(name).is_none(), "{name}");
    }
    let world =
        deployed(|d| d.default.more = format!("<OriginRequestPolicyId>{ALL_VIEWER}</OriginRequestPolicyId>")).await;
    let seen = world.ask(ask()).await.seen();
    assert_eq!(seen["path"], "/a?x=1&y=2");
    let headers = &seen["headers"];
    assert_eq!(
        (
            headers["cookie"].as_str(),
            headers["x-mine"].as_str(),
            headers["host"].as_str(),
            headers["user-agent"].as_str()
        ),
        (Some("c=1"), Some("m"), Some(HOST), Some("me"))
    );
    assert_eq!(headers["x-forwarded-for"], "127.0.0.1");

    let listed = "<HeadersConfig><HeaderBehavior>whitelist</HeaderBehavior><Headers><Items><Name>X-Mine</Name><Name>CloudFront-Viewer-Country</Name></Items></Headers></HeadersConfig>\
                  <CookiesConfig><CookieBehavior>none</CookieBehavior></CookiesConfig><QueryStringsConfig><QueryStringBehavior>whitelist</QueryStringBehavior>\
                  <QueryStrings><Items><Name>y</Name></Items></QueryStrings></QueryStringsConfig>";
    let world = deployed(|d| d.default.cache = "listed").await;
    world.deploy(|aws| aws.put("/2020-05-31/cache-policy/listed", cache_policy(0, 0, 0, listed)));
    let seen = world
        .ask(
            ask()
                .header("cloudfront-viewer-country", "XX")
                .header("x-local-viewer-country", "DE"),
        )
        .await
        .seen();
    assert_eq!(
        (seen["path"].as_str(), seen["headers"]["x-mine"].as_str()),
        (Some("/a?y=2"), Some("m"))
    );
    assert_eq!(
        seen["headers"]["cloudfront-viewer-country"], "DE",
        "what a viewer says of itself does not count"
    );
}

#[tokio::test]
async fn nothing_beyond_this_machine_is_contacted() {
    for domain in ["example.com", "192.0.2.1", "blackhole.invalid"] {
        let world = deployed(|d| d.origins = custom_origin("app", domain, 80)).await;
        assert_eq!(world.get("/").await.status, 502, "{domain}");
    }
}

#[tokio::test]
async fn a_bucket_opens_only_to_the_distribution_its_policy_names() {
    let world = deployed(|d| {
        d.more += "<DefaultRootObject>index.html</DefaultRootObject>";
        d.origins = "<Origin><Id>app</Id><DomainName>site.s3.us-east-1.amazonaws.com</DomainName><OriginPath>/v1</OriginPath>\
                     <S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig><OriginAccessControlId>oac</OriginAccessControlId></Origin>"
            .to_owned();
    })
    .await;
    let oac = |signing: &str| {
        format!(
            "<OriginAccessControl><Id>oac</Id><OriginAccessControlConfig><SigningBehavior>{signing}</SigningBehavior></OriginAccessControlConfig></OriginAccessControl>"
        )
    };
    let policy = |distribution: &str, action: &str, resource: &str| {
        json!({"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": action, "Resource": resource,
               "Condition": {"StringEquals": {"AWS:SourceArn": format!("arn:aws:cloudfront::{ACCOUNT}:distribution/{distribution}")}}})
    };
    world.deploy(|aws| {
        aws.put("/2020-05-31/origin-access-control/oac", oac("always"));
        aws.put("/site/v1/index.html", "<h1>object</h1>");
    });
    assert_eq!(world.get("/").await.status, 403, "no policy");
    let put = |statements: serde_json::Value| {
        world.deploy(|aws| aws.put("/site?policy", json!({"Statement": statements}).to_string()))
    };
    put(json!([policy("E2", "s3:GetObject", "arn:aws:s3:::site/*")]));
    assert_eq!(world.get("/").await.status, 403, "another distribution's policy");
    put(json!([policy("E1", "s3:GetObject", "arn:aws:s3:::site/*")]));
    let reply = world.get("/").await;
    assert_eq!((reply.status, reply.text()), (200, "<h1>object</h1>"));
    assert_eq!(
        world.get("/absent").await.status,
        403,
        "who may not list does not learn what is missing"
    );
    put(json!([
        policy("E1", "s3:GetObject", "arn:aws:s3:::site/*"),
        policy("E1", "s3:ListBucket", "arn:aws:s3:::site")
    ]));
    assert_eq!(world.get("/missing").await.status, 404);
    world.deploy(|aws| aws.put("/2020-05-31/origin-access-control/oac", oac("never")));
    assert_eq!(world.get("/").await.status, 403, "unsigned requests are anonymous");
}

#[tokio::test]
async fn objects_are_cached_by_policy_and_clock() {
    let world = deployed(|d| {
        d.default.cache = CACHING;
        d.behaviors.push(Behavior {
            pattern: "/live/*",
            ..Behavior::default()
        });
    })
    .await;
    assert_eq!(world.get("/a").await.cache(), "Miss");
    let hit = world.ask(Ask::get("/a").header("cookie", "c=1")).await;
    assert_eq!((hit.cache(), hit.header("age")), ("Hit", "0"));
    assert_eq!(
        world.get("/a?q").await.cache(),
        "Hit",
        "the query is no part of this key"
    );
    assert_eq!(world.get("/b").await.cache(), "Miss");
    assert_eq!(world.ask(Ask::get("/a").method("POST")).await.cache(), "Miss");
    world.edge.clock().advance(61_000);
    assert_eq!(world.get("/a").await.cache(), "Miss", "the default lifetime is over");
    world.origin_answers(200, &[("cache-control", "private, max-age=600")]);
    assert_eq!(
        (
            world.get("/c").await.cache().to_owned(),
            world.get("/c").await.cache().to_owned()
        ),
        ("Miss".to_owned(), "Miss".to_owned())
    );
    for _ in 0..2 {
        assert_eq!(world.get("/live/a").await.cache(), "Miss", "caching is disabled");
    }
}

#[tokio::test]
async fn error_pages_and_headers_are_the_distribution_s() {
    let world = deployed(|d| {
        d.default.more = "<ResponseHeadersPolicyId>headers</ResponseHeadersPolicyId>".to_owned();
        d.more += "<CustomErrorResponses><Items><CustomErrorResponse><ErrorCode>404</ErrorCode><ErrorCachingMinTTL>0</ErrorCachingMinTTL></CustomErrorResponse></Items></CustomErrorResponses>";
    })
    .await;
    world.deploy(|aws| {
        aws.put(
            "/2020-05-31/response-headers-policy/headers",
            "<ResponseHeadersPolicy><ResponseHeadersPolicyConfig><SecurityHeadersConfig><StrictTransportSecurity><Override>true</Override>\
             <AccessControlMaxAgeSec>63072000</AccessControlMaxAgeSec><IncludeSubdomains>true</IncludeSubdomains></StrictTransportSecurity>\
             <ContentTypeOptions><Override>true</Override></ContentTypeOptions></SecurityHeadersConfig><RemoveHeadersConfig><Items>\
             <ResponseHeadersPolicyRemoveHeader><Header>X-Powered-By</Header></ResponseHeadersPolicyRemoveHeader></Items></RemoveHeadersConfig>\
             </ResponseHeadersPolicyConfig></ResponseHeadersPolicy>",
        );
    });
    world.origin_answers(
        404,
        &[("x-powered-by", "test"), ("x-cache", "forged"), ("connection", "close")],
    );
    let reply = world.get("/").await;
    assert_eq!(
        (
            reply.status,
            reply.header("strict-transport-security"),
            reply.header("x-content-type-options")
        ),
        (404, "max-age=63072000; includeSubDomains", "nosniff")
    );
    assert_eq!((reply.header("x-powered-by"), reply.cache()), ("", "Error"));
    world.origin_answers(200, &[]);
    assert_eq!(world.get("/").await.status, 200, "the error was not cached");
}

#[tokio::test]
async fn a_websocket_is_joined_when_the_function_lets_it_pass() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        assert!(
            String::from_utf8(head)
                .unwrap()
                .to_ascii_lowercase()
                .contains("upgrade: websocket")
        );
        stream
            .write_all(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            .await
            .unwrap();
        let mut ping = [0; 4];
        stream.read_exact(&mut ping).await.unwrap();
        stream.write_all(&ping).await.unwrap();
    });
    let world = deployed(|d| {
        d.origins = custom_origin("app", "app.localhost", port);
        d.default.protocol = "allow-all";
        d.default.more =
            Behavior::function("session") + &format!("<OriginRequestPolicyId>{ALL_VIEWER}</OriginRequestPolicyId>");
    })
    .await;
    world.deploy(|aws| {
        aws.function(
            "session",
            "function handler(event) { return event.request.uri === '/open' ? event.request : { statusCode: 401 }; }",
        )
    });
    let knock = async |path: &str| {
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", world.edge.port))
            .await
            .unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGVzdA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(stream.read_u8().await.unwrap());
        }
        (String::from_utf8(answer).unwrap(), stream)
    };
    assert!(knock("/closed").await.0.starts_with("HTTP/1.1 401"));
    let (head, mut stream) = knock("/open").await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    stream.write_all(b"ping").await.unwrap();
    let mut pong = [0; 4];
    stream.read_exact(&mut pong).await.unwrap();
    assert_eq!(&pong, b"ping");
}
