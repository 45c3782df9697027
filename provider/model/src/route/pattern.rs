//! A path pattern: absolute, decoded, with `*` for any run of characters, `/` included.
//!
//! A pattern that ends in `/*` also covers the path without that ending. A pattern never holds what the path check
//! refuses, since it could then match nothing, and it has no other wildcard: `?` is a question mark.

use std::fmt;

use super::glob::{self, Token};

/// The longest pattern CloudFront takes for a behaviour; ours are not longer.
pub const PATTERN_LIMIT: usize = 255;

/// Why a text is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Empty, or without a slash at its beginning.
    #[error("it does not begin with a slash")]
    Relative,
    /// Longer than CloudFront takes.
    #[error("it has {0} characters, CloudFront takes at most {PATTERN_LIMIT}")]
    TooLong(usize),
    /// A character no accepted path holds.
    #[error(
        "it holds {0:?}, which no accepted path holds: patterns are written decoded, without query and path parameters"
    )]
    Character(char),
    /// `//`, `.` or `..` as a segment.
    #[error("it holds an empty segment or a dot segment, which no accepted path holds")]
    Segment,
}

/// A path pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    case_insensitive: bool,
    /// The glob itself, then the same without `/*` where it ends so.
    globs: Vec<Vec<Token>>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it is not an absolute, decoded path with stars.
    pub fn parse(text: &str, case_insensitive: bool) -> Result<Self, PatternError> {
        check(text)?;
        let folded = if case_insensitive {
            text.to_ascii_lowercase()
        } else {
            text.to_owned()
        };
        let mut globs = vec![glob::tokens(&folded)];
        if let Some(stem) = folded.strip_suffix("/*").filter(|stem| !stem.is_empty()) {
            globs.push(glob::tokens(stem));
        }
        Ok(Self {
            text: text.to_owned(),
            case_insensitive,
            globs,
        })
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether letters are compared without regard to case.
    #[must_use]
    pub fn is_case_insensitive(&self) -> bool {
        self.case_insensitive
    }

    /// Whether a decoded path matches.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let fold = |character: char| {
            if self.case_insensitive {
                character.to_ascii_lowercase()
            } else {
                character
            }
        };
        let word: Vec<Token> = path.chars().map(|character| Token::Literal(fold(character))).collect();
        self.globs.iter().any(|glob| glob::takes(glob, &word))
    }

    /// Whether every path that matches `narrow` matches this one too.
    #[must_use]
    pub fn covers(&self, narrow: &Self) -> bool {
        narrow.is_covered_by([self])
    }

    /// Whether every path that matches this one matches one of `wide`.
    ///
    /// A letter that this pattern takes in either case must be covered by one pattern for both cases; two patterns
    /// that take a case each are not recognised, which costs a finding and never invents one.
    #[must_use]
    pub fn is_covered_by<'a>(&self, wide: impl IntoIterator<Item = &'a Self> + Clone) -> bool {
        self.globs.iter().all(|glob| {
            wide.clone().into_iter().any(|wide| {
                let word: Vec<Token> = glob.iter().map(|token| wide.seen(self, *token)).collect();
                wide.globs.iter().any(|wide| glob::covers(wide, &word))
            })
        })
    }

    /// Whether some path matches both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let fold = self.case_insensitive || other.case_insensitive;
        let lower = |glob: &Vec<Token>| -> Vec<Token> {
            glob.iter()
                .map(|token| match token {
                    Token::Literal(character) if fold => Token::Literal(character.to_ascii_lowercase()),
                    other => *other,
                })
                .collect()
        };
        let others: Vec<Vec<Token>> = other.globs.iter().map(lower).collect();
        self.globs
            .iter()
            .map(lower)
            .any(|glob| others.iter().any(|other| glob::overlap(&glob, other)))
    }

    /// How a token of another pattern looks to this one: a letter that may have either case is only a star's to take.
    fn seen(&self, other: &Self, token: Token) -> Token {
        match token {
            Token::Literal(letter) if self.case_insensitive => Token::Literal(letter.to_ascii_lowercase()),
            Token::Literal(letter) if other.case_insensitive && letter.is_ascii_alphabetic() => Token::Foreign,
            token => token,
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

fn check(text: &str) -> Result<(), PatternError> {
    if !text.starts_with('/') {
        return Err(PatternError::Relative);
    }
    let length = text.chars().count();
    if length > PATTERN_LIMIT {
        return Err(PatternError::TooLong(length));
    }
    // A space and other characters stand decoded here, so only what no decoded path holds is refused.
    if let Some(character) = text.chars().find(|c| c.is_control() || ['%', ';', '\\'].contains(c)) {
        return Err(PatternError::Character(character));
    }
    if text.contains("//") || text.split('/').any(|segment| segment == "." || segment == "..") {
        return Err(PatternError::Segment);
    }
    Ok(())
}
