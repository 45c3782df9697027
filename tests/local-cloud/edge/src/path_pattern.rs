//! How CloudFront chooses a cache behaviour: the request's path normalised, patterns in order, `*` and `?`, case sensitive.
//!
//! AWS: "CloudFront normalizes URI paths consistent with RFC 3986 and then matches the path with the correct cache
//! behavior. Once matched, CloudFront sends the raw URI path to the origin."

/// Whether a path pattern of a cache behaviour matches. A leading slash in the pattern is optional.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let pattern = pattern.strip_prefix('/').unwrap_or(pattern);
    let path = path.strip_prefix('/').unwrap_or(path);
    glob(pattern.as_bytes(), path.as_bytes())
}

fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(c) if *c == b'?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((after, from)) => {
                    retry = Some((after, from + 1));
                    p = after;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == b'*')
}

/// The path that patterns are matched with: unreserved characters decoded, dot segments and empty segments gone.
pub(crate) fn normalise(path: &str) -> String {
    let decoded = decode_unreserved(path);
    let mut out: Vec<&str> = Vec::new();
    let segments: Vec<&str> = decoded.split('/').skip(1).collect();
    let last = segments.len().saturating_sub(1);
    for (i, segment) in segments.iter().enumerate() {
        match *segment {
            "." | ".." => {
                if *segment == ".." {
                    out.pop();
                }
                if i == last {
                    out.push("");
                }
            }
            "" if i != last => {}
            other => out.push(other),
        }
    }
    format!("/{}", out.join("/"))
}

fn decode_unreserved(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let code = rest.get(at + 1..at + 3).and_then(|h| u8::from_str_radix(h, 16).ok());
        match code {
            Some(b) if b.is_ascii_alphanumeric() || b"-._~".contains(&b) => {
                out.push(char::from(b));
                rest = &rest[at + 3..];
            }
            _ => {
                out.push('%');
                rest = &rest[at + 1..];
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_the_developer_guide_says() {
        #[track_caller]
        fn check(pattern: &str, path: &str, expected: bool) {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
        // The guide's own examples: *.jpg, images/*.jpg, a?.jpg, and that the leading slash does not matter.
        check("*.jpg", "/a/b/c.jpg", true);
        check("images/*.jpg", "/images/a/b.jpg", true);
        check("/images/*.jpg", "/images/a.jpg", true);
        check("images/*.jpg", "/other/images/a.jpg", false);
        check("a?.jpg", "/ab.jpg", true);
        check("a?.jpg", "/a.jpg", false);
        check("*.doc*", "/x.docx", true);
        check("/images/*", "/images", false);
        check("/images/*", "/images/", true);
        check("/IMAGES/*", "/images/a", false);
        check("*", "/", true);
        check("/oauth2/*", "/oauth2/callback", true);
        check("/a*b*c", "/axxbyybc", true);
        check("/a*b*c", "/axxbyyb", false);
    }

    #[test]
    fn paths_are_normalised_for_matching_only() {
        #[track_caller]
        fn check(path: &str, expected: &str) {
            assert_eq!(normalise(path), expected);
        }
        check("/a//b", "/a/b");
        check("//a", "/a");
        check("/a/../b", "/b");
        check("/a/./b/", "/a/b/");
        check("/a/b/..", "/a/");
        check("/../../x", "/x");
        check("/%61%2Db", "/a-b");
        check("/a%2fb%zz%", "/a%2fb%zz%");
        check("/public/%2e%2e/admin", "/admin");
        check("/", "/");
    }
}
