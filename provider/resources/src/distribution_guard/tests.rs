//! Every single weakening of a distribution is refused, and what is no weakness is not.

use std::collections::{BTreeMap, BTreeSet};

use zt_aws::cloudfront::{
    CacheSetting, EdgeEvent, ErrorAnswer, FunctionAssociation, InspectedBehavior, Inspection, LambdaAssociation,
    ViewerProtocol,
};
use zt_model::route::Pattern;

use super::judge::{Asked, CACHING_DISABLED, Route, Seen, findings};

pub(super) const SESSION: &str = "arn:aws:cloudfront::111122223333:function/zt-main--members-session";
pub(super) const AUTH: &str = "arn:aws:lambda:us-east-1:111122223333:function:zt-main--members-auth:7";
/// Managed policies of CloudFront (Developer Guide): CachingOptimized, UseOriginCacheControlHeaders.
pub(super) const OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";
const BY_ORIGIN: &str = "83da9c7e-98b4-4e11-a168-04f0df8e2c65";
const LOG: &str = "arn:aws:cloudfront::111122223333:realtime-log-config/all";

/// What it is, what it does, and what has to be said of it.
type Attack = (&'static str, fn(&mut Inspection), &'static str);

pub(super) fn route(pattern: &str, kind: &str) -> Route {
    Route {
        pattern: Pattern::parse(pattern, false).unwrap(),
        public: kind == "public",
        shared: kind == "shared",
    }
}

pub(super) fn asked() -> Asked {
    Asked {
        session_function_arn: SESSION.to_owned(),
        auth_function_arn: AUTH.to_owned(),
        auth_prefix: "/oauth2".to_owned(),
        routes: vec![
            route("/public/*", "public"),
            route("/assets/own/*", "protected"),
            route("/assets/*", "shared"),
            route("/*", "protected"),
        ],
    }
}

pub(super) fn session() -> InspectedBehavior {
    InspectedBehavior {
        viewer_protocol: ViewerProtocol::RedirectToHttps,
        takes_post: true,
        signed: false,
        functions: vec![FunctionAssociation {
            event: EdgeEvent::ViewerRequest,
            arn: SESSION.to_owned(),
        }],
        lambdas: Vec::new(),
        cache: CacheSetting::Policy(CACHING_DISABLED.to_owned()),
        realtime_log: None,
    }
}

pub(super) fn caching(policy: &str) -> InspectedBehavior {
    InspectedBehavior {
        cache: CacheSetting::Policy(policy.to_owned()),
        ..session()
    }
}

pub(super) fn login() -> InspectedBehavior {
    InspectedBehavior {
        functions: Vec::new(),
        lambdas: vec![LambdaAssociation {
            event: EdgeEvent::ViewerRequest,
            arn: AUTH.to_owned(),
            include_body: true,
        }],
        ..session()
    }
}

/// A distribution that is right: login, public files, personal files, shared files, and the rest.
pub(super) fn right() -> Seen {
    let named = |pattern: &str, behavior| (pattern.to_owned(), behavior);
    let errors = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];
    Seen {
        distribution: Inspection {
            deployed: true,
            default_root_object: None,
            logs_cookies: false,
            continuous_deployment: None,
            errors: errors.into_iter().map(|status| answer(status, None, None)).collect(),
            default_behavior: session(),
            behaviors: vec![
                named("/oauth2/*", login()),
                named("/public/*", caching(OPTIMIZED)),
                named("/assets/own/*", session()),
                named("/assets/own", session()),
                named("/assets/*", caching(OPTIMIZED)),
                named("/api/*", session()),
            ],
        },
        kept: BTreeMap::from([(OPTIMIZED.to_owned(), 31_536_000), (BY_ORIGIN.to_owned(), 31_536_000)]),
        logged: BTreeMap::new(),
    }
}

pub(super) fn answer(status: i32, page: Option<&str>, answered: Option<&str>) -> ErrorAnswer {
    ErrorAnswer {
        status,
        page: page.map(str::to_owned),
        answered: answered.map(str::to_owned),
        kept: 0,
    }
}

pub(super) fn judged(change: impl FnOnce(&mut Inspection)) -> Vec<String> {
    let mut seen = right();
    change(&mut seen.distribution);
    findings(&seen, &asked())
}

/// The behaviour of a pattern, or the default one.
pub(super) fn at<'a>(distribution: &'a mut Inspection, pattern: &str) -> &'a mut InspectedBehavior {
    let found = distribution.behaviors.iter_mut().find(|(path, _)| path == pattern);
    found.map_or(&mut distribution.default_behavior, |(_, behavior)| behavior)
}

