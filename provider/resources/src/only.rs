//! A provider with nothing but one data source or function, for tests.

use std::sync::Arc;

use zt_framework::testing::Core;
use zt_framework::{Context, DataSource, Diagnostics, Function, Provider, Resource, Schema, Value, async_trait};

/// The one data source.
pub(crate) struct OnlyData(Arc<dyn DataSource>);

/// The one function.
pub(crate) struct OnlyFunction(Arc<dyn Function>);

impl OnlyData {
    pub(crate) fn core(source: Arc<dyn DataSource>) -> Core {
        Core::new(Arc::new(Self(source))).unwrap()
    }
}

impl OnlyFunction {
    pub(crate) fn core(function: Arc<dyn Function>) -> Core {
        Core::new(Arc::new(Self(function))).unwrap()
    }
}

macro_rules! provider {
    ($name:ident, $offers:ident, $object:ident) => {
        #[async_trait]
        impl Provider for $name {
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
                Vec::new()
            }

            fn $offers(&self) -> Vec<Arc<dyn $object>> {
                vec![Arc::clone(&self.0)]
            }
        }
    };
}

provider!(OnlyData, data_sources, DataSource);
provider!(OnlyFunction, functions, Function);
