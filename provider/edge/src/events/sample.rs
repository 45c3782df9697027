//! A raw path that a given route decides.
//!
//! A star is filled with one character that no pattern of the application names. Such a path is taken by an earlier
//! pattern only if that pattern takes everything of this one, and then the compiler has refused the route.

use zt_model::compile::Compiled;
use zt_model::route::{PathDecision, Route, decide};

/// A raw path that the route of this index decides; `None` if there is none of the forms tried.
pub(super) fn path_of(compiled: &Compiled, routes: &[Route], index: usize) -> Option<String> {
    let pattern = routes.get(index)?.pattern.as_str();
    let stem = pattern.strip_suffix("/*").filter(|stem| !stem.is_empty());
    let named = |character: &char| {
        routes.iter().any(|route| {
            let text = route.pattern.as_str();
            text.contains(*character) || text.contains(character.to_ascii_uppercase())
        })
    };
    let foreign = ('a'..='z')
        .chain('0'..='9')
        .chain(['~', '_', '-'])
        .filter(|character| !named(character));
    let fillers = foreign
        .map(String::from)
        .take(1)
        .chain(["zt-test".to_owned(), "q".to_owned(), String::new()]);
    let decided_here = |raw: &String| !is_reserved(compiled, raw) && decide(routes, raw) == PathDecision::Route(index);
    fillers
        .flat_map(|filler| {
            let filled = |pattern: &str| encode(&pattern.replace('*', &filler));
            [Some(filled(pattern)), stem.map(filled)]
        })
        .flatten()
        .find(decided_here)
}

fn is_reserved(compiled: &Compiled, raw: &str) -> bool {
    let prefix = &compiled.application.auth_prefix;
    let below = raw.strip_prefix(prefix.as_str());
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) || raw == compiled.application.userinfo
}

/// Percent-encodes what a request line does not hold, and nothing else.
fn encode(path: &str) -> String {
    let mut raw = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#') {
            raw.push(char::from(byte));
        } else {
            raw.push_str(&format!("%{byte:02X}"));
        }
    }
    raw
}
