//! What of a distribution lets something past the session function, or keeps or writes down what is one user's.
//!
//! Pure: a distribution as it was read and what an application asks of it go in, findings come out, each one sentence that
//! names the behaviour and says what to write. No finding means that the functions decide every request.

use std::collections::{BTreeMap, BTreeSet};

use zt_aws::cloudfront::{CacheSetting, EdgeEvent, InspectedBehavior, Inspection, LambdaAssociation, ViewerProtocol};
use zt_model::compile::{inexpressible, misread};
use zt_model::route::Pattern;

use super::pattern::{overlap, route_covers, route_overlaps, taken};

/// Managed policy CachingDisabled (CloudFront Developer Guide).
pub(super) const CACHING_DISABLED: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
/// Errors of origins that CloudFront keeps for ten seconds unless told otherwise (Developer Guide, "HTTP status codes that
/// CloudFront caches").
const ERRORS: [i32; 11] = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504];
/// Fields of real-time logs that hold a session (Developer Guide, "Fields").
const TELLING_FIELDS: [&str; 2] = ["cs-cookie", "cs-headers"];

/// What the application asks for.
pub(super) struct Asked {
    pub(super) session_function_arn: String,
    pub(super) auth_function_arn: String,
    pub(super) auth_prefix: String,
    /// In their order.
    pub(super) routes: Vec<Route>,
}

/// A route of the application.
pub(super) struct Route {
    pub(super) pattern: Pattern,
    pub(super) public: bool,
    /// Everybody may be served the same answer.
    pub(super) shared: bool,
}

/// A distribution and what it refers to.
pub(super) struct Seen {
    pub(super) distribution: Inspection,
    /// How many seconds each cache policy keeps an answer at most; one that could not be read is not in it.
    pub(super) kept: BTreeMap<String, u32>,
    /// Fields of each real-time log configuration; one that could not be read is not in it.
    pub(super) logged: BTreeMap<String, BTreeSet<String>>,
}

/// Everything that is wrong.
pub(super) fn findings(seen: &Seen, asked: &Asked) -> Vec<String> {
    let mut found = Vec::new();
    let login = login(seen, asked, &mut found);
    let paths = &seen.distribution.behaviors;
    for (index, (pattern, behavior)) in paths.iter().enumerate() {
        let place = format!("behavior {pattern:?}");
        guarded(&place, behavior, seen, &mut found);
        if login != Some(index) {
            session(&place, behavior, asked, &mut found);
            if may_keep(behavior, seen) {
                caching(&place, pattern, &paths[..index], asked, &mut found);
            }
        }
    }
    let default = &seen.distribution.default_behavior;
    let place = "the default behavior";
    guarded(place, default, seen, &mut found);
    session(place, default, asked, &mut found);
    if may_keep(default, seen) {
        caching(place, "*", paths, asked, &mut found);
    }
    whole(&seen.distribution, asked, &mut found);
    found
}

fn login_pattern(asked: &Asked) -> String {
    format!("{}/*", asked.auth_prefix)
}

/// CloudFront takes a pattern with and without its first slash.
fn same(one: &str, other: &str) -> bool {
    let bare = |pattern| str::strip_prefix(pattern, "/").unwrap_or(pattern);
    bare(one) == bare(other)
}

/// The behaviour of the login, and where it stands.
fn login(seen: &Seen, asked: &Asked, found: &mut Vec<String>) -> Option<usize> {
    let pattern = login_pattern(asked);
    let paths = &seen.distribution.behaviors;
    let Some(index) = paths.iter().position(|(path, _)| same(path, &pattern)) else {
        found.push(format!(
            "there is no behavior {pattern:?}, so nobody can log in; add it before all others, with the auth function on \
             viewer-request, include_body = true and the cache policy CachingDisabled"
        ));
        return None;
    };
    for (path, _) in paths[..index].iter().filter(|(path, _)| overlap(path, &pattern)) {
        found.push(format!(
            "behavior {path:?} stands before {pattern:?} and takes requests of the login from it; move {pattern:?} before it"
        ));
    }
    login_behavior(&pattern, &paths[index].1, seen, asked, found);
    Some(index)
}

fn login_behavior(pattern: &str, behavior: &InspectedBehavior, seen: &Seen, asked: &Asked, found: &mut Vec<String>) {
    let place = format!("behavior {pattern:?}");
    let runs = |one: &LambdaAssociation| one.event == EdgeEvent::ViewerRequest && one.arn == asked.auth_function_arn;
    match behavior.lambdas.iter().find(|one| runs(one)) {
        None => found.push(format!(
            "{place} does not run the auth function on viewer-request; associate {} (with this version)",
            asked.auth_function_arn
        )),
        Some(one) if !one.include_body => found.push(format!(
            "{place} does not give the body to the auth function, which then refuses logouts and signals; write include_body = \
             true"
        )),
        Some(_) => {}
    }
    if !behavior.functions.is_empty() || !behavior.lambdas.iter().all(runs) {
        found.push(format!(
            "{place} runs another function beside the auth function, which sees or changes what belongs to the login; remove it"
        ));
    }
    if may_keep(behavior, seen) {
        found.push(format!(
            "{place} may cache, so that one user's login could be answered to another; write cache_policy_id = \
             \"{CACHING_DISABLED}\" (CachingDisabled)"
        ));
    }
    if behavior.signed {
        found.push(format!(
            "{place} asks for signed addresses or cookies, so nobody can log in; remove its trusted key groups and signers"
        ));
    }
    if !behavior.takes_post {
        found.push(format!(
            "{place} does not take POST, so nobody can log out; allow all methods there"
        ));
    }
}

