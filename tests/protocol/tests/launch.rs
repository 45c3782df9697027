//! Starting and ending: what the binary says, where it listens, and who reaches it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use zt_protocol_tests::client::{Launcher, connect_plain};
use zt_protocol_tests::terraform::Terraform;
use zt_wire_proto::goplugin;
use zt_wire_proto::goplugin::grpc_controller_client::GrpcControllerClient;
use zt_wire_proto::goplugin::grpc_stdio_client::GrpcStdioClient;

const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-example");

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Asks for the end as Terraform does, and gives what was said on stdout after the handshake.
async fn shut_down(launched: zt_protocol_tests::client::Launched) -> String {
    let (_, channel) = connect_plain(&launched.handshake.socket).await.unwrap();
    GrpcControllerClient::new(channel)
        .shutdown(goplugin::Empty {})
        .await
        .unwrap();
    let (rest, well) = launched.end();
    assert!(well, "it ended badly");
    rest
}

#[tokio::test]
async fn stdout_is_the_handshake_and_nothing_else() {
    let launched = Launcher::new(PROVIDER).with("TF_LOG", "TRACE").start();
    let socket = launched.handshake.socket.display().to_string();
    assert_eq!(launched.line, format!("1|6|unix|{socket}|grpc|\n"));
    let (mut client, _) = connect_plain(&launched.handshake.socket).await.unwrap();
    client
        .get_provider_schema(zt_wire_proto::tfplugin6::get_provider_schema::Request {})
        .await
        .unwrap();
    assert_eq!(shut_down(launched).await, "");
}

#[test]
fn by_hand_it_says_what_it_is_and_fails() {
    let check = |launcher: Launcher, text: &str| {
        let output = launcher.output();
        assert!(!output.status.success());
        assert_eq!(output.stdout, b"");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(text), "{said}");
    };
    check(
        Launcher::new(PROVIDER).without("TF_PLUGIN_MAGIC_COOKIE"),
        "a plugin that Terraform starts",
    );
    check(
        Launcher::new(PROVIDER).with("TF_PLUGIN_MAGIC_COOKIE", "no"),
        "a plugin that Terraform starts",
    );
    check(
        Launcher::new(PROVIDER).with("PLUGIN_PROTOCOL_VERSIONS", "5"),
        "protocol 6 only",
    );
    check(
        Launcher::new(PROVIDER).with("PLUGIN_CLIENT_CERT", "nonsense"),
        "launcher's certificate",
    );
    check(
        Launcher::new(PROVIDER).with("PLUGIN_UNIX_SOCKET_DIR", "/nonexistent"),
        "socket folder",
    );
    check(
        Launcher::new(PROVIDER).with("PLUGIN_UNIX_SOCKET_GROUP", "no-such-group"),
        "no group",
    );
}

#[tokio::test]
async fn each_start_has_a_private_folder_that_goes_at_the_end() {
    let (first, second) = (Launcher::new(PROVIDER).start(), Launcher::new(PROVIDER).start());
    let folder = first.handshake.socket.parent().unwrap().to_owned();
    assert_eq!(mode(&folder), 0o700);
    assert_ne!(
        folder.file_name(),
        second.handshake.socket.parent().unwrap().file_name()
    );
    shut_down(first).await;
    assert!(!folder.exists());
}

#[test]
fn a_group_is_let_in_when_the_launcher_asks_for_it() {
    let own = std::fs::metadata("/proc/self").unwrap().gid();
    let launched = Launcher::new(PROVIDER)
        .with("PLUGIN_UNIX_SOCKET_GROUP", &own.to_string())
        .start();
    let socket = &launched.handshake.socket;
    assert_eq!((mode(socket.parent().unwrap()), mode(socket)), (0o750, 0o660));
    assert_eq!(std::fs::metadata(socket).unwrap().gid(), own);
}

/// Connects as another user; what the attempt said.
fn connect_as_nobody(socket: &Path) -> Result<(), String> {
    let script = "use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0) or die; connect(S, sockaddr_un($ARGV[0])) or die $!";
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "perl", "-e", script])
        .arg(socket);
    let output = command.output().unwrap();
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn another_user_cannot_reach_the_socket() {
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        eprintln!("not shown: only root can try as another user");
        return;
    }
    // A folder everybody may enter, as /tmp is.
    let open = tempfile::tempdir().unwrap();
    std::fs::set_permissions(open.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let control: PathBuf = open.path().join("control");
    let _listener = UnixListener::bind(&control).unwrap();
    std::fs::set_permissions(&control, std::fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(
        connect_as_nobody(&control),
        Ok(()),
        "the attempt itself must be able to succeed"
    );

    let launched = Launcher::new(PROVIDER)
        .with("PLUGIN_UNIX_SOCKET_DIR", &open.path().display().to_string())
        .start();
    let refused = connect_as_nobody(&launched.handshake.socket).unwrap_err();
    assert!(refused.contains("Permission denied"), "{refused}");
}

fn signal(name: &str, process: u32) {
    assert!(
        Command::new("kill")
            .args([name, &process.to_string()])
            .status()
            .unwrap()
            .success()
    );
}

#[tokio::test]
async fn an_interrupt_means_nothing_and_a_kill_cleans_up() {
    let launched = Launcher::new(PROVIDER).start();
    let folder = launched.handshake.socket.parent().unwrap().to_owned();
    signal("-INT", launched.child.id());
    let (mut client, _) = connect_plain(&launched.handshake.socket).await.unwrap();
    client
        .get_metadata(zt_wire_proto::tfplugin6::get_metadata::Request {})
        .await
        .unwrap();
    drop(client);
    signal("-TERM", launched.child.id());
    assert_eq!(launched.end(), (String::new(), true));
    assert!(!folder.exists());
}

#[tokio::test]
async fn go_plugins_own_services_answer() {
    let launched = Launcher::new(PROVIDER).start();
    let (_, channel) = connect_plain(&launched.handshake.socket).await.unwrap();
    let mut health = tonic_health::pb::health_client::HealthClient::new(channel.clone());
    let request = tonic_health::pb::HealthCheckRequest {
        service: "plugin".to_owned(),
    };
    let status = health.check(request).await.unwrap().into_inner().status;
    assert_eq!(
        status,
        tonic_health::pb::health_check_response::ServingStatus::Serving as i32
    );
    let mut stdio = GrpcStdioClient::new(channel)
        .stream_stdio(())
        .await
        .unwrap()
        .into_inner();
    let (ended, _) = tokio::join!(stdio.message(), shut_down(launched));
    assert!(
        matches!(ended, Ok(None) | Err(_)),
        "the idle stream ends with the plugin"
    );
}

#[test]
fn debug_serves_several_commands_until_interrupted() {
    let launched = Launcher::new(PROVIDER)
        .without("TF_PLUGIN_MAGIC_COOKIE")
        .start_with(&["-debug"]);
    let (_, found) = launched.line.split_once("TF_REATTACH_PROVIDERS='").unwrap();
    let (found, _) = found.split_once('\'').unwrap();
    let mut terraform = Terraform::new(
        Path::new(PROVIDER),
        "resource \"example_thing\" \"main\" { name = \"a\" }",
    );
    terraform
        .environment
        .push(("TF_REATTACH_PROVIDERS".to_owned(), found.to_owned()));
    let applied = terraform.apply();
    assert!(applied.success, "{}", applied.text);
    assert!(terraform.plan_is_empty());
    signal("-INT", launched.child.id());
    assert!(launched.end().1);
}
