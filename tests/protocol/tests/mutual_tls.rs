//! Only the launcher's own certificate may call.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use base64::Engine;
use zt_protocol_tests::client::{Client, ClientCertificate, Launcher, connect, connect_plain};
use zt_wire_proto::tfplugin6 as pb;

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-example");

async fn served<E: std::fmt::Debug>(connected: Result<(Client, tonic::transport::Channel), E>) -> bool {
    match connected {
        Ok((mut client, _)) => client.get_metadata(pb::get_metadata::Request {}).await.is_ok(),
        Err(_) => false,
    }
}

#[tokio::test]
async fn only_the_launchers_certificate_is_served() {
    let (right, wrong) = (ClientCertificate::generate(), ClientCertificate::generate());
    let launched = Launcher::new(PROVIDER).tls(&right).start();
    assert!(
        !served(connect(&launched.handshake, None).await).await,
        "no certificate"
    );
    assert!(
        !served(connect(&launched.handshake, Some(&wrong)).await).await,
        "another certificate"
    );
    assert!(!served(connect_plain(&launched.handshake.socket).await).await, "no TLS");
    assert!(
        served(connect(&launched.handshake, Some(&right)).await).await,
        "the launcher's"
    );
}

#[test]
fn the_certificate_is_a_leaf_without_padding() {
    let launched = Launcher::new(PROVIDER).tls(&ClientCertificate::generate()).start();
    let fields = &launched.handshake.fields;
    assert_eq!(fields.len(), 6);
    assert!(!fields[5].contains('='));
    let der = base64::engine::general_purpose::STANDARD_NO_PAD
        .decode(&fields[5])
        .unwrap();
    // The object identifier of P-256.
    let p256 = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    assert!(der.windows(p256.len()).any(|window| window == p256));
}

#[tokio::test]
async fn a_silent_client_holds_up_nobody() {
    let certificate = ClientCertificate::generate();
    let launched = Launcher::new(PROVIDER).tls(&certificate).start();
    let _silent = tokio::net::UnixStream::connect(&launched.handshake.socket)
        .await
        .unwrap();
    assert!(served(connect(&launched.handshake, Some(&certificate)).await).await);
}
