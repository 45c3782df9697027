//! The example provider as a program.

use std::process::ExitCode;
use std::sync::Arc;
use zt_protocol_tests::example::Example;
use zt_wire::{Launch, LaunchEnvironment, log};

#[tokio::main]
async fn main() -> ExitCode {
    let lookup = |name: &str| std::env::var_os(name);
    // Nothing logs before this, so the only failure is not possible here.
    let _ = log::init(log::LogSettings::read("example", lookup).secret_prefixes(&["s1."]));
    let launch = Launch {
        environment: LaunchEnvironment::read(lookup),
        debug: std::env::args().any(|argument| argument == "-debug" || argument == "--debug"),
        source: "zt-edge/example".to_owned(),
    };
    zt_wire::serve(Arc::new(Example), launch).await
}