#[test]
fn a_distribution_that_runs_the_functions_everywhere_is_accepted() {
    assert_eq!(findings(&right(), &asked()), Vec::<String>::new());
    let same = |change: fn(&mut Inspection)| assert_eq!(judged(change), Vec::<String>::new());
    // CloudFront takes patterns without their first slash.
    same(|it| it.behaviors[0].0 = "oauth2/*".to_owned());
    same(|it| it.behaviors.swap(0, 1));
    same(|it| at(it, "").viewer_protocol = ViewerProtocol::HttpsOnly);
    same(|it| at(it, "").cache = CacheSetting::Longest(0));
    same(|it| it.errors[1] = answer(403, Some("/public/refused.html"), Some("403")));
    // Of the application itself, after its decision.
    same(|it| {
        at(it, "/api/*").lambdas.push(LambdaAssociation {
            event: EdgeEvent::OriginRequest,
            arn: "arn:aws:lambda:us-east-1:111122223333:function:own:1".to_owned(),
            include_body: false,
        });
    });
}

/// Checklist: K13.
#[test]
fn every_behavior_runs_the_session_function_of_this_application_before_anything_else() {
    let takers: [fn(&mut InspectedBehavior); 4] = [
        |it| it.functions.clear(),
        |it| it.functions[0].event = EdgeEvent::ViewerResponse,
        |it| it.functions[0].arn = SESSION.replace("members", "others"),
        |it| *it = login(),
    ];
    for pattern in ["", "/public/*", "/assets/own/*", "/assets/own", "/assets/*", "/api/*"] {
        for weaken in takers {
            let found = judged(|it| weaken(at(it, pattern)));
            let place = if pattern.is_empty() {
                "the default behavior"
            } else {
                pattern
            };
            assert!(
                found
                    .iter()
                    .any(|one| one.contains(place) && one.contains("session function")),
                "{pattern}: {found:?}"
            );
        }
    }
    let found = judged(|it| {
        let bare = InspectedBehavior {
            functions: Vec::new(),
            ..session()
        };
        it.behaviors.push(("/forgotten/*".to_owned(), bare));
    });
    assert!(found.len() == 1 && found[0].contains("/forgotten/*"), "{found:?}");
}

#[test]
fn the_login_has_a_behavior_of_its_own_before_all_others() {
    let attacks: [Attack; 12] = [
        ("absent", |it| drop(it.behaviors.remove(0)), "nobody can log in"),
        (
            "another prefix",
            |it| it.behaviors[0].0 = "/oauth/*".to_owned(),
            "nobody can log in",
        ),
        (
            "one path only",
            |it| it.behaviors[0].0 = "/oauth2/start".to_owned(),
            "nobody can log in",
        ),
        ("no function", |it| it.behaviors[0].1.lambdas.clear(), "auth function"),
        (
            "another version",
            |it| it.behaviors[0].1.lambdas[0].arn = AUTH.replace(":7", ":6"),
            "with this version",
        ),
        (
            "another event",
            |it| it.behaviors[0].1.lambdas[0].event = EdgeEvent::OriginRequest,
            "on viewer-request",
        ),
        (
            "no body",
            |it| it.behaviors[0].1.lambdas[0].include_body = false,
            "include_body",
        ),
        (
            "cached",
            |it| it.behaviors[0].1.cache = CacheSetting::Policy(OPTIMIZED.to_owned()),
            "CachingDisabled",
        ),
        ("read only", |it| it.behaviors[0].1.takes_post = false, "POST"),
        (
            "a function of somebody else's",
            |it| {
                it.behaviors[0].1.functions.push(FunctionAssociation {
                    event: EdgeEvent::ViewerResponse,
                    arn: SESSION.replace("zt-", "own-"),
                });
            },
            "beside the auth function",
        ),
        (
            "behind a pattern that takes it",
            |it| it.behaviors.insert(0, ("/o*".to_owned(), session())),
            "\"/o*\" stands before",
        ),
        (
            "behind a pattern that takes a part of it",
            |it| it.behaviors.insert(0, ("*/callback".to_owned(), session())),
            "\"*/callback\" stands before",
        ),
    ];
    for (name, weaken, said) in attacks {
        let found = judged(weaken);
        assert!(found.iter().any(|one| one.contains(said)), "{name}: {found:?}");
    }
}

