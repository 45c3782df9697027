//! Answers that can say that the call failed.

use crate::convert;
use zt_framework::Diagnostics;
use zt_wire_proto::tfplugin6 as pb;

/// The answer of a call.
pub(crate) trait Answer: Send + 'static {
    /// The answer that only says what went wrong.
    fn refusal(diagnostics: Diagnostics) -> Self;
}

macro_rules! answers_with_diagnostics {
    ($($message:ident),* $(,)?) => {
        $(impl Answer for pb::$message::Response {
            fn refusal(diagnostics: Diagnostics) -> Self {
                let mut answer = Self::default();
                answer.diagnostics.extend(convert::diagnostics(diagnostics));
                answer
            }
        })*
    };
}

answers_with_diagnostics!(
    apply_resource_change,
    close_ephemeral_resource,
    configure_provider,
    get_functions,
    get_metadata,
    get_provider_schema,
    get_resource_identity_schemas,
    import_resource_state,
    move_resource_state,
    open_ephemeral_resource,
    plan_resource_change,
    read_data_source,
    read_resource,
    renew_ephemeral_resource,
    upgrade_resource_identity,
    upgrade_resource_state,
    validate_data_resource_config,
    validate_ephemeral_resource_config,
    validate_provider_config,
    validate_resource_config,
);

impl Answer for pb::call_function::Response {
    fn refusal(diagnostics: Diagnostics) -> Self {
        let text = diagnostics
            .iter()
            .map(|one| format!("{}: {}", one.summary, one.detail))
            .collect::<Vec<_>>();
        let error = pb::FunctionError {
            text: text.join("\n"),
            function_argument: None,
        };
        Self {
            result: None,
            error: Some(error),
        }
    }
}

impl Answer for pb::stop_provider::Response {
    fn refusal(diagnostics: Diagnostics) -> Self {
        Self {
            error: diagnostics.to_string(),
        }
    }
}
