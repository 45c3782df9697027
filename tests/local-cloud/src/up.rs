//! Starts the parts in order, says when all are ready, and ends them together.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use local_cloud_control::{
    ControlError, ControlHandle, ControlOptions, Ministack, MinistackError, MinistackOptions, Ports,
};
use local_cloud_edge::EdgeHandle;
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::Options;
use crate::cognito::{self, CognitoError, Redirects};
use crate::edge;
use crate::endpoints::{Aws, Edge, Endpoints, Origin};
use crate::identity_provider::{IdentityProvider, IdentityProviderError};
use crate::origin;
use crate::setup::{self, SetupError};
use crate::tls::TlsError;
use crate::token_issuer;

/// The hosts the certificate covers.
const HOSTS: [&str; 3] = ["quickstart.localhost", "second.localhost", "third.localhost"];

/// Why the cloud did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpError {
    #[error("cannot use {path}")]
    State {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("a local cloud is already running in {0}")]
    Running(PathBuf),
    #[error(transparent)]
    Setup(#[from] SetupError),
    #[error(transparent)]
    Ministack(#[from] MinistackError),
    #[error("the control plane did not start")]
    Control(#[from] ControlError),
    #[error("the certificate of the edge could not be requested")]
    Certificate(#[from] local_cloud_control::AdminError),
    #[error("the custom origin did not start")]
    Origin(#[source] std::io::Error),
    #[error("the edge did not start")]
    Edge(#[from] local_cloud_edge::EdgeError),
    #[error("the issuer of web identity tokens did not start")]
    TokenIssuer(#[from] TlsError),
    #[error("cognito is not there")]
    Cognito(#[from] CognitoError),
    #[error("the identity provider did not start")]
    IdentityProvider(#[from] IdentityProviderError),
    #[error("cannot listen for signals")]
    Signals(#[source] std::io::Error),
    #[error("{0} ended by itself")]
    Ended(&'static str),
}

/// Runs until a signal ends it.
pub(crate) async fn run(options: &Options) -> Result<(), UpError> {
    let state = prepare(&options.state)?;
    let _lock = lock(&state)?;
    // A file of an earlier run must not look like this one's.
    let _ = std::fs::remove_file(Endpoints::path(&state));
    let mut signals = Signals::listen()?;
    let cloud = tokio::select! {
        cloud = Cloud::start(options, &state) => cloud?,
        () = signals.any() => return Ok(()),
    };
    cloud.serve(&state, signals).await
}

/// Everything that runs.
struct Cloud {
    ministack: Ministack,
    control: ControlHandle,
    edge: EdgeHandle,
    identity_provider: IdentityProvider,
    endpoints: Endpoints,
}

impl Cloud {
    async fn start(options: &Options, state: &Path) -> Result<Self, UpError> {
        let venv = setup::python_environment().await?;
        let ports = Ports::bind().await.map_err(ControlError::Listen)?;
        let ministack = Ministack::start(&MinistackOptions {
            venv,
            state_dir: state.to_owned(),
            account_id: options.account.clone(),
            function_endpoint: ports.endpoint(),
        })
        .await?;
        let (observer, changes) = edge::line();
        let control_options = ControlOptions {
            state_dir: state.to_owned(),
            ministack: ministack.address(),
            account_id: options.account.clone(),
            fault_plan: fault_plan(options)?,
            observer,
        };
        let control = local_cloud_control::start(control_options, ports)?;
        let hosts: Vec<String> = HOSTS.iter().map(|host| (*host).to_owned()).collect();
        let certificate_arn = control.request_certificate(&options.account, &hosts).await?;
        let origin = origin::start().await.map_err(UpError::Origin)?;
        let edge = edge::start(&control, changes, state, origin).await?;
        let token_issuer = token_issuer::start(control.token_issuer(), &edge).await?;
        let identity_provider = IdentityProvider::start(&edge, &hosts, state).await?;
        let cognito = cognito::start(
            (&control, ministack.address()),
            &edge,
            (&options.account, &redirects(&hosts, edge.port)),
            identity_provider.workforce(),
        )
        .await?;
        let endpoints = Endpoints {
            aws: aws((options, state), (&control, &ministack), token_issuer),
            edge: Edge {
                port: edge.port,
                hosts,
                ca_file: edge.ca_file.clone(),
                admin: format!("http://127.0.0.1:{}", edge.admin_port),
                access_log: edge.access_log.clone(),
                lambda_logs: edge.lambda_logs.clone(),
                locations: edge.locations.clone(),
                certificate_arn,
            },
            cognito,
            identity_provider: identity_provider.endpoints(&edge.ca_file),
            origin: Origin {
                host: origin::HOST.to_owned(),
                port: origin.port(),
                url: format!("http://{origin}"),
            },
            pid: std::process::id(),
        };
        Ok(Self {
            ministack,
            control,
            edge,
            identity_provider,
            endpoints,
        })
    }

    async fn serve(mut self, state: &Path, mut signals: Signals) -> Result<(), UpError> {
        self.endpoints.write(state).map_err(|source| UpError::State {
            path: Endpoints::path(state),
            source,
        })?;
        announce(&self.endpoints);
        let ended = self.run(&mut signals).await;
        // Whoever reads the file now would find nobody.
        let _ = std::fs::remove_file(Endpoints::path(state));
        self.identity_provider.stop().await;
        self.edge.shutdown().await;
        drop(self.control);
        self.ministack.stop().await;
        ended
    }
}

impl Cloud {
    /// Until a signal comes or a part ends. All parts go by the edge's clock, which tests move.
    async fn run(&mut self, signals: &mut Signals) -> Result<(), UpError> {
        let mut clock = self.edge.clock().follow();
        loop {
            let offset = tokio::select! {
                () = signals.any() => return Ok(()),
                () = self.ministack.ended() => return Err(UpError::Ended("ministack")),
                () = self.identity_provider.ended() => return Err(UpError::Ended("the identity provider")),
                offset = clock.next() => offset,
            };
            self.control.set_time(offset);
            self.ministack.set_time(offset).await;
            self.identity_provider.set_time(offset).await;
            clock.arrived(offset);
        }
    }
}

fn aws(
    (options, state): (&Options, &Path),
    (control, ministack): (&ControlHandle, &Ministack),
    token_issuer: String,
) -> Aws {
    let endpoint = control.endpoint();
    Aws {
        admin: format!("{endpoint}/_local"),
        endpoint,
        region: "us-east-1".to_owned(),
        account_id: options.account.clone(),
        access_key_id: options.account.clone(),
        secret_access_key: "test".to_owned(),
        calls_log: state.join("calls.jsonl"),
        additions_endpoint: control.additions_endpoint(),
        token_issuer,
        plain_endpoint: format!("http://{}", ministack.address()),
    }
}

/// Where logins at the fixed hosts end.
fn redirects(hosts: &[String], port: u16) -> Redirects {
    let at = |path: &str| {
        hosts
            .iter()
            .map(|host| format!("https://{host}:{port}{path}"))
            .collect()
    };
    Redirects {
        callbacks: at("/oauth2/callback"),
        signed_out: at("/oauth2/signed-out"),
    }
}

fn fault_plan(options: &Options) -> Result<Option<Vec<u8>>, UpError> {
    let read = |path: &PathBuf| {
        std::fs::read(path).map_err(|source| UpError::State {
            path: path.clone(),
            source,
        })
    };
    options.fault_plan.as_ref().map(read).transpose()
}

fn prepare(state: &Path) -> Result<PathBuf, UpError> {
    let failed = |source| UpError::State {
        path: state.to_owned(),
        source,
    };
    std::fs::create_dir_all(state).map_err(failed)?;
    // The directory goes to children that run elsewhere.
    state.canonicalize().map_err(failed)
}

/// Holds the directory for this process, however it ends.
fn lock(state: &Path) -> Result<File, UpError> {
    let path = state.join("up.lock");
    let failed = |source| UpError::State {
        path: path.clone(),
        source,
    };
    let file = File::create(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(UpError::Running(state.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

#[allow(clippy::print_stdout, reason = "the line is what the starter waits for")]
fn announce(endpoints: &Endpoints) {
    println!("ready aws={} edge={}", endpoints.aws.endpoint, endpoints.edge.port);
}

/// The signals that end the program.
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> Result<Self, UpError> {
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(UpError::Signals)?,
            interrupt: signal(SignalKind::interrupt()).map_err(UpError::Signals)?,
        })
    }

    async fn any(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
