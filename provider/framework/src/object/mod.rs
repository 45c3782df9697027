//! What a provider is made of: the traits that resources, data sources, functions and ephemeral resources implement.
//!
//! Implementations see typed [`Value`](crate::value::Value)s and answer with values and diagnostics. The rules that
//! Terraform holds every provider to are kept around them by [`crate::lifecycle`].

mod context;
mod data_source;
mod ephemeral;
mod function;
mod outcome;
mod provider;
mod request;
mod resource;

pub use context::{ClientCapabilities, Context, Interrupted};
pub use data_source::{DataOutcome, DataSource};
pub use ephemeral::{EphemeralResource, OpenOutcome, RenewOutcome};
pub use function::{Function, FunctionError};
pub use outcome::{ApplyOutcome, DeleteOutcome, ImportOutcome, MoveOutcome, ReadOutcome};
pub use provider::Provider;
pub use request::{CreateRequest, DeleteRequest, ImportRequest, MoveRequest, PlanRequest, ReadRequest, UpdateRequest};
pub use resource::Resource;
