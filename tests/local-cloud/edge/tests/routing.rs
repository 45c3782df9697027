//! From the connection to the behaviour: hosts, server names, limits, methods, protocols, firewall, countries, broken references.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::json;
use support::documents::{Behavior, Distribution, custom_origin};
use support::{Ask, HOST, World};

async fn deployed(adapt: impl FnOnce(&mut Distribution)) -> World {
    let world = World::new().await;
    let mut distribution = Distribution::new(world.origin, Behavior::default());
    adapt(&mut distribution);
    world.deploy(|aws| aws.distribution(&distribution));
    world
}

#[tokio::test]
async fn hosts_lead_to_distributions() {
    let world = deployed(|d| d.more += "<Aliases><Items><CNAME>App.example.com</CNAME></Items></Aliases>").await;
    let status = async |host: &str, name: &str| world.ask(Ask::get("/").host(host, name)).await.status;
    assert_eq!(status(HOST, HOST).await, 200);
    assert_eq!(status("app.example.com", "app.example.com").await, 200);
    assert_eq!(
        status("APP.example.com:8443", "app.example.com").await,
        200,
        "its own port is taken off"
    );
    assert_eq!(
        status(HOST, "app.example.com").await,
        200,
        "both names are of one distribution"
    );
    assert_eq!(status("other.example.com", "other.example.com").await, 403);
    assert_eq!(status(HOST, "other.example.com").await, 421);
}

#[tokio::test]
async fn the_origin_sees_no_port_and_its_own_name() {
    let world = deployed(|_| {}).await;
    let seen = world
        .ask(Ask::get("/").host(&format!("{HOST}:8443"), HOST))
        .await
        .seen();
    assert_eq!(
        (seen["headers"]["host"].as_str(), seen["headers"]["user-agent"].as_str()),
        (Some("app.localhost"), Some("Amazon CloudFront"))
    );
}

#[tokio::test]
async fn behaviors_go_by_the_normalised_path_in_order() {
    let world = deployed(|d| {
        let sealed = |pattern: &'static str, port: u16| {
            (
                Behavior {
                    pattern,
                    origin: pattern,
                    ..Behavior::default()
                },
                custom_origin(pattern, "x.localhost", port),
            )
        };
        for (behavior, origin) in [sealed("/admin/*", 1), sealed("*.php", 1)] {
            d.behaviors.push(behavior);
            d.origins += &origin;
        }
    })
    .await;
    // Port 1 refuses connections: 502 shows that the behaviour was chosen.
    for (path, status) in [
        ("/", 200),
        ("/admin/x", 502),
        ("/a//../admin/x", 502),
        ("/%61dmin/x", 502),
        ("/Admin/x", 200),
        ("/admin", 200),
        ("/x.php", 502),
        ("/admin%2fx", 200),
    ] {
        assert_eq!(world.get(path).await.status, status, "{path}");
    }
    assert_eq!(
        world.get("/x/./y//z").await.seen()["path"],
        "/x/./y//z",
        "the origin gets the raw path"
    );
}

#[tokio::test]
async fn limits_methods_and_protocols() {
    let world = deployed(|d| {
        d.default.methods = &["GET", "HEAD"];
        d.default.protocol = "redirect-to-https";
        d.behaviors.push(Behavior {
            pattern: "/secure/*",
            ..Behavior::default()
        });
        d.behaviors.push(Behavior {
            pattern: "/open/*",
            protocol: "allow-all",
            ..Behavior::default()
        });
    })
    .await;
    let long = format!("/{}", "a".repeat(8192));
    let status = async |ask: Ask| world.ask(ask).await.status;
    assert_eq!(status(Ask::get(&long)).await, 414);
    assert_eq!(status(Ask::get("/").header("x-long", &"a".repeat(32_768))).await, 494);
    assert_eq!(status(Ask::get("/").header("x-long", &"a".repeat(30_000))).await, 200);
    assert_eq!(status(Ask::get("/").method("POST")).await, 403);
    assert_eq!(status(Ask::get("/secure/").method("POST")).await, 200);
    assert_eq!(status(Ask::get("/").body("x")).await, 403, "a GET with a body");
    assert_eq!(status(Ask::get("/secure/").plain()).await, 403);
    assert_eq!(status(Ask::get("/open/").plain()).await, 200);
    let moved = world.ask(Ask::get("/x?y=1").plain()).await;
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, format!("https://{HOST}:{}/x?y=1", world.edge.port).as_str())
    );
}

