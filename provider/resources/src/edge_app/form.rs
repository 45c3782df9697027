//! The two forms of an application: with a distribution of its own, or for the distribution of somebody else.
//!
//! Both are the same application to its viewers; what differs is who keeps what stands around the functions.

use zt_framework::Schema;

use super::schema;

/// Whose distribution it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `zt_edge_app`: ours.
    Whole,
    /// `zt_edge_auth`: one that is managed elsewhere.
    Attached,
}

impl Form {
    /// The resource type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Whole => "zt_edge_app",
            Self::Attached => "zt_edge_auth",
        }
    }

    /// The schema of that type.
    pub(super) fn schema(self) -> Schema {
        match self {
            Self::Whole => schema::schema(),
            Self::Attached => schema::attached::schema(),
        }
    }

    /// The form of an application by what its membership document says was written.
    pub(super) fn of_configuration(json: &[u8]) -> Option<Self> {
        let written: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(json).ok()?;
        Some(match written.contains_key("origins") {
            true => Self::Whole,
            false => Self::Attached,
        })
    }
}
