//! Lambda@Edge on viewer-request: event, environment, limits and refusals, after the Developer Guide's pages on Lambda@Edge.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::{Value, json};
use support::documents::{ALL_VIEWER, Behavior, Distribution};
use support::{Ask, Reply, World};

async fn world() -> World {
    let world = World::new().await;
    let more = format!(
        "{}<OriginRequestPolicyId>{ALL_VIEWER}</OriginRequestPolicyId>",
        Behavior::lambda("auth")
    );
    world.deploy(|aws| {
        aws.distribution(&Distribution::new(
            world.origin,
            Behavior {
                more,
                ..Behavior::default()
            },
        ))
    });
    world
}

async fn run(world: &World, body: &str, configuration: Value, ask: Ask) -> Reply {
    let code =
        format!("export const handler = async (event) => {{ const request = event.Records[0].cf.request; {body} }};");
    world.deploy(|aws| aws.lambda("auth", &code, &configuration));
    world.ask(ask).await
}

#[tokio::test]
async fn the_event_and_the_environment_are_as_documented() {
    let world = world().await;
    let ask = Ask::get("/oauth2/callback?code=%41")
        .method("POST")
        .header("cookie", "a=1")
        .header("cookie", "b=2")
        .header("x-edge-hidden", "x")
        .header("x-local-viewer-address", "2001:db8::1")
        .body("token=1");
    let body = "const names = Object.keys(process.env).sort(); const cf = event.Records[0].cf; \
                return {status: '200', body: JSON.stringify([cf, names, process.env.AWS_ACCESS_KEY_ID])};";
    let reply = run(&world, body, json!({}), ask).await;
    assert_eq!(
        (reply.status, reply.cache()),
        (200, "LambdaGeneratedResponse"),
        "{}",
        world.last_reason()
    );
    let seen = reply.seen();
    let config = &seen[0]["config"];
    assert_eq!(
        (config["distributionDomainName"].as_str(), config["eventType"].as_str()),
        (Some(support::HOST), Some("viewer-request"))
    );
    let expected = json!({
        "clientIp": "2001:db8::1",
        "method": "POST",
        "uri": "/oauth2/callback",
        "querystring": "code=%41",
        "headers": {"host": [{"key": "Host", "value": support::HOST}], "cookie": [{"key": "Cookie", "value": "a=1"}, {"key": "Cookie", "value": "b=2"}],
                    "content-length": [{"key": "Content-Length", "value": "7"}]},
        "body": {"inputTruncated": false, "action": "read-only", "encoding": "base64", "data": "dG9rZW49MQ=="},
    });
    assert_eq!(seen[0]["request"], expected);
    let names: Vec<&str> = seen[1]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_str().unwrap())
        .collect();
    for name in &names {
        assert!(
            name.starts_with("AWS_") || ["LAMBDA_TASK_ROOT", "_HANDLER", "TZ", "NODE_EXTRA_CA_CERTS"].contains(name),
            "{name} is not reserved"
        );
    }
    assert!(!names.contains(&"AWS_ENDPOINT_URL"));
    assert_eq!(seen[2], support::ACCOUNT);
}

#[tokio::test]
async fn invalid_results_are_502_and_faults_503() {
    let world = world().await;
    let cases = [
        ("return {status: '600'};", 502),
        ("return {status: 'ok'};", 502),
        ("return {status: '204', body: 'x'};", 502),
        ("return {status: '200', headers: {'X-Upper': [{value: 'x'}]}};", 502),
        ("return {status: '200', headers: {'x-a': {value: 'x'}}};", 502),
        (
            "return {status: '200', headers: {'x-a': [{key: 'X-B', value: 'x'}]}};",
            502,
        ),
        ("return {status: '200', headers: {'x-a': [{value: 'a\\nb'}]}};", 502),
        ("return {status: '200', headers: {'connection': [{value: 'x'}]}};", 502),
        ("return {status: '200', headers: {'x-edge-a': [{value: 'x'}]}};", 502),
        (
            "return {status: '200', headers: {'content-length': [{value: '1'}]}};",
            502,
        ),
        ("return {status: '200', body: 'x'.repeat(41000)};", 502),
        ("return {status: '200', body: {}};", 502),
        ("return {status: '200', bodyEncoding: 'gzip', body: 'x'};", 502),
        ("return 'text';", 502),
        (
            "request.headers.host = [{key: 'Host', value: 'x'}]; return request;",
            502,
        ),
        ("request.method = 'DELETE'; return request;", 502),
        ("request.uri = 'x'; return request;", 502),
        ("throw new Error('no');", 503),
        ("process.exit(1);", 503),
        ("await new Promise(() => {});", 503),
    ];
    for (body, status) in cases {
        let reply = run(&world, body, json!({"Timeout": 1}), Ask::get("/")).await;
        let cache = if status == 502 {
            "LambdaValidationError"
        } else {
            "LambdaExecutionError"
        };
        assert_eq!(
            (reply.status, reply.cache()),
            (status, cache),
            "{body} {}",
            world.last_reason()
        );
    }
}

