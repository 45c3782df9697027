//! The operations Terraform asks for.

use std::time::Duration;

use zt_framework::timeouts::Timeouts;
use zt_framework::{
    ApplyOutcome, Context, CreateRequest, DeleteOutcome, DeleteRequest, Diagnostics, IdentitySchema, ImportOutcome,
    ImportRequest, Plan, PlanRequest, ReadOutcome, ReadRequest, Resource, Schema, UpdateRequest, Value, async_trait,
};

use super::apply::{identity_of, unfinished};
use super::{EdgeApp, check, plan, schema};

/// CloudFront needs some minutes for a deployment, twice for an update that passes through a closed state.
const APPLY: Duration = Duration::from_secs(45 * 60);
const DELETE: Duration = Duration::from_secs(45 * 60);

#[async_trait]
impl Resource for EdgeApp {
    fn type_name(&self) -> &'static str {
        self.form.type_name()
    }

    fn schema(&self) -> Schema {
        self.form.schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(schema::identity())
    }

    async fn validate(&self, _context: &Context, config: &Value, diagnostics: &mut Diagnostics) {
        let mut found = Diagnostics::new();
        check::check(self.form, config, &mut found);
        // The plan gives the warnings, once.
        diagnostics.extend(found.errors().cloned());
    }

    async fn plan(&self, context: &Context, request: &PlanRequest, plan: &mut Plan, diagnostics: &mut Diagnostics) {
        plan::plan(self, context, request, plan, diagnostics).await;
    }

    async fn read(&self, context: &Context, request: ReadRequest) -> ReadOutcome {
        match self.look(context, &request.state).await {
            Ok(Some((found, diagnostics))) => {
                let identity = identity_of(&found);
                ReadOutcome {
                    diagnostics,
                    identity,
                    ..ReadOutcome::found(found)
                }
            }
            Ok(None) => {
                tracing::warn!("the application is gone and is dropped from the state");
                ReadOutcome::gone()
            }
            Err(diagnostics) => ReadOutcome::failed(diagnostics),
        }
    }

    async fn create(&self, context: &Context, request: CreateRequest) -> ApplyOutcome {
        let context = context.with_timeout(Timeouts::of(&request.planned).create(APPLY));
        self.make(&context, request).await.unwrap_or_else(ApplyOutcome::failed)
    }

    async fn update(&self, context: &Context, request: UpdateRequest) -> ApplyOutcome {
        let context = context.with_timeout(Timeouts::of(&request.planned).update(APPLY));
        let prior = request.prior.clone();
        self.change(&context, request)
            .await
            .unwrap_or_else(|diagnostics| ApplyOutcome {
                state: Some(unfinished(prior)),
                diagnostics,
                ..ApplyOutcome::default()
            })
    }

    async fn delete(&self, context: &Context, request: DeleteRequest) -> DeleteOutcome {
        let context = context.with_timeout(Timeouts::of(&request.prior).delete(DELETE));
        match self.take_down(&context, &request.prior).await {
            Ok(diagnostics) => DeleteOutcome {
                state: None,
                diagnostics,
            },
            Err(diagnostic) => DeleteOutcome::failed(diagnostic),
        }
    }

    async fn import(&self, context: &Context, request: ImportRequest) -> ImportOutcome {
        self.take_over(context, &request)
            .await
            .unwrap_or_else(ImportOutcome::failed)
    }
}