/// What holds for every behaviour.
fn guarded(place: &str, behavior: &InspectedBehavior, seen: &Seen, found: &mut Vec<String>) {
    if behavior.viewer_protocol == ViewerProtocol::AllowAll {
        found.push(format!(
            "{place} answers over plain HTTP, where session tokens in headers and what is answered can be read on the way; \
             write viewer_protocol_policy = \"redirect-to-https\" or \"https-only\""
        ));
    }
    let Some(arn) = &behavior.realtime_log else { return };
    let fields = seen.logged.get(arn);
    let telling = fields.is_none_or(|fields| TELLING_FIELDS.iter().any(|field| fields.contains(*field)));
    if telling {
        found.push(format!(
            "{place} writes the cookies or headers of viewers, which hold their sessions, into the real-time log {arn} (or that \
             cannot be told); leave the fields {} out of it",
            TELLING_FIELDS.join(" and ")
        ));
    }
}

/// What holds for every behaviour but that of the login.
fn session(place: &str, behavior: &InspectedBehavior, asked: &Asked, found: &mut Vec<String>) {
    let first = |event| event == EdgeEvent::ViewerRequest;
    let functions = behavior.functions.iter().filter(|one| first(one.event));
    let (ours, others): (Vec<_>, Vec<_>) = functions.partition(|one| one.arn == asked.session_function_arn);
    if ours.is_empty() {
        found.push(format!(
            "{place} does not run the session function on viewer-request, so everybody passes there; associate {}",
            asked.session_function_arn
        ));
    } else if !others.is_empty() || behavior.lambdas.iter().any(|one| first(one.event)) {
        found.push(format!(
            "{place} runs another function beside the session function on viewer-request, which may change what is decided \
             about; remove it"
        ));
    }
}

fn may_keep(behavior: &InspectedBehavior, seen: &Seen) -> bool {
    match &behavior.cache {
        CacheSetting::Policy(id) if id == CACHING_DISABLED => false,
        CacheSetting::Policy(id) => seen.kept.get(id) != Some(&0),
        CacheSetting::Longest(seconds) => *seconds != 0,
    }
}

/// A behaviour that caches may get only what every user may be served alike: of the first route that takes a path.
fn caching(place: &str, pattern: &str, before: &[(String, InspectedBehavior)], asked: &Asked, found: &mut Vec<String>) {
    let before = before.iter().map(|(pattern, _)| pattern.as_str());
    for route in &asked.routes {
        let personal = !(route.public || route.shared);
        if personal && route_overlaps(&route.pattern, pattern) && !taken(&route.pattern, before.clone()) {
            let before = match inexpressible(&route.pattern) {
                None => "or a behavior of that path before it",
                Some(_) => {
                    "or routes of one spelling each (clients write this path in more ways than behaviors can take)"
                }
            };
            found.push(format!(
                "{place} may cache answers of the route {:?}, which are made for one user, and serve them to another; write \
                 cache_policy_id = \"{CACHING_DISABLED}\" (CachingDisabled) there, cache = \"shared\" in the route, {before}",
                route.pattern.as_str()
            ));
            return;
        }
        if !personal && route_covers(&route.pattern, pattern) {
            return;
        }
    }
}

/// What holds for the distribution as a whole.
fn whole(distribution: &Inspection, asked: &Asked, found: &mut Vec<String>) {
    if let Some(object) = &distribution.default_root_object {
        found.push(format!(
            "the default root object {object:?} is served for / although the session function decided about /; remove \
             default_root_object"
        ));
    }
    if distribution.logs_cookies {
        found.push("the access log writes cookies, which hold sessions; write include_cookies = false".to_owned());
    }
    if let Some(policy) = &distribution.continuous_deployment {
        found.push(format!(
            "the continuous deployment policy {policy} sends viewers to a staging distribution that is not judged here; remove \
             continuous_deployment_policy_id"
        ));
    }
    errors(distribution, asked, found);
}

fn errors(distribution: &Inspection, asked: &Asked, found: &mut Vec<String>) {
    for error in &distribution.errors {
        let Some(page) = &error.page else { continue };
        let status = error.status;
        if error.answered.as_deref() != Some(status.to_string().as_str()) {
            found.push(format!(
                "the custom error response for {status} answers with another status, so that a refusal or a fault looks like \
                 something else; write response_code = {status}, or remove response_page_path (a single-page application is \
                 the `spa` of a route)"
            ));
        }
        if !is_public(page, asked) {
            found.push(format!(
                "the custom error response for {status} fetches {page} without asking the session function, and no public route \
                 decides that path; use a page of a public route whose path is written without escapes, or remove \
                 response_page_path"
            ));
        }
    }
    let kept = |status: &&i32| {
        let mut answers = distribution.errors.iter();
        !answers.any(|error| error.status == **status && error.kept == 0)
    };
    let kept: Vec<String> = ERRORS.iter().filter(kept).map(ToString::to_string).collect();
    if !kept.is_empty() {
        found.push(format!(
            "error answers of origins ({}) are kept for some seconds and answered to other users; add a custom_error_response \
             with error_caching_min_ttl = 0 for each",
            kept.join(", ")
        ));
    }
}

/// Whether a page that is fetched without a decision is everybody's: of the first route that takes its path.
fn is_public(page: &str, asked: &Asked) -> bool {
    // A path that can be read in two ways may be another one at the origin.
    if page.contains('*') || misread(page).is_some() || Pattern::parse(page, false).is_err() {
        return false;
    }
    for route in &asked.routes {
        if !route.public && route_overlaps(&route.pattern, page) {
            return false;
        }
        if route.public && route_covers(&route.pattern, page) {
            return true;
        }
    }
    false
}