#[test]
fn answers_for_one_user_are_never_kept_for_another() {
    let keep = |pattern: &'static str, cache: CacheSetting| judged(move |it| at(it, pattern).cache = cache);
    let policy = |id: &str| CacheSetting::Policy(id.to_owned());
    for pattern in ["", "/assets/own/*", "/assets/own", "/api/*"] {
        for cache in [
            policy(OPTIMIZED),
            policy(BY_ORIGIN),
            policy("a-policy-that-cannot-be-read"),
            CacheSetting::Longest(1),
        ] {
            let found = keep(pattern, cache);
            assert!(
                found.iter().any(|one| one.contains("may cache answers")),
                "{pattern}: {found:?}"
            );
        }
    }
    // The personal files lie in the folder of shared ones: their own behaviors must take all of them before.
    for gone in ["/assets/own/*", "/assets/own"] {
        let found = judged(|it| it.behaviors.retain(|(pattern, _)| pattern != gone));
        assert!(
            found.len() == 1 && found[0].contains("\"/assets/*\" may cache"),
            "{gone}: {found:?}"
        );
    }
    let late = judged(|it| it.behaviors.swap(2, 4));
    assert!(late.iter().any(|one| one.contains("/assets/own/*")), "{late:?}");
}

#[test]
fn what_a_route_shares_is_shared_by_its_first_route_only() {
    let with = |routes: Vec<Route>| {
        let seen = right();
        let mut asked = asked();
        asked.routes = routes;
        findings(&seen, &asked)
    };
    let found = with(vec![
        route("/*", "protected"),
        route("/assets/*", "shared"),
        route("/public/*", "public"),
    ]);
    assert!(
        found.iter().any(|one| one.contains("\"/assets/*\" may cache")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|one| one.contains("\"/public/*\" may cache")),
        "{found:?}"
    );
    assert_eq!(with(vec![route("/*", "shared")]), Vec::<String>::new());
}

#[test]
fn nothing_around_the_functions_leaks_or_hides_their_answers() {
    let attacks: [Attack; 11] = [
        (
            "root object",
            |it| it.default_root_object = Some("index.html".to_owned()),
            "default root object",
        ),
        ("cookies in the log", |it| it.logs_cookies = true, "include_cookies"),
        (
            "staging",
            |it| it.continuous_deployment = Some("policy".to_owned()),
            "staging",
        ),
        (
            "plain HTTP",
            |it| at(it, "/api/*").viewer_protocol = ViewerProtocol::AllowAll,
            "plain HTTP",
        ),
        (
            "plain login",
            |it| it.behaviors[0].1.viewer_protocol = ViewerProtocol::AllowAll,
            "plain HTTP",
        ),
        (
            "a refusal that looks well",
            |it| it.errors[1] = answer(403, Some("/public/index.html"), Some("200")),
            "another status",
        ),
        (
            "a missing page that looks well",
            |it| it.errors[2] = answer(404, Some("/public/index.html"), Some("200")),
            "another status",
        ),
        (
            "no status said",
            |it| it.errors[1] = answer(403, Some("/public/a.html"), None),
            "another status",
        ),
        (
            "an error page that is protected",
            |it| it.errors[8] = answer(502, Some("/reports/all.html"), Some("502")),
            "without asking the session function",
        ),
        (
            "an error page that is shared among some",
            |it| it.errors[8] = answer(502, Some("/assets/error.html"), Some("502")),
            "without asking the session function",
        ),
        ("kept errors", |it| it.errors[1].kept = 10, "(403) are kept"),
    ];
    for (name, weaken, said) in attacks {
        let found = judged(weaken);
        assert!(found.iter().any(|one| one.contains(said)), "{name}: {found:?}");
    }
    assert!(judged(|it| it.errors.clear())[0].contains("400, 403, 404"));
}

#[test]
fn real_time_logs_write_no_session() {
    let with = |fields: Option<&[&str]>, pattern: &str| {
        let mut seen = right();
        at(&mut seen.distribution, pattern).realtime_log = Some(LOG.to_owned());
        let fields = fields.map(|fields| fields.iter().map(|field| (*field).to_owned()).collect::<BTreeSet<_>>());
        seen.logged = fields.into_iter().map(|fields| (LOG.to_owned(), fields)).collect();
        findings(&seen, &asked())
    };
    for pattern in ["", "/oauth2/*", "/api/*"] {
        assert_eq!(
            with(Some(&["timestamp", "c-ip", "sc-status"]), pattern),
            Vec::<String>::new()
        );
        for fields in [Some(&["c-ip", "cs-cookie"][..]), Some(&["cs-headers"][..]), None] {
            assert_eq!(with(fields, pattern).len(), 1, "{pattern} {fields:?}");
        }
    }
}
