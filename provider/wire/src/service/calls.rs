//! Which call is answered by which function; all others are answered with UNIMPLEMENTED by the generated code.

use super::{Service, data, ephemeral, function, provider, resource, schema, state};
use tonic::{Request, Response, Status};
use zt_wire_proto::tfplugin6 as pb;

macro_rules! calls {
    ($($name:literal $method:ident => $function:path;)*) => {
        #[tonic::async_trait]
        impl pb::provider_server::Provider for Service {
            $(async fn $method(
                &self,
                request: Request<pb::$method::Request>,
            ) -> Result<Response<pb::$method::Response>, Status> {
                self.call($name, request, $function).await
            })*
        }
    };
}

calls! {
    "GetMetadata" get_metadata => schema::metadata;
    "GetProviderSchema" get_provider_schema => schema::provider;
    "GetResourceIdentitySchemas" get_resource_identity_schemas => schema::identities;
    "GetFunctions" get_functions => schema::functions;
    "ValidateProviderConfig" validate_provider_config => provider::validate;
    "ConfigureProvider" configure_provider => provider::configure;
    "StopProvider" stop_provider => provider::stop;
    "ValidateResourceConfig" validate_resource_config => resource::validate;
    "ReadResource" read_resource => resource::read;
    "PlanResourceChange" plan_resource_change => resource::plan;
    "ApplyResourceChange" apply_resource_change => resource::apply;
    "ImportResourceState" import_resource_state => state::import;
    "MoveResourceState" move_resource_state => state::move_state;
    "UpgradeResourceState" upgrade_resource_state => state::upgrade;
    "UpgradeResourceIdentity" upgrade_resource_identity => state::upgrade_identity;
    "ValidateDataResourceConfig" validate_data_resource_config => data::validate;
    "ReadDataSource" read_data_source => data::read;
    "CallFunction" call_function => function::call;
    "ValidateEphemeralResourceConfig" validate_ephemeral_resource_config => ephemeral::validate;
    "OpenEphemeralResource" open_ephemeral_resource => ephemeral::open;
    "RenewEphemeralResource" renew_ephemeral_resource => ephemeral::renew;
    "CloseEphemeralResource" close_ephemeral_resource => ephemeral::close;
}
