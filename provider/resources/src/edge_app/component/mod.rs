//! The remote objects of which an application consists, each with a lifecycle of its own.
//!
//! Every component can be *ensured* (made, taken over or changed until it is as wanted; nothing is written when it is),
//! *looked at* (for drift) and *removed* (only when its mark is of this instance; gone already is well). A component
//! knows its own object and what it is given, never the others: the order is `create`, `update` and `delete`.

pub(super) mod assertion_secret;
pub(super) mod auth_function;
pub(super) mod bucket_policy;
pub(super) mod client_secret;
pub(super) mod distribution;
pub(super) mod keys_secret;
pub(super) mod log_groups;
pub(super) mod membership_secret;
pub(super) mod origin_access_control;
pub(super) mod origin_request_policy;
pub(super) mod response_headers_policy;
pub(super) mod role;
pub(super) mod secret;
pub(super) mod session_function;
pub(super) mod store_document;
pub(super) mod web_acl;

use std::time::{Duration, Instant};

use zt_aws::{Aws, AwsError, Tags};
use zt_framework::{Context, Diagnostic, Interrupted};

use super::names::Names;
use crate::marks::Mark;

/// For operations without a deadline, which the engine never starts.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

/// What every component needs to know.
pub(super) struct Scope<'a> {
    /// Calls to AWS, ending with the operation.
    pub(super) aws: &'a Aws,
    /// Stop and deadline of the operation.
    pub(super) context: &'a Context,
    /// Physical names.
    pub(super) names: &'a Names,
    /// The mark of this instance.
    pub(super) mark: &'a Mark,
    /// Tags of every object, the provider's defaults included.
    pub(super) tags: &'a Tags,
}

impl Scope<'_> {
    /// Tags of an object: the user's, and the mark.
    pub(super) fn marked_tags(&self, mark: &Mark) -> Tags {
        let mut tags = self.tags.clone();
        tags.extend(mark.tags());
        tags
    }

    /// Refuses an object that is not ours to take.
    pub(super) fn may_take(&self, kind: &'static str, name: &str, mark: Option<Mark>) -> Result<(), Fault> {
        match mark {
            Some(mark) if self.mark.may_take(&mark) => Ok(()),
            found => Err(Fault::Taken(Box::new(Taken {
                kind,
                name: name.to_owned(),
                found,
                wanted: self.mark.clone(),
            }))),
        }
    }

    /// The time the operation has left.
    pub(super) fn remaining(&self) -> Duration {
        let end = self.context.deadline();
        end.map_or(LONGEST_WAIT, |end| end.saturating_duration_since(Instant::now()))
    }

    /// Whether an object is of this instance, so that it may be removed.
    pub(super) fn owns(&self, mark: Option<&Mark>) -> bool {
        mark.is_some_and(|mark| mark.same_application(self.mark) && mark.instance == self.mark.instance)
    }
}

/// Why a step did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// AWS refused or failed.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// An object of that name belongs to somebody else.
    #[error("the name is taken")]
    Taken(Box<Taken>),
    /// We refuse; the diagnostic says why.
    #[error("refused")]
    Refused(Box<Diagnostic>),
    /// Stopped, or out of time.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

/// An object that is in the way.
#[derive(Debug)]
pub(super) struct Taken {
    /// What it is, in words.
    pub(super) kind: &'static str,
    /// Its name.
    pub(super) name: String,
    /// Its mark, if it has one.
    pub(super) found: Option<Mark>,
    /// Ours.
    pub(super) wanted: Mark,
}

impl Fault {
    /// A refusal of our own.
    pub(super) fn refused(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Refused(Box::new(Diagnostic::error(summary, detail)))
    }

    /// What to tell the user; `doing` says at which step, such as "creating the web ACL".
    pub(super) fn diagnostic(&self, doing: &str) -> Diagnostic {
        match self {
            Self::Aws(error) => {
                let explanation = error.explain();
                Diagnostic::error(
                    explanation.summary,
                    format!("This happened while {doing}.\n{}", explanation.detail),
                )
            }
            Self::Taken(taken) => taken.diagnostic(),
            Self::Refused(diagnostic) => (**diagnostic).clone(),
            Self::Interrupted(Interrupted::Stopped) => Diagnostic::error(
                "Stopped",
                format!(
                    "The operation was stopped while {doing}. What exists is kept; the next apply goes on from here."
                ),
            ),
            Self::Interrupted(Interrupted::DeadlineExceeded) => Diagnostic::error(
                "Out of time",
                format!(
                    "The time allowed by `timeouts` ended while {doing}. What exists is kept; apply again to go on, \
                     with a longer timeout if this repeats."
                ),
            ),
        }
    }
}

impl Taken {
    fn diagnostic(&self) -> Diagnostic {
        let Self {
            kind,
            name,
            found,
            wanted,
        } = self;
        let application = format!("{}/{}", wanted.store, wanted.application);
        match found {
            Some(mark) if mark.same_application(wanted) => Diagnostic::error(
                format!("Application {} exists already", wanted.application),
                format!(
                    "The {kind} {name:?} belongs to a complete application {application} that is not in this state. \
                     To manage it from here, write\n\n  import {{\n    to = zt_edge_app.{}\n    id = {application:?}\n  \
                     }}\n\nand adapt the address (and the type, zt_edge_auth, where it has no distribution of its own). To make \
                     another application, choose another name.",
                    wanted.application.replace('-', "_"),
                ),
            ),
            Some(mark) => Diagnostic::error(
                format!("The {kind} {name:?} belongs to another application"),
                format!(
                    "It is marked as part of {}/{}. Choose another name.",
                    mark.store, mark.application
                ),
            ),
            None => Diagnostic::error(
                format!("The {kind} {name:?} exists already"),
                "It carries no mark of this provider, so it was made by somebody else and is left alone. Remove or \
                 rename it, or choose another name for the application.",
            ),
        }
    }
}
