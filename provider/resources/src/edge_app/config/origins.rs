//! Where allowed requests go.

use std::collections::{BTreeMap, BTreeSet};

use super::{attribute, read};
use zt_framework::{Diagnostics, Path, Value};

/// A bucket or a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge_app) enum OriginKind {
    /// A private bucket; no region means the provider's.
    Bucket {
        bucket: String,
        region: Option<String>,
        manage_policy: bool,
    },
    /// An HTTP server.
    Server {
        domain_name: String,
        http_port: u16,
        https_port: u16,
        https: bool,
    },
}

/// One origin.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::edge_app) struct Origin {
    pub(in crate::edge_app) kind: OriginKind,
    pub(in crate::edge_app) path: String,
    /// May hold a shared secret, hence no `Debug` of them.
    pub(in crate::edge_app) headers: BTreeMap<String, String>,
}

impl std::fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Origin")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl Origin {
    /// Whether it is a bucket.
    pub(in crate::edge_app) fn is_bucket(&self) -> bool {
        matches!(self.kind, OriginKind::Bucket { .. })
    }
}

pub(super) fn read(value: &Value, diagnostics: &mut Diagnostics) -> Option<BTreeMap<String, Origin>> {
    if value.is_unknown() {
        return None;
    }
    let entries = value.entries()?;
    if entries.is_empty() {
        diagnostics.error_at(
            attribute("origins"),
            "No origin",
            "Allowed requests have nowhere to go. Give at least one origin, a bucket or a server.",
        );
        return None;
    }
    let mut origins = Some(BTreeMap::new());
    for (name, value) in entries {
        let path = attribute("origins").key(name);
        // Every origin is looked at, so that one plan names all mistakes.
        match (origin(name, value, &path, diagnostics), origins.as_mut()) {
            (Some(origin), Some(origins)) => {
                origins.insert(name.clone(), origin);
            }
            _ => origins = None,
        }
    }
    origins
}

/// The names of the origins; none while the map itself is unknown or empty, which is reported elsewhere.
pub(super) fn names(value: &Value) -> Option<BTreeSet<String>> {
    let names: BTreeSet<String> = value.entries()?.keys().cloned().collect();
    (!names.is_empty()).then_some(names)
}

fn origin(name: &str, value: &Value, path: &Path, diagnostics: &mut Diagnostics) -> Option<Origin> {
    let label = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if name.is_empty() || name.len() > 24 || !name.bytes().all(label) {
        diagnostics.error_at(
            path.clone(),
            "Origin name not usable",
            format!("{name:?} becomes part of AWS names: write at most 24 letters, digits, hyphens or underscores."),
        );
        return None;
    }
    let (bucket, server) = (value.get("s3"), value.get("custom"));
    if value.is_unknown() || bucket.is_unknown() || server.is_unknown() {
        return None;
    }
    let kind = match (bucket.is_null(), server.is_null()) {
        (false, true) => OriginKind::Bucket {
            bucket: read::text(bucket.get("bucket"))?,
            region: read::optional_text(bucket.get("region"))?,
            manage_policy: read::flag(bucket.get("manage_bucket_policy"), false)?,
        },
        (true, false) => server_kind(server)?,
        _ => {
            diagnostics.error_at(
                path.clone(),
                "Origin is not one thing",
                "An origin is either a bucket or a server: give exactly one of s3 and custom.",
            );
            return None;
        }
    };
    Some(Origin {
        kind,
        path: read::text_or(value.get("path"), "")?,
        headers: read::text_map(value.get("headers"))?,
    })
}

fn server_kind(value: &Value) -> Option<OriginKind> {
    Some(OriginKind::Server {
        domain_name: read::text(value.get("domain_name"))?,
        http_port: read::port(value.get("http_port"), 80)?,
        https_port: read::port(value.get("https_port"), 443)?,
        https: read::text_or(value.get("protocol"), "https-only")? == "https-only",
    })
}

/// The origin of routes that name none: the one asked for, or the only one.
pub(super) fn default_origin(
    value: &Value,
    origins: &BTreeSet<String>,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let names = || origins.iter().cloned().collect::<Vec<_>>().join(", ");
    match read::optional_text(value)? {
        Some(name) if origins.contains(&name) => Some(name),
        Some(name) => {
            diagnostics.error_at(
                attribute("default_origin"),
                "Unknown origin",
                format!("There is no origin {name:?}. Write one of {}.", names()),
            );
            None
        }
        None if origins.len() == 1 => origins.first().cloned(),
        None => {
            diagnostics.error_at(
                attribute("default_origin"),
                "Default origin missing",
                format!(
                    "There are several origins and it is not said which one is meant. Write one of {}.",
                    names()
                ),
            );
            None
        }
    }
}
