use serde_json::json;

use crate::check;

#[test]
fn a_route_says_who_may_pass() {
    check(&[
        (json!([{"path": "/*", "allow": ["staff", "admins"]}]), &[]),
        (json!([{"path": "/*", "access": "public"}]), &[]),
        (
            json!([{"path": "/*"}]),
            &["routes[0]: route /* has no policy and is not public"],
        ),
        (
            json!([{"path": "/*", "allow": []}]),
            &["routes[0]: route /* has no policy and is not public"],
        ),
        (
            json!([{"path": "/*", "access": "public", "allow": ["staff"]}]),
            &["routes[0].access: route /* is public and has policies"],
        ),
        (
            json!([{"path": "/*", "access": "Public"}]),
            &["routes[0].access: unknown value \"Public\""],
        ),
        (
            json!([{"path": "/a", "allow": ["staff"]}, {"path": "/*", "allow": ["staff", "stuff"]}]),
            &["routes[1].allow[1]: unknown policy \"stuff\""],
        ),
        (
            json!([{"path": "/*", "allow": ["staff", "staff"]}]),
            &["routes[0].allow[1]: policy \"staff\" is listed twice"],
        ),
        (json!([]), &["routes: no routes"]),
    ]);
}

#[test]
fn a_pattern_is_an_absolute_decoded_path() {
    let long = format!("/{}", "a".repeat(255));
    for (path, right) in [
        ("/a b", true),
        ("/é/*", true),
        ("/a?b", true),
        (&long[..255], true),
        (&long, false),
        ("", false),
        ("*", false),
        ("a/*", false),
        ("https://a/b", false),
        ("/a%20b", false),
        ("/a;b", false),
        ("/a\\b", false),
        ("/a//b", false),
        ("/a/../b", false),
        ("/a/.", false),
        ("/a\tb", false),
    ] {
        let found = crate::problems(&crate::application(json!([{"path": path, "allow": ["staff"]}])));
        assert_eq!(found.is_empty(), right, "{path}: {found:?}");
        assert!(
            right || found == [format!("routes[0].path: path pattern {path:?} is not usable")],
            "{found:?}"
        );
    }
}

#[test]
fn methods_are_known_and_listed() {
    check(&[
        (
            json!([{"path": "/*", "allow": ["staff"], "methods": ["GET", "PATCH"]}]),
            &[],
        ),
        (
            json!([{"path": "/*", "allow": ["staff"], "methods": []}]),
            &["routes[0].methods: route /* allows no method"],
        ),
        (
            json!([{"path": "/*", "allow": ["staff"], "methods": ["GET", "get", "TRACE"]}]),
            &[
                "routes[0].methods[1]: invalid name",
                "routes[0].methods[2]: invalid name",
            ],
        ),
        (
            json!([{"path": "/*", "allow": ["staff"], "unauthenticated": "403"}]),
            &["routes[0].unauthenticated: unknown value \"403\""],
        ),
        (
            json!([{"path": "/*", "allow": ["staff"], "cache": "yes"}]),
            &["routes[0].cache: unknown value \"yes\""],
        ),
    ]);
}

#[test]
fn a_route_that_never_decides_is_refused() {
    check(&[
        (
            json!([{"path": "/a/*", "allow": ["staff"]}, {"path": "/a/*", "allow": ["admins"]}]),
            &["routes[1].path: route /a/* repeats route 0"],
        ),
        (
            json!([{"path": "/*", "allow": ["staff"]}, {"path": "/admin/*", "allow": ["admins"]}]),
            &["routes[1].path: route /admin/* can never decide a request"],
        ),
        (
            json!([{"path": "/a/*", "allow": ["staff"]}, {"path": "/a", "allow": ["staff"]}]),
            &["routes[1].path: route /a can never decide a request"],
        ),
        // Together the two earlier ones take all of it: `/a/*` is `/a` and everything below.
        (
            json!([{"path": "/a", "allow": ["staff"]}, {"path": "/a/b*", "allow": ["staff"]}, {"path": "/a/*", "allow": ["staff"]}]),
            &[],
        ),
        (
            json!([{"path": "/a", "allow": ["staff"]}, {"path": "/a*/*", "allow": ["staff"]}, {"path": "/a/*", "allow": ["staff"]}]),
            &["routes[2].path: route /a/* can never decide a request"],
        ),
        (
            json!([{"path": "/A/*", "allow": ["staff"], "case_insensitive": true}, {"path": "/a/b", "allow": ["admins"]}]),
            &["routes[1].path: route /a/b can never decide a request"],
        ),
        (
            json!([{"path": "/a/*", "allow": ["staff"]}, {"path": "/A/*", "allow": ["admins"], "case_insensitive": true}]),
            &[],
        ),
        // A method that the first route does not list is refused, never handed on.
        (
            json!([{"path": "/a", "allow": ["staff"], "methods": ["GET"]}, {"path": "/a", "allow": ["admins"], "methods": ["POST"]}]),
            &["routes[1].path: route /a repeats route 0"],
        ),
    ]);
}

