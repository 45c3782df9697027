//! One line of a revocation file as it is written, before it is known whom it names.
//!
//! A name that is not exactly the identity provider's is nobody's, and to revoke nobody is to let somebody stay. So what a
//! broken export leaves around a name is refused and never cut away in silence.

use serde::Deserialize;

/// One line, in either format.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub(super) issuer: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) session: Option<String>,
    pub(super) expires_at: Option<String>,
}

impl Line {
    /// A name with a blank around it is nobody's, and a control character comes of a broken export: both would revoke nobody.
    pub(super) fn check(&self) -> Result<(), String> {
        let fields = [
            ("issuer", &self.issuer),
            ("subject", &self.subject),
            ("session", &self.session),
            ("expires_at", &self.expires_at),
        ];
        for (name, field) in fields {
            let text = field.as_deref().unwrap_or_default();
            let bare = text.trim_matches(invisible);
            if bare != text || text.contains(char::is_control) {
                return Err(format!(
                    "the {name} {} has a blank or an invisible character at its edge, or a control character within, and as it \
                     stands it is nobody's; write {}",
                    shown(text),
                    shown(&bare.replace(char::is_control, "")),
                ));
            }
        }
        Ok(())
    }
}

/// White space of any kind, and what shows as nothing at all: marks of byte order and direction, soft and zero-width spaces.
fn invisible(character: char) -> bool {
    let unseen = matches!(
        character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    unseen || character.is_whitespace() || character.is_control()
}

/// In quotes, with whatever does not show spelled out.
fn shown(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            ' ' => quoted.push(' '),
            _ if invisible(character) => quoted.extend(character.escape_unicode()),
            _ => quoted.push(character),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::super::entries::Reader;

    const ISSUER: &str = "https://a.example";

    fn told(lines: &[&str]) -> String {
        let mut reader = Reader::default();
        let mut taken = lines.iter().map(|line| reader.take(line.as_bytes()));
        let error = taken.find_map(Result::err).map(|error| error.to_string());
        error.unwrap_or_default()
    }

    #[test]
    fn a_blank_or_an_invisible_character_around_a_name_is_refused_with_what_to_write() {
        let blanks = [
            (" ", " "),
            ("\t", "\\u{9}"),
            ("\u{a0}", "\\u{a0}"),
            ("\u{2003}", "\\u{2003}"),
            ("\u{3000}", "\\u{3000}"),
            ("\u{feff}", "\\u{feff}"),
            ("\u{200b}", "\\u{200b}"),
            ("\u{200e}", "\\u{200e}"),
            ("\u{ad}", "\\u{ad}"),
            ("\0", "\\u{0}"),
            ("\u{85}", "\\u{85}"),
        ];
        for (blank, spelled) in blanks {
            for (text, seen) in [
                (format!("{blank}bob"), format!("{spelled}bob")),
                (format!("bob{blank}"), format!("bob{spelled}")),
            ] {
                let why = format!("line 2: the subject \"{seen}\" has a blank");
                let json = serde_json::json!({"issuer": ISSUER, "subject": text}).to_string();
                let good = serde_json::json!({"issuer": ISSUER, "subject": "eve"}).to_string();
                for lines in [
                    ["issuer,subject", &format!("{ISSUER},{text}")],
                    ["issuer,subject", &format!("{ISSUER},\"{text}\"")],
                    ["subject,issuer", &format!("\"{text}\",{ISSUER}\r\n")],
                    [good.as_str(), &json],
                ] {
                    let told = told(&lines);
                    assert!(
                        told.starts_with(&why) && told.ends_with("write \"bob\""),
                        "{lines:?}: {told}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_field_is_held_to_it_and_what_stands_within_a_name_stays() {
        for (line, why) in [
            (format!(" {ISSUER},bob,,"), "line 2: the issuer \" https"),
            (format!("{ISSUER}, bob,,"), "line 2: the subject \" bob\""),
            (",, ABcdEFghij,".to_owned(), "line 2: the session \" ABcdEFghij\""),
            (
                format!("{ISSUER},bob,,2027-01-31T18:00:00Z "),
                "line 2: the expires_at \"2027",
            ),
            (format!("{ISSUER}, ,,"), "line 2: the subject \" \""),
            (format!("{ISSUER},bo\rb,,"), "line 2: the subject \"bo\\u{d}b\""),
            (format!("{ISSUER},bo\0b,,"), "line 2: the subject \"bo\\u{0}b\""),
            (format!("{ISSUER},\"bo"), "line 2: a quote is not closed on its line"),
            (format!("{ISSUER},Bob van der  Berg\u{a0}IV,,"), ""),
            (format!("{ISSUER},\"\"\"bob\"\"\",,\r\n"), ""),
        ] {
            let told = told(&["issuer,subject,session,expires_at\r\n", &line]);
            assert!(
                told.starts_with(why) && told.is_empty() == why.is_empty(),
                "{line:?}: {told}"
            );
        }
    }
}
