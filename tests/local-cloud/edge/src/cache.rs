//! The cache of a location: keys and lifetimes by cache policy and the origin's headers, errors by their minimum.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::distribution::ErrorPage;
use crate::message::{Headers, Request, Response};
use crate::policies::{CachePolicy, Names};

#[derive(Clone, Debug)]
struct Entry {
    response: Response,
    stored_at: i64,
    /// Milliseconds.
    lifetime: i64,
}

/// Objects by key.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    entries: Mutex<HashMap<String, Entry>>,
}

/// The pairs of a query string, as they are.
pub(crate) fn query_pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query
        .split('&')
        .filter(|p| !p.is_empty())
        .map(|p| (p.split('=').next().unwrap_or(p), p))
}

/// The cookies of a request, as they are.
pub(crate) fn cookie_pairs(cookies: &str) -> impl Iterator<Item = (&str, &str)> {
    cookies
        .split(';')
        .map(str::trim)
        .filter(|c| !c.is_empty())
        .map(|c| (c.split('=').next().unwrap_or(c), c))
}

/// The part of `accept-encoding` that counts where a policy enables compression.
pub(crate) fn accepted_encodings(request: &Request, policy: &CachePolicy) -> String {
    let sent = request.headers.joined("accept-encoding").unwrap_or_default();
    let wanted = |e: &&&str| {
        sent.split(',')
            .any(|s| s.split(';').next().is_some_and(|s| s.trim() == **e))
    };
    policy
        .encodings
        .iter()
        .filter(wanted)
        .copied()
        .collect::<Vec<_>>()
        .join(",")
}

/// What distinguishes objects of one distribution and behaviour.
pub(crate) fn key(distribution: &str, pattern: &str, request: &Request, policy: &CachePolicy) -> String {
    let method = if request.method == "HEAD" {
        "GET"
    } else {
        &request.method
    };
    let mut key = format!("{distribution} {pattern} {method} {}", request.uri);
    let mut queries: Vec<&str> = query_pairs(request.query.as_deref().unwrap_or_default())
        .filter(|(n, _)| policy.queries.has(n))
        .map(|(_, p)| p)
        .collect();
    queries.sort_unstable();
    let cookies = request.headers.joined("cookie").unwrap_or_default();
    let mut cookies: Vec<&str> = cookie_pairs(&cookies)
        .filter(|(n, _)| policy.cookies.has(n))
        .map(|(_, c)| c)
        .collect();
    cookies.sort_unstable();
    key.push_str(&format!(
        "\n{}\n{}\n{}",
        queries.join("&"),
        cookies.join(";"),
        accepted_encodings(request, policy)
    ));
    if let Names::Only(names) = &policy.headers {
        for name in names {
            key.push_str(&format!(
                "\n{name}={}",
                request.headers.joined(&name.to_ascii_lowercase()).unwrap_or_default()
            ));
        }
    }
    key
}

impl Cache {
    /// A fresh object, with its age.
    pub(crate) fn find(&self, key: &str, now: i64) -> Option<Response> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(key)?;
        if now >= entry.stored_at + entry.lifetime {
            entries.remove(key);
            return None;
        }
        let mut response = entry.response.clone();
        response
            .headers
            .set("age", ((now - entry.stored_at) / 1000).max(0).to_string());
        response.result = if response.status >= 400 { "Error" } else { "Hit" };
        Some(response)
    }

    /// Keeps an object for as long as the policy and the origin allow.
    pub(crate) fn keep(&self, key: String, response: &Response, policy: &CachePolicy, pages: &[ErrorPage], now: i64) {
        let seconds = lifetime(response, policy, pages);
        if seconds > 0 {
            let entry = Entry {
                response: response.clone(),
                stored_at: now,
                lifetime: seconds.saturating_mul(1000),
            };
            self.entries
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(key, entry);
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Seconds that an object is fresh.
fn lifetime(response: &Response, policy: &CachePolicy, pages: &[ErrorPage]) -> i64 {
    let seconds = match response.status {
        // Errors CloudFront always caches, if only for their minimum.
        404 | 405 | 414 | 500..=504 => {
            let minimum = pages
                .iter()
                .find(|p| p.code == response.status)
                .map_or(10, |p| p.min_ttl);
            directive(&response.headers).map_or(minimum, |d| d.min(policy.max_ttl).max(minimum))
        }
        200 | 203 | 300 | 301 | 302 | 307 | 308 | 410 => match directive(&response.headers) {
            Some(seconds) => seconds.clamp(policy.min_ttl, policy.max_ttl),
            None => policy.default_ttl.min(policy.max_ttl),
        },
        _ => 0,
    };
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

/// What the origin says about freshness.
fn directive(headers: &Headers) -> Option<u64> {
    let control = headers.joined("cache-control")?.to_ascii_lowercase();
    let directives: Vec<&str> = control.split(',').map(str::trim).collect();
    let forbids = |d: &&&str| ["no-store", "no-cache", "private"].contains(&d.split('=').next().unwrap_or(d));
    if directives.iter().any(|d| forbids(&d)) {
        return Some(0);
    }
    let seconds = |name: &str| {
        directives
            .iter()
            .find_map(|d| d.strip_prefix(name))
            .and_then(|v| v.trim_matches('"').parse().ok())
    };
    seconds("s-maxage=").or_else(|| seconds("max-age="))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(min: u64, default: u64, max: u64) -> CachePolicy {
        CachePolicy {
            min_ttl: min,
            default_ttl: default,
            max_ttl: max,
            headers: Names::None,
            cookies: Names::None,
            queries: Names::None,
            encodings: vec![],
        }
    }

    #[test]
    fn lifetimes_follow_the_table_of_the_developer_guide() {
        #[track_caller]
        fn check(status: u16, control: Option<&str>, ttls: (u64, u64, u64), expected: i64) {
            let mut response = Response::new(status, "Miss");
            if let Some(control) = control {
                response.headers.set("cache-control", control);
            }
            assert_eq!(
                lifetime(&response, &policy(ttls.0, ttls.1, ttls.2), &[]),
                expected,
                "{status} {control:?} {ttls:?}"
            );
        }
        check(200, None, (0, 86_400, 31_536_000), 86_400);
        check(200, Some("max-age=60"), (0, 86_400, 31_536_000), 60);
        check(200, Some("max-age=60, s-maxage=7"), (0, 86_400, 31_536_000), 7);
        check(200, Some("max-age=60"), (100, 86_400, 31_536_000), 100);
        check(200, Some("max-age=600"), (0, 60, 120), 120);
        check(200, Some("no-store"), (0, 60, 120), 0);
        check(200, Some("private, max-age=60"), (0, 60, 120), 0);
        check(200, Some("no-cache"), (5, 60, 120), 5);
        check(200, Some("max-age=600"), (0, 0, 0), 0);
        check(404, None, (0, 0, 0), 10);
        check(403, None, (0, 60, 120), 0);
    }
}
