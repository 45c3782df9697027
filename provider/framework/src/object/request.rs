//! What the operations of a resource are given.

use crate::value::Value;

/// A plan for an object that will exist.
#[derive(Debug, Clone)]
pub struct PlanRequest {
    /// As written; unknown where it is not known yet.
    pub config: Value,
    /// The stored state; none for a create.
    pub prior: Option<Value>,
    /// What Terraform proposes: the configuration over the prior state.
    pub proposed: Value,
    /// The stored identity.
    pub identity: Option<Value>,
    /// The stored private state.
    pub private: Vec<u8>,
}

/// A refresh.
#[derive(Debug, Clone)]
pub struct ReadRequest {
    /// The stored state.
    pub state: Value,
    /// The stored identity.
    pub identity: Option<Value>,
    /// The stored private state.
    pub private: Vec<u8>,
}

/// A create.
#[derive(Debug, Clone)]
pub struct CreateRequest {
    /// As written, with write-only values.
    pub config: Value,
    /// As planned; unknown where the provider decides.
    pub planned: Value,
    /// The private state of the plan.
    pub private: Vec<u8>,
}

/// An update in place.
#[derive(Debug, Clone)]
pub struct UpdateRequest {
    /// As written, with write-only values.
    pub config: Value,
    /// The stored state.
    pub prior: Value,
    /// As planned; unknown where the provider decides.
    pub planned: Value,
    /// The stored identity.
    pub identity: Option<Value>,
    /// The private state of the plan.
    pub private: Vec<u8>,
}

/// A delete.
#[derive(Debug, Clone)]
pub struct DeleteRequest {
    /// The stored state.
    pub prior: Value,
    /// The stored identity.
    pub identity: Option<Value>,
    /// The private state of the plan.
    pub private: Vec<u8>,
}

/// An import, by id or by identity.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// The text the user gave; empty when an identity is given.
    pub id: String,
    /// The identity the user gave.
    pub identity: Option<Value>,
}

/// A `moved` from another type, perhaps of another provider.
#[derive(Debug, Clone)]
pub struct MoveRequest {
    /// Address of the provider the object comes from.
    pub source_provider: String,
    /// Its type there.
    pub source_type: String,
    /// The version of its schema there.
    pub source_version: i64,
    /// Its state there, as stored.
    pub source_state: serde_json::Value,
    /// Its private state there.
    pub source_private: Vec<u8>,
    /// Its identity there, as stored.
    pub source_identity: Option<serde_json::Value>,
}
