//! Policies and routes as the user wrote them: the input of the compiler, kept in the membership document for import.
//!
//! Nothing here is checked; that is the compiler's work, so that every mistake can be named with its path.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::membership::Policy;

/// The policies and routes of one application.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Source {
    /// Policies by name.
    pub policies: BTreeMap<String, Policy>,
    /// Routes; the first that matches decides.
    pub routes: Vec<RouteSource>,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RouteSource {
    /// Path pattern.
    pub path: String,
    /// `"public"`, or absent for a route that needs policies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access: Option<String>,
    /// Names of the policies of which one must be met.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
    /// Methods; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub methods: Option<Vec<String>>,
    /// `"401"`: never a redirect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unauthenticated: Option<String>,
    /// Key of an origin; absent for the application's default origin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// `"shared"`: answers may be cached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<String>,
    /// Whether letters are compared without regard to case.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub case_insensitive: bool,
    /// Whether an encoded slash may occur.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub encoded_slash: bool,
    /// Whether `;` may occur.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub semicolon: bool,
    /// The path to which navigations within the route are rewritten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spa: Option<String>,
    /// `"1.3"`: the lowest TLS version of a viewer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_tls: Option<String>,
    /// The rule by which CORS preflights are answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<CorsSource>,
}

/// The CORS rule of a route.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CorsSource {
    /// Origins that may ask.
    pub origins: Vec<String>,
    /// Methods they may use.
    pub methods: Vec<String>,
    /// Headers they may send.
    pub headers: Vec<String>,
    /// Whether cookies go along.
    pub credentials: bool,
    /// For how many seconds the answer holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
}
