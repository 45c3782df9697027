//! The lines of a revocation file, as JSON lines or CSV. The first line that cannot be read is named; nothing is skipped.

use std::collections::{BTreeMap, BTreeSet};

use zt_model::ids::Issuer;
use zt_model::instant::Instant;
use zt_model::session::SessionHandle;
use zt_model::store::Expiry;

use super::super::revocation::User;
use super::super::schema::LAST;
use super::super::time;
use super::csv;
use super::line::Line;

/// Most users and sessions one file may name.
pub(super) const MOST: usize = 100_000;

/// What a file names: users with the end of their own, where they have one, and sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entries {
    pub(super) users: BTreeMap<User, Option<Instant>>,
    pub(super) sessions: BTreeSet<SessionHandle>,
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub(super) struct LineError {
    pub(super) line: usize,
    pub(super) why: String,
}

/// What the first line decided.
enum Format {
    JsonLines,
    Csv(csv::Columns),
}

/// Reads line after line; the format is that of the first one.
#[derive(Default)]
pub(super) struct Reader {
    format: Option<Format>,
    line: usize,
    entries: Entries,
}

impl Reader {
    /// Takes the next line, with or without its end.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), LineError> {
        self.line += 1;
        self.read(bytes).map_err(|why| LineError { line: self.line, why })
    }

    /// Everything there was.
    pub(super) fn end(self) -> Result<Entries, LineError> {
        match self.entries.len() {
            0 => Err(LineError {
                line: self.line.max(1),
                why: "the file ends and has named nobody; to revoke nobody leave `file` out".to_owned(),
            }),
            _ => Ok(self.entries),
        }
    }

    fn read(&mut self, bytes: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        let text = match self.line {
            1 => text.strip_prefix('\u{feff}').unwrap_or(text),
            _ => text,
        };
        let text = text.trim_end_matches(['\n', '\r']);
        if text.trim().is_empty() {
            return Ok(());
        }
        let line = match &self.format {
            None if text.trim_start().starts_with('{') => {
                self.format = Some(Format::JsonLines);
                json(text)?
            }
            None => {
                self.format = Some(Format::Csv(csv::Columns::read(text)?));
                return Ok(());
            }
            Some(Format::JsonLines) => json(text)?,
            Some(Format::Csv(columns)) => columns.line(text)?,
        };
        self.entries.add(line)?;
        match self.entries.len() {
            0..=MOST => Ok(()),
            _ => Err(format!(
                "more than {MOST} users and sessions; split them over several revocations"
            )),
        }
    }
}

/// A JSON object; where it goes wrong is told by column, the line is known.
fn json(text: &str) -> Result<Line, String> {
    serde_json::from_str(text).map_err(|error| {
        let told = error.to_string();
        let what = told.split(" at line ").next().unwrap_or_default();
        format!("{what}, at column {}", error.column())
    })
}

impl Entries {
    fn add(&mut self, line: Line) -> Result<(), String> {
        line.check()?;
        match (line.session, line.issuer, line.subject) {
            (Some(session), None, None) if line.expires_at.is_none() => {
                let handle = SessionHandle::parse(&session)
                    .map_err(|_| format!("{session:?} is no session handle: ten characters of base64url"))?;
                self.sessions.insert(handle);
                Ok(())
            }
            (Some(_), None, None) => Err("a session is ended for good, so it has no expires_at".to_owned()),
            (None, Some(issuer), Some(subject)) => self.add_user(&issuer, subject, line.expires_at.as_deref()),
            (Some(_), ..) => Err("it names a session and a user; write one line for each".to_owned()),
            (None, ..) => {
                Err("it names nobody: a user has issuer and subject, a session its session handle".to_owned())
            }
        }
    }

    fn add_user(&mut self, issuer: &str, subject: String, expires_at: Option<&str>) -> Result<(), String> {
        let issuer = Issuer::parse(issuer).map_err(|error| error.to_string())?;
        if subject.is_empty() {
            return Err("the subject is empty".to_owned());
        }
        let end = expires_at.map(end).transpose()?;
        let before = self.users.insert(User { issuer, subject }, end);
        match before.is_none_or(|before| before == end) {
            true => Ok(()),
            false => Err("an earlier line has this user with another expires_at".to_owned()),
        }
    }

    /// How many users and sessions there are.
    pub(crate) fn len(&self) -> usize {
        self.users.len() + self.sessions.len()
    }

    /// How many users.
    pub(crate) fn users(&self) -> usize {
        self.users.len()
    }

    /// How many sessions.
    pub(crate) fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// Whether a user has an end of its own.
    pub(crate) fn has_ends(&self) -> bool {
        self.users.values().any(Option::is_some)
    }

    /// How many users are out until the revocation itself ends, `listed` ones apart.
    pub(crate) fn lasting(&self, listed: &BTreeSet<User>) -> usize {
        self.unlisted(listed).filter(|end| end.is_none()).count()
    }

    /// The latest end of a user, where users without one of their own end with the revocation; none when nobody is blocked.
    pub(crate) fn latest(&self, default: Expiry, listed: &BTreeSet<User>) -> Option<Expiry> {
        self.unlisted(listed).map(|end| end.map_or(default, Expiry::At)).max()
    }

