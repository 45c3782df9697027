//! The provider we ship, as a black box: what holds for the example must hold for it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use prost::Message;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use zt_protocol_tests::client::{ClientCertificate, Launcher, connect, connect_plain};
use zt_protocol_tests::golden;
use zt_wire_proto::goplugin::{self, grpc_controller_client::GrpcControllerClient};
use zt_wire_proto::tfplugin6 as pb;

/// What Terraform takes at most for a schema.
const SCHEMA_LIMIT: usize = 64 << 20;

/// The shipped binary. It is not built here: a choice of one package would build its dependencies anew.
fn provider() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_terraform-provider-example")).with_file_name("terraform-provider-zt");
    assert!(
        program.is_file(),
        "{} is not built; run `make build`",
        program.display()
    );
    program
}

async fn schema() -> pb::get_provider_schema::Response {
    let launched = Launcher::new(provider()).start();
    let (mut client, _) = connect_plain(&launched.handshake.socket).await.unwrap();
    client
        .get_provider_schema(pb::get_provider_schema::Request {})
        .await
        .unwrap()
        .into_inner()
}

async fn served_plainly(socket: &Path) -> bool {
    let Ok((mut client, _)) = connect_plain(socket).await else {
        return false;
    };
    client.get_metadata(pb::get_metadata::Request {}).await.is_ok()
}

#[tokio::test]
async fn it_starts_as_the_example_does_and_says_nothing_else() {
    let right = ClientCertificate::generate();
    let launched = Launcher::new(provider()).tls(&right).with("TF_LOG", "TRACE").start();
    let folder = launched.handshake.socket.parent().unwrap().to_owned();
    assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(!served_plainly(&launched.handshake.socket).await);
    let (_, channel) = connect(&launched.handshake, Some(&right)).await.unwrap();
    GrpcControllerClient::new(channel)
        .shutdown(goplugin::Empty {})
        .await
        .unwrap();
    assert_eq!(launched.end(), (String::new(), true));
    assert!(!folder.exists());
}

#[test]
fn it_is_only_for_terraform() {
    let output = Launcher::new(provider()).without("TF_PLUGIN_MAGIC_COOKIE").output();
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("a plugin that Terraform starts"));
}

#[tokio::test]
async fn its_schema_is_sound() {
    let schema = schema().await;
    assert!(schema.encoded_len() < SCHEMA_LIMIT);
    assert_eq!(schema.provider_meta, None);
    for schemas in [
        &schema.resource_schemas,
        &schema.data_source_schemas,
        &schema.ephemeral_resource_schemas,
    ] {
        for (name, one) in schemas {
            assert!(name.starts_with("zt_"), "{name}");
            check_block(name, one.block.as_ref().unwrap());
        }
    }
    for name in [
        "zt_session_store",
        "zt_edge_app",
        "zt_session_revocation",
        "zt_service_token",
        "zt_web_acl",
    ] {
        assert!(schema.resource_schemas.contains_key(name), "{name}");
    }
    golden::check("zt-schema.txt", &golden::describe(&schema));
}

fn check_block(place: &str, block: &pb::schema::Block) {
    assert!(!block.description.is_empty(), "{place} is not described");
    check_attributes(place, &block.attributes);
    for inner in &block.block_types {
        check_block(&format!("{place}.{}", inner.type_name), inner.block.as_ref().unwrap());
    }
}

/// What Terraform refuses in a schema, and what users need.
fn check_attributes(parent: &str, attributes: &[pb::schema::Attribute]) {
    for one in attributes {
        let place = format!("{parent}.{}", one.name);
        let snake = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        assert!(one.name.chars().all(snake), "{place} is not in snake case");
        assert!(!one.description.is_empty(), "{place} is not described");
        assert!(
            one.required || one.optional || one.computed,
            "{place} can be set by nobody"
        );
        assert!(
            !(one.required && (one.optional || one.computed)),
            "{place} is required and not"
        );
        assert!(!(one.write_only && one.computed), "{place} is write-only and computed");
        assert_ne!(
            one.r#type.is_empty(),
            one.nested_type.is_none(),
            "{place} has two types or none"
        );
        if let Some(nested) = &one.nested_type {
            check_attributes(&place, &nested.attributes);
        }
    }
}
