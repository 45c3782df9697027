//! The path check: a raw request path either has readings on which every server agrees, or is refused.
//!
//! The check decodes nothing twice and resolves nothing. What an origin could resolve into another path (dot segments,
//! empty segments, encoded separators, foreign encodings) is refused outright. Two characters may be allowed by a route,
//! the encoded slash and the semicolon; a path that has them, or an encoded `?` or `#`, keeps several readings, and one
//! route must decide them all. Such a path is bounded, and what servers cut at (`;`, `%3b`, or `%3f` and `%23`) is of one
//! kind: whether a server cuts before or after it decodes then makes no other reading.

/// The longest raw path, in bytes, that may have several readings.
pub const LONGEST_WITH_READINGS: usize = 1024;

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathCheck {
    /// Ambiguous, whatever the route allows.
    Refused(Ambiguity),
    /// One or more readings.
    Readings(Readings),
}

/// The readings of a path and the permissions it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readings {
    /// Decoded paths; the first keeps `%2f`, `;`, `?` and `#` as text, and is the only one where none of them occurs.
    pub paths: Vec<String>,
    /// It has an encoded slash.
    pub encoded_slash: bool,
    /// It has a semicolon, plain or encoded.
    pub semicolon: bool,
}

/// Why a path is ambiguous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Ambiguity {
    /// Not an absolute path of printable ASCII, or with `?`, `#` or `\`.
    #[error("a character that no path holds")]
    Character,
    /// `%` without two hexadecimal digits, or an encoded percent sign.
    #[error("a broken or doubled encoding")]
    Encoding,
    /// An encoded character that needs no encoding, or must not occur.
    #[error("an encoded character that changes its meaning when decoded")]
    Encoded,
    /// Bytes that are not UTF-8, or control characters of Unicode.
    #[error("bytes that are not text")]
    Text,
    /// Several readings of a path over [`LONGEST_WITH_READINGS`].
    #[error("a path of several readings that is too long")]
    Length,
    /// More than one of a plain semicolon, an encoded one, and an encoded `?` or `#`.
    #[error("two kinds of marks that servers cut a path at")]
    Marks,
    /// `//`, `.` or `..` in some reading.
    #[error("an empty segment or a dot segment")]
    Segment,
}

/// Checks a raw path, as it stands in the request line without its query.
#[must_use]
pub fn check(raw: &str) -> PathCheck {
    match readings(raw) {
        Ok(readings) => PathCheck::Readings(readings),
        Err(ambiguity) => PathCheck::Refused(ambiguity),
    }
}

fn readings(raw: &str) -> Result<Readings, Ambiguity> {
    if !raw.starts_with('/') || !raw.bytes().all(plain) {
        return Err(Ambiguity::Character);
    }
    let (text, encoded_slash) = decode(raw)?;
    let semicolon = text.contains(';');
    let query = text.contains(['?', '#']);
    let several = encoded_slash || semicolon || query;
    if several && raw.len() > LONGEST_WITH_READINGS {
        return Err(Ambiguity::Length);
    }
    let plain_semicolon = raw.contains(';');
    let encoded_semicolon = raw.contains("%3b") || raw.contains("%3B");
    if [plain_semicolon, encoded_semicolon, query]
        .into_iter()
        .filter(|mark| *mark)
        .count()
        > 1
    {
        return Err(Ambiguity::Marks);
    }
    let mut paths = vec![text];
    if encoded_slash {
        let resolved = paths.iter().map(|path| path.replace("%2f", "/")).collect::<Vec<_>>();
        paths.extend(resolved);
    }
    if semicolon {
        let mut cut = paths.iter().map(|path| without_parameters(path)).collect::<Vec<_>>();
        // A servlet container cuts before it decodes: an encoded slash behind the mark goes, one before it stays.
        let (early, _) = decode(&without_parameters(raw))?;
        cut.push(early.replace("%2f", "/"));
        paths.extend(cut);
    }
    // A server that decodes before it looks for the query reads the path only up to there.
    let before_query = paths
        .iter()
        .filter_map(|path| Some(path.split_once(['?', '#'])?.0.to_owned()))
        .collect::<Vec<_>>();
    paths.extend(before_query);
    if paths.iter().any(|path| has_odd_segment(path)) {
        return Err(Ambiguity::Segment);
    }
    Ok(Readings {
        paths,
        encoded_slash,
        semicolon,
    })
}

fn plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'?' | b'#')
}

/// Decodes every escape but the encoded slash, which stays as the text `%2f`; whether there was one.
fn decode(raw: &str) -> Result<(String, bool), Ambiguity> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut encoded_slash = false;
    let mut rest = raw.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        let (Some(high), Some(low)) = (digit(), digit()) else {
            return Err(Ambiguity::Encoding);
        };
        match u8::try_from(high * 16 + low).unwrap_or_default() {
            b'%' => return Err(Ambiguity::Encoding),
            b'\\' | 0..=0x1f | 0x7f => return Err(Ambiguity::Encoded),
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                return Err(Ambiguity::Encoded);
            }
            b'/' => {
                encoded_slash = true;
                bytes.extend(b"%2f");
            }
            byte => bytes.push(byte),
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| Ambiguity::Text)?;
    if text.chars().any(char::is_control) {
        return Err(Ambiguity::Text);
    }
    Ok((text, encoded_slash))
}

fn without_parameters(path: &str) -> String {
    let segments = path
        .split('/')
        .map(|segment| segment.split(';').next().unwrap_or_default());
    segments.collect::<Vec<_>>().join("/")
}

fn has_odd_segment(path: &str) -> bool {
    path.contains("//") || path.split('/').any(|segment| segment == "." || segment == "..")
}
