//! Starting and stopping an edge.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::access_log::AccessLog;
use crate::authority::{Authority, AuthorityError};
use crate::aws_api::AwsApi;
use crate::cache::Cache;
use crate::clock::Clock;
use crate::lambda::Nodes;
use crate::mirror::Mirror;
use crate::options::EdgeOptions;
use crate::origin::Origins;
use crate::pipeline::Pipeline;
use crate::server::Server;
use crate::web_acl::Counters;
use crate::{admin, options::Change};

/// The edge did not start.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// No certificates.
    #[error("no certificates")]
    Certificates(#[from] AuthorityError),
    /// TLS could not be set up.
    #[error("no tls")]
    Tls(#[from] rustls::Error),
    /// No port, or no state directory.
    #[error("cannot listen, or cannot write to the state directory")]
    System(#[from] std::io::Error),
    /// Options that make no edge.
    #[error("an edge needs at least one location")]
    NoLocation,
}

/// A running edge. It stops when this is dropped or [`EdgeHandle::shutdown`] is called.
#[derive(Debug)]
pub struct EdgeHandle {
    /// Serves viewers, TLS and plain HTTP alike, on 127.0.0.1.
    pub port: u16,
    /// Serves the controls, on 127.0.0.1.
    pub admin_port: u16,
    /// The certificate authority to trust.
    pub ca_file: PathBuf,
    /// A certificate for the identity provider: `localhost`, 127.0.0.1 and the asked-for hosts.
    pub certificate_file: PathBuf,
    /// Its key.
    pub key_file: PathBuf,
    /// One line of JSON per request.
    pub access_log: PathBuf,
    /// What functions print, one file a version.
    pub lambda_logs: PathBuf,
    /// Names of the locations, the first of which answers by itself.
    pub locations: Vec<String>,
    clock: Clock,
    stop: CancellationToken,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl EdgeHandle {
    /// The clock of this edge.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// Stops taking connections, ends those there are, and the functions' processes.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        for task in self.tasks.drain(..) {
            // A task that panicked is as stopped as any.
            let _ = task.await;
        }
    }
}

impl Drop for EdgeHandle {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Starts an edge on free ports of 127.0.0.1. It is ready when this returns.
pub async fn start(mut options: EdgeOptions) -> Result<EdgeHandle, EdgeError> {
    if options.locations.is_empty() {
        return Err(EdgeError::NoLocation);
    }
    std::fs::create_dir_all(&options.state_dir)?;
    options.state_dir = options.state_dir.canonicalize()?;
    let file = |name: &str| options.state_dir.join(name);
    let authority = Arc::new(Authority::new()?);
    authority.write_root(&file("ca.pem"))?;
    let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    hosts.extend(options.certificate_hosts.iter().cloned());
    authority.write_pair(&hosts, &file("identity.pem"), &file("identity-key.pem"))?;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let admin_listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let clock = Clock::default();
    let changes = options
        .changes
        .as_ref()
        .map(tokio::sync::broadcast::Receiver::resubscribe);
    let server = server(&options, &authority, &clock, listener.local_addr()?.port())?;
    let stop = CancellationToken::new();
    let mut handle = EdgeHandle {
        port: server.port,
        admin_port: admin_listener.local_addr()?.port(),
        ca_file: file("ca.pem"),
        certificate_file: file("identity.pem"),
        key_file: file("identity-key.pem"),
        access_log: file("access.jsonl"),
        lambda_logs: file("lambda"),
        locations: options.locations.iter().map(|l| l.name.clone()).collect(),
        clock,
        stop: stop.clone(),
        tasks: Vec::new(),
    };
    handle.tasks.push(tokio::spawn(follow(
        Arc::clone(&server.pipeline.mirror),
        changes,
        stop.clone(),
    )));
    handle
        .tasks
        .push(tokio::spawn(Arc::clone(&server).run(listener, stop.clone())));
    handle
        .tasks
        .push(tokio::spawn(admin::run(server, admin_listener, stop)));
    Ok(handle)
}

async fn follow(
    mirror: Arc<Mirror>,
    changes: Option<tokio::sync::broadcast::Receiver<Change>>,
    stop: CancellationToken,
) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = mirror.follow(changes) => {}
    }
}

fn server(
    options: &EdgeOptions,
    authority: &Arc<Authority>,
    clock: &Clock,
    port: u16,
) -> Result<Arc<Server>, EdgeError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let resolver: Arc<dyn rustls::server::ResolvesServerCert> = authority.clone();
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    let api = AwsApi::new(&options.control_endpoint);
    let pipeline = Pipeline {
        mirror: Arc::new(Mirror::new(options, api.clone(), clock.clone())),
        api,
        clock: clock.clone(),
        nodes: Nodes::new(
            &options.node,
            &options.state_dir,
            &options.state_dir.join("ca.pem"),
            clock.clone(),
        ),
        store_faults: Arc::default(),
        origins: Origins::new(options.origin_addresses.clone(), authority.root())?,
        counters: Counters::default(),
        caches: options
            .locations
            .iter()
            .map(|l| (l.clone(), Cache::default()))
            .collect(),
    };
    Ok(Arc::new(Server {
        pipeline,
        tls: TlsAcceptor::from(Arc::new(tls)),
        log: AccessLog::create(&options.state_dir.join("access.jsonl"))?,
        port,
        requests: AtomicU64::new(1),
    }))
}
