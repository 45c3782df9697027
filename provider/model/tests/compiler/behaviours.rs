use serde_json::{Value, json};

use crate::{application, compiled, problems};

/// The behaviours of some routes as `pattern -> origin`, with a plus for a shared cache.
fn behaviours(routes: Value) -> Vec<String> {
    compiled(&application(routes))
        .behaviours
        .iter()
        .map(|behaviour| {
            let origin = behaviour.origin.as_ref().map_or("default", |origin| origin.as_str());
            let cache = if behaviour.shared_cache { "+" } else { "" };
            format!("{} -> {origin}{cache}", behaviour.pattern)
        })
        .collect()
}

#[test]
fn only_routes_of_their_own_origin_or_cache_need_a_behaviour() {
    for (routes, expected) in [
        (
            json!([{"path": "/a/*", "allow": ["staff"]}, {"path": "/*", "allow": ["staff"]}]),
            vec![],
        ),
        (
            json!([{"path": "/api/*", "allow": ["staff"], "origin": "api"}, {"path": "/*", "allow": ["staff"]}]),
            vec!["/api/* -> api", "/api -> api"],
        ),
        (
            json!([{"path": "/assets/*", "access": "public", "cache": "shared"}, {"path": "/*", "allow": ["staff"]}]),
            vec!["/assets/* -> default+", "/assets -> default+"],
        ),
        // An earlier route within one of another origin keeps its own place before it.
        (
            json!([{"path": "/api/docs/*", "allow": ["staff"]}, {"path": "/web/*", "allow": ["staff"]}, {"path": "/api/*", "allow": ["staff"], "origin": "api"}]),
            vec![
                "/api/docs/* -> default",
                "/api/docs -> default",
                "/api/* -> api",
                "/api -> api",
            ],
        ),
        (
            json!([{"path": "/api", "allow": ["staff"]}, {"path": "/api/*", "allow": ["staff"], "origin": "api"}]),
            vec!["/api -> default", "/api/* -> api"],
        ),
        (
            json!([{"path": "/a/*", "allow": ["staff"], "origin": "x"}, {"path": "/*", "allow": ["staff"], "origin": "y"}]),
            vec!["/a/* -> x", "/a -> x", "/* -> y"],
        ),
        (
            json!([{"path": "/*.png", "access": "public", "origin": "img"}]),
            vec!["/*.png -> img"],
        ),
    ] {
        assert_eq!(behaviours(routes.clone()), expected, "{routes}");
    }
}

#[test]
fn a_pattern_that_reads_differently_when_encoded_selects_no_behaviour() {
    for (path, right) in [
        ("/a-b_c.d~e/*", true),
        ("/x*/y", true),
        ("/*-d", true),
        ("/a b/*", false),
        ("/é", false),
        ("/a@b", false),
        ("/a?b", false),
        ("/a+b", false),
        ("/a&b", false),
        ("/a$b", false),
        ("/*data", false),
        ("/x*5", false),
    ] {
        let found = problems(&application(json!([{"path": path, "allow": ["staff"], "origin": "o"}])));
        assert_eq!(found.is_empty(), right, "{path}: {found:?}");
        assert!(
            right
                || found
                    == [format!(
                        "routes[0].path: CloudFront cannot select the behaviour of route {path}"
                    )]
        );
        // Without an origin of its own such a pattern is fine.
        let found = problems(&application(json!([{"path": path, "allow": ["staff"]}])));
        assert_eq!(found, Vec::<String>::new());
    }
}

#[test]
fn behaviours_compare_case() {
    let refused = "routes[0].path: CloudFront cannot select the behaviour of route /Api/*";
    let own = json!([{"path": "/Api/*", "allow": ["staff"], "origin": "api", "case_insensitive": true}]);
    assert_eq!(problems(&application(own)), [refused]);
    let before = json!([
        {"path": "/Api/*", "allow": ["staff"], "case_insensitive": true},
        {"path": "/api*", "allow": ["staff"], "origin": "api"}
    ]);
    assert_eq!(problems(&application(before)), [refused]);
    let apart = json!([
        {"path": "/Web/*", "allow": ["staff"], "case_insensitive": true},
        {"path": "/api*", "allow": ["staff"], "origin": "api"}
    ]);
    assert_eq!(problems(&application(apart)), Vec::<String>::new());
}

#[test]
fn a_distribution_has_75_behaviours() {
    let routes = |count: usize| {
        let route = |number| json!({"path": format!("/p{number}x"), "allow": ["staff"], "origin": "o"});
        Value::Array((0..count).map(route).collect())
    };
    assert_eq!(
        behaviours(routes(73)).len(),
        73,
        "beside the default one and that of the auth prefix"
    );
    assert_eq!(
        problems(&application(routes(74))),
        ["routes: the routes need 76 cache behaviours, CloudFront allows 75"]
    );
}
