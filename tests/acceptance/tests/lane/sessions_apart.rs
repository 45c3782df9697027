//! Two applications on one store share revocations, but not sessions.

use zt_acceptance_tests::{HEAD, STORE, application, revocation};
use zt_test_support::cloud::LocalCloud;
use zt_test_support::terraform::Terraform;
use zt_test_support::visitor::{Answer, NAVIGATION, Visitor};

const COOKIE: &str = "__Host-zt-session";

#[test]
fn a_revocation_reaches_both_and_a_cookie_only_its_own() {
    let cloud = LocalCloud::start();
    let endpoints = &cloud.endpoints;
    let [one, two] = [&endpoints.edge.hosts[0], &endpoints.edge.hosts[1]];
    let base = [
        HEAD,
        STORE,
        &application(endpoints, "one", one),
        &application(endpoints, "two", two),
    ]
    .concat();
    let terraform = Terraform::new(endpoints, &[("main.tf", &base)]);
    terraform.apply(&[]).success();

    let visitor = Visitor::new(endpoints);
    let provider = &endpoints.identity_provider;
    let visit = |host: &str| last(visitor.log_in(visitor.url(host, "/members"), &provider.user, &provider.password));
    assert_eq!((visit(one).status, visit(two).status), (200, 200));

    // The bytes of one, under the host and the cookie name of the other.
    let cookie = visitor
        .cookie(&visitor.url(one, "/"), COOKIE)
        .expect("a session cookie");
    let stranger = Visitor::new(endpoints);
    let header = format!("{COOKIE}={cookie}");
    let headers = [NAVIGATION.as_slice(), &[("cookie", header.as_str())]].concat();
    let own = stranger.send(reqwest::Method::GET, stranger.url(one, "/members"), &headers, None);
    assert_eq!(own.status, 200, "the cookie is good where it was made: {}", own.body);
    let foreign = stranger.send(reqwest::Method::GET, stranger.url(two, "/members"), &headers, None);
    // A cookie minted within the last minute is answered by 503 and not by a redirect: edge locations may lag.
    assert_eq!(
        foreign.status, 503,
        "the cookie of one passes at the other: {}",
        foreign.body
    );

    let api = visitor.navigate(visitor.url(one, "/api/echo"));
    let echoed: serde_json::Value = serde_json::from_str(&api.body).expect("the origin answers JSON");
    let subject = echoed["headers"]["x-zt-subject"]
        .as_str()
        .expect("a subject")
        .to_owned();
    terraform.write("main.tf", &[base, revocation(endpoints, "out", &subject, "")].concat());
    terraform.apply(&[]).success();
    for host in [one, two] {
        let answer = visitor.navigate(visitor.url(host, "/members"));
        assert_eq!(answer.status, 403, "{host} lets a revoked user in: {}", answer.body);
    }
    terraform.destroy().success();
    assert!(cloud.left_over().is_empty(), "{:?}", cloud.left_over());
}

fn last(steps: Vec<Answer>) -> Answer {
    steps.into_iter().next_back().expect("there is an answer")
}