#[test]
fn what_the_gateway_answers_itself_is_no_route() {
    check(&[
        (
            json!([{"path": "/oauth2/*", "allow": ["staff"]}]),
            &["routes[0].path: route /oauth2/* lies within a reserved path"],
        ),
        (
            json!([{"path": "/oauth2", "access": "public"}]),
            &["routes[0].path: route /oauth2 lies within a reserved path"],
        ),
        (
            json!([{"path": "/oauth2/x/*", "allow": ["staff"]}]),
            &["routes[0].path: route /oauth2/x/* lies within a reserved path"],
        ),
        (
            json!([{"path": "/.zt/userinfo", "allow": ["staff"]}]),
            &["routes[0].path: route /.zt/userinfo lies within a reserved path"],
        ),
        (
            json!([{"path": "/oauth2x", "allow": ["staff"]}, {"path": "/.zt/*", "allow": ["staff"]}]),
            &[],
        ),
    ]);
}

#[test]
fn a_public_route_opens_no_part_of_a_later_protected_one_by_accident() {
    check(&[
        // Carved out on purpose.
        (
            json!([{"path": "/public/*", "access": "public"}, {"path": "/*", "allow": ["staff"]}]),
            &[],
        ),
        (
            json!([{"path": "/*.css", "access": "public"}, {"path": "/*", "allow": ["staff"]}]),
            &[],
        ),
        // Cuts across.
        (
            json!([{"path": "/*.css", "access": "public"}, {"path": "/admin/*", "allow": ["admins"]}, {"path": "/*", "allow": ["staff"]}]),
            &["routes[0].path: public route /*.css opens a part of the protected route /admin/*"],
        ),
        (
            json!([{"path": "/admin/*", "allow": ["admins"]}, {"path": "/*.css", "access": "public"}, {"path": "/*", "allow": ["staff"]}]),
            &[],
        ),
        (
            json!([{"path": "/admin/*.css", "access": "public"}, {"path": "/admin/*", "allow": ["admins"]}, {"path": "/*.css", "access": "public"}]),
            &[],
        ),
        (
            json!([{"path": "/*/health", "access": "public"}, {"path": "/api/*", "allow": ["staff"]}]),
            &["routes[0].path: public route /*/health opens a part of the protected route /api/*"],
        ),
        // Two public ones may cut across each other, and so may two protected ones.
        (
            json!([{"path": "/*.css", "access": "public"}, {"path": "/a/*", "access": "public"}]),
            &[],
        ),
        (
            json!([{"path": "/*.css", "allow": ["staff"]}, {"path": "/a/*", "allow": ["admins"]}]),
            &[],
        ),
    ]);
}

#[test]
fn letters_of_two_cases_are_ascii() {
    check(&[
        (
            json!([{"path": "/Admin/*", "allow": ["staff"], "case_insensitive": true}]),
            &[],
        ),
        (
            json!([{"path": "/é/*", "allow": ["staff"], "case_insensitive": true}]),
            &["routes[0].path: case-insensitive pattern \"/é/*\" holds letters beyond ASCII"],
        ),
    ]);
}

#[test]
fn a_cors_rule_names_origins_and_methods() {
    let route = |cors| json!([{"path": "/*", "allow": ["staff"], "cors": cors}]);
    let bad: &[&str] = &["routes[0].cors: invalid CORS rule"];
    check(&[
        (
            route(
                json!({"origins": ["https://a.example", "https://b.example:8443"], "methods": ["GET"], "headers": ["Content-Type"], "credentials": true, "max_age": 600}),
            ),
            &[],
        ),
        (route(json!({"origins": [], "methods": ["GET"]})), bad),
        (route(json!({"origins": ["*"], "methods": ["GET"]})), bad),
        (route(json!({"origins": ["null"], "methods": ["GET"]})), bad),
        (
            route(json!({"origins": ["https://a.example/"], "methods": ["GET"]})),
            bad,
        ),
        (route(json!({"origins": ["a.example"], "methods": ["GET"]})), bad),
        (route(json!({"origins": ["https://a.example"], "methods": []})), bad),
        (
            route(json!({"origins": ["https://a.example"], "methods": ["GET"], "headers": ["a b"]})),
            bad,
        ),
        (
            route(json!({"origins": ["https://a.example"], "methods": ["GET"], "max_age": 100_000})),
            bad,
        ),
        (
            route(json!({"origins": ["https://a.example"], "methods": ["FETCH"]})),
            &["routes[0].cors.methods[0]: invalid name"],
        ),
    ]);
}
