//! Takes secrets out of log text, by the name of the field and by form.

/// What stands in a secret's place.
pub(super) const HIDDEN: &str = "(hidden)";

/// A field whose name holds one of these holds a secret.
const SECRET_NAMES: [&str; 11] = [
    "secret",
    "token",
    "password",
    "passwd",
    "authorization",
    "cookie",
    "pepper",
    "private_key",
    "credential",
    "signature",
    "assertion",
];

/// In `name=value` and `name: value`, these names have secret values.
const SECRET_KEYS: &[&str] = &[
    "x-amz-signature",
    "x-amz-security-token",
    "x-amz-credential",
    "access_token",
    "id_token",
    "refresh_token",
    "client_secret",
    "client_assertion",
    "code",
    "code_verifier",
    "password",
    "secretaccesskey",
];

/// In `name: value`, all up to the end of the line is secret.
const LINE_KEYS: [&str; 3] = ["authorization", "cookie", "set-cookie"];

/// Words after which a credential stands.
const SCHEMES: [&str; 3] = ["bearer", "basic", "aws4-hmac-sha256"];

/// Forms of tokens known everywhere: JSON web tokens, AWS access keys, PEM.
const SECRET_PREFIXES: [&str; 4] = ["eyJ", "AKIA", "ASIA", "-----BEGIN"];

/// Takes secrets out of text.
pub(super) struct Redactor {
    prefixes: Vec<&'static str>,
}

impl Redactor {
    pub(super) fn new(prefixes: &[&'static str]) -> Self {
        Self {
            prefixes: SECRET_PREFIXES.iter().chain(prefixes).copied().collect(),
        }
    }

    pub(super) fn is_secret_name(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        SECRET_NAMES.iter().any(|secret| name.contains(secret))
    }

    /// The text of a field without secrets.
    pub(super) fn clean(&self, name: &str, text: &str) -> String {
        if self.is_secret_name(name) {
            return HIDDEN.to_owned();
        }
        if text.contains("-----BEGIN") {
            // What follows spans words and lines; nothing of it is worth keeping.
            return HIDDEN.to_owned();
        }
        let mut clean = String::with_capacity(text.len());
        let mut state = State::Open;
        for piece in pieces(text) {
            state = self.step(state, piece, &mut clean);
        }
        clean
    }

    fn step(&self, state: State, piece: &str, clean: &mut String) -> State {
        if piece.starts_with(SEPARATORS) {
            return separator(state, piece, clean);
        }
        if state == State::Line {
            return State::Line;
        }
        let word = piece.to_lowercase();
        if SCHEMES.contains(&word.as_str()) {
            clean.push_str(piece);
            return State::Value;
        }
        if state == State::Value || self.prefixes.iter().any(|prefix| piece.starts_with(prefix)) {
            clean.push_str(HIDDEN);
            return State::Open;
        }
        clean.push_str(piece);
        if LINE_KEYS.contains(&word.as_str()) {
            State::LineKey
        } else if SECRET_KEYS.contains(&word.as_str()) {
            State::Key
        } else {
            State::Open
        }
    }
}

/// What the text so far says about what comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// After a name whose value is secret.
    Key,
    /// After a name whose whole line is secret.
    LineKey,
    /// Before a secret value.
    Value,
    /// In a secret line.
    Line,
}

fn separator(state: State, piece: &str, clean: &mut String) -> State {
    let assigns = piece.contains([':', '=']);
    if state == State::Line {
        // Hidden with its separators, up to the end of the line or of the quotation.
        if !piece.contains(['\n', '"']) {
            return State::Line;
        }
        clean.push_str(piece);
        return State::Open;
    }
    clean.push_str(piece);
    match state {
        State::Key if assigns => State::Value,
        State::LineKey if assigns => {
            clean.push_str(HIDDEN);
            State::Line
        }
        // A new pair ends what a scheme announced.
        State::Value if !piece.contains(['&', '\n', ';', ',']) => State::Value,
        _ => State::Open,
    }
}

const SEPARATORS: [char; 16] = [
    ' ', '\t', '\n', '\r', '"', '\'', '=', ':', '&', '?', ',', ';', '(', ')', '{', '}',
];

/// Words and the runs of separators between them.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let separator = SEPARATORS.contains(&first);
        let end = rest
            .find(|one: char| SEPARATORS.contains(&one) != separator)
            .unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, clean: &str) {
        assert_eq!(Redactor::new(&["s1."]).clean("message", text), clean);
    }

    #[test]
    fn secrets_are_known_by_what_stands_before_them() {
        check("Authorization: Bearer abc.def", "Authorization: (hidden)");
        check(
            "got \"access_token\":\"abc\",\"expires\":3600",
            "got \"access_token\":\"(hidden)\",\"expires\":3600",
        );
        check("https://h/p?code=abc&state=1", "https://h/p?code=(hidden)&state=1");
        check("Cookie: a=b; c=d\nHost: x", "Cookie: (hidden)\nHost: x");
        check("sent with Bearer abc to x", "sent with Bearer (hidden) to x");
    }

    #[test]
    fn secrets_are_known_by_their_form() {
        check("value eyJhbGciOi.J9.x here", "value (hidden) here");
        check("s1.k1.AAAA", "(hidden)");
        check("key AKIAIOSFODNN7EXAMPLE", "key (hidden)");
        check("x\n-----BEGIN PRIVATE KEY-----\nMIIB\n", "(hidden)");
    }

    #[test]
    fn all_else_stays() {
        check(
            "wrote 50 keys to main in 20 ms (2 batches)",
            "wrote 50 keys to main in 20 ms (2 batches)",
        );
        check("no cookie and no token came", "no cookie and no token came");
        check("", "");
    }
}
