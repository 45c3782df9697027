//! Distributions that are built to look right: every one of them lets something past or keeps what is one user's.

use zt_aws::cloudfront::{EdgeEvent, FunctionAssociation, InspectedBehavior, LambdaAssociation};
use zt_framework::Value;

use super::judge::findings;
use super::schema;
use super::tests::{AUTH, OPTIMIZED, SESSION, answer, at, caching, judged, login, right, session};

/// A route as `zt_edge_auth` tells it.
fn told(pattern: &str, access: &str, cache: &str) -> Value {
    Value::object([
        ("path_pattern", pattern.into()),
        ("function", "session".into()),
        ("access", access.into()),
        ("cache", cache.into()),
        ("case_insensitive", false.into()),
    ])
}

fn personal(pattern: &str) -> Value {
    told(pattern, "protected", "none")
}

fn shared(pattern: &str) -> Value {
    told(pattern, "protected", "shared")
}

fn public(pattern: &str) -> Value {
    told(pattern, "public", "none")
}

fn in_any_case(route: Value) -> Value {
    route.with("case_insensitive", true)
}

/// What is found of behaviors behind that of the login, with these routes.
fn found(routes: Vec<Value>, behaviors: Vec<(&str, InspectedBehavior)>) -> Vec<String> {
    let mut seen = right();
    seen.distribution.behaviors.truncate(1);
    let behaviors = behaviors.into_iter().map(|(path, it)| (path.to_owned(), it));
    seen.distribution.behaviors.extend(behaviors);
    let auth = Value::object([
        ("session_function_arn", SESSION.into()),
        ("auth_function_arn", AUTH.into()),
        ("auth_prefix", "/oauth2".into()),
        ("behaviors", Value::list(routes)),
    ]);
    let guard = Value::object([("edge_auth", auth)]);
    findings(&seen, &schema::asked(&guard).unwrap())
}

/// One finding, that a behavior may cache what is made for one user.
fn leaks(name: &str, found: &[String], behavior: &str) {
    let expected = format!("behavior {behavior:?} may cache");
    assert!(found.len() == 1 && found[0].contains(&expected), "{name}: {found:?}");
}

/// Behaviors compare case, so the other spellings of a route go on to the next behavior that takes them.
///
/// Checklist: K13.
#[test]
fn a_route_in_any_case_is_not_taken_by_a_behavior_of_one_case() {
    let behaviors = |second| vec![("/own/*", session()), ("/own", session()), (second, caching(OPTIMIZED))];
    for spelling in ["/OWN/*", "/Own/*", "/*"] {
        let routes = vec![in_any_case(personal("/own/*")), shared("/*")];
        let found = found(routes, behaviors(spelling));
        leaks(spelling, &found, spelling);
        assert!(found[0].contains("routes of one spelling each"), "{found:?}");
    }
    let exact = vec![personal("/own/*"), shared("/*")];
    assert_eq!(found(exact, behaviors("/*")), Vec::<String>::new());
    // What everybody may see may be seen in any case.
    let open = vec![in_any_case(public("/open/*")), personal("/*")];
    assert_eq!(found(open, vec![("/open/*", caching(OPTIMIZED))]), Vec::<String>::new());
}

#[test]
fn a_route_whose_case_is_not_told_is_one_in_any_case() {
    let untold = Value::object([
        ("path_pattern", "/own/*".into()),
        ("function", "session".into()),
        ("access", "protected".into()),
        ("cache", "none".into()),
    ]);
    let behaviors = vec![("/own/*", session()), ("/own", session()), ("/*", caching(OPTIMIZED))];
    leaks("untold", &found(vec![untold, shared("/*")], behaviors), "/*");
}

/// Routes are decoded, behaviors see what the client wrote: `/a b` arrives as `/a%20b`, `/@me` as itself or as `/%40me`.
#[test]
fn a_route_that_clients_write_in_two_ways_is_not_taken_and_not_missed() {
    for (route, before, caught) in [
        ("/@me/*", "/@me/*", "/*"),
        ("/a b/*", "/a b/*", "/*"),
        ("/what?/*", "/what?/*", "/*"),
        ("/é/*", "/é/*", "/*"),
        ("/a+b", "/a+b", "/*"),
        ("/x*7/*", "/x*7/*", "/*"),
        // The behavior says how the client writes it; the route does not.
        ("/a b/*", "/none/*", "/a%20b/*"),
        ("/@me/*", "/none/*", "/%40me/*"),
        ("/é/*", "/none/*", "/%c3*"),
        ("/what?", "/none/*", "/what%3F"),
    ] {
        let stem = before.trim_end_matches("/*");
        let behaviors = vec![(before, session()), (stem, session()), (caught, caching(OPTIMIZED))];
        let routes = vec![personal(route), shared("/*")];
        leaks(route, &found(routes, behaviors), caught);
    }
}

/// `/*a0` takes `/%a0`, which the session function decodes to something else.
#[test]
fn a_route_that_may_end_within_an_encoded_character_covers_nothing() {
    for route in ["/files/*b", "/files/*0*"] {
        let routes = vec![public(route), personal("/*")];
        leaks(route, &found(routes, vec![(route, caching(OPTIMIZED))]), route);
    }
    let behaviors = vec![("/v*2/own/*", session()), ("/v12/*", caching(OPTIMIZED))];
    leaks(
        "taken",
        &found(vec![personal("/v12/own/x"), shared("/*")], behaviors),
        "/v12/*",
    );
}

