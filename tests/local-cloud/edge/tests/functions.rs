//! CloudFront Functions on viewer-request: the event they see and what CloudFront refuses to take back.
//! Expectations from the Developer Guide: event structure, restrictions on edge functions, 502 and 503 pages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::json;
use support::documents::{ALL_VIEWER, Behavior, Distribution};
use support::{Ask, Reply, World};

async fn world() -> World {
    let world = World::new().await;
    let more = format!(
        "{}<OriginRequestPolicyId>{ALL_VIEWER}</OriginRequestPolicyId>",
        Behavior::function("session")
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

async fn run(world: &World, body: &str, ask: Ask) -> Reply {
    let code = format!(
        "import cf from 'cloudfront';\nasync function handler(event) {{ const request = event.request; {body} }}"
    );
    world.deploy(|aws| aws.function("session", &code));
    world.ask(ask).await
}

#[tokio::test]
async fn the_event_is_as_documented() {
    let world = world().await;
    let ask = Ask::get("/p%61th?a=1&b=%41+&a=2&c")
        .header("accept", "text/html")
        .header("accept", "application/xhtml+xml")
        .header("cookie", "x=1; y=2")
        .header("cookie", "x=3")
        .header("x-edge-location", "hidden")
        .header("x-forwarded-proto", "hidden")
        .header("x-local-viewer-address", "192.0.2.9");
    let reply = run(
        &world,
        "return {statusCode: 200, body: JSON.stringify([event, request.rawQueryString(), cf.edgeLocation.name])};",
        ask,
    )
    .await;
    let seen = reply.seen();
    assert_eq!(seen[1], "a=1&b=%41+&a=2&c");
    assert_eq!(seen[2], "FRA");
    let mut event = seen[0].clone();
    assert!(event["context"]["requestId"].as_str().is_some_and(|id| !id.is_empty()));
    event["context"]["requestId"] = json!("id");
    let expected = json!({
        "version": "1.0",
        "context": {"distributionDomainName": support::HOST, "endpoint": support::HOST, "distributionId": "E1", "eventType": "viewer-request", "requestId": "id"},
        "viewer": {"ip": "192.0.2.9"},
        "request": {
            "method": "GET",
            "uri": "/p%61th",
            "querystring": {"a": {"value": "1", "multiValue": [{"value": "1"}, {"value": "2"}]}, "b": {"value": "%41+"}, "c": {"value": ""}},
            "headers": {"host": {"value": support::HOST}, "accept": {"value": "text/html", "multiValue": [{"value": "text/html"}, {"value": "application/xhtml+xml"}]}},
            "cookies": {"x": {"value": "1", "multiValue": [{"value": "1"}, {"value": "3"}]}, "y": {"value": "2"}},
        },
    });
    assert_eq!(event, expected);
}

#[tokio::test]
async fn invalid_results_are_502_and_exceptions_503() {
    let world = world().await;
    let cases = [
        (
            "request.headers['connection'] = {value: 'x'}; return request;",
            502,
            "FunctionValidationError",
        ),
        (
            "request.headers['x-edge-user'] = {value: 'x'}; return request;",
            502,
            "FunctionValidationError",
        ),
        (
            "request.headers['x-amz-cf-anything'] = {value: 'x'}; return request;",
            502,
            "FunctionValidationError",
        ),
        (
            "request.headers['host'] = {value: 'other.example'}; return request;",
            502,
            "FunctionValidationError",
        ),
        (
            "request.headers['via'] = {value: 'x'}; return request;",
            502,
            "FunctionValidationError",
        ),
        (
            "request.headers['X-Upper'] = {value: 'x'}; return request;",
            502,
            "FunctionValidationError",
        ),
        (
            "request.headers['x-line'] = {value: 'a\\r\\nb: c'}; return request;",
            502,
            "FunctionValidationError",
        ),
        (
            "request.headers['x-number'] = {value: 1}; return request;",
            502,
            "FunctionValidationError",
        ),
        (
            "request.headers['x-many'] = {value: 'a'.repeat(33000)}; return request;",
            502,
            "FunctionValidationError",
        ),
        (
            "request.uri = 'relative'; return request;",
            502,
            "FunctionValidationError",
        ),
        (
            "request.uri = '/' + 'a'.repeat(8200); return request;",
            502,
            "FunctionValidationError",
        ),
        ("request.uri = '/a b'; return request;", 502, "FunctionValidationError"),
        (
            "request.method = 'POST'; return request;",
            502,
            "FunctionValidationError",
        ),
        ("return event;", 502, "FunctionValidationError"),
        ("return {statusCode: 99};", 502, "FunctionValidationError"),
        ("return {statusCode: '302'};", 502, "FunctionValidationError"),
        ("return {statusCode: 204, body: 'x'};", 502, "FunctionValidationError"),
        (
            "return {statusCode: 200, headers: {'x-cache': {value: 'Hit'}}};",
            502,
            "FunctionValidationError",
        ),
        (
            "return {statusCode: 200, headers: {'transfer-encoding': {value: 'chunked'}}};",
            502,
            "FunctionValidationError",
        ),
        (
            "return {statusCode: 200, headers: {'set-cookie': {value: 'a=b'}}};",
            502,
            "FunctionValidationError",
        ),
        (
            "return {statusCode: 200, body: {encoding: 'base64', data: '*'}};",
            502,
            "FunctionValidationError",
        ),
        ("return {statusCode: 200, body: 7};", 502, "FunctionValidationError"),
        (
            "cf.updateRequestOrigin({domainName: 'x.example'}); return request;",
            502,
            "FunctionValidationError",
        ),
        ("throw new Error('no');", 503, "FunctionExecutionError"),
        ("return;", 503, "FunctionExecutionError"),
        ("while (true) {}", 503, "FunctionExecutionError"),
        ("let a = {}; return a?.b;", 503, "FunctionExecutionError"),
        (
            "await cf.kvs('other').get('k'); return request;",
            503,
            "FunctionExecutionError",
        ),
        (
            "await cf.kvs().get('absent'); return request;",
            503,
            "FunctionExecutionError",
        ),
    ];
    for (body, status, cache) in cases {
        let reply = run(&world, body, Ask::get("/")).await;
        assert_eq!(
            (reply.status, reply.cache()),
            (status, cache),
            "{body} {}",
            world.last_reason()
        );
    }
}

#[tokio::test]
async fn a_request_goes_on_as_the_function_left_it() {
    let world = world().await;
    let ask = || {
        Ask::get("/a?x=1&y=2")
            .header("cookie", "keep=1; drop=2")
            .header("x-spoofed", "me")
            .header("x-edge-trace", "t")
    };
    let seen = run(&world, "return request;", ask()).await.seen();
    assert_eq!(
        (seen["path"].as_str(), seen["headers"]["cookie"].as_str()),
        (Some("/a?x=1&y=2"), Some("keep=1; drop=2"))
    );
    assert_eq!(seen["headers"]["x-origin-secret"], "s3cret");

    let body = "request.uri = '/b'; delete request.cookies.drop; delete request.headers['x-spoofed']; delete request.querystring.y; \
                request.headers['x-user'] = {value: 'u', multiValue: [{value: 'v'}]}; return request;";
    let seen = run(&world, body, ask()).await.seen();
    assert_eq!(
        (seen["path"].as_str(), seen["headers"]["cookie"].as_str()),
        (Some("/b?x=1"), Some("keep=1"))
    );
    assert_eq!(
        (seen["headers"]["x-user"].as_str(), seen["headers"].get("x-spoofed")),
        (Some("v"), None)
    );

    let seen = run(
        &world,
        "request.querystring = 'z=%20'; request.cookies = {}; return request;",
        ask(),
    )
    .await
    .seen();
    assert_eq!(
        (seen["path"].as_str(), seen["headers"].get("cookie")),
        (Some("/a?z=%20"), None)
    );
    // The behaviour, and with it the origin, stays the one of the viewer's path: asked for by AWS's event page.
    let line = world.log().pop().unwrap();
    assert_eq!(
        (line["uri"].as_str(), line["method"].as_str()),
        (Some("/a"), Some("GET"))
    );
}

#[tokio::test]
async fn a_response_is_sent_as_the_function_made_it() {
    let world = world().await;
    let body = "cf.logCustomData('v1 deny'); return {statusCode: 401, statusDescription: 'Unauthorized', headers: {'cache-control': {value: 'no-store'}}, \
                cookies: {a: {value: '1', attributes: 'Secure; Path=/'}, b: {value: '2', multiValue: [{value: '2'}, {value: '3', attributes: 'Path=/x'}]}}, \
                body: {encoding: 'base64', data: 'YQD/'}};";
    let reply = run(&world, body, Ask::get("/")).await;
    assert_eq!(
        (reply.status, reply.cache(), &reply.body[..]),
        (401, "FunctionGeneratedResponse", &b"a\0\xff"[..])
    );
    let cookies: Vec<_> = reply
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|v| v.to_str().unwrap())
        .collect();
    assert_eq!(cookies, ["a=1; Secure; Path=/", "b=2", "b=3; Path=/x"]);
    let line = world.log().pop().unwrap();
    assert_eq!(
        (line["viewer-request-log-data"].as_str(), line["status"].as_u64()),
        (Some("v1 deny"), Some(401))
    );
    assert_eq!(world.log().len(), 1);
}

#[tokio::test]
async fn the_store_is_read_through_the_api() {
    let world = world().await;
    world.deploy(|aws| {
        aws.pairs
            .extend((0..120).map(|i| (format!("p:{i:03}"), format!("value {i}"))))
    });
    let body = "const v = await cf.kvs().get('p:119'); return {statusCode: 200, body: v};";
    assert_eq!(run(&world, body, Ask::get("/")).await.text(), "value 119");
    world.write_keys(&[("p:119", Some("changed")), ("p:000", None)]);
    assert_eq!(world.get("/").await.text(), "changed");
    let gone = "const v = await cf.kvs().exists('p:000'); return {statusCode: 200, body: String(v)};";
    assert_eq!(run(&world, gone, Ask::get("/")).await.text(), "false");
}

#[tokio::test]
async fn a_viewer_response_function_may_change_the_response() {
    let world = World::new().await;
    let more = Behavior::function("after").replace("viewer-request", "viewer-response");
    world.deploy(|aws| {
        aws.distribution(&Distribution::new(
            world.origin,
            Behavior {
                more,
                ..Behavior::default()
            },
        ))
    });
    let run = async |body: &str| {
        let code = format!("function handler(event) {{ const response = event.response; {body} }}");
        world.deploy(|aws| aws.function("after", &code));
        world.get("/").await
    };
    world.origin_answers(
        200,
        &[
            ("set-cookie", "a=1; Path=/"),
            ("x-from", "origin"),
            ("via", "1.1 origin"),
        ],
    );
    let reply = run("response.headers['x-more'] = {value: String(response.statusCode) + response.cookies.a.attributes}; delete response.headers['x-from']; return response;").await;
    assert_eq!(
        (
            reply.status,
            reply.header("x-more"),
            reply.header("x-from"),
            reply.header("set-cookie")
        ),
        (200, "200Path=/", "", "a=1; Path=/")
    );
    assert_eq!(reply.seen()["path"], "/", "the body stays");
    for (body, status) in [
        ("response.headers['via'] = {value: 'x'}; return response;", 502),
        ("response.headers['warning'] = {value: 'x'}; return response;", 502),
        ("response.statusCode = 99; return response;", 502),
        ("return event.request;", 502),
        ("throw new Error('no');", 503),
    ] {
        assert_eq!(run(body).await.status, status, "{body}");
    }
    world.origin_answers(404, &[("cache-control", "no-store")]);
    assert_eq!(
        run("throw new Error('no');").await.status,
        404,
        "it does not run for errors of the origin"
    );
}

#[tokio::test]
async fn what_functions_must_not_touch_is_hidden_and_refused() {
    let world = world().await;
    let body = "const name = request.querystring.name.value; if (name !== 'host' && request.headers[name]) { return {statusCode: 200, body: 'seen'}; } \
                request.headers[name] = {value: 'forged'}; return request;";
    for name in support::DISALLOWED.iter().chain(&support::READ_ONLY) {
        let sent = if name.contains("proxy") || *name == "x-real-ip" {
            *name
        } else {
            "x-harmless"
        };
        let ask = Ask::get(&format!("/?name={name}")).header(sent, "viewer");
        assert_eq!(run(&world, body, ask).await.status, 502, "{name}");
    }
}

#[tokio::test]
async fn a_function_never_sees_a_body() {
    let world = world().await;
    let body = "return {statusCode: 200, body: JSON.stringify(Object.keys(request).sort())};";
    let seen = run(&world, body, Ask::get("/").method("POST").body("secret"))
        .await
        .seen();
    assert_eq!(seen, json!(["cookies", "headers", "method", "querystring", "uri"]));
}

#[tokio::test]
async fn a_function_s_own_error_gets_no_error_page() {
    let world = world().await;
    world.deploy(|aws| {
        let more = Behavior::function("session");
        let mut distribution = Distribution::new(
            world.origin,
            Behavior {
                more,
                ..Behavior::default()
            },
        );
        distribution.more += "<CustomErrorResponses><Items><CustomErrorResponse><ErrorCode>403</ErrorCode><ResponsePagePath>/e</ResponsePagePath>\
                              <ResponseCode>200</ResponseCode></CustomErrorResponse></Items></CustomErrorResponses>";
        aws.distribution(&distribution);
    });
    let reply = run(&world, "return {statusCode: 403, body: 'mine'};", Ask::get("/")).await;
    assert_eq!((reply.status, reply.text()), (403, "mine"));
}
