//! What asks for a header that CloudFront shows only together with the viewer's Host is told where it stands.

use zt_framework::{Diagnostics, Path, Value};

use super::fixture::{allowing, config, route};
use crate::edge_app::{Form, check};

/// Where a check of the configuration warns of the Host.
fn warned(config: &Value) -> Vec<String> {
    let mut diagnostics = Diagnostics::new();
    check::check(Form::Whole, config, &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{diagnostics}");
    let of_host = diagnostics.iter().filter(|one| one.summary.contains("Host"));
    of_host
        .filter_map(|one| one.path.as_ref().map(ToString::to_string))
        .collect()
}

/// An application whose policy `local` names countries and whose last route has a floor.
fn selective(mut config: Value) -> Value {
    let groups = Value::object([("groups", vec!["staff"].into())]);
    let countries = Value::object([("countries", vec!["DE"].into())]);
    let local = Value::object([("require", Value::list([groups, countries]))]);
    for name in ["local", "unused"] {
        config.set_at(&Path::from("policies").key(name), local.clone());
    }
    let routes = [
        route("/public/*").with("access", "public"),
        allowing("/local/*", "local"),
        allowing("/*", "staff").with("min_tls", "1.3"),
    ];
    config.with("routes", Value::list(routes))
}

fn with_server(config: Value) -> Value {
    let server = Value::object([("custom", Value::object([("domain_name", Value::unknown())]))]);
    config.with("origins", Value::map([("api", server)]))
}

#[test]
fn custom_origins_are_warned_of_at_the_selector_and_the_floor() {
    let paths = warned(&with_server(selective(config())));
    assert_eq!(paths, ["policies[\"local\"].require[1].countries", "routes[2].min_tls"]);
}

#[test]
fn buckets_and_applications_without_such_rules_need_no_warning() {
    assert_eq!(warned(&selective(config())), Vec::<String>::new());
    assert_eq!(warned(&with_server(config())), Vec::<String>::new());
}
