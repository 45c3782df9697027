//! All that a provider offers, by name, with schemas built once.

use super::{EphemeralEntry, FunctionEntry, LookupEntry, Managed};
use crate::diagnostics::Diagnostics;
use crate::object::{Context, Provider};
use crate::schema::Schema;
use crate::validate;
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A provider that contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// Two objects of one name.
    #[error("{0} is registered twice")]
    Twice(String),
}

/// A provider ready to be called.
pub struct Registry {
    /// The provider.
    pub provider: Arc<dyn Provider>,
    /// The schema of its block.
    pub schema: Schema,
    /// Resources by type.
    pub resources: BTreeMap<String, Managed>,
    /// Data sources by type.
    pub data_sources: BTreeMap<String, LookupEntry>,
    /// Functions by name.
    pub functions: BTreeMap<String, FunctionEntry>,
    /// Ephemeral resources by type.
    pub ephemeral: BTreeMap<String, EphemeralEntry>,
}

impl Registry {
    /// Asks a provider for all it offers.
    pub fn new(provider: Arc<dyn Provider>) -> Result<Self, RegistryError> {
        let resources = provider.resources().into_iter().map(Managed::new);
        let data_sources = provider.data_sources().into_iter().map(LookupEntry::new);
        let functions = provider.functions().into_iter().map(FunctionEntry::new);
        let ephemeral = provider.ephemeral_resources().into_iter().map(EphemeralEntry::new);
        Ok(Self {
            schema: provider.schema(),
            resources: by_name(resources.map(|one| (one.resource.type_name(), one)))?,
            data_sources: by_name(data_sources.map(|one| (one.source.type_name(), one)))?,
            functions: by_name(functions.map(|one| (one.function.name(), one)))?,
            ephemeral: by_name(ephemeral.map(|one| (one.resource.type_name(), one)))?,
            provider,
        })
    }

    /// Checks the provider's configuration.
    pub async fn validate(&self, context: &Context, config: &Value) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        validate::check(&self.schema, config, context.client, &mut diagnostics);
        self.provider.validate(context, config, &mut diagnostics).await;
        diagnostics
    }
}

fn by_name<T>(all: impl Iterator<Item = (&'static str, T)>) -> Result<BTreeMap<String, T>, RegistryError> {
    let mut map = BTreeMap::new();
    for (name, one) in all {
        if map.insert(name.to_owned(), one).is_some() {
            return Err(RegistryError::Twice(name.to_owned()));
        }
    }
    Ok(map)
}
