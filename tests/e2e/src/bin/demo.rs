//! `make demo`: the whole way once, every station real, and a table at the end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use reqwest::Method;
use serde_json::{Value, json};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use zt_e2e::inventory;
use zt_e2e::quickstart::{BUCKET, Quickstart};
use zt_e2e::steps::{Steps, summary};
use zt_test_support::visitor::{Answer, Visitor};

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    println!("zt demo: from `terraform apply` to a revoked user, on this machine alone\n");
    let mut steps = Steps::default();
    let home = zt_e2e::home("demo");
    let started = steps.run("start the local cloud", || {
        let quickstart = Quickstart::start(&home);
        let detail = format!(
            "AWS at {}, edge on port {}",
            quickstart.cloud.endpoints.aws.endpoint, quickstart.cloud.endpoints.edge.port
        );
        (quickstart, detail)
    });
    let mut figures = Figures::default();
    if let Some(quickstart) = &started {
        tour(quickstart, &mut steps, &mut figures);
    }
    steps.table();
    let ok = steps.ok() && figures.finished;
    let summary = json!({
        "ok": ok,
        "steps": steps.json(),
        "apply_seconds": steps.seconds("terraform apply"),
        "revocation_seconds": figures.revocation_seconds,
        "left_over_objects": figures.left_over,
    });
    let path = home.join("summary.json");
    std::fs::write(&path, format!("{summary:#}\n")).expect("the summary can be written");
    println!(
        "\n{} ({})",
        if ok { "All steps held." } else { "A step failed." },
        path.display()
    );
    if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Default)]
struct Figures {
    revocation_seconds: Option<f64>,
    left_over: Vec<Value>,
    finished: bool,
}

fn tour(quickstart: &Quickstart, steps: &mut Steps, figures: &mut Figures) {
    let applied = steps
        .run("terraform init", || ((), summary(&quickstart.init().output)))
        .and_then(|()| steps.run("terraform apply", || ((), summary(&quickstart.apply().output))));
    if applied.is_some() {
        steps.run("the next plan is empty", || {
            (quickstart.plan_is_empty(), "nothing to do".to_owned())
        });
        let visitor = Visitor::new(&quickstart.cloud.endpoints);
        steps.run("without a session", || ((), without_session(quickstart)));
        let subject = steps.run("log in and visit", || log_in(quickstart, &visitor));
        if let Some(subject) = subject {
            figures.revocation_seconds =
                steps.run("revoke by terraform apply", || revoke(quickstart, &visitor, &subject));
            steps.run("the revoked user stays out", || ((), stays_out(quickstart, &visitor)));
        }
    }
    steps.run("terraform destroy", || ((), summary(&quickstart.destroy().output)));
    figures.finished = steps
        .run("the account is empty", || {
            inventory::drop_site(&quickstart.cloud.endpoints, BUCKET);
            figures.left_over = quickstart.left_over();
            assert!(figures.left_over.is_empty(), "left over: {:?}", figures.left_over);
            ((), "creates minus deletes: 0; botocore lists nothing".to_owned())
        })
        .is_some();
}

#[track_caller]
fn expect(answer: &Answer, status: u16, text: &str) {
    let shown = &answer.body[..answer.body.len().min(600)];
    assert_eq!(
        answer.status, status,
        "{} answered {}:\n{shown}",
        answer.url, answer.status
    );
    assert!(
        answer.body.contains(text),
        "{} does not show `{text}`:\n{shown}",
        answer.url
    );
}

fn without_session(quickstart: &Quickstart) -> String {
    let visitor = Visitor::new(&quickstart.cloud.endpoints);
    let url = |path: &str| visitor.url(&quickstart.host, path);
    expect(&visitor.navigate(url("/public/index.html")), 200, "Public page");
    for path in ["/members/index.html", "/admin/index.html"] {
        let answer = visitor.navigate(url(path));
        assert_eq!(answer.status, 302, "{path} answered {}: {}", answer.status, answer.body);
        assert!(
            answer.header("location").starts_with("/oauth2/start?rd="),
            "{path} leads to {}",
            answer.header("location")
        );
    }
    expect(&visitor.fetch(Method::GET, url("/api/hello")), 401, "");
    expect(&visitor.fetch(Method::POST, url("/members/index.html")), 401, "");
    expect(&visitor.navigate(url("/public/%5cmembers/index.html")), 400, "");
    expect(
        &visitor.fetch(Method::GET, visitor.url("elsewhere.cloudfront.net", "/")),
        403,
        "",
    );
    "public 200, members 302, admin 302, API 401, ambiguous 400".to_owned()
}

/// Logs in through the provider's own pages; returns the subject as the API behind the edge was told it.
fn log_in(quickstart: &Quickstart, visitor: &Visitor) -> (String, String) {
    let provider = &quickstart.cloud.endpoints.identity_provider;
    let url = |path: &str| visitor.url(&quickstart.host, path);
    let steps = visitor.log_in(url("/members/index.html"), &provider.user, &provider.password);
    let last = steps.last().expect("a page");
    expect(last, 200, "Members' area");
    assert_eq!(last.url.path(), "/members/index.html", "the deep link is kept");
    expect(&visitor.navigate(url("/public/index.html")), 200, "Public page");
    expect(&visitor.navigate(url("/admin/index.html")), 403, "");
    let api = visitor.fetch(Method::GET, url("/api/hello"));
    expect(&api, 200, "x-zt-subject");
    let echoed: Value = serde_json::from_str(&api.body).expect("the API answers with the request as JSON");
    let subject = echoed["headers"]["x-zt-subject"]
        .as_str()
        .expect("the API is told the subject")
        .to_owned();
    assert!(
        !api.body.contains("__Host-zt"),
        "our cookies reach the origin:\n{}",
        api.body
    );
    (
        subject.clone(),
        format!("{} sees members 200, admin 403, API 200", provider.user),
    )
}

/// Revokes by an apply; returns the seconds from the end of the apply to the first refusal.
fn revoke(quickstart: &Quickstart, visitor: &Visitor, subject: &str) -> (f64, String) {
    quickstart.set_revoked(&[subject]);
    quickstart.apply();
    let applied = Instant::now();
    let deadline = applied + Duration::from_secs(60);
    loop {
        let answer = visitor.navigate(visitor.url(&quickstart.host, "/members/index.html"));
        if answer.status != 200 {
            let seconds = applied.elapsed().as_secs_f64();
            expect(&answer, 403, "");
            assert!(!answer.body.contains("Members' area"));
            return (seconds, format!("refused {seconds:.3} s after the apply had finished"));
        }
        assert!(
            Instant::now() < deadline,
            "the revoked session still passes after a minute"
        );
    }
}

fn stays_out(quickstart: &Quickstart, visitor: &Visitor) -> String {
    let provider = &quickstart.cloud.endpoints.identity_provider;
    for path in ["/members/index.html", "/admin/index.html", "/oauth2/start"] {
        let steps = visitor.log_in(visitor.url(&quickstart.host, path), &provider.user, &provider.password);
        for step in &steps {
            assert!(
                !step.body.contains("Members' area"),
                "{} shows members' content",
                step.url
            );
        }
        let last = steps.last().expect("a page");
        assert_eq!(last.status, 403, "{path} ends at {} with {}", last.url, last.status);
    }
    expect(
        &visitor.fetch(Method::GET, visitor.url(&quickstart.host, "/api/hello")),
        403,
        "",
    );
    "same browser, provider's session alive: denied, no loop".to_owned()
}