    /// The ends of all who do not follow the list of the configuration.
    fn unlisted(&self, listed: &BTreeSet<User>) -> impl Iterator<Item = Option<Instant>> {
        let own = self.users.iter().filter(|(user, _)| !listed.contains(*user));
        own.map(|(_, end)| *end)
    }
}

fn end(text: &str) -> Result<Instant, String> {
    match time::parse(text) {
        Some(end) if end >= LAST => Err("the store cannot hold times from December 2038 on".to_owned()),
        Some(end) => Ok(end),
        None => Err(format!("{text:?} is no time; write it as 2027-01-31T18:00:00Z")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Entries, String> {
        let mut reader = Reader::default();
        for line in text.split_inclusive('\n') {
            reader.take(line.as_bytes()).map_err(|error| error.to_string())?;
        }
        reader.end().map_err(|error| error.to_string())
    }

    #[test]
    fn both_formats_say_the_same() {
        let json = "{\"issuer\":\"https://a.example\",\"subject\":\"x, \\\"y\\\"\"}\n\
                    {\"session\":\"ABcdEFghij\"}\n\n\
                    {\"subject\":\"z\",\"issuer\":\"https://a.example\",\"expires_at\":\"2027-01-31T18:00:00Z\"}\n";
        let csv = "\u{feff}subject,issuer,session,expires_at\r\n\
                   \"x, \"\"y\"\"\",https://a.example,,\r\n\
                   ,,ABcdEFghij,\r\n\
                   z,https://a.example,,2027-01-31T19:00:00+01:00\r\n";
        let entries = read(json).unwrap();
        assert_eq!(read(csv).unwrap(), entries);
        assert_eq!((entries.users(), entries.sessions(), entries.has_ends()), (2, 1, true));
        let subjects: Vec<&str> = entries.users.keys().map(|user| user.subject.as_str()).collect();
        assert_eq!(subjects, ["x, \"y\"", "z"]);
        assert_eq!(entries.latest(Expiry::Never, &BTreeSet::new()), Some(Expiry::Never));
    }

    #[test]
    fn repeated_lines_count_once() {
        let entries = read("session\nABcdEFghij\nABcdEFghij\n").unwrap();
        assert_eq!(
            (entries.len(), entries.latest(Expiry::Never, &BTreeSet::new())),
            (1, None)
        );
    }

    #[test]
    fn the_first_bad_line_is_named() {
        for (text, told) in [
            ("", "line 1: the file ends and has named nobody"),
            ("issuer,subject\n", "line 1: the file ends and has named nobody"),
            ("bob\neve\n", "line 1: \"bob\" is no column"),
            ("issuer,issuer\n", "line 1: the column issuer is there twice"),
            (
                "issuer,expires_at\n",
                "line 1: the header names neither session nor issuer and subject",
            ),
            (
                "issuer,subject\nhttps://a.example\n",
                "line 2: 1 field where the header has 2",
            ),
            (
                "issuer,subject\nhttps://a.example,\"bob\n",
                "line 2: a quote is not closed",
            ),
            (
                "issuer,subject\nhttps://a.example,b\"ob\n",
                "line 2: a quote inside a field",
            ),
            ("issuer,subject\nhttp://a.example,bob\n", "line 2: "),
            ("issuer,subject\nhttps://a.example,\n", "line 2: it names nobody"),
            ("session\nABcdEFghij\nshort\n", "line 3: \"short\" is no session handle"),
            (
                "session,expires_at\nABcdEFghij,2027-01-31T18:00:00Z\n",
                "line 2: a session is ended for good",
            ),
            (
                "session,issuer,subject\nABcdEFghij,https://a.example,b\n",
                "line 2: it names a session and a user",
            ),
            (
                "{\"issuer\":\"https://a.example\",\"subject\":\"b\"}\nbob\n",
                "line 2: expected value, at column 1",
            ),
            ("{\"user\":\"b\"}\n", "line 1: unknown field `user`"),
            (
                "{\"issuer\":\"https://a.example\",\"subject\":7}\n",
                "line 1: invalid type",
            ),
            (
                "{\"issuer\":\"https://a.example\",\"subject\":\"b\"}\n\
                 {\"issuer\":\"https://a.example\",\"subject\":\"b\",\"expires_at\":\"2027-01-31T18:00:00Z\"}\n",
                "line 2: an earlier line has this user with another expires_at",
            ),
            (
                "issuer,subject,expires_at\nhttps://a.example,b,tomorrow\n",
                "line 2: \"tomorrow\" is no time",
            ),
            (
                "issuer,subject,expires_at\nhttps://a.example,b,2039-01-01T00:00:00Z\n",
                "line 2: the store cannot hold times",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(told), "{text:?}: {error}");
        }
        let mut reader = Reader::default();
        reader.take(b"session\n").unwrap();
        assert_eq!(
            reader.take(b"\xff\n").unwrap_err().to_string(),
            "line 2: it is not UTF-8"
        );
    }

    #[test]
    fn a_file_names_at_most_a_hundred_thousand() {
        let mut reader = Reader::default();
        reader.take(b"issuer,subject\n").unwrap();
        for number in 0..MOST {
            reader.take(format!("https://a.example,{number}\n").as_bytes()).unwrap();
        }
        let error = reader.take(b"https://a.example,one more\n").unwrap_err();
        assert_eq!(error.line, MOST + 2);
    }
}
