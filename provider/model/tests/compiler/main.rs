//! What a plan refuses, with its path, and what it accepts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod behaviours;
mod context;
mod delivery;
mod explanations;
mod policies;
mod routes;
mod settings;
mod table;
mod upgrade;

use serde_json::{Value, json};
use zt_model::compile::{Application, Compiled, Problems, compile};
use zt_model::ids::ApplicationName;
use zt_model::source::Source;

/// An application with two policies that some route uses, unless the test says otherwise.
pub(crate) fn application(routes: Value) -> Application {
    with_policies(
        json!({"staff": {"any": [{"groups": ["staff"]}]}, "admins": {"require": [{"groups": ["admins"]}]}}),
        routes,
    )
}

pub(crate) fn with_policies(policies: Value, routes: Value) -> Application {
    let source: Source = serde_json::from_value(json!({"policies": policies, "routes": routes})).unwrap();
    Application::new(ApplicationName::parse("members").unwrap(), source)
}

/// The problems as lines, unused policies aside.
pub(crate) fn problems(application: &Application) -> Vec<String> {
    let found = match compile(application) {
        Ok(compiled) => compiled.warnings,
        Err(problems) => problems.as_slice().to_vec(),
    };
    for problem in &found {
        assert!(problem.kind.detail().len() > 10, "{problem} says what to do");
    }
    found
        .iter()
        .map(ToString::to_string)
        .filter(|line| !line.contains("is used by no route"))
        .collect()
}

pub(crate) fn compiled(application: &Application) -> Compiled {
    compile(application).unwrap_or_else(|problems: Problems| panic!("{problems}"))
}

/// Each case is a list of routes and the problems it has.
pub(crate) fn check(cases: &[(Value, &[&str])]) {
    for (routes, expected) in cases {
        assert_eq!(problems(&application(routes.clone())), *expected, "{routes}");
    }
}
