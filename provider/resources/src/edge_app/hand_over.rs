//! The table for as long as edge locations still run the auth function of before.
//!
//! The session function is everywhere within seconds, the auth function within minutes. A table that already asks for what
//! only the new auth function gives (an assertion, another cookie) would refuse every session, and send a browser from
//! login to login where the old one still answers. So until the new one is everywhere the table asks for what the old one
//! gave. Where the cookie's name changes no table fits both; then sessions of before go on, and who has none is answered
//! with 401 instead of a login that leads nowhere. Pure.

use zt_model::compile::{Compiled, CookieScope};
use zt_model::ids::HostName;

/// What the table in force asks of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    cookie: String,
    assertion: bool,
}

/// The line of the session function that holds its table.
const TABLE: &str = "var T = ";

impl Asked {
    /// Reads it from the code in force; `None` when there is no table of ours in it.
    pub(super) fn read(code: &str) -> Option<Self> {
        let line = code.lines().find_map(|line| line.strip_prefix(TABLE))?;
        let table: serde_json::Value = serde_json::from_str(line.trim_end().strip_suffix(';')?).ok()?;
        Some(Self {
            cookie: table.get("c")?.as_str()?.to_owned(),
            assertion: table.get("s").is_some(),
        })
    }
}

/// A table that asks for no more than `asked`; `None` when this one does not.
pub(super) fn patient(table: &Compiled, asked: &Asked) -> Option<Compiled> {
    let mut patient = table.clone();
    patient.application.assertion &= asked.assertion;
    if asked.cookie != table.application.cookie_name() {
        patient.application.cookie = match table.application.cookie {
            CookieScope::Domain(_) => CookieScope::Host,
            // Any domain has the same name; the table knows no more of it.
            CookieScope::Host => CookieScope::Domain(HostName::parse("zt.invalid").ok()?),
        };
        for route in &mut patient.routes {
            route.always_401 = true;
        }
    }
    (patient != *table).then_some(patient)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zt_model::compile::{Application, compile};
    use zt_model::ids::ApplicationName;
    use zt_model::source::{RouteSource, Source};

    fn table(assertion: bool, domain: Option<&str>) -> Compiled {
        let route = RouteSource {
            path: "/*".to_owned(),
            access: Some("public".to_owned()),
            ..RouteSource::default()
        };
        let source = Source {
            routes: vec![route],
            ..Source::default()
        };
        let mut application = Application::new(ApplicationName::parse("members").unwrap(), source);
        application.assertion = assertion;
        if let Some(domain) = domain {
            application.hosts = vec![HostName::parse(&format!("app.{domain}")).unwrap()];
            application.cookie = CookieScope::Domain(HostName::parse(domain).unwrap());
        }
        compile(&application).unwrap()
    }

    fn asked(cookie: &str, assertion: bool) -> Asked {
        Asked {
            cookie: cookie.to_owned(),
            assertion,
        }
    }

    const HOST: &str = "__Host-zt-session";
    const DOMAIN: &str = "__Secure-zt-members";

    #[test]
    fn an_assertion_is_asked_for_once_every_auth_function_gives_it() {
        let between = patient(&table(true, None), &asked(HOST, false)).unwrap();
        assert!(!between.application.assertion);
        assert_eq!(between.routes, table(true, None).routes, "logins go on");
        assert_eq!(patient(&table(true, None), &asked(HOST, true)), None);
        assert_eq!(
            patient(&table(false, None), &asked(HOST, true)),
            None,
            "an assertion too many harms nobody"
        );
    }

    #[test]
    fn another_cookie_is_read_once_every_auth_function_sets_it_and_nobody_loops_until_then() {
        for (now, before) in [(Some("example.com"), HOST), (None, DOMAIN)] {
            let between = patient(&table(false, now), &asked(before, false)).unwrap();
            assert_eq!(between.application.cookie_name(), before);
            assert!(between.routes.iter().all(|route| route.always_401));
        }
        assert_eq!(patient(&table(false, Some("example.com")), &asked(DOMAIN, false)), None);
    }

    #[test]
    fn what_is_in_force_is_read_from_the_code() {
        let code = |table: &str| format!("'use strict';\nvar T = {table};\nfunction x() {{}}\n");
        let found = |table: &str| Asked::read(&code(table));
        assert_eq!(found(r#"{"c":"__Host-zt-session","r":[]}"#), Some(asked(HOST, false)));
        assert_eq!(found(r#"{"c":"__Secure-zt-members","s":1}"#), Some(asked(DOMAIN, true)));
        assert_eq!(found("{"), None);
        assert_eq!(found("{}"), None);
        assert_eq!(Asked::read("function handler() {}"), None);
    }
}
