use std::sync::LazyLock;

use proptest::prelude::*;
use regex_lite::{Regex, RegexBuilder};
use zt_model::route::Pattern;

/// Letters of patterns: two cases of one letter, a second one, slash and star.
const PATTERN: &str = "/[aAb/*]{0,3}";

/// Every word of up to seven characters that begins with a slash, over the letters of patterns in both cases and one they
/// never use.
/// Two patterns that have a word in common have one of that length, and so has a pattern that is not covered.
static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut words = vec!["/".to_owned()];
    let mut last = words.clone();
    for _ in 0..6 {
        last = last
            .iter()
            .flat_map(|word| ['a', 'A', 'b', 'B', '/', 'z'].map(|letter| format!("{word}{letter}")))
            .collect();
        words.extend(last.iter().cloned());
    }
    words
});

fn pattern() -> impl Strategy<Value = Pattern> {
    (PATTERN, any::<bool>()).prop_filter_map("not a pattern", |(text, fold)| Pattern::parse(&text, fold).ok())
}

/// The definition of the edge contract, for an engine that knows nothing of it.
fn oracle(pattern: &Pattern) -> Regex {
    let expression = |text: &str| {
        let pieces: Vec<String> = text.split('*').map(regex_lite::escape).collect();
        pieces.join(".*")
    };
    let text = pattern.as_str();
    let whole = match text.strip_suffix("/*") {
        Some(stem) if !stem.is_empty() => format!("^(?:{}|{})$", expression(text), expression(stem)),
        _ => format!("^(?:{})$", expression(text)),
    };
    let mut builder = RegexBuilder::new(&whole);
    builder
        .case_insensitive(pattern.is_case_insensitive())
        .dot_matches_new_line(true)
        .build()
        .unwrap()
}

fn words_of(pattern: &Pattern) -> impl Iterator<Item = &'static String> {
    let oracle = oracle(pattern);
    WORDS.iter().filter(move |word| oracle.is_match(word))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn patterns_overlap_exactly_when_some_word_matches_both(one in pattern(), other in pattern()) {
        let judge = oracle(&other);
        let common = words_of(&one).find(|word| judge.is_match(word));
        prop_assert_eq!(one.overlaps(&other), common.is_some(), "{} {} {:?}", one, other, common);
        prop_assert_eq!(other.overlaps(&one), common.is_some());
    }

    #[test]
    fn a_pattern_covers_another_exactly_when_it_matches_all_its_words(wide in pattern(), narrow in pattern()) {
        let judge = oracle(&wide);
        let missing = words_of(&narrow).find(|word| !judge.is_match(word));
        prop_assert_eq!(wide.covers(&narrow), missing.is_none(), "{} {} {:?}", wide, narrow, missing);
    }

    #[test]
    fn what_several_patterns_cover_no_word_escapes(wide in proptest::collection::vec(pattern(), 1..4), narrow in pattern()) {
        let judges: Vec<Regex> = wide.iter().map(oracle).collect();
        let escapes = words_of(&narrow).find(|word| !judges.iter().any(|judge| judge.is_match(word)));
        // Letters of two cases may be covered by two patterns without being recognised; never the other way round.
        if narrow.is_covered_by(&wide) {
            prop_assert_eq!(escapes, None);
        } else if wide.iter().chain([&narrow]).all(|pattern| !pattern.is_case_insensitive()) {
            prop_assert!(escapes.is_some(), "{:?} covers {}", wide, narrow);
        }
    }
}

proptest! {
    #[test]
    fn matching_is_what_a_regular_expression_does(
        text in "/[aAb.+()|^$?é/*\\[\\]{}-]{0,12}",
        fold: bool,
        words in proptest::collection::vec("/[aAb.+()|^$?é/*-]{0,10}", 1..20),
    ) {
        if let Ok(pattern) = Pattern::parse(&text, fold && text.is_ascii()) {
            let oracle = oracle(&pattern);
            let filled = ["", "a", "/", "aA/b"].map(|filler| text.replace('*', filler));
            for word in words.iter().filter(|word| word.is_ascii() || !fold).chain(&filled) {
                prop_assert_eq!(pattern.matches(word), oracle.is_match(word), "{} {}", pattern, word);
            }
        }
    }
}