/// A pattern without its first slash may be read as if it had one, or as it stands.
#[test]
fn a_pattern_that_begins_with_a_wildcard_is_read_both_ways() {
    for (pattern, route) in [("*/own/page", "/own/page"), ("?own/page", "/own/page")] {
        let routes = vec![personal(route), shared("/*")];
        leaks(pattern, &found(routes, vec![(pattern, caching(OPTIMIZED))]), pattern);
    }
    // It takes the page by one of two readings only.
    let routes = vec![personal("/own/page"), shared("/*")];
    for taker in ["*/own/page", "?own/page"] {
        let behaviors = vec![(taker, session()), ("/own/*", caching(OPTIMIZED))];
        leaks(taker, &found(routes.clone(), behaviors), "/own/*");
    }
    let before = judged(|it| it.behaviors.insert(0, ("?oauth2/*".to_owned(), session())));
    assert!(
        before.iter().any(|one| one.contains("\"?oauth2/*\" stands before")),
        "{before:?}"
    );
}

/// One behavior is exempt from the session function, not every behavior with that pattern.
#[test]
fn only_the_behavior_of_the_login_itself_may_lack_the_session_function() {
    for again in ["oauth2/*", "/oauth2/*", "//oauth2/*"] {
        let found = judged(|it| it.behaviors.push((again.to_owned(), login())));
        let expected = format!("behavior {again:?} does not run the session function");
        assert!(found.iter().any(|one| one.contains(&expected)), "{again}: {found:?}");
    }
    let instead = judged(|it| it.behaviors[0].0 = "//oauth2/*".to_owned());
    assert!(
        instead.iter().any(|one| one.contains("nobody can log in")),
        "{instead:?}"
    );
}

/// Code of somebody else's that runs before the decision may change what is decided about.
#[test]
fn nothing_else_runs_beside_the_session_function_before_the_cache() {
    let lambda = |event| LambdaAssociation {
        event,
        arn: AUTH.replace("zt-", "own-"),
        include_body: false,
    };
    for pattern in ["", "/public/*", "/api/*"] {
        let beside = judged(|it| at(it, pattern).lambdas.push(lambda(EdgeEvent::ViewerRequest)));
        assert!(
            beside.len() == 1 && beside[0].contains("beside the session function"),
            "{pattern}: {beside:?}"
        );
        let two = judged(|it| {
            at(it, pattern).functions.push(FunctionAssociation {
                event: EdgeEvent::ViewerRequest,
                arn: SESSION.replace("zt-", "own-"),
            });
        });
        assert!(
            two.len() == 1 && two[0].contains("beside the session function"),
            "{pattern}: {two:?}"
        );
    }
    // It would see the cookies of a login, which are made there.
    for event in [
        EdgeEvent::ViewerResponse,
        EdgeEvent::OriginRequest,
        EdgeEvent::OriginResponse,
    ] {
        let found = judged(|it| it.behaviors[0].1.lambdas.push(lambda(event)));
        assert!(
            found.len() == 1 && found[0].contains("beside the auth function"),
            "{event:?}: {found:?}"
        );
    }
}

/// An error page is fetched without the session function: what decides its path has to be read as it is written.
#[test]
fn an_error_page_is_public_under_every_reading_of_its_path() {
    let page = |routes: Vec<Value>, page: &str| {
        let mut seen = right();
        seen.distribution.behaviors.truncate(1);
        seen.distribution.errors[8] = answer(502, Some(page), Some("502"));
        let auth = Value::object([
            ("session_function_arn", SESSION.into()),
            ("auth_function_arn", AUTH.into()),
            ("auth_prefix", "/oauth2".into()),
            ("behaviors", Value::list(routes)),
        ]);
        findings(&seen, &schema::asked(&Value::object([("edge_auth", auth)])).unwrap())
    };
    for (name, first, path) in [
        ("another case", "/Public/*", "/public/report.html"),
        ("out of its folder", "/public/*", "/public/../report.html"),
        ("out of its folder, encoded", "/public/*", "/public/%2e%2e/report.html"),
        ("twice a slash", "/public/*", "/public//report.html"),
        ("a route that looks like it", "/rép*", "/report.html"),
    ] {
        let found = page(vec![public(first), personal("/*")], path);
        assert!(
            found.len() == 1 && found[0].contains("without asking the session function"),
            "{name}: {found:?}"
        );
    }
    let right = page(vec![public("/public/*"), personal("/*")], "/public/error.html");
    assert_eq!(right, Vec::<String>::new());
    let in_any_case = vec![in_any_case(public("/Public/*")), personal("/*")];
    assert_eq!(page(in_any_case, "/Public/error.html"), Vec::<String>::new());
}

/// Behaviors that overlap: the first decides, whichever looks more exact.
#[test]
fn the_order_of_behaviors_that_overlap_decides() {
    let routes = || vec![personal("/own/*"), shared("/*")];
    let named = |order: [&'static str; 3]| {
        let behavior = |path: &str| match path {
            "/*" => caching(OPTIMIZED),
            _ => session(),
        };
        order.map(|path| (path, behavior(path))).to_vec()
    };
    assert_eq!(found(routes(), named(["/own/*", "/own", "/*"])), Vec::<String>::new());
    for order in [
        ["/*", "/own/*", "/own"],
        ["/own/*", "/*", "/own"],
        ["/own", "/*", "/own/*"],
    ] {
        leaks(&format!("{order:?}"), &found(routes(), named(order)), "/*");
    }
}

/// Signed addresses are CloudFront's own access control; nobody who is about to log in has one.
#[test]
fn the_login_is_open_to_who_has_no_signed_address_yet() {
    let signed = judged(|it| it.behaviors[0].1.signed = true);
    assert!(
        signed.len() == 1 && signed[0].contains("nobody can log in"),
        "{signed:?}"
    );
    assert_eq!(judged(|it| at(it, "/api/*").signed = true), Vec::<String>::new());
}
