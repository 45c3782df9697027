//! Path patterns of CloudFront beside those of routes.
//!
//! In CloudFront's, `*` is any run of characters and `?` any one (Developer Guide, "Path pattern"), and they match what the
//! client wrote; a route matches what that decodes to. Questions are answered for the safe side: `overlap` and `route_overlaps`
//! may say yes where no request is in both, `takes` and `route_covers` may say no where all are.

use zt_model::compile::{inexpressible, is_plain, misread, spellings};
use zt_model::route::Pattern;

/// How CloudFront may read a pattern. Every path begins with a slash, so without its own a pattern means the same as with one;
/// only where it begins with a wildcard, that may also stand for the slash itself.
fn readings(pattern: &str) -> Vec<Vec<char>> {
    let mut texts = Vec::new();
    if !pattern.starts_with('/') {
        texts.push(format!("/{pattern}"));
    }
    let mut rest = pattern;
    while let Some(after) = rest.strip_prefix('*') {
        rest = after;
    }
    if rest.starts_with('/') {
        texts.push(rest.to_owned());
    } else if let Some(after) = rest.strip_prefix('?') {
        texts.push(format!("/{after}"));
    }
    texts.iter().map(|text| text.chars().collect()).collect()
}

/// A route as clients may write its paths: what they may write in two ways can be any run of characters.
fn written(route: &Pattern) -> impl Iterator<Item = Vec<char>> {
    let any = |character| if is_plain(character) { character } else { '*' };
    let all = spellings(route.as_str()).into_iter();
    all.map(move |text| text.chars().map(any).collect())
}

/// Whether some path may match both patterns of CloudFront.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    let others = readings(other);
    readings(one)
        .iter()
        .any(|one| others.iter().any(|other| meet(one, other)))
}

/// Whether a path may be of both a route and a behaviour.
pub(super) fn route_overlaps(route: &Pattern, pattern: &str) -> bool {
    let readings = readings(pattern);
    written(route).any(|one| readings.iter().any(|other| meet(&one, other)))
}

/// Whether every path of a behaviour is one of a route.
pub(super) fn route_covers(route: &Pattern, pattern: &str) -> bool {
    let covered = |reading: &Vec<char>| written(route).any(|wide| includes(&wide, reading));
    misread(route.as_str()).is_none() && readings(pattern).iter().all(covered)
}

/// Whether behaviours of these patterns take every path of a route.
pub(super) fn taken<'a>(route: &Pattern, before: impl Iterator<Item = &'a str> + Clone) -> bool {
    let takes = |pattern: &str, path: &Vec<char>| {
        misread(pattern).is_none() && readings(pattern).iter().all(|wide| includes(wide, path))
    };
    inexpressible(route).is_none() && written(route).all(|path| before.clone().any(|pattern| takes(pattern, &path)))
}

/// Whether two globs match a path in common, whatever its case: CloudFront minds it, a route need not.
fn meet(one: &[char], other: &[char]) -> bool {
    // `below[j]`: what is left of `one` and `other[j..]` have a path in common; rows from the end.
    let mut below = vec![false; other.len() + 1];
    for i in (0..=one.len()).rev() {
        let mut row = vec![false; other.len() + 1];
        for j in (0..=other.len()).rev() {
            row[j] = match (one.get(i), other.get(j)) {
                (None, None) => true,
                (Some('*'), right) => below[j] || (right.is_some() && row[j + 1]),
                (left, Some('*')) => row[j + 1] || (left.is_some() && below[j]),
                (Some(left), Some(right)) => {
                    (left.eq_ignore_ascii_case(right) || *left == '?' || *right == '?') && below[j + 1]
                }
                (None, Some(_)) | (Some(_), None) => false,
            };
        }
        below = row;
    }
    below[0]
}

/// Whether every path that matches the glob `narrow` matches `wide`.
fn includes(wide: &[char], narrow: &[char]) -> bool {
    let mut below = vec![false; narrow.len() + 1];
    for i in (0..=wide.len()).rev() {
        let mut row = vec![false; narrow.len() + 1];
        for j in (0..=narrow.len()).rev() {
            row[j] = match (wide.get(i), narrow.get(j)) {
                (None, None) => true,
                (Some('*'), right) => below[j] || (right.is_some() && row[j + 1]),
                (Some('?'), Some(right)) => *right != '*' && below[j + 1],
                (Some(left), Some(right)) => left == right && below[j + 1],
                (None, Some(_)) | (Some(_), None) => false,
            };
        }
        below = row;
    }
    below[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of patterns, whether they share a path, whether the first covers the second and the second the first.
    #[test]
    fn patterns_meet_and_cover_as_the_paths_that_they_match() {
        for (one, other, meet, over, under) in [
            ("/a/*", "/a/b", true, true, false),
            ("/a/*", "a/*", true, true, true),
            ("/a/*", "/a", false, false, false),
            ("*", "/a/b", true, true, false),
            ("*.jpg", "/a/*", true, false, false),
            ("/oauth?/*", "/oauth2/*", true, true, false),
            ("/o*", "/oauth2/*", true, true, false),
            ("/*/callback", "/oauth2/*", true, false, false),
            ("/OAUTH2/*", "/oauth2/*", true, false, false),
            ("/api/*", "/oauth2/*", false, false, false),
            ("/a?", "/a*", true, false, true),
            ("/a*b*c", "/abc", true, true, false),
            ("/a*b*c", "/acb", false, false, false),
            ("", "/", true, true, true),
        ] {
            let covers = |wide: &str, narrow: &str| {
                let narrow = readings(narrow);
                let all = |wide: &Vec<char>| narrow.iter().all(|narrow| includes(wide, narrow));
                readings(wide).iter().all(all)
            };
            let found = (overlap(one, other), covers(one, other), covers(other, one));
            assert_eq!(found, (meet, over, under), "{one} and {other}");
            assert_eq!(overlap(other, one), meet, "{other} and {one}");
        }
    }

    #[test]
    fn a_route_takes_the_folder_itself_too() {
        let route = Pattern::parse("/a/*", false).unwrap();
        assert!(route_covers(&route, "/a") && route_overlaps(&route, "/a"));
        assert!(taken(&route, ["/a", "/a/*"].into_iter()) && !taken(&route, ["/a/*"].into_iter()));
    }
}
