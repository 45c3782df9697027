//! The quickstart on the local cloud, as the demo and `make local` use it: what a new user would do, step by step.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

pub mod cli;
pub mod inventory;
pub mod mirror;
pub mod quickstart;
pub mod steps;

use std::path::PathBuf;

/// The folder to work in: the one on the command line, else this one under `target`.
pub fn home(name: &str) -> PathBuf {
    let chosen = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = chosen.unwrap_or_else(|| zt_test_support::root().join("target").join(name));
    std::path::absolute(&folder).expect("a folder has an absolute path")
}
