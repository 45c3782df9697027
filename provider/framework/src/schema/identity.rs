//! Identities: the few values that name a remote object, kept beside its state.

use crate::value::Type;

/// What identifies objects of a resource type.
#[derive(Debug, Clone, Default)]
pub struct IdentitySchema {
    /// Counts up whenever stored identities need an upgrade.
    pub version: i64,
    /// The values.
    pub attributes: Vec<IdentityAttribute>,
}

/// One value of an identity.
#[derive(Debug, Clone)]
pub struct IdentityAttribute {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Plain text.
    pub description: String,
    /// Whether an import must give it; otherwise it may.
    pub required_for_import: bool,
}

impl IdentitySchema {
    /// An identity of these values.
    pub fn new(attributes: impl IntoIterator<Item = IdentityAttribute>) -> Self {
        Self {
            version: 0,
            attributes: attributes.into_iter().collect(),
        }
    }

    /// The type of the identities.
    pub fn ty(&self) -> Type {
        Type::Object(
            self.attributes
                .iter()
                .map(|one| (one.name.clone(), one.ty.clone()))
                .collect(),
        )
    }
}

impl IdentityAttribute {
    /// Text that an import must give.
    pub fn required(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ty: Type::String,
            description: description.into(),
            required_for_import: true,
        }
    }

    /// Text that an import may give.
    pub fn optional(name: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            required_for_import: false,
            ..Self::required(name, description)
        }
    }
}
