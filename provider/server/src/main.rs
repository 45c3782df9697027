//! The program Terraform starts: reads the launcher's environment, sets up the log, serves the provider.

mod provider;
mod schema;
mod settings;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use zt_wire::log::{self, LogSettings};
use zt_wire::{Launch, LaunchEnvironment};

use crate::provider::ZtProvider;

/// Where users name us in required_providers.
const SOURCE: &str = "registry.terraform.io/zt-edge/zt";
/// What the launcher wants the user agent of our calls to end with.
const USER_AGENT_SUFFIX: &str = "TF_APPEND_USER_AGENT";
/// How a session cookie begins, so that none is ever logged.
const SECRET_PREFIXES: &[&str] = &["s1."];

/// Rules of a web ACL nest, and the reader of AWS's SDK goes down with them, at the end of all the work on an application.
const STACK: usize = 8 << 20;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_stack_size(STACK)
        .enable_all()
        .build();
    match runtime {
        // On a worker: the stack of the main thread is not ours to choose.
        Ok(runtime) => runtime.block_on(async { tokio::spawn(run()).await.unwrap_or(ExitCode::FAILURE) }),
        Err(_) => ExitCode::FAILURE,
    }
}

async fn run() -> ExitCode {
    let variable = |name: &str| -> Option<OsString> { std::env::var_os(name) };
    let settings = LogSettings::read("zt", variable).secret_prefixes(SECRET_PREFIXES);
    // A second logger cannot be there yet; without one the provider serves all the same.
    let _ = log::init(settings);
    let suffix = variable(USER_AGENT_SUFFIX)
        .and_then(|text| text.into_string().ok())
        .filter(|text| !text.is_empty());
    let launch = Launch {
        environment: LaunchEnvironment::read(variable),
        debug: std::env::args()
            .skip(1)
            .any(|argument| argument == "-debug" || argument == "--debug"),
        source: SOURCE.to_owned(),
    };
    zt_wire::serve(Arc::new(ZtProvider::new(suffix)), launch).await
}
