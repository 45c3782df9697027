//! zt-framework: what a Terraform provider means, without how it is spoken.
//!
//! Values with unknowns, schemas, plan rules, validation, diagnostics and the traits of what a provider offers. It
//! promises to keep the rules Terraform core holds every provider to, and plays those rules itself in [`testing`].
//! It refuses to know protobuf, sockets, environment variables and any cloud.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod diagnostics;
pub mod lifecycle;
pub mod object;
pub mod plan;
pub mod schema;
pub mod testing;
pub mod timeouts;
pub mod validate;
pub mod value;

pub use async_trait::async_trait;
pub use diagnostics::{Diagnostic, Diagnostics, Severity};
pub use object::{
    ApplyOutcome, ClientCapabilities, Context, CreateRequest, DataOutcome, DataSource, DeleteOutcome, DeleteRequest,
    EphemeralResource, Function, FunctionError, ImportOutcome, ImportRequest, Interrupted, MoveOutcome, MoveRequest,
    OpenOutcome, PlanRequest, Provider, ReadOutcome, ReadRequest, RenewOutcome, Resource, UpdateRequest,
};
pub use plan::Plan;
pub use schema::{
    Attribute, AttributeKind, Block, BlockNesting, IdentityAttribute, IdentitySchema, Nesting, Parameter, Schema,
    Signature,
};
pub use value::{Number, Path, PathStep, Refinements, Type, Value};
