//! Managed resources.

use super::{
    ApplyOutcome, Context, CreateRequest, DeleteOutcome, DeleteRequest, ImportOutcome, ImportRequest, MoveOutcome,
    MoveRequest, PlanRequest, ReadOutcome, ReadRequest, UpdateRequest,
};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::plan::Plan;
use crate::schema::{IdentitySchema, Schema};
use crate::value::Value;
use async_trait::async_trait;

/// A kind of managed object.
#[async_trait]
pub trait Resource: Send + Sync + 'static {
    /// The type as users write it.
    fn type_name(&self) -> &'static str;

    /// The schema of its state.
    fn schema(&self) -> Schema;

    /// What identifies its objects.
    fn identity(&self) -> Option<IdentitySchema> {
        None
    }

    /// Checks across attributes, after the rules of the schema; values may be unknown.
    async fn validate(&self, _context: &Context, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Refines a plan after the rules of the schema were applied. Never writes remotely.
    async fn plan(&self, _context: &Context, _request: &PlanRequest, _plan: &mut Plan, _diagnostics: &mut Diagnostics) {
    }

    /// Checks a plan to destroy. Never writes remotely.
    async fn plan_destroy(&self, _context: &Context, _prior: &Value, _diagnostics: &mut Diagnostics) {}

    /// Looks how the object is now.
    async fn read(&self, context: &Context, request: ReadRequest) -> ReadOutcome;

    /// Makes it.
    async fn create(&self, context: &Context, request: CreateRequest) -> ApplyOutcome;

    /// Changes it in place.
    async fn update(&self, context: &Context, request: UpdateRequest) -> ApplyOutcome;

    /// Removes it. What is gone already was removed well.
    async fn delete(&self, context: &Context, request: DeleteRequest) -> DeleteOutcome;

    /// Finds it for an import.
    async fn import(&self, _context: &Context, _request: ImportRequest) -> ImportOutcome {
        ImportOutcome::failed(Diagnostic::error(
            "Import is not supported",
            format!(
                "Objects of {} cannot be imported: there is no way to find an existing one.",
                self.type_name()
            ),
        ))
    }

    /// Brings a state of an older schema version up to date.
    async fn upgrade(&self, _context: &Context, from: i64, _state: serde_json::Value) -> Result<Value, Diagnostics> {
        Err(unsupported_version(
            self.type_name(),
            "state",
            from,
            self.schema().version,
        ))
    }

    /// Brings an identity of an older schema version up to date.
    async fn upgrade_identity(
        &self,
        _context: &Context,
        from: i64,
        _identity: serde_json::Value,
    ) -> Result<Value, Diagnostics> {
        let current = self.identity().unwrap_or_default().version;
        Err(unsupported_version(self.type_name(), "identity", from, current))
    }

    /// Takes over an object of another type, perhaps of another provider.
    async fn move_state(&self, _context: &Context, request: MoveRequest) -> MoveOutcome {
        MoveOutcome::failed(Diagnostic::error(
            "Move is not supported",
            format!(
                "An object of {} ({}) cannot become one of {}. Import it instead.",
                request.source_type,
                request.source_provider,
                self.type_name(),
            ),
        ))
    }
}

fn unsupported_version(type_name: &str, what: &str, from: i64, current: i64) -> Diagnostics {
    Diagnostic::error(
        format!("Stored {what} cannot be read"),
        format!(
            "The {what} of this {type_name} was stored with schema version {from}; this provider knows version \
             {current} and no way between them. Use the provider version that stored it, or a newer one.",
        ),
    )
    .into()
}
