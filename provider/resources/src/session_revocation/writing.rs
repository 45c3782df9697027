//! One change of a revocation, handed to the one writer of its store.

use zt_framework::{Context, Diagnostic, Diagnostics, Value};
use zt_model::ids::ApplicationName;
use zt_model::instant::Instant;
use zt_model::session::Pepper;

use super::bulk::{Crowd, Entries, Task, crowd_edits};
use super::edits::{edits, store_edits, sweep_edits};
use super::others::OtherBlocks;
use super::resource::SessionRevocation;
use super::revocation::{Mode, Revocation};
use crate::connection::Connected;
use crate::failure::diagnostic;
use crate::session_store_usage::filling;
use crate::store_writer::{Edit, StoreWriter};

/// From what was to what shall be; either may be nothing.
#[derive(Clone, Copy)]
pub(super) struct Change<'all> {
    pub(super) before: Option<&'all Revocation>,
    pub(super) after: Option<&'all Revocation>,
    /// What happens to the users of a file; none when nothing does.
    pub(super) file: Option<FileChange<'all>>,
    /// Whether something was lost, so that all of what shall be is written, and not only what changes.
    pub(super) repair: bool,
    /// Documents with blocks under its id, which go with it.
    pub(super) left: &'all [String],
}

/// What happens to the users of a file.
#[derive(Clone, Copy)]
pub(super) struct FileChange<'all> {
    /// Whom it names now; none when there is no file any more.
    pub(super) entries: Option<&'all Entries>,
    /// Whether the store may hold blocks of an earlier file.
    pub(super) sweep: bool,
}

impl<'all> FileChange<'all> {
    /// Of a new revocation.
    pub(super) fn first(entries: &'all Entries) -> Self {
        Self {
            entries: Some(entries),
            sweep: false,
        }
    }

    /// Of one that goes.
    pub(super) fn last() -> Self {
        Self {
            entries: None,
            sweep: true,
        }
    }
}

impl<'all> Change<'all> {
    /// Of what changes, where nothing was lost and nothing was left.
    pub(super) fn new(
        (before, after): (Option<&'all Revocation>, Option<&'all Revocation>),
        file: Option<FileChange<'all>>,
    ) -> Self {
        Self {
            before,
            after,
            file,
            repair: false,
            left: &[],
        }
    }

    /// The steps to it. They go together, so that who moves from the list to the file is not let in between.
    fn steps(&self) -> Vec<(Option<&'all Revocation>, Option<&'all Revocation>)> {
        let change = (self.before, self.after);
        match self.repair {
            true => vec![change, (None, self.after)],
            false => vec![change],
        }
    }

    /// The edits of the pages that a file makes.
    fn task(&self, pepper: &Pepper) -> Option<Task> {
        let file = self.file?;
        let crowd = match (self.after, file.entries) {
            (Some(after), Some(entries)) => Crowd::new(after, entries, pepper),
            (Some(after), None) => Crowd::of_list(after, pepper),
            (None, _) => Crowd::default(),
        };
        Some(Task {
            id: self.after.or(self.before)?.id.clone(),
            crowd,
            mode: self.after.map_or(Mode::Block, |after| after.mode),
            sweep: file.sweep,
        })
    }
}

impl SessionRevocation {
    /// Writes what leads from one revocation to another.
    ///
    /// Once handed to the writer a change may reach AWS at any moment, so a stop does not interrupt it: the writer
    /// itself ends within its own limit. The store's own document goes first: an application that is made meanwhile
    /// inherits from it, and one that was made before is listed after it.
    pub(super) async fn write(&self, context: &Context, store: &Value, change: Change<'_>) -> Result<Written, Failure> {
        let connected = self.connection.need(context).map_err(Failure::before)?;
        let facts = connected.facts.of(&connected.aws, store).await;
        let facts = facts.map_err(Failure::before)?;
        let arn = store.get("arn").as_str().unwrap_or_default();
        let writer = connected.writers.of(&connected.aws, arn);
        let others = OtherBlocks::default();
        let mut at = None;
        let whole = |revocation: &Revocation| revocation.whole_store;
        if change.before.is_some_and(whole) || change.after.is_some_and(whole) {
            let edits = |applications: &[ApplicationName]| {
                let steps = change.steps().into_iter();
                steps
                    .flat_map(|both| store_edits(both, applications, &others))
                    .collect()
            };
            at = apply(&writer, edits(&[])).await?;
            let applications = applications(&connected, arn).await.map_err(Failure::after)?;
            apply(&writer, edits(&applications)).await?;
        }
        let steps = change.steps().into_iter();
        let mut all: Vec<Edit> = steps
            .flat_map(|both| edits(both, &facts.pepper, facts.longest, &others))
            .collect();
        if let Some(task) = change.task(&facts.pepper) {
            all.extend(crowd_edits(task, facts.longest, &others));
        }
        if let Some(gone) = change.before.filter(|_| change.after.is_none()) {
            all.extend(sweep_edits(&gone.id, change.left.to_vec(), facts.longest));
        }
        let written = apply(&writer, all).await?;
        let mut warnings: Diagnostics = others.take().iter().map(|other| other.warning(arn)).collect();
        if let Some(file) = change.after.and_then(|after| after.file.as_ref()) {
            warnings.extend(others.take_by_file().iter().map(|other| other.warning(arn, file)));
        }
        warnings.extend(writer.take_bytes().and_then(filling));
        Ok(Written {
            at: at.or(written),
            warnings,
        })
    }
}

/// Hands edits to the writer; answers with AWS's time, or none when there are none.
async fn apply(writer: &StoreWriter, edits: Vec<Edit>) -> Result<Option<Instant>, Failure> {
    if edits.is_empty() {
        return Ok(None);
    }
    writer
        .apply(edits)
        .await
        .map(Some)
        .map_err(|error| Failure::after(error.diagnostic()))
}

/// Why a write failed, and whether a part of it may have reached the store.
pub(super) struct Failure {
    pub(super) diagnostic: Diagnostic,
    pub(super) handed_over: bool,
}

impl Failure {
    pub(super) fn before(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            handed_over: false,
        }
    }

    fn after(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic,
            handed_over: true,
        }
    }
}

/// What a write came to.
#[derive(Default)]
pub(super) struct Written {
    /// AWS's time; none when nothing was to be written.
    pub(super) at: Option<Instant>,
    pub(super) warnings: Diagnostics,
}

/// The applications of a store, by their documents.
async fn applications(connected: &Connected, arn: &str) -> Result<Vec<ApplicationName>, Diagnostic> {
    let pairs = connected
        .aws
        .keyvalue(arn)
        .list()
        .await
        .map_err(|error| diagnostic(&error))?;
    let names = pairs.iter().filter_map(|pair| pair.key.strip_prefix("a:"));
    Ok(names.filter_map(|name| ApplicationName::parse(name).ok()).collect())
}
