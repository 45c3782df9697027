//! A provider with nothing but one object, for tests.

use std::sync::Arc;

use zt_framework::testing::Core;
use zt_framework::{Context, DataSource, Diagnostics, Function, Provider, Resource, Schema, Value, async_trait};

/// The one object stands in the list of its kind.
#[derive(Default)]
pub(crate) struct Only {
    resources: Vec<Arc<dyn Resource>>,
    data_sources: Vec<Arc<dyn DataSource>>,
    functions: Vec<Arc<dyn Function>>,
}

impl Only {
    pub(crate) fn resource(resource: Arc<dyn Resource>) -> Core {
        let resources = vec![resource];
        Self {
            resources,
            ..Self::default()
        }
        .core()
    }

    pub(crate) fn data_source(source: Arc<dyn DataSource>) -> Core {
        let data_sources = vec![source];
        Self {
            data_sources,
            ..Self::default()
        }
        .core()
    }

    pub(crate) fn function(function: Arc<dyn Function>) -> Core {
        let functions = vec![function];
        Self {
            functions,
            ..Self::default()
        }
        .core()
    }

    fn core(self) -> Core {
        Core::new(Arc::new(self)).unwrap()
    }
}

#[async_trait]
impl Provider for Only {
    fn name(&self) -> &'static str {
        "zt"
    }

    fn schema(&self) -> Schema {
        Schema::new("Nothing.")
    }

    async fn configure(&self, _context: &Context, _config: Value) -> Diagnostics {
        Diagnostics::new()
    }

    fn resources(&self) -> Vec<Arc<dyn Resource>> {
        self.resources.clone()
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource>> {
        self.data_sources.clone()
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        self.functions.clone()
    }
}
