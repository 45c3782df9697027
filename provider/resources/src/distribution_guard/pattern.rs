//! Path patterns of CloudFront: `*` is any run of characters, `?` any one (Developer Guide, "Path pattern").
//!
//! Two questions, answered for the safe side: `overlap` may say yes where no request is in both, `covers` may say no where
//! it does. CloudFront minds the case of letters; a route need not, so an overlap does not.

/// A pattern as CloudFront reads it: every path begins with a slash, so with or without its own it means the same.
fn tokens(pattern: &str) -> Vec<char> {
    let slash = (!pattern.starts_with('/')).then_some('/');
    slash.into_iter().chain(pattern.chars()).collect()
}

/// Whether some path may match both.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    let lower = |pattern: &str| tokens(&pattern.to_ascii_lowercase());
    let (one, other) = (lower(one), lower(other));
    // `meets[j]`: what is left of `one` and `other[j..]` have a path in common; rows from the end.
    let mut below = vec![false; other.len() + 1];
    for i in (0..=one.len()).rev() {
        let mut row = vec![false; other.len() + 1];
        for j in (0..=other.len()).rev() {
            row[j] = match (one.get(i), other.get(j)) {
                (None, None) => true,
                (Some('*'), right) => below[j] || (right.is_some() && row[j + 1]),
                (left, Some('*')) => row[j + 1] || (left.is_some() && below[j]),
                (Some(left), Some(right)) => (left == right || *left == '?' || *right == '?') && below[j + 1],
                (None, Some(_)) | (Some(_), None) => false,
            };
        }
        below = row;
    }
    below[0]
}

/// Whether every path that matches `narrow` matches `wide`.
pub(super) fn covers(wide: &str, narrow: &str) -> bool {
    let (wide, narrow) = (tokens(wide), tokens(narrow));
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

/// Whether every path of `narrow` is one of a route, whose `/x/*` takes `/x` too.
pub(super) fn route_covers(route: &str, narrow: &str) -> bool {
    covers(route, narrow) || stem(route).is_some_and(|stem| covers(stem, narrow))
}

/// Whether a path may be of both a behaviour and a route.
pub(super) fn route_overlaps(route: &str, pattern: &str) -> bool {
    overlap(route, pattern) || stem(route).is_some_and(|stem| overlap(stem, pattern))
}

/// What a route's `/x/*` takes besides.
pub(super) fn stem(route: &str) -> Option<&str> {
    route.strip_suffix("/*").filter(|stem| !stem.is_empty())
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
            let found = (overlap(one, other), covers(one, other), covers(other, one));
            assert_eq!(found, (meet, over, under), "{one} and {other}");
            assert_eq!(overlap(other, one), meet, "{other} and {one}");
        }
    }

    #[test]
    fn a_route_takes_the_folder_itself_too() {
        assert!(route_covers("/a/*", "/a") && route_overlaps("/a/*", "/a"));
        assert_eq!((stem("/a/*"), stem("/*"), stem("/a*")), (Some("/a"), None, None));
    }
}
