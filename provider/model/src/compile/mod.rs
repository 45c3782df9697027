//! The compiler: from what a person wrote to what the edge executes, refusing what would not hold.
//!
//! `compile` checks everything a plan can know and collects every problem with its path. What it returns renders the
//! table of the session function for a membership document, and names the behaviours the distribution needs.

mod application;
mod behaviours;
mod claims;
mod context;
mod countries;
mod field;
mod members;
mod overlap;
mod policies;
mod problem;
mod requests;
mod rewrite;
mod routes;
mod table;
mod values;

use std::collections::BTreeMap;

pub use application::{Application, CookieScope};
pub use behaviours::{BEHAVIOUR_LIMIT, Behaviour, inexpressible, is_plain, misread, spellings};
pub use field::{FieldPath, Step};
pub use problem::{BehaviourPatternReason, Problem, ProblemKind, Problems, Severity};
pub use routes::{Access, CompiledRoute, Cors};
pub use table::{Table, TableError};

use crate::ids::PolicyName;
use crate::membership::SplitPolicy;

/// A checked application.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// What the compiler was given.
    pub application: Application,
    /// All policies, as login and session function divide them, for the membership document.
    pub policies: BTreeMap<PolicyName, SplitPolicy>,
    /// The routes in order.
    pub routes: Vec<CompiledRoute>,
    /// Behaviours beside the auth prefix's and the default one, in the order CloudFront must have them.
    pub behaviours: Vec<Behaviour>,
    /// What is worth a warning.
    pub warnings: Vec<Problem>,
}

/// Checks and compiles an application.
///
/// # Errors
/// With every problem found, warnings among them.
pub fn compile(application: &Application) -> Result<Compiled, Problems> {
    let mut problems = Problems::default();
    application::check(application, &mut problems);
    let policies = policies::compile(&application.source, &mut problems);
    let names = application.source.policies.keys();
    let names = names.filter_map(|name| PolicyName::parse(name).ok()).collect();
    let routes = routes::compile(application, &names, &mut problems);
    overlap::check(application, &routes, &mut problems);
    rewrite::check(application, &routes, &mut problems);
    requests::check(application, &routes, &mut problems);
    claims::check(application, &mut problems);
    let behaviours = behaviours::compile(&routes, &mut problems);
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(Compiled {
        application: application.clone(),
        policies,
        // Without errors every route was compiled.
        routes: routes.into_iter().flatten().collect(),
        behaviours,
        warnings: problems.into_vec(),
    })
}

impl Compiled {
    /// Headers that CloudFront must add for the session function, in lower case: the origin request policy of every
    /// behaviour has to carry them.
    #[must_use]
    pub fn viewer_headers(&self) -> Vec<&'static str> {
        let country = self
            .used_policies()
            .any(|(_, policy)| policy.conditions().any(|one| one.countries.is_some()));
        let tls = self.routes.iter().any(|route| route.tls13);
        [("cloudfront-viewer-country", country), ("cloudfront-viewer-tls", tls)]
            .into_iter()
            .filter_map(|(header, needed)| needed.then_some(header))
            .collect()
    }

    /// Whether machines are let in: by service tokens, or with a session in a header.
    #[must_use]
    pub fn machines(&self) -> bool {
        let named = |policy: &SplitPolicy| policy.conditions().any(|one| one.service_tokens.is_some());
        self.application.machines || self.used_policies().any(|(_, policy)| named(policy))
    }

    /// The policies some route names, in the order of their names.
    pub(crate) fn used_policies(&self) -> impl Iterator<Item = (&PolicyName, &SplitPolicy)> {
        self.policies.iter().filter(|(name, _)| {
            self.routes.iter().any(|route| match &route.access {
                Access::Public => false,
                Access::Policies(names) => names.contains(name),
            })
        })
    }
}
