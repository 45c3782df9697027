//! Calls as a client other than Terraform makes them: odd, newer, large, at once, and broken.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use prost::Message;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Code, Request};
use zt_framework::value::Value;
use zt_protocol_tests::client::{Client, Launched, Launcher, bytes, connect_plain, said, thing, thing_schema, value};
use zt_protocol_tests::golden;
use zt_wire_proto::tfplugin6 as pb;

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-example");

async fn start() -> (Launched, Client, tonic::transport::Channel) {
    let launched = Launcher::new(PROVIDER).start();
    let (client, channel) = connect_plain(&launched.handshake.socket).await.unwrap();
    (launched, client, channel)
}

fn apply(planned: Value) -> pb::apply_resource_change::Request {
    let ty = thing_schema().ty();
    pb::apply_resource_change::Request {
        type_name: "example_thing".to_owned(),
        prior_state: bytes(&Value::Null, &ty),
        config: bytes(&planned, &ty),
        planned_state: bytes(&planned, &ty),
        ..Default::default()
    }
}

#[tokio::test]
async fn it_says_what_it_can_and_nothing_else() {
    let (_launched, mut client, _) = start().await;
    let metadata = client
        .get_metadata(pb::get_metadata::Request {})
        .await
        .unwrap()
        .into_inner();
    let capable = pb::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: false,
    };
    assert_eq!(metadata.server_capabilities, Some(capable));
    let schema = client
        .get_provider_schema(pb::get_provider_schema::Request {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(schema.server_capabilities, Some(capable));
    let names =
        |all: &[pb::get_metadata::ResourceMetadata]| all.iter().map(|one| one.type_name.clone()).collect::<Vec<_>>();
    assert_eq!(
        names(&metadata.resources),
        schema.resource_schemas.keys().cloned().collect::<Vec<_>>()
    );
    let functions = client
        .get_functions(pb::get_functions::Request {})
        .await
        .unwrap()
        .into_inner()
        .functions;
    assert_eq!(functions, schema.functions);
    let identities = client
        .get_resource_identity_schemas(pb::get_resource_identity_schemas::Request {})
        .await
        .unwrap();
    let identity = &identities.into_inner().identity_schemas["example_thing"].identity_attributes[0];
    assert!(identity.required_for_import && !identity.optional_for_import);
}

#[tokio::test]
async fn the_schema_is_as_reviewed() {
    let (_launched, mut client, _) = start().await;
    let schema = client
        .get_provider_schema(pb::get_provider_schema::Request {})
        .await
        .unwrap()
        .into_inner();
    golden::check("example-schema.txt", &golden::describe(&schema));
    let again = client
        .get_provider_schema(pb::get_provider_schema::Request {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        again.encode_to_vec(),
        schema.encode_to_vec(),
        "the same bytes every time"
    );
}

#[tokio::test]
async fn calls_nobody_answers_are_unimplemented() {
    let (_launched, _, channel) = start().await;
    for name in [
        "ListResource",
        "GenerateResourceConfig",
        "PlanAction",
        "InvokeAction",
        "ReadStateBytes",
        "Invented",
    ] {
        let mut grpc = tonic::client::Grpc::new(channel.clone());
        grpc.ready().await.unwrap();
        let path = PathAndQuery::try_from(format!("/tfplugin6.Provider/{name}")).unwrap();
        let codec = tonic_prost::ProstCodec::<(), ()>::default();
        let status = grpc.unary(Request::new(()), path, codec).await.unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented, "{name}");
    }
}

/// A plan request of a Terraform newer than we know: field 9 is the planned private data of 1.16, 100 is invented.
#[derive(Clone, PartialEq, Message)]
struct NewerPlan {
    #[prost(string, tag = "1")]
    type_name: String,
    #[prost(message, optional, tag = "3")]
    proposed_new_state: Option<pb::DynamicValue>,
    #[prost(message, optional, tag = "4")]
    config: Option<pb::DynamicValue>,
    #[prost(bytes = "vec", tag = "9")]
    planned_private: Vec<u8>,
    #[prost(string, tag = "100")]
    invented: String,
}

#[tokio::test]
async fn fields_nobody_knows_are_skipped() {
    let (_launched, _, channel) = start().await;
    let ty = thing_schema().ty();
    let config = thing([("name", "a".into())]);
    let request = NewerPlan {
        type_name: "example_thing".to_owned(),
        proposed_new_state: bytes(&config, &ty),
        config: bytes(&config, &ty),
        planned_private: b"planned".to_vec(),
        invented: "x".to_owned(),
    };
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.unwrap();
    let path = PathAndQuery::from_static("/tfplugin6.Provider/PlanResourceChange");
    let codec = tonic_prost::ProstCodec::<NewerPlan, pb::plan_resource_change::Response>::default();
    let answer = grpc
        .unary(Request::new(request), path, codec)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(said(&answer.diagnostics), Vec::<String>::new());
    assert!(value(answer.planned_state.as_ref(), &ty).get("id").is_unknown());
}

#[tokio::test]
async fn stop_ends_what_runs_and_serves_on() {
    let (_launched, mut client, _) = start().await;
    let mut other = client.clone();
    let mut slow = tokio::spawn(async move { other.apply_resource_change(apply(slow_thing())).await });
    let answer = loop {
        // The slow call may not have begun when the first stop comes.
        client.stop_provider(pb::stop_provider::Request {}).await.unwrap();
        let waited = tokio::time::timeout(std::time::Duration::from_millis(20), &mut slow).await;
        if let Ok(answer) = waited {
            break answer.unwrap().unwrap().into_inner();
        }
    };
    assert_eq!(said(&answer.diagnostics), [": Interrupted"]);
    assert_eq!(
        value(answer.new_state.as_ref(), &thing_schema().ty()).get("name"),
        &"slow".into()
    );
    let quick = apply(thing([("name", "quick".into()), ("delay", 1.into())]));
    let after = client.apply_resource_change(quick).await.unwrap().into_inner();
    assert_eq!(said(&after.diagnostics), Vec::<String>::new());
}

fn slow_thing() -> Value {
    thing([("name", "slow".into()), ("delay", 3600.into())])
}

#[tokio::test]
async fn a_slow_call_holds_up_no_other() {
    let (_launched, mut client, _) = start().await;
    let mut other = client.clone();
    let slow = tokio::spawn(async move { other.apply_resource_change(apply(slow_thing())).await });
    let quick = client
        .apply_resource_change(apply(thing([("name", "quick".into())])))
        .await
        .unwrap();
    assert_eq!(said(&quick.into_inner().diagnostics), Vec::<String>::new());
    assert!(!slow.is_finished());
    slow.abort();
}

#[tokio::test]
async fn a_panic_is_an_error_of_its_call_alone() {
    let (_launched, mut client, _) = start().await;
    let broken = apply(thing([
        ("name", "a".into()),
        ("fail", "panic".into()),
        ("secret_wo", "canary".into()),
    ]));
    let answer = client.apply_resource_change(broken).await.unwrap().into_inner();
    assert_eq!(said(&answer.diagnostics), [": Internal error of the provider"]);
    let detail = &answer.diagnostics[0].detail;
    assert!(
        detail.contains("Please report") && detail.contains("thing.rs") && !detail.contains("canary"),
        "{detail}"
    );
    assert_eq!(answer.new_state, None, "Terraform then keeps what it had");
    let after = client
        .apply_resource_change(apply(thing([("name", "a".into())])))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(said(&after.diagnostics), Vec::<String>::new());
}

#[tokio::test]
async fn a_state_of_50_mib_comes_back_whole() {
    let (_launched, mut client, _) = start().await;
    let ty = thing_schema().ty();
    let state = bytes(&thing([("name", "x".repeat(50 << 20).into()), ("id", "t".into())]), &ty);
    let type_name = "example_thing".to_owned();
    let request = pb::read_resource::Request {
        type_name,
        current_state: state.clone(),
        ..Default::default()
    };
    let answer = client.read_resource(request).await.unwrap().into_inner();
    assert!(answer.new_state == state, "the state came back changed");
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_refused_with_its_path() {
    let (_launched, mut client, _) = start().await;
    let raw = rmpv::Value::Map(vec![("amount".into(), true.into())]);
    let mut msgpack = Vec::new();
    rmpv::encode::write_value(&mut msgpack, &raw).unwrap();
    let config = Some(pb::DynamicValue {
        msgpack,
        json: Vec::new(),
    });
    let type_name = "example_thing".to_owned();
    let request = pb::validate_resource_config::Request {
        type_name,
        config,
        ..Default::default()
    };
    let answer = client.validate_resource_config(request).await.unwrap().into_inner();
    assert_eq!(said(&answer.diagnostics), ["amount: Unreadable value"]);
    let unknown = pb::read_resource::Request {
        type_name: "example_none".to_owned(),
        ..Default::default()
    };
    let answer = client.read_resource(unknown).await.unwrap().into_inner();
    assert_eq!(said(&answer.diagnostics), [": Unknown resource"]);
}

#[tokio::test]
async fn write_only_values_are_refused_where_they_would_be_stored() {
    let (_launched, mut client, _) = start().await;
    let config = bytes(
        &thing([("name", "a".into()), ("secret_wo", "s".into())]),
        &thing_schema().ty(),
    );
    let request = |client_capabilities| pb::validate_resource_config::Request {
        type_name: "example_thing".to_owned(),
        config: config.clone(),
        client_capabilities,
    };
    let old = client
        .validate_resource_config(request(None))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        said(&old.diagnostics),
        ["secret_wo: Write-only attribute needs a newer Terraform"]
    );
    let can = pb::ClientCapabilities {
        write_only_attributes_allowed: true,
        deferral_allowed: false,
    };
    let new = client
        .validate_resource_config(request(Some(can)))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(said(&new.diagnostics), Vec::<String>::new());
}

async fn upgrade(version: i64, json: &[u8]) -> pb::upgrade_resource_state::Response {
    let (_launched, mut client, _) = start().await;
    let raw_state = Some(pb::RawState {
        json: json.to_vec(),
        ..Default::default()
    });
    let type_name = "example_thing".to_owned();
    let request = pb::upgrade_resource_state::Request {
        type_name,
        version,
        raw_state,
    };
    client.upgrade_resource_state(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn stored_state_goes_back_as_it_came_or_is_upgraded_or_refused() {
    let current = br#"{"name":"a","amount":0.10,"any":{"value":[1,"b"],"type":["tuple",["number","string"]]}}"#;
    let same = upgrade(1, current).await;
    assert_eq!(same.upgraded_state.unwrap().json, current);
    let older = upgrade(0, br#"{"id":"t-a","title":"a","region":"us"}"#).await;
    let state = value(older.upgraded_state.as_ref(), &thing_schema().ty());
    assert_eq!((state.get("name"), state.get("region")), (&"a".into(), &"us".into()));
    assert_eq!(
        said(&upgrade(2, current).await.diagnostics),
        [": Stored state cannot be read"]
    );
    assert_eq!(
        said(&upgrade(1, b"").await.diagnostics),
        [": Stored state cannot be read"]
    );
    assert_eq!(
        said(&upgrade(1, br#"{"name":1}"#).await.diagnostics),
        ["name: Unreadable value"]
    );
}

#[tokio::test]
async fn an_object_of_another_type_is_taken_over() {
    let (_launched, mut client, _) = start().await;
    let request = |source: &str| pb::move_resource_state::Request {
        source_type_name: source.to_owned(),
        target_type_name: "example_thing".to_owned(),
        source_state: Some(pb::RawState {
            json: br#"{"id":"t-a","name":"a"}"#.to_vec(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let moved = client
        .move_resource_state(request("other_thing"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        value(moved.target_state.as_ref(), &thing_schema().ty()).get("name"),
        &"a".into()
    );
    assert!(moved.target_identity.is_some());
    let refused = client
        .move_resource_state(request("strange"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(said(&refused.diagnostics), [": Cannot move"]);
}

#[tokio::test]
async fn an_identity_is_upgraded_and_imported_by() {
    let (_launched, mut client, _) = start().await;
    let json = br#"{"id":"t-a"}"#.to_vec();
    let raw_identity = Some(pb::RawState {
        json: json.clone(),
        ..Default::default()
    });
    let type_name = "example_thing".to_owned();
    let request = pb::upgrade_resource_identity::Request {
        type_name: type_name.clone(),
        version: 0,
        raw_identity,
    };
    let answer = client.upgrade_resource_identity(request).await.unwrap().into_inner();
    let identity_data = answer.upgraded_identity.unwrap().identity_data;
    assert_eq!(identity_data.as_ref().unwrap().json, json);
    let identity = Some(pb::ResourceIdentityData { identity_data });
    let request = pb::import_resource_state::Request {
        type_name,
        identity,
        ..Default::default()
    };
    let answer = client.import_resource_state(request).await.unwrap().into_inner();
    let imported = &answer.imported_resources[0];
    assert_eq!(
        value(imported.state.as_ref(), &thing_schema().ty()).get("name"),
        &"a".into()
    );
    assert_eq!(imported.private, b"1");
}

#[tokio::test]
async fn an_ephemeral_value_is_opened_renewed_and_closed() {
    let (_launched, mut client, _) = start().await;
    let ty = zt_framework::Type::object([
        ("who", zt_framework::Type::String),
        ("token", zt_framework::Type::String),
    ]);
    let config = bytes(&Value::object([("who", "me".into())]), &ty);
    let type_name = "example_token".to_owned();
    let request = pb::open_ephemeral_resource::Request {
        type_name: type_name.clone(),
        config,
        ..Default::default()
    };
    let opened = client.open_ephemeral_resource(request).await.unwrap().into_inner();
    assert_eq!(value(opened.result.as_ref(), &ty).get("token"), &"canary-me".into());
    assert!(opened.renew_at.unwrap().seconds > 1_700_000_000);
    let request = pb::renew_ephemeral_resource::Request {
        type_name: type_name.clone(),
        private: opened.private,
    };
    let renewed = client.renew_ephemeral_resource(request).await.unwrap().into_inner();
    assert_eq!(renewed.private.as_deref(), Some(&b"opened+"[..]));
    let request = pb::close_ephemeral_resource::Request {
        type_name,
        private: renewed.private,
    };
    let closed = client.close_ephemeral_resource(request).await.unwrap().into_inner();
    assert_eq!(said(&closed.diagnostics), Vec::<String>::new());
}

#[tokio::test]
async fn a_function_names_the_argument_that_is_wrong() {
    let (_launched, mut client, _) = start().await;
    let text = |text: &str| bytes(&text.into(), &zt_framework::Type::String).unwrap();
    let call = |arguments| pb::call_function::Request {
        name: "shout".to_owned(),
        arguments,
    };
    let answer = client
        .call_function(call(vec![text("a"), text("b")]))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(value(answer.result.as_ref(), &zt_framework::Type::String), "A B".into());
    let answer = client
        .call_function(call(vec![text("a"), text("")]))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.error.unwrap().function_argument, Some(1));
}
