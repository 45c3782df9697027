use std::collections::BTreeSet;

use zt_model::path::{PathCheck, check};
use zt_model::route::{PathDecision, Pattern, Route, decide};

use crate::{list, text, vectors};

#[test]
fn paths_are_read_alike() {
    for case in list(&vectors!("paths.json"), "cases") {
        let raw = text(case, "raw");
        let expected: BTreeSet<&str> = list(case, "readings")
            .iter()
            .map(|path| path.as_str().unwrap())
            .collect();
        match check(raw) {
            PathCheck::Refused(_) => assert!(expected.is_empty(), "{raw:?} is refused"),
            PathCheck::Readings(found) => {
                let paths: BTreeSet<&str> = found.paths.iter().map(String::as_str).collect();
                assert_eq!(paths, expected, "{raw:?}");
                let mut needs = Vec::new();
                needs.extend(found.encoded_slash.then_some("encoded_slash"));
                needs.extend(found.semicolon.then_some("semicolon"));
                assert_eq!(
                    needs,
                    list(case, "needs")
                        .iter()
                        .map(|need| need.as_str().unwrap())
                        .collect::<Vec<_>>(),
                    "{raw:?}"
                );
            }
        }
    }
}

#[test]
fn routes_decide_alike() {
    for table in list(&vectors!("routes.json"), "tables") {
        let routes: Vec<Route> = list(table, "routes")
            .iter()
            .map(|row| {
                let flags = row[1].as_u64().unwrap();
                Route {
                    pattern: Pattern::parse(row[0].as_str().unwrap(), flags & 8 != 0).unwrap(),
                    encoded_slash: flags & 2 != 0,
                    semicolon: flags & 4 != 0,
                }
            })
            .collect();
        for case in list(table, "cases") {
            let expected = match case["route"].as_u64() {
                Some(index) => PathDecision::Route(usize::try_from(index).unwrap()),
                None if case["status"] == 403 => PathDecision::None,
                None => PathDecision::Ambiguous,
            };
            let raw = text(case, "raw");
            assert_eq!(decide(&routes, raw), expected, "{}: {raw:?}", text(table, "name"));
        }
    }
}