#[tokio::test]
async fn what_cannot_be_resolved_is_not_served() {
    for (what, more) in [
        (
            "an unknown policy",
            "<OriginRequestPolicyId>unknown</OriginRequestPolicyId>".to_owned(),
        ),
        ("an unknown function", Behavior::function("unknown")),
        (
            "both kinds of functions",
            Behavior::function("session") + &Behavior::lambda("auth"),
        ),
        (
            "signed URLs",
            "<TrustedKeyGroups><Enabled>true</Enabled></TrustedKeyGroups>".to_owned(),
        ),
        (
            "an alias of a function",
            Behavior::lambda("auth").replace(":1<", ":live<"),
        ),
        (
            "an unpublished function",
            Behavior::lambda("auth").replace(":1<", ":$LATEST<"),
        ),
        (
            "another region",
            Behavior::lambda("auth").replace("us-east-1", "eu-west-1"),
        ),
        (
            "an origin event",
            Behavior::lambda("auth").replace("viewer-request", "origin-request"),
        ),
    ] {
        let world = deployed(|d| d.default.more = more).await;
        world.deploy(|aws| {
            aws.function("session", "function handler(event) { return event.request; }");
            aws.lambda(
                "auth",
                "export const handler = async (event) => event.Records[0].cf.request;",
                &json!({}),
            );
        });
        let reply = world.get("/").await;
        assert_eq!((reply.status, reply.cache()), (503, "Error"), "{what}");
        assert!(!world.last_reason().is_empty());
    }
    let world = deployed(|d| d.more = "<Enabled>false</Enabled>".to_owned()).await;
    assert_eq!(world.get("/").await.status, 403, "a disabled distribution");
    let world = deployed(|d| d.default.cache = "unknown").await;
    assert_eq!(world.get("/").await.status, 503, "an unknown cache policy");
    let world = deployed(|d| d.default.origin = "unknown").await;
    assert_eq!(world.get("/").await.status, 503, "an unknown origin");
}

#[tokio::test]
async fn the_firewall_stands_before_the_function() {
    let world = World::new().await;
    world.deploy(|aws| {
        let acl = aws.web_acl(json!([
            {"Name": "geo", "Priority": 0, "Statement": {"GeoMatchStatement": {"CountryCodes": ["KP"]}}, "Action": {"Block": {}}},
            {"Name": "rate", "Priority": 1, "Statement": {"RateBasedStatement": {"Limit": 10, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"}}, "Action": {"Block": {}}},
        ]));
        let mut distribution = Distribution::new(world.origin, Behavior { more: Behavior::function("session"), ..Behavior::default() });
        distribution.more += &acl;
        aws.distribution(&distribution);
        aws.function("session", "function handler(event) { return { statusCode: 200, body: 'function' }; }");
    });
    assert_eq!(
        world
            .ask(Ask::get("/").header("x-local-viewer-country", "KP"))
            .await
            .status,
        403
    );
    for _ in 0..10 {
        assert_eq!(world.get("/").await.text(), "function");
    }
    assert_eq!(world.get("/").await.status, 403);
    assert_eq!(
        world
            .ask(Ask::get("/").header("x-local-viewer-address", "192.0.2.1"))
            .await
            .status,
        200
    );
    world.edge.clock().advance(61_000);
    assert_eq!(world.get("/").await.status, 200);
    world.deploy(|aws| drop(aws.documents.remove("GetWebACL")));
    assert_eq!(
        world.get("/").await.status,
        503,
        "a web ACL that cannot be read lets nobody pass"
    );
}

#[tokio::test]
async fn countries_may_be_restricted() {
    let restricted = |kind: &str| {
        format!(
            "<Restrictions><GeoRestriction><RestrictionType>{kind}</RestrictionType><Items><Location>DE</Location></Items></GeoRestriction></Restrictions>"
        )
    };
    for (kind, from, status) in [
        ("whitelist", "DE", 200),
        ("whitelist", "FR", 403),
        ("blacklist", "DE", 403),
        ("blacklist", "FR", 200),
    ] {
        let world = deployed(|d| d.more += &restricted(kind)).await;
        assert_eq!(
            world
                .ask(Ask::get("/").header("x-local-viewer-country", from))
                .await
                .status,
            status,
            "{kind} {from}"
        );
    }
}

#[tokio::test]
async fn certificates_satisfy_a_strict_foreign_verifier() {
    let world = World::new().await;
    let (ca, leaf) = (&world.edge.ca_file, &world.edge.certificate_file);
    for arguments in [&["-verify_hostname", "localhost"], &["-verify_ip", "127.0.0.1"]] {
        let mut command = std::process::Command::new("openssl");
        command
            .args(["verify", "-x509_strict", "-purpose", "sslserver"])
            .args(arguments);
        let output = command.arg("-CAfile").arg(ca).arg(leaf).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}
