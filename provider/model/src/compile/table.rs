//! The table of the session function: everything it knows of an application, as one line of JSON.
//!
//! No secret is in it. The text is ASCII and holds nothing that could end a script or a line.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::application::CookieScope;
use super::routes::{Access, CompiledRoute, Cors};
use super::{Application, Compiled};
use crate::address::Cidr;
use crate::ids::{AtomName, PolicyName};
use crate::membership::{Alternative, Condition, Grant, MembershipDocument, Policy, SplitPolicy};

const ALWAYS_401: u8 = 1;
const ENCODED_SLASH: u8 = 2;
const SEMICOLON: u8 = 4;
const CASE_INSENSITIVE: u8 = 8;
const SHARED_CACHE: u8 = 16;
const TLS_1_3: u8 = 32;
/// In an alternative: no atom, or no condition.
const NONE: i64 = -1;

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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    q: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    x: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    m: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<u8>,
    i: BTreeMap<String, String>,
    r: Vec<Vec<Value>>,
}

/// Why a table cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The membership document was made for other policies.
    #[error("the membership document does not hold the present text of policy {0}")]
    NoBit(AtomName),
}

impl Compiled {
    /// The table for a membership document that was made from these policies.
    ///
    /// # Errors
    /// When the document lacks a policy in its present text.
    pub fn table(&self, membership: &MembershipDocument) -> Result<Table, TableError> {
        let used: Vec<(&PolicyName, &SplitPolicy)> = self.used_policies().collect();
        let mut k = Vec::with_capacity(used.len());
        for (name, atom) in used.iter().flat_map(|(_, policy)| atoms(policy)) {
            let same_text = membership.policies.get(name) == Some(atom);
            let bit = membership.bit(name).filter(|_| same_text);
            k.push(bit.ok_or_else(|| TableError::NoBit(name.clone()))?);
        }
        let (q, x) = needs(&used);
        let used: Vec<&PolicyName> = used.into_iter().map(|(name, _)| name).collect();
        let application = &self.application;
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
            q,
            x,
            m: self.machines().then_some(1),
            s: application.assertion.then_some(1),
            i: application.identity_headers.clone(),
            r: self.routes.iter().map(|route| row(route, &used)).collect(),
        })
    }

    /// The grants of all atoms of a route's policies under a membership document; `None` for a public route.
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
        let atoms = names.iter().filter_map(|name| self.policies.get(name)).flat_map(atoms);
        let grant = |(name, _): (&AtomName, _)| match membership.bit(name) {
            Some((bit, birth)) => Ok(Grant { bit, birth }),
            None => Err(TableError::NoBit(name.clone())),
        };
        atoms.map(grant).collect::<Result<_, _>>().map(Some)
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

    /// The optional parts of the runtime that this table asks for, in the order of their names.
    #[must_use]
    pub fn parts(&self) -> Vec<&'static str> {
        let member = |index: usize| {
            self.r
                .iter()
                .any(|row| row.get(index).is_some_and(|member| *member != json!(0)))
        };
        let tls = |row: &Vec<Value>| {
            row.get(1)
                .and_then(Value::as_u64)
                .is_some_and(|flags| flags & u64::from(TLS_1_3) != 0)
        };
        [
            ("assertion", self.s.is_some()),
            ("context", !self.q.is_empty()),
            ("cors", member(4)),
            ("identity", !self.i.is_empty()),
            ("machine", self.m.is_some()),
            ("rewrite", member(5)),
            ("tls", self.r.iter().any(tls)),
        ]
        .into_iter()
        .filter_map(|(part, needed)| needed.then_some(part))
        .collect()
    }

    /// Bytes each part of the table takes: headers, domains, each policy by its name, what policies ask of requests, and each
    /// route by its index.
    #[must_use]
    pub fn costs(&self) -> Vec<(String, usize)> {
        let size = |value: Value| value.to_string().len();
        let mut costs = vec![
            ("identity_headers".to_owned(), size(json!(self.i))),
            ("domains".to_owned(), size(json!([self.h, self.w]))),
        ];
        if !self.x.is_empty() {
            costs.push(("conditions of policies".to_owned(), size(json!(self.x))));
        }
        for (index, name) in self.n.iter().enumerate() {
            // Without clauses each policy is the atom of its own index.
            let clauses = self.q.get(index).cloned().unwrap_or(json!(index));
            let atoms = atom_indexes(&clauses).into_iter().filter_map(|atom| self.k.get(atom));
            let grants: usize = atoms.map(|grant| size(json!(grant)) + 1).sum();
            let own = self.q.get(index).map_or(0, |clauses| size(json!(clauses)) + 1);
            costs.push((format!("policies[{name:?}]"), size(json!(name)) + 1 + grants + own));
        }
        for (index, row) in self.r.iter().enumerate() {
            costs.push((format!("routes[{index}]"), size(json!(row)) + 1));
        }
        costs
    }
}

