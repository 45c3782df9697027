//! The one writer of a session store in this process.
//!
//! A KeyValueStore has one version for all its keys, so parallel writers refuse each other. Here edits queue up, are
//! written together when it has been quiet for 25 ms or 50 keys are waiting, and nobody is answered before his own keys
//! are confirmed. Other processes are met by If-Match: on a conflict everything is read and computed again.

mod batch;
mod edit;
mod queue;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;
use zt_aws::{Aws, AwsError};
use zt_framework::Diagnostic;

pub(crate) use edit::{Edit, EditFault};
pub(crate) use queue::StoreWriter;

/// Why edits were not all written. Edits are idempotent: applying again goes on where this ended.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum WriteError {
    /// A document cannot take the edit.
    #[error("{key} cannot be changed")]
    Fault {
        /// Key of the document.
        key: String,
        /// Why.
        #[source]
        fault: EditFault,
    },
    /// AWS does not take it.
    #[error("the session store cannot be written")]
    Aws(#[source] Arc<AwsError>),
    /// The writer ended, as it does when the provider ends.
    #[error("the writer of the session store has ended")]
    Ended,
}

impl WriteError {
    /// The message for the user.
    pub(crate) fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Fault { key, fault } => Diagnostic::error(
                "A document of the session store cannot be changed",
                format!("The document {key} does not take the change: {fault}."),
            ),
            Self::Aws(error) => crate::failure::diagnostic(error),
            Self::Ended => Diagnostic::error(
                "The session store was not written",
                "The provider was ending. Apply again.",
            ),
        }
    }
}

/// The writers of this provider instance, by store.
#[derive(Default)]
pub(crate) struct StoreWriters(Mutex<HashMap<String, StoreWriter>>);

impl StoreWriters {
    /// The writer of the store with this ARN; the first caller starts it.
    ///
    /// It outlives the caller's stop signal: what was handed to it is written even when the user stops waiting.
    pub(crate) fn of(&self, aws: &Aws, store_arn: &str) -> StoreWriter {
        let mut writers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let start = || StoreWriter::start(aws.stopping_at(&CancellationToken::new()).keyvalue(store_arn));
        writers.entry(store_arn.to_owned()).or_insert_with(start).clone()
    }

    /// Forgets a store that is no more.
    pub(crate) fn forget(&self, store_arn: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(store_arn);
    }
}
