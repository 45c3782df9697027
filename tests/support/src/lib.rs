//! What the outer lanes share: the local cloud as a child process, the real Terraform CLI, and a visitor with a
//! cookie jar. It knows the public command line and the public files only, and no crate of the provider.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

pub mod cloud;
pub mod endpoints;
pub mod form;
pub mod terraform;
pub mod visitor;

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("tests/support lies two folders deep")
        .to_path_buf()
}

/// The folder that holds the built programs: cargo's target folder, profile dev.
pub fn built() -> PathBuf {
    let running = std::env::current_exe().expect("a running program has a path");
    let profile = running.ancestors().find(|folder| folder.join("local-cloud").is_file());
    profile.map_or_else(|| root().join("target/debug"), Path::to_path_buf)
}
