//! Globs with `*` for any run of characters: matching, and the two questions a plan asks of a pair of them.
//!
//! Both questions are answered exactly over an alphabet with at least one character that neither glob names, which the
//! alphabet of paths always has.

/// One character of a glob as the algorithms see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// Exactly this character.
    Literal(char),
    /// Any run of characters, the empty one included.
    Star,
    /// A character that no literal equals: what only a star can take.
    Foreign,
}

/// The tokens of a glob; a run of stars is one star.
pub(super) fn tokens(glob: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for character in glob.chars() {
        match character {
            '*' if tokens.last() == Some(&Token::Star) => {}
            '*' => tokens.push(Token::Star),
            other => tokens.push(Token::Literal(other)),
        }
    }
    tokens
}

/// Whether a glob takes a whole word. A word may hold foreign characters but no stars.
pub(super) fn takes(glob: &[Token], word: &[Token]) -> bool {
    // The classic two-pointer walk: on a mismatch the last star takes one character more.
    let (mut at_glob, mut at_word) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while at_word < word.len() {
        match glob.get(at_glob) {
            Some(Token::Star) => {
                last_star = Some((at_glob, at_word));
                at_glob += 1;
            }
            Some(token) if *token != Token::Foreign && *token == word[at_word] => {
                at_glob += 1;
                at_word += 1;
            }
            _ => match last_star {
                Some((star, taken)) => {
                    last_star = Some((star, taken + 1));
                    at_glob = star + 1;
                    at_word = taken + 1;
                }
                None => return false,
            },
        }
    }
    glob[at_glob.min(glob.len())..]
        .iter()
        .all(|token| *token == Token::Star)
}

/// Whether every word of `narrow` is a word of `wide`: exactly when `wide` takes the word that has a foreign character
/// for every star of `narrow`, since only stars of `wide` can take those, and stars take anything else as well.
pub(super) fn covers(wide: &[Token], narrow: &[Token]) -> bool {
    let word: Vec<Token> = narrow
        .iter()
        .map(|token| match token {
            Token::Star => Token::Foreign,
            other => *other,
        })
        .collect();
    takes(wide, &word)
}

/// Whether some word belongs to both globs.
pub(super) fn overlap(one: &[Token], other: &[Token]) -> bool {
    // reach[j]: the first i tokens of `one` and the first j of `other` have a word in common.
    let mut reach: Vec<bool> = (0..=other.len())
        .map(|length| other[..length].iter().all(|token| *token == Token::Star))
        .collect();
    for token in one {
        let mut diagonal = reach[0];
        reach[0] = diagonal && *token == Token::Star;
        for (index, against) in other.iter().enumerate() {
            let above = reach[index + 1];
            let left = reach[index];
            reach[index + 1] = match (token, against) {
                (Token::Star, Token::Star) => above || left || diagonal,
                // The star ends here, or takes one token more of the other glob.
                (Token::Star, _) | (_, Token::Star) => above || left,
                (Token::Literal(one), Token::Literal(other)) => diagonal && one == other,
                _ => false,
            };
            diagonal = above;
        }
    }
    reach.last().copied().unwrap_or(false)
}
