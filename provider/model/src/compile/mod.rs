//! The compiler: from what a person wrote to what the edge executes, refusing what would not hold.
//!
//! `compile` checks everything a plan can know and collects every problem with its path. What it returns renders the
//! table of the session function for a membership document, and names the behaviours the distribution needs.

mod application;
mod behaviours;
mod field;
mod members;
mod overlap;
mod policies;
mod problem;
mod routes;
mod table;

use std::collections::BTreeMap;

pub use application::{Application, CookieScope};
pub use behaviours::{BEHAVIOUR_LIMIT, Behaviour};
pub use field::{FieldPath, Step};
pub use problem::{Problem, ProblemKind, Problems, Severity};
pub use routes::{Access, CompiledRoute, Cors};
pub use table::{Table, TableError};

use crate::ids::PolicyName;
use crate::membership::Policy;

/// A checked application.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// What the compiler was given.
    pub application: Application,
    /// All policies, normalised, for the membership document.
    pub policies: BTreeMap<PolicyName, Policy>,
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
    let routes = routes::compile(application, &policies, &mut problems);
    overlap::check(application, &routes, &mut problems);
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
