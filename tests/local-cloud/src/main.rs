//! `local-cloud up`: AWS, the edge and an identity provider on one machine, as one program.
//!
//! Everything listens on free loopback ports. The program is ready when it has written `endpoints.json`
//! and printed its line; SIGTERM or SIGINT ends it and all that it started.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod arguments;
mod cognito;
mod edge;
mod endpoints;
mod identity_provider;
mod origin;
mod setup;
mod tls;
mod token_issuer;
mod up;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let options = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("local-cloud: {error}\n{}", arguments::USAGE);
            return ExitCode::from(2);
        }
    };
    match up::run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = error.to_string();
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                text.push_str(": ");
                text.push_str(&cause.to_string());
                source = cause.source();
            }
            eprintln!("local-cloud: {text}");
            ExitCode::FAILURE
        }
    }
}
