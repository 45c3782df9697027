//! Serving a provider: from the launcher's environment to the last call.

use crate::connection;
use crate::handshake;
use crate::launch::Launch;
use crate::plugin::Plugin;
use crate::service::{Service, fence};
use crate::socket::{self, SocketError};
use crate::tls::{self, TlsError};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use zt_framework::Provider;
use zt_framework::lifecycle::{Registry, RegistryError};
use zt_wire_proto::goplugin::{
    grpc_broker_server::GrpcBrokerServer, grpc_controller_server::GrpcControllerServer,
    grpc_stdio_server::GrpcStdioServer,
};
use zt_wire_proto::tfplugin6::provider_server::ProviderServer;

/// As much as HashiCorp's own server takes.
const MAX_MESSAGE: usize = 256 << 20;
/// go-plugin kills what is still there two seconds after it asked for the end.
const GRACE: Duration = Duration::from_millis(1500);
/// Large states in few round trips.
const STREAM_WINDOW: u32 = 4 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;

/// Why serving ended badly.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error("the provider contradicts itself")]
    Registry(#[from] RegistryError),
    #[error("no socket")]
    Socket(#[from] SocketError),
    #[error("no TLS")]
    Tls(#[from] TlsError),
    #[error("no signals")]
    Signals(#[source] std::io::Error),
    #[error("announcing the socket")]
    Announce(#[source] std::io::Error),
    #[error("serving")]
    Transport(#[from] tonic::transport::Error),
}

/// Serves a provider until the launcher is done with it.
pub async fn serve(provider: Arc<dyn Provider>, launch: Launch) -> ExitCode {
    if !launch.debug
        && let Err(refusal) = launch.environment.check()
    {
        complain(&refusal.to_string());
        return ExitCode::FAILURE;
    }
    match run(provider, launch).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&chain(&error));
            ExitCode::FAILURE
        }
    }
}

/// To stderr; when even that is closed there is nobody to tell.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn chain(error: &dyn std::error::Error) -> String {
    let sources = std::iter::successors(error.source(), |source| source.source());
    sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
}

async fn run(provider: Arc<dyn Provider>, launch: Launch) -> Result<(), ServeError> {
    fence::install_hook();
    let service = Service::new(Registry::new(provider)?);
    let (tls, certificate) = match &launch.environment.client_certificate {
        Some(pem) if !launch.debug => {
            let (config, certificate) = tls::configure(pem.as_bytes())?;
            (Some(config), Some(certificate))
        }
        _ => (None, None),
    };
    let socket = socket::listen(&launch.environment)?;
    let announcement = if launch.debug {
        handshake::reattach(&launch.source, &socket.path)
    } else {
        handshake::line(&socket.path, certificate.as_deref())
    };
    let plugin = Plugin {
        shutdown: CancellationToken::new(),
    };
    heed_signals(&plugin.shutdown, launch.debug)?;
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter
        .set_service_status("plugin", tonic_health::ServingStatus::Serving)
        .await;
    // Kept to the end: dropping it removes the folder.
    let socket::Socket {
        listener,
        path: _,
        folder: _folder,
    } = socket;
    let stop = service.stopper();
    let shutdown = plugin.shutdown.clone();
    let server = tonic::transport::Server::builder()
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .add_service(health)
        .add_service(GrpcBrokerServer::new(plugin.clone()))
        .add_service(GrpcControllerServer::new(plugin.clone()))
        .add_service(GrpcStdioServer::new(plugin.clone()))
        .add_service(
            ProviderServer::new(service)
                .max_decoding_message_size(MAX_MESSAGE)
                .max_encoding_message_size(MAX_MESSAGE),
        )
        .serve_with_incoming_shutdown(connection::accept(listener, tls), shutdown.clone().cancelled_owned());
    handshake::announce(&announcement).map_err(ServeError::Announce)?;
    let overdue = async {
        shutdown.cancelled().await;
        // What still runs now has nobody to answer to.
        stop.stop();
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        ended = server => ended?,
        () = overdue => {}
    }
    Ok(())
}

/// Ctrl-C reaches the whole process group. Terraform then asks us to stop by itself, so alone it means nothing;
/// with `-debug` it means the end, and so does a plain kill always.
fn heed_signals(shutdown: &CancellationToken, debug: bool) -> Result<(), ServeError> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServeError::Signals)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::Signals)?;
    let shutdown = shutdown.clone();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => if debug { break },
                _ = terminate.recv() => break,
            }
        }
        shutdown.cancel();
    });
    Ok(())
}
