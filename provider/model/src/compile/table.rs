//! The table of the session function: everything it knows of an application, as one line of JSON.
//!
//! No secret is in it. The text is ASCII and holds nothing that could end a script or a line.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::application::CookieScope;
use super::routes::{Access, CompiledRoute, Cors};
use super::{Application, Compiled};
use crate::ids::PolicyName;
use crate::membership::{Grant, MembershipDocument};

const ALWAYS_401: u8 = 1;
const ENCODED_SLASH: u8 = 2;
const SEMICOLON: u8 = 4;
const CASE_INSENSITIVE: u8 = 8;
const SHARED_CACHE: u8 = 16;

/// The table, with the short names of the edge contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    a: String,
    c: String,
    h: Vec<String>,
    w: Vec<String>,
    p: String,
    u: String,
    g: u64,
    k: Vec<(u16, u64)>,
    n: Vec<String>,
    i: BTreeMap<String, String>,
    r: Vec<Vec<Value>>,
}

/// Why a table cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The membership document was made for other policies.
    #[error("the membership document does not hold the present text of policy {0}")]
    NoBit(PolicyName),
}

impl Compiled {
    /// The table for a membership document that was made from these policies.
    ///
    /// # Errors
    /// When the document lacks a policy in its present text.
    pub fn table(&self, membership: &MembershipDocument) -> Result<Table, TableError> {
        let used = self.used_policies();
        let application = &self.application;
        let mut k = Vec::with_capacity(used.len());
        for name in &used {
            let same_text = self.policies.get(*name) == membership.policies.get(*name);
            let bit = membership.bit(name).filter(|_| same_text);
            k.push(bit.ok_or_else(|| TableError::NoBit((*name).clone()))?);
        }
        Ok(Table {
            a: application.name.to_string(),
            c: application.cookie_name(),
            h: application.hosts.iter().map(ToString::to_string).collect(),
            w: own_origins(application),
            p: application.auth_prefix.clone(),
            u: application.userinfo.clone(),
            g: membership.generation,
            k,
            n: used.iter().map(ToString::to_string).collect(),
            i: application.identity_headers.clone(),
            r: self.routes.iter().map(|route| row(route, &used)).collect(),
        })
    }

    /// The grants a route asks for under a membership document; `None` for a public route.
    ///
    /// # Errors
    /// When the document lacks a policy.
    pub fn grants(
        &self,
        route: &CompiledRoute,
        membership: &MembershipDocument,
    ) -> Result<Option<Vec<Grant>>, TableError> {
        let Access::Policies(names) = &route.access else {
            return Ok(None);
        };
        let grant = |name: &PolicyName| match membership.bit(name) {
            Some((bit, birth)) => Ok(Grant { bit, birth }),
            None => Err(TableError::NoBit(name.clone())),
        };
        names.iter().map(grant).collect::<Result<_, _>>().map(Some)
    }

    /// The policies some route names, in the order of their names.
    fn used_policies(&self) -> Vec<&PolicyName> {
        let used = |name: &&PolicyName| {
            self.routes.iter().any(|route| match &route.access {
                Access::Public => false,
                Access::Policies(names) => names.contains(name),
            })
        };
        self.policies.keys().filter(used).collect()
    }
}

impl Table {
    /// The JSON to put in the place of `{}`: one line of ASCII.
    #[must_use]
    pub fn json(&self) -> String {
        // Strings, numbers, lists and maps with string keys always serialise.
        let json = serde_json::to_string(self).unwrap_or_default();
        let mut text = String::with_capacity(json.len());
        for character in json.chars() {
            match character {
                '<' => text.push_str("\\u003c"),
                plain if plain.is_ascii() => text.push(plain),
                other => {
                    for unit in other.encode_utf16(&mut [0; 2]) {
                        text.push_str(&format!("\\u{unit:04x}"));
                    }
                }
            }
        }
        text
    }

    /// Bytes each part of the table takes: name, policies, headers, and each route by its index.
    #[must_use]
    pub fn costs(&self) -> Vec<(String, usize)> {
        let size = |value: Value| value.to_string().len();
        let mut costs = vec![
            ("policies".to_owned(), size(json!([self.k, self.n]))),
            ("identity_headers".to_owned(), size(json!(self.i))),
            ("domains".to_owned(), size(json!([self.h, self.w]))),
        ];
        for (index, row) in self.r.iter().enumerate() {
            costs.push((format!("routes[{index}]"), size(json!(row))));
        }
        costs
    }
}

fn own_origins(application: &Application) -> Vec<String> {
    let origin = |host: &crate::ids::HostName| match application.port {
        443 => format!("https://{host}"),
        port => format!("https://{host}:{port}"),
    };
    application.hosts.iter().map(origin).collect()
}

fn row(route: &CompiledRoute, used: &[&PolicyName]) -> Vec<Value> {
    let policies = match &route.access {
        Access::Public => json!(0),
        Access::Policies(names) => {
            let index = |name: &PolicyName| used.iter().position(|known| *known == name);
            json!(names.iter().filter_map(index).collect::<Vec<_>>())
        }
    };
    let methods = route.methods.as_ref().map_or(json!(0), |methods| {
        json!(methods.iter().map(|method| method.as_str()).collect::<Vec<_>>())
    });
    let cors = route.cors.as_ref().map_or(json!(0), cors);
    let mut row = vec![
        json!(route.matching.pattern.as_str()),
        json!(flags(route)),
        policies,
        methods,
        cors,
    ];
    while row.last() == Some(&json!(0)) && row.len() > 2 {
        row.pop();
    }
    row
}

fn flags(route: &CompiledRoute) -> u8 {
    [
        (route.always_401, ALWAYS_401),
        (route.matching.encoded_slash, ENCODED_SLASH),
        (route.matching.semicolon, SEMICOLON),
        (route.matching.pattern.is_case_insensitive(), CASE_INSENSITIVE),
        (route.shared_cache, SHARED_CACHE),
    ]
    .iter()
    .filter(|(set, _)| *set)
    .map(|(_, flag)| flag)
    .sum()
}

fn cors(cors: &Cors) -> Value {
    json!({
        "o": cors.origins,
        "m": cors.methods.iter().map(|method| method.as_str()).collect::<Vec<_>>(),
        "h": cors.headers,
        "c": cors.credentials,
        "s": cors.max_age,
    })
}

impl Application {
    /// The `Domain` attribute of the session cookie, where it has one.
    #[must_use]
    pub fn cookie_domain(&self) -> Option<&str> {
        match &self.cookie {
            CookieScope::Host => None,
            CookieScope::Domain(domain) => Some(domain.as_str()),
        }
    }
}
