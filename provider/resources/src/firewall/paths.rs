//! Paths with `*` as conditions of AWS WAF.
//!
//! A refusal must not be slipped past and a permission not be slipped into: the one compares every spelling of a path, the
//! other wants the path as it was sent and as an origin would resolve it to match.

use zt_aws::wafv2::{Part, Position, Reading, Statement};

/// How a path is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// Any spelling matches.
    Any,
    /// Only what says the same before and after it is resolved.
    Strict,
}

/// The condition that a path matches a pattern.
pub(super) fn matches(pattern: &str, spelling: Spelling) -> Statement {
    match spelling {
        Spelling::Any => read(&pattern.to_ascii_lowercase(), Reading::Folded),
        Spelling::Strict if !pattern.contains('*') => read(pattern, Reading::AsSent),
        Spelling::Strict => Statement::And(vec![read(pattern, Reading::AsSent), read(pattern, Reading::Decoded)]),
    }
}

/// The path is this one, byte by byte.
pub(super) fn exactly(path: &str) -> Statement {
    text(path, Position::Exactly, Reading::AsSent)
}

/// The path begins so, in any spelling.
pub(super) fn below(prefix: &str) -> Statement {
    text(&prefix.to_ascii_lowercase(), Position::Start, Reading::Folded)
}

fn read(pattern: &str, reading: Reading) -> Statement {
    let Some((head, tail)) = pattern.split_once('*') else {
        return text(pattern, Position::Exactly, reading);
    };
    if !tail.is_empty() {
        return Statement::Regex {
            part: Part::Path,
            expression: expression(pattern),
            reading,
        };
    }
    match head.strip_suffix('/').filter(|folder| !folder.is_empty()) {
        Some(folder) => Statement::Or(vec![
            text(head, Position::Start, reading),
            text(folder, Position::Exactly, reading),
        ]),
        None => text(head, Position::Start, reading),
    }
}

fn text(path: &str, position: Position, reading: Reading) -> Statement {
    Statement::Text {
        part: Part::Path,
        text: path.to_owned(),
        position,
        reading,
    }
}

/// `/a/*.php` as `^/a/[\s\S]*\.php$`. A point would stop at a line feed, and `%0a` is one.
pub(super) fn expression(pattern: &str) -> String {
    let (body, end) = match pattern.strip_suffix("/*") {
        Some(body) => (body, r"(/[\s\S]*)?"),
        None => (pattern, ""),
    };
    let mut out = String::from("^");
    let mut before = ' ';
    for letter in body.chars() {
        let again = letter == '*' && before == '*';
        before = letter;
        match letter {
            '*' if again => {}
            '*' => out.push_str(r"[\s\S]*"),
            letter if letter.is_ascii_alphanumeric() || "/-_~,@!%&=:;'\"#<>".contains(letter) => out.push(letter),
            letter => out.extend(['\\', letter]),
        }
    }
    out.push_str(end);
    out.push('$');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_anything_and_all_else_itself() {
        for (pattern, wanted) in [
            ("/a/*.php", r"^/a/[\s\S]*\.php$"),
            ("/*/b/*", r"^/[\s\S]*/b(/[\s\S]*)?$"),
            ("/a(b)**+c", r"^/a\(b\)[\s\S]*\+c$"),
        ] {
            assert_eq!(expression(pattern), wanted, "{pattern}");
        }
    }

    /// Checklist: K15.
    #[test]
    fn a_folder_is_itself_and_what_is_below() {
        let wanted = Statement::Or(vec![
            text("/api/", Position::Start, Reading::Folded),
            text("/api", Position::Exactly, Reading::Folded),
        ]);
        assert_eq!(matches("/API/*", Spelling::Any), wanted);
        assert_eq!(
            matches("/*", Spelling::Any),
            text("/", Position::Start, Reading::Folded)
        );
    }

    #[test]
    fn a_permission_wants_the_path_as_sent_and_as_resolved() {
        let Statement::And(both) = matches("/up*", Spelling::Strict) else {
            panic!("one reading only")
        };
        assert_eq!(
            both,
            [Reading::AsSent, Reading::Decoded].map(|reading| text("/up", Position::Start, reading))
        );
        assert_eq!(matches("/Up", Spelling::Strict), exactly("/Up"));
    }
}