#[tokio::test]
async fn what_lambda_at_the_edge_may_not_have_is_served_by_nobody() {
    let world = world().await;
    for configuration in [
        json!({"Environment": {"Variables": {"A": "b"}}}),
        json!({"Layers": [{"Arn": "x"}]}),
        json!({"VpcConfig": {"SubnetIds": ["subnet-1"]}}),
        json!({"Architectures": ["arm64"]}),
        json!({"PackageType": "Image"}),
        json!({"TracingConfig": {"Mode": "Active"}}),
        json!({"Runtime": "nodejs18.x"}),
        json!({"EphemeralStorage": {"Size": 1024}}),
    ] {
        let reply = run(&world, "return request;", configuration.clone(), Ask::get("/")).await;
        assert_eq!(reply.status, 503, "{configuration}");
    }
    assert_eq!(
        run(&world, "return request;", json!({}), Ask::get("/")).await.status,
        200
    );
    let callback = "export const handler = (event, context, callback) => callback(null, {status: '200'});";
    world.deploy(|aws| aws.lambda("auth", callback, &json!({})));
    assert_eq!(world.get("/").await.status, 503, "Node 24 has no callback handlers");
    let type_less = "module.exports.handler = async () => ({status: '200'});";
    world.deploy(|aws| aws.lambda("auth", type_less, &json!({})));
    assert_eq!(world.get("/").await.status, 503);
}

#[tokio::test]
async fn processes_stay_warm_and_go_by_the_edge_s_clock() {
    let world = world().await;
    let code = "let calls = 0; export const handler = async () => ({status: '200', body: JSON.stringify([++calls, Date.now(), new Date().getTime()])});";
    world.deploy(|aws| aws.lambda("auth", code, &json!({})));
    let first = world.get("/").await.seen();
    world.edge.clock().advance(86_400_000);
    let second = world.get("/").await.seen();
    assert_eq!((first[0].as_i64(), second[0].as_i64()), (Some(1), Some(2)));
    assert!(second[1].as_i64().unwrap() - first[1].as_i64().unwrap() >= 86_400_000);
    assert!(second[2].as_i64().unwrap() - first[2].as_i64().unwrap() >= 86_400_000);
}

#[tokio::test]
async fn a_body_may_be_replaced_and_long_ones_are_cut() {
    let world = world().await;
    let replace =
        "request.body.action = 'replace'; request.body.encoding = 'text'; request.body.data = 'other'; return request;";
    let seen = run(&world, replace, json!({}), Ask::get("/x").method("POST").body("body"))
        .await
        .seen();
    assert_eq!(
        (seen["body"].as_str(), seen["headers"]["content-length"].as_str()),
        (Some("other"), Some("5"))
    );
    let cut = "return {status: '200', body: JSON.stringify([request.body.inputTruncated, Buffer.from(request.body.data, 'base64').length])};";
    let reply = run(
        &world,
        cut,
        json!({}),
        Ask::get("/x").method("POST").body(vec![b'x'; 50_000]),
    )
    .await;
    assert_eq!(reply.seen(), json!([true, 40_960]));
}

#[tokio::test]
async fn a_replaced_body_has_at_most_forty_kilobytes() {
    let world = world().await;
    let replaced = |text: &str| format!("request.body.action = 'replace'; {text} return request;");
    let cases = [
        (
            "request.body.encoding = 'text'; request.body.data = 'x'.repeat(40960);",
            200,
        ),
        (
            "request.body.encoding = 'text'; request.body.data = 'x'.repeat(40961);",
            502,
        ),
        ("request.body.data = Buffer.alloc(40960).toString('base64');", 200),
        ("request.body.data = Buffer.alloc(40963).toString('base64');", 502),
    ];
    for (body, status) in cases {
        let ask = Ask::get("/x").method("POST").body("body");
        assert_eq!(
            run(&world, &replaced(body), json!({}), ask).await.status,
            status,
            "{body}"
        );
    }
}

#[tokio::test]
async fn what_functions_must_not_touch_is_hidden_and_refused() {
    let world = world().await;
    let body = "const query = new URLSearchParams(request.querystring); const name = query.get('name'); \
                const seen = name in request.headers || Object.keys(request.headers).some((n) => n.startsWith('cloudfront-')); \
                if (seen) return {status: '200', body: 'seen'}; request.headers[name] = [{key: name, value: 'forged'}]; return request;";
    for name in support::DISALLOWED.iter().chain(&support::READ_ONLY) {
        let sent = if name.contains("proxy") || *name == "x-real-ip" {
            *name
        } else {
            "x-harmless"
        };
        let ask = Ask::get(&format!("/?name={name}")).header(sent, "viewer");
        let reply = run(&world, body, json!({}), ask).await;
        // The host is there and read-only; its presence is not the point.
        let expected = if *name == "host" { 200 } else { 502 };
        assert_eq!(reply.status, expected, "{name}");
    }
}