/// The atoms that the clauses of one policy name: the policy's one atom, or the first of each alternative.
fn atom_indexes(clauses: &Value) -> Vec<usize> {
    let index = |value: &Value| value.as_u64().and_then(|index| usize::try_from(index).ok());
    match clauses.as_array() {
        None => index(clauses).into_iter().collect(),
        Some(clauses) => {
            let alternatives = clauses.iter().filter_map(Value::as_array).flatten();
            alternatives.filter_map(|one| index(one.get(0)?)).collect()
        }
    }
}

/// The atoms of a policy with their texts, in the order of its clauses.
fn atoms(policy: &SplitPolicy) -> impl Iterator<Item = (&AtomName, &Policy)> {
    let text = |name| Some((name, policy.atoms.get(name)?));
    policy.atom_names().filter_map(text)
}

/// `q` and `x`: what each policy needs, and the conditions; nothing where each policy is one atom.
fn needs(used: &[(&PolicyName, &SplitPolicy)]) -> (Vec<Value>, Vec<Value>) {
    if used.iter().all(|(_, policy)| policy.whole().is_some()) {
        return (Vec::new(), Vec::new());
    }
    let names: Vec<&AtomName> = used.iter().flat_map(|(_, policy)| policy.atom_names()).collect();
    let atom = |name: &AtomName| {
        names
            .iter()
            .position(|known| *known == name)
            .map_or(json!(NONE), |index| json!(index))
    };
    let mut conditions: Vec<Value> = Vec::new();
    let mut condition = |condition: &Condition| {
        let row = condition_row(condition);
        let known = conditions.iter().position(|known| *known == row);
        known.unwrap_or_else(|| {
            conditions.push(row);
            conditions.len() - 1
        })
    };
    let mut alternative = |one: &Alternative| {
        let mut row = vec![one.atom.as_ref().map_or(json!(NONE), atom)];
        row.extend(one.condition.as_ref().map(|one| json!(condition(one))));
        row.extend(one.negated.then(|| json!(1)));
        json!(row)
    };
    let mut policies = Vec::with_capacity(used.len());
    for (_, policy) in used {
        policies.push(match policy.whole() {
            Some(name) => atom(name),
            None => policy
                .clauses
                .iter()
                .map(|clause| clause.iter().map(&mut alternative).collect::<Value>())
                .collect(),
        });
    }
    (policies, conditions)
}

/// A condition with the short names of the edge contract.
fn condition_row(condition: &Condition) -> Value {
    let mut row = serde_json::Map::new();
    let mut put = |name: &str, value: Option<Value>| row.extend(value.map(|value| (name.to_owned(), value)));
    put("c", condition.countries.as_ref().map(|countries| json!(countries)));
    put("i", condition.addresses.as_ref().map(|ranges| json!(prefixes(ranges))));
    put("v", condition.methods.as_ref().map(|methods| json!(methods)));
    let context = condition.context.as_ref();
    put("a", context.map(|context| json!(context.fingerprint())));
    put(
        "A",
        context
            .and_then(|context| context.acr.as_ref())
            .map(|class| json!(class)),
    );
    put("g", condition.max_age.map(|age| json!(age.seconds())));
    put("s", condition.service_tokens.as_ref().map(|tokens| json!(tokens)));
    Value::Object(row)
}

/// The prefixes of several ranges, without those that another one covers.
fn prefixes(ranges: &[Cidr]) -> Vec<String> {
    let mut sorted: Vec<String> = ranges.iter().flat_map(Cidr::prefixes).collect();
    sorted.sort();
    // After sorting, what begins with a prefix follows it.
    sorted.dedup_by(|later, earlier| later.starts_with(earlier.as_str()));
    sorted
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
    let rewrite = route.rewrite.as_ref().map_or(json!(0), |target| json!(target));
    let mut row = vec![
        json!(route.matching.pattern.as_str()),
        json!(flags(route)),
        policies,
        methods,
        cors,
        rewrite,
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
        (route.tls13, TLS_1_3),
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
