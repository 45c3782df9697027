//! The CSV form of a revocation file: RFC 4180 with a header, except that a field never goes over the end of its line.

use super::line::Line;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Issuer,
    Subject,
    Session,
    ExpiresAt,
}

/// The columns in the order of the header.
#[derive(Debug)]
pub(super) struct Columns(Vec<Column>);

impl Columns {
    /// Reads the header.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut columns = Vec::new();
        for name in fields(text)? {
            let column = match name.trim() {
                "issuer" => Column::Issuer,
                "subject" => Column::Subject,
                "session" => Column::Session,
                "expires_at" => Column::ExpiresAt,
                other => {
                    return Err(format!(
                        "{other:?} is no column; a CSV file begins with a header of issuer, subject, session and expires_at"
                    ));
                }
            };
            if columns.contains(&column) {
                return Err(format!("the column {} is there twice", name.trim()));
            }
            columns.push(column);
        }
        let user = columns.contains(&Column::Issuer) && columns.contains(&Column::Subject);
        match user || columns.contains(&Column::Session) {
            true => Ok(Self(columns)),
            false => Err("the header names neither session nor issuer and subject".to_owned()),
        }
    }

    /// Reads a line below the header. An empty field is an absent one.
    pub(super) fn line(&self, text: &str) -> Result<Line, String> {
        let fields = fields(text)?;
        if fields.len() != self.0.len() {
            let word = if fields.len() == 1 { "field" } else { "fields" };
            return Err(format!("{} {word} where the header has {}", fields.len(), self.0.len()));
        }
        let mut line = Line::default();
        for (column, field) in self.0.iter().zip(fields) {
            let place = match column {
                Column::Issuer => &mut line.issuer,
                Column::Subject => &mut line.subject,
                Column::Session => &mut line.session,
                Column::ExpiresAt => &mut line.expires_at,
            };
            *place = (!field.is_empty()).then_some(field);
        }
        Ok(line)
    }
}

fn fields(text: &str) -> Result<Vec<String>, String> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => plain_field(rest)?,
        };
        fields.push(field);
        match after {
            Some(next) => rest = next,
            None => return Ok(fields),
        }
    }
}

/// A field without quotes, and what follows its comma.
fn plain_field(text: &str) -> Result<(String, Option<&str>), String> {
    let (field, after) = match text.split_once(',') {
        Some((field, after)) => (field, Some(after)),
        None => (text, None),
    };
    match field.contains('"') {
        true => Err("a quote inside a field; put the whole field in quotes and double those in it".to_owned()),
        false => Ok((field.to_owned(), after)),
    }
}

/// A field whose first quote was read, and what follows its comma.
fn quoted_field(text: &str) -> Result<(String, Option<&str>), String> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let (before, after) = rest
            .split_once('"')
            .ok_or("a quote is not closed on its line".to_owned())?;
        field.push_str(before);
        if let Some(more) = after.strip_prefix('"') {
            field.push('"');
            rest = more;
            continue;
        }
        return match after.strip_prefix(',') {
            Some(next) => Ok((field, Some(next))),
            None if after.is_empty() => Ok((field, None)),
            None => Err("text after a closing quote".to_owned()),
        };
    }
}
