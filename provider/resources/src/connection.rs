//! What the provider's configuration gives to every resource: the connection to AWS and tags.
//!
//! A provider block may hold values that are unknown at plan time, so the connection may be absent in a plan; then
//! resources plan without reading. In every other operation its absence is one clear error.

use std::sync::{Arc, PoisonError, RwLock};

use zt_aws::{Aws, Tags};
use zt_framework::{Context, Diagnostic};

use crate::store_facts::StoreFacts;
use crate::store_writer::StoreWriters;

/// The configured connection.
#[derive(Clone)]
pub struct Connected {
    /// Calls to AWS.
    pub aws: Aws,
    /// Tags of every object.
    pub default_tags: Tags,
    /// One writer for each session store of this process.
    pub(crate) writers: Arc<StoreWriters>,
    /// What revocations need to know of each store.
    pub(crate) facts: Arc<StoreFacts>,
}

impl Connected {
    /// A connection with these tags, and no writer yet.
    #[must_use]
    pub fn new(aws: Aws, default_tags: Tags) -> Self {
        Self {
            aws,
            default_tags,
            writers: Arc::default(),
            facts: Arc::default(),
        }
    }
}

/// A place for the connection, shared by the provider and its resources.
#[derive(Clone, Default)]
pub struct Connection(Arc<RwLock<Option<Arc<Connected>>>>);

impl Connection {
    /// Sets it, when the provider is configured.
    pub fn set(&self, connected: Connected) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(connected));
    }

    /// The connection, when the provider is configured, with calls that end when the operation is stopped.
    #[must_use]
    pub fn get(&self, context: &Context) -> Option<Connected> {
        let connected = self.0.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        Some(Connected {
            aws: connected.aws.stopping_at(&context.stop),
            ..Connected::clone(&connected)
        })
    }

    /// The connection, or what to tell the user.
    ///
    /// # Errors
    /// A diagnostic when the provider is not configured.
    pub fn need(&self, context: &Context) -> Result<Connected, Diagnostic> {
        self.get(context).ok_or_else(|| {
            Diagnostic::error(
                "The provider is not configured",
                "Its configuration depends on values that are not known yet. Apply what they come from first, for \
                 example with -target, or write them down.",
            )
        })
    }
}
