//! The parts of a request that rules compare, and how they are read before.
//!
//! A refusal or a count reads a path *folded*, so that no spelling slips by; what lets something pass compares it
//! as it was sent, so that no spelling slips in.

use aws_sdk_wafv2::types as sdk;
use aws_smithy_types::Blob;
use aws_smithy_types::error::operation::BuildError;

/// What of a request is looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The path.
    Path,
    /// The whole query string.
    Query,
    /// The method.
    Method,
    /// A header, by its name in lower case.
    Header(String),
    /// An argument of the query, by its name in lower case.
    Argument(String),
}

/// Where in the part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// All of it.
    Exactly,
    /// Its beginning.
    Start,
    /// Its end.
    End,
    /// Anywhere.
    Contains,
}

/// How a part is read before it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Byte by byte.
    AsSent,
    /// Percent-decoded; a path normalised, too.
    Decoded,
    /// Decoded and in lower case: texts and expressions are to be written so.
    Folded,
}

const READINGS: [Reading; 3] = [Reading::AsSent, Reading::Decoded, Reading::Folded];

fn kinds(part: &Part, reading: Reading) -> &'static [sdk::TextTransformationType] {
    use sdk::TextTransformationType as Kind;
    match (reading, part) {
        (Reading::AsSent, _) => &[Kind::None],
        (Reading::Decoded, Part::Path) => &[Kind::UrlDecode, Kind::NormalizePath],
        (Reading::Decoded, _) => &[Kind::UrlDecode],
        (Reading::Folded, Part::Path) => &[Kind::UrlDecode, Kind::NormalizePath, Kind::Lowercase],
        (Reading::Folded, Part::Query | Part::Argument(_)) => &[Kind::UrlDecode, Kind::Lowercase],
        (Reading::Folded, Part::Header(_) | Part::Method) => &[Kind::Lowercase],
    }
}

pub(super) fn transformations(part: &Part, reading: Reading) -> Result<Vec<sdk::TextTransformation>, BuildError> {
    kinds(part, reading)
        .iter()
        .zip(0..)
        .map(|(kind, priority)| {
            let one = sdk::TextTransformation::builder().priority(priority);
            one.r#type(kind.clone()).build()
        })
        .collect()
}

/// How a part is read that has these transformations; `None` when we never read it so.
pub(super) fn reading(part: &Part, transformations: &[sdk::TextTransformation]) -> Option<Reading> {
    let mut sorted: Vec<_> = transformations.iter().collect();
    sorted.sort_by_key(|it| it.priority);
    READINGS
        .into_iter()
        .find(|reading| sorted.iter().map(|it| &it.r#type).eq(kinds(part, *reading)))
}

pub(super) fn field(part: &Part) -> Result<sdk::FieldToMatch, BuildError> {
    let field = sdk::FieldToMatch::builder();
    Ok(match part {
        Part::Path => field.uri_path(sdk::UriPath::builder().build()),
        Part::Query => field.query_string(sdk::QueryString::builder().build()),
        Part::Method => field.method(sdk::Method::builder().build()),
        Part::Header(name) => field.single_header(sdk::SingleHeader::builder().name(name).build()?),
        Part::Argument(name) => field.single_query_argument(sdk::SingleQueryArgument::builder().name(name).build()?),
    }
    .build())
}

/// The part that a field names; `None` when our types cannot say it.
pub(super) fn part(field: Option<&sdk::FieldToMatch>) -> Option<Part> {
    let field = field?;
    if let Some(header) = &field.single_header {
        return Some(Part::Header(header.name.to_ascii_lowercase()));
    }
    if let Some(argument) = &field.single_query_argument {
        return Some(Part::Argument(argument.name.to_ascii_lowercase()));
    }
    let plain = [
        (field.uri_path.is_some(), Part::Path),
        (field.query_string.is_some(), Part::Query),
        (field.method.is_some(), Part::Method),
    ];
    plain.into_iter().find(|(is, _)| *is).map(|(_, part)| part)
}

pub(super) fn match_to_sdk(
    (part, reading): (&Part, Reading),
    (text, position): (&str, Position),
) -> Result<sdk::ByteMatchStatement, BuildError> {
    sdk::ByteMatchStatement::builder()
        .search_string(Blob::new(text.as_bytes()))
        .field_to_match(field(part)?)
        .set_text_transformations(Some(transformations(part, reading)?))
        .positional_constraint(position.sdk())
        .build()
}

impl Position {
    fn sdk(self) -> sdk::PositionalConstraint {
        match self {
            Self::Exactly => sdk::PositionalConstraint::Exactly,
            Self::Start => sdk::PositionalConstraint::StartsWith,
            Self::End => sdk::PositionalConstraint::EndsWith,
            Self::Contains => sdk::PositionalConstraint::Contains,
        }
    }

    pub(super) fn from_sdk(constraint: &sdk::PositionalConstraint) -> Option<Self> {
        [Self::Exactly, Self::Start, Self::End, Self::Contains]
            .into_iter()
            .find(|position| position.sdk() == *constraint)
    }
}
